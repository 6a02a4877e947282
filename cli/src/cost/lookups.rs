//! What typical lookups consume.

use std::collections::{BTreeMap, BTreeSet};

use aws::Table;
use index::{Attribute, Query};
use serde::Serialize;
use trail::Category;

use super::price;
use crate::failure::Failure;
use crate::stack::Stack;

/// How many events a page has: as many as `LookupEvents` gives at most.
const PAGE: usize = 50;

/// The most bytes of a page.
const BYTES: usize = 5 * 1024 * 1024;

/// What the first page of a lookup consumed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Looked {
    /// What was looked for.
    pub(super) by: &'static str,
    /// Its value, as it stands in the logs.
    pub(super) value: Option<String>,
    /// The events of the page.
    pub(super) events: usize,
    pub(super) read_units: f64,
    /// Reads one behind the other; those made side by side count once.
    pub(super) round_trips: u32,
    /// What a million such lookups cost in reads.
    pub(super) usd_per_million: f64,
}

/// Looks up the newest events, and by what these say: an id, a user and a name.
///
/// Each by a reader that knows nothing from the lookups before it, so that it
/// costs what the first lookup after a pause costs.
pub(super) async fn measure(
    stack: &Stack,
    table: impl Fn() -> Table,
) -> Result<Vec<Looked>, Failure> {
    let (newest, values) = first_page(stack, table(), "no condition", None).await?;
    let mut looked = Vec::new();
    for (by, attribute) in [
        ("an event id", Attribute::EventId),
        ("a user", Attribute::Username),
        ("an event name", Attribute::EventName),
    ] {
        if let Some(value) = values.get(&attribute) {
            let condition = Some((attribute, value.clone()));
            looked.push(first_page(stack, table(), by, condition).await?.0);
        }
    }
    looked.push(newest);
    Ok(looked)
}

type Values = BTreeMap<Attribute, String>;

async fn first_page(
    stack: &Stack,
    table: Table,
    by: &'static str,
    condition: Option<(Attribute, String)>,
) -> Result<(Looked, Values), Failure> {
    let mut query = Query::default();
    query.categories = BTreeSet::from(Category::ALL);
    if let Some((attribute, value)) = &condition {
        query.require(*attribute, value.clone());
    }
    let history = stack.history(table);
    let now = lookup::Clock::system().now();
    let page = history.page(query, None, PAGE, BYTES, now).await?;
    let mut values = Values::new();
    // The oldest of them: what happened last is often what this is run by.
    for event in &page.events {
        let record = event.record()?;
        for attribute in [
            Attribute::EventId,
            Attribute::Username,
            Attribute::EventName,
        ] {
            attribute.values(&record, |value| {
                values.insert(attribute, value.to_owned());
            });
        }
    }
    let looked = Looked {
        by,
        value: condition.map(|(_, value)| value),
        events: page.events.len(),
        read_units: page.read_units,
        round_trips: page.round_trips,
        usd_per_million: price::READS.of(page.read_units * 1_000_000.0),
    };
    Ok((looked, values))
}
