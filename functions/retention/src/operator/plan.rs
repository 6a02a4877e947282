//! What a walk would do, and what it would cost, before it does it.

use aws::table::Range;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use futures::{StreamExt as _, TryStreamExt as _};
use index::segment::keys;
use index::table::Key;
use index::{Day, Item, Keeping, Policy};
use serde::Deserialize;
use serde_json::{Value, json};
use trail::Category;

use super::{Caller, Problem, Service, TIME};
use crate::Custodian;
use crate::walk::Entry;

mod work;

use work::{Kind, Work};

/// How many segments are read whole to see what their items take.
const SAMPLED: u64 = 20;

/// How many items are read at once.
const AT_ONCE: usize = 32;

/// Which policy is tried, and where the plan goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    retention: Option<String>,
    exceptions: Option<String>,
    cursor: Option<String>,
}

/// `GET /v1/operator/retention/plan`
///
/// Walks as the job does and writes nothing. Items are counted by the directories. What
/// they take is measured on the first segments and extrapolated, which the answer says.
/// Where a request is too short for the whole walk, it answers how far it came.
pub(super) async fn plan(
    State(service): State<Service>,
    _caller: Caller,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(parameters) = parameters?;
    let custodian = &service.custodian;
    let policy = policy(&parameters, &custodian.settings.policy)?;
    let keeping = Keeping::new(policy.clone(), custodian.holds().await?);
    let mut place = match &parameters.cursor {
        Some(cursor) => parse(cursor)
            .ok_or_else(|| Problem::bad_request("cursor: expected one that a plan answered"))?,
        None => (Category::ALL[0], None),
    };
    let run = custodian.run(service.now(), TIME);
    let mut plan = Plan::default();
    let cursor = loop {
        if run.is_over() {
            break Some(place);
        }
        let (category, after) = place;
        let Some((day, _)) = custodian.first_day(category, after.map(Day::next)).await? else {
            match Category::ALL.into_iter().find(|next| *next > category) {
                Some(next) => place = (next, None),
                None => break None,
            }
            continue;
        };
        let mut from: Option<String> = None;
        loop {
            let page = custodian
                .page(category, day, from.as_deref(), false)
                .await?;
            plan.damaged += page.damaged;
            for entry in &page.entries {
                plan.add(custodian, entry, &keeping, service.now()).await?;
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        place = (category, Some(day));
    };
    let rate = custodian.settings.write_units_per_second;
    Ok(Json(json!({
        "policy": { "retention": policy.to_string(), "exceptions": policy.exceptions() },
        "complete": cursor.is_none(),
        "cursor": cursor.map(|(category, day)| written(category, day)),
        "segments": plan.segments,
        "damaged": plan.damaged,
        "restamp": plan.restamp.told(rate),
        "past_time": plan.past_time.told(rate),
    })))
}

/// What is planned.
#[derive(Debug, Default)]
struct Plan {
    segments: u64,
    damaged: u64,
    /// What would be stamped with another time.
    restamp: Work,
    /// What is past its time by then, and goes: for nothing where the table drops it.
    past_time: Work,
}

impl Plan {
    async fn add(
        &mut self,
        custodian: &Custodian,
        entry: &Entry,
        keeping: &Keeping,
        now: i64,
    ) -> Result<(), aws::Error> {
        self.segments += 1;
        let expires = keeping.expires(&entry.extent());
        let is_differing = entry.item.expires != expires;
        let is_past = expires.is_some_and(|expires| expires <= now);
        let changed = [
            (is_differing, &mut self.restamp),
            (is_past, &mut self.past_time),
        ];
        let mut read: Option<Vec<(Kind, usize)>> = None;
        for (_, work) in changed.into_iter().filter(|(is_changed, _)| *is_changed) {
            work.count(entry);
            if work.sampled < SAMPLED {
                if read.is_none() {
                    read = Some(sizes(custodian, entry).await?);
                }
                work.sample(entry, read.as_deref().unwrap_or_default());
            }
        }
        Ok(())
    }
}

/// Reads a segment's items: of each, its kind and the write units that it takes.
async fn sizes(custodian: &Custodian, entry: &Entry) -> Result<Vec<(Kind, usize)>, aws::Error> {
    let Ok(keys) = keys(&entry.id, entry.category, entry.day, &entry.directory) else {
        return Ok(Vec::new());
    };
    let table = &custodian.table;
    let blocks = table.query(Range::partition(&keys.blocks)).await?.items;
    let of_kind = |kind: Kind, keys: Vec<Key>| keys.into_iter().map(move |key| (kind, key));
    let single = of_kind(Kind::Page, keys.pages)
        .chain(of_kind(Kind::Tally, vec![keys.tally]))
        .chain(of_kind(Kind::File, keys.files));
    let reads = single.map(|(kind, key)| async move {
        let item = table.get(&key.partition, &key.sort).await?;
        Ok::<_, aws::Error>(item.map(|item| (kind, item.write_units())))
    });
    let read: Vec<Option<(Kind, usize)>> = futures::stream::iter(reads.collect::<Vec<_>>())
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let blocks = blocks.iter().map(Item::write_units);
    Ok(read
        .into_iter()
        .flatten()
        .chain(blocks.map(|units| (Kind::Block, units)))
        .chain([(Kind::Directory, entry.item.write_units())])
        .collect())
}

/// The policy that is tried: the present one where nothing is said.
fn policy(parameters: &Parameters, present: &Policy) -> Result<Policy, Problem> {
    let retention = parameters.retention.clone();
    let exceptions = parameters.exceptions.clone();
    Policy::parse(
        &retention.unwrap_or_else(|| present.to_string()),
        &exceptions.unwrap_or_else(|| present.exceptions()),
    )
    .map_err(Problem::bad_request)
}

/// Reads how far a plan has come: a category, and the last day of it that is done.
fn parse(cursor: &str) -> Option<(Category, Option<Day>)> {
    let (category, day) = cursor.split_once('/')?;
    let day = match day {
        "" => None,
        day => Some(day.parse().ok()?),
    };
    Some((category.parse().ok()?, day))
}

fn written(category: Category, day: Option<Day>) -> String {
    let day = day.map(|day| day.to_string()).unwrap_or_default();
    format!("{category}/{day}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let day: Day = "2026-10-13".parse().expect("a day");
        for place in [(Category::Data, Some(day)), (Category::Management, None)] {
            assert_eq!(parse(&written(place.0, place.1)), Some(place));
        }
        for other in ["", "Data", "Data/soon", "Date/2026-10-13"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
