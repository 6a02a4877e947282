//! What was alerted on, told by the table.

use std::collections::{BTreeMap, BTreeSet};

use alerts::Level;
use aws::Table;
use aws::table::Range;
use index::Day;
use index::table::alerting;
use serde::Deserialize;

use super::Stack;
use crate::failure::Failure;

/// How many alerts are read at once.
const PAGE: usize = 200;

/// How many days back from now windows may have been closed: alerts on that are of the day
/// on which it was done.
const CLOSED: u32 = 366;

/// Alerts by where they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alerted {
    /// Those that were published, by level.
    pub(crate) published: BTreeMap<Level, u64>,
    /// Those that were folded into one that was.
    pub(crate) suppressed: u64,
    /// Those that are yet to be published.
    pub(crate) pending: u64,
}

/// What is read of an alert.
#[derive(Deserialize)]
struct Counted {
    rule: Rule,
}

#[derive(Deserialize)]
struct Rule {
    level: Level,
}

impl Stack {
    /// Counts the alerts on events of some days, and on what was done since a year.
    pub(crate) async fn alerted(
        &self,
        table: &Table,
        days: &BTreeSet<Day>,
        now: i64,
    ) -> Result<Alerted, Failure> {
        let mut alerted = Alerted::default();
        let mut days = days.clone();
        let mut day = Day::of(now).next();
        for _ in 0..=CLOSED {
            days.insert(day);
            day = day.previous();
        }
        for day in days {
            let partition = alerting::alerts(day);
            let mut from = " ".to_owned();
            loop {
                let range = Range {
                    from: &from,
                    ..Range::partition(&partition)
                };
                let items = table.list(range, PAGE).await?;
                for found in &items {
                    let content = alerting::unpack(&found.item.body);
                    let counted: Option<Counted> =
                        content.and_then(|content| serde_json::from_slice(&content).ok());
                    let (Some(counted), Some(state)) = (counted, &found.marks.state) else {
                        let sort = &found.item.sort;
                        return Err(Failure::new(format!(
                            "item {sort} of {partition} is damaged"
                        )));
                    };
                    alerted.count(counted.rule.level, state);
                }
                match items.last() {
                    Some(last) if items.len() == PAGE => from = format!("{} ", last.item.sort),
                    _ => break,
                }
            }
        }
        Ok(alerted)
    }
}

impl Alerted {
    fn count(&mut self, level: Level, state: &str) {
        match state {
            "pending" => self.pending += 1,
            "suppressed" => self.suppressed += 1,
            _ => *self.published.entry(level).or_default() += 1,
        }
    }
}
