//! How far re-stamping is, and what a walk has found.

use std::collections::{BTreeMap, BTreeSet};

use index::Day;
use serde::{Deserialize, Serialize};
use trail::Category;

use super::DayFound;
use crate::keeping::Kept;
use crate::report::Ages;

/// How long after a change a walk must begin to have seen all that was written before, in
/// seconds: longer than an indexer may take.
const SETTLING: i64 = 900;

/// The most days with something past its time that are noted for the purge.
const MOST_DUE: usize = 2_000;

/// For how long a bucket is remembered that no segment has any more, in seconds.
const REMEMBERED: i64 = 60 * 86_400;

/// The most buckets of frequent terms that are noted of a category.
const MOST_FREQUENT: usize = 1_024;

/// How far re-stamping is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RestampState {
    /// What was to be kept when this was last looked at.
    pub(crate) fingerprint: String,
    /// When that was seen first.
    pub(crate) since: i64,
    /// When the last walk by it began that was finished.
    pub(crate) walked: Option<i64>,
    /// When it was found to be applied to everything.
    pub(crate) applied: Option<i64>,
    /// The walk that is under way.
    pub(crate) walk: Option<WalkState>,
    /// The last walk that was finished.
    pub(crate) last: Option<Walked>,
    /// When a walk last stamped something with a time that was past.
    pub(crate) shortened: Option<i64>,
    /// The buckets of frequent terms by category, and when they were seen last.
    pub(crate) frequent: BTreeMap<String, BTreeMap<u16, i64>>,
}

/// A walk that is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WalkState {
    /// When it began.
    pub(crate) began: i64,
    /// The category that it is in.
    pub(crate) category: String,
    /// The last day of it that is done.
    pub(crate) day: Option<String>,
    /// What was found so far.
    pub(crate) found: Found,
}

/// A walk that was finished.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Walked {
    /// When it began.
    pub(crate) began: i64,
    /// When it ended.
    pub(crate) ended: i64,
    /// What was found.
    pub(crate) found: Found,
}

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Found {
    /// What is kept, by category.
    pub(crate) ages: BTreeMap<String, Ages>,
    /// How many segments were stamped.
    pub(crate) stamped: u64,
    /// How many directory entries were damaged.
    pub(crate) damaged: u64,
    /// The days that hold something past its time, by category.
    pub(crate) due: BTreeMap<String, BTreeSet<String>>,
}

impl RestampState {
    /// Notes what is to be kept now; a change begins everything anew.
    pub(super) fn see(&mut self, kept: &Kept, now: i64) {
        if self.fingerprint != kept.fingerprint {
            self.fingerprint.clone_from(&kept.fingerprint);
            self.since = now;
            self.walked = None;
            self.applied = None;
            self.walk = None;
        }
    }

    /// Tells whether a change demands a walk.
    pub(super) fn is_demanded(&self, now: i64) -> bool {
        let is_settled = now >= self.since.saturating_add(SETTLING);
        self.applied.is_none() && (self.walked.is_none() || is_settled)
    }

    /// Tells whether something is left to do, now or later.
    pub(crate) fn is_open(&self) -> bool {
        self.walk.is_some() || self.applied.is_none()
    }

    /// Remembers in which buckets segments of a category have pages of frequent terms.
    pub(super) fn note_frequent(&mut self, category: Category, found: &BTreeSet<u16>, now: i64) {
        let buckets = self.frequent.entry(category.to_string()).or_default();
        for bucket in found {
            if buckets.len() < MOST_FREQUENT || buckets.contains_key(bucket) {
                buckets.insert(*bucket, now);
            }
        }
    }

    /// Ends the walk.
    pub(super) fn finish(&mut self, walk: WalkState, now: i64) {
        self.walked = Some(walk.began);
        if walk.began >= self.since.saturating_add(SETTLING) {
            self.applied.get_or_insert(now);
        }
        for buckets in self.frequent.values_mut() {
            buckets.retain(|_, seen| *seen >= now.saturating_sub(REMEMBERED));
        }
        self.last = Some(Walked {
            began: walk.began,
            ended: now,
            found: walk.found,
        });
        self.walk = None;
    }
}

impl Found {
    pub(super) fn add(&mut self, category: Category, day: Day, found: &DayFound) {
        let ages = self.ages.entry(category.to_string()).or_default();
        ages.merge(&found.ages);
        self.stamped += found.stamped;
        self.damaged += found.damaged;
        let noted: usize = self.due.values().map(BTreeSet::len).sum();
        if found.is_due && noted < MOST_DUE {
            let due = self.due.entry(category.to_string()).or_default();
            due.insert(day.to_string());
        }
    }
}

impl WalkState {
    pub(super) fn begin(now: i64) -> Self {
        Self {
            began: now,
            ..Self::default()
        }
    }
}
