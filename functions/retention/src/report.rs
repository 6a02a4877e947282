//! What there is, by category: counts and ages.

use std::collections::BTreeMap;

use index::table::retention::{self, RETENTION};
use index::{Day, Item};
use serde::{Deserialize, Serialize};

use crate::walk::Entry;

/// For how long reports are kept, in seconds.
const KEPT: i64 = 400 * 86_400;

/// What is kept of a category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ages {
    /// How many segments there are.
    pub segments: u64,
    /// How many events they hold.
    pub events: u64,
    /// The time of the oldest event, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<i64>,
    /// The time of the newest event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<i64>,
    /// How many segments are kept because somebody holds them.
    pub held: u64,
    /// How many segments were restored.
    pub restored: u64,
    /// How many segments are past their time and still there.
    pub past_deadline: u64,
}

impl Ages {
    /// Counts a segment: whether it is held, and when it may go.
    pub(crate) fn add(&mut self, entry: &Entry, is_held: bool, expires: Option<i64>, now: i64) {
        self.segments += 1;
        let records = entry
            .directory
            .blocks
            .iter()
            .map(|block| u64::from(block.records));
        self.events += records.sum::<u64>();
        self.held += u64::from(is_held);
        self.restored += u64::from(entry.id.restored_until().is_some());
        self.past_deadline += u64::from(expires.is_some_and(|expires| expires <= now));
        self.widen(Some(entry.directory.oldest), Some(entry.directory.newest()));
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.segments += other.segments;
        self.events += other.events;
        self.held += other.held;
        self.restored += other.restored;
        self.past_deadline += other.past_deadline;
        self.widen(other.oldest, other.newest);
    }

    fn widen(&mut self, oldest: Option<i64>, newest: Option<i64>) {
        self.oldest = self.oldest.into_iter().chain(oldest).min();
        self.newest = self.newest.into_iter().chain(newest).max();
    }
}

/// The report of a walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DayReport {
    /// When the walk was finished.
    pub(crate) at: i64,
    /// What is kept, by category.
    pub(crate) categories: BTreeMap<String, Ages>,
}

impl DayReport {
    /// Makes the report's item; a later one of the same day takes its place.
    pub(crate) fn item(&self) -> Item {
        Item {
            partition: RETENTION.to_owned(),
            sort: retention::report(Day::of(self.at)),
            body: serde_json::to_vec(self).unwrap_or_default(),
            expires: Some(self.at.saturating_add(KEPT)),
        }
    }

    /// Reads a report's item.
    pub(crate) fn from_item(item: &Item) -> Option<Self> {
        serde_json::from_slice(&item.body).ok()
    }
}
