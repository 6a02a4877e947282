//! Which events are shown, and until when their items are kept.
//!
//! Whether an event is shown is decided by its record alone: its category, its
//! account, its time and who did it, and whether it was restored. A segment is
//! kept for as long as any event in it may be shown. So a change of the policy
//! or a hold takes effect at once, and what is stored follows.

use std::collections::BTreeSet;

use trail::{Category, ObjectKey, Record};

use crate::day::Day;
use crate::directory::Directory;
use crate::file::Delivery;
use crate::hold::Hold;
use crate::policy::Policy;
use crate::retention::{Class, Retention, restored_until};
use crate::table::SegmentId;

/// How much longer a day's headers are kept than the rest of its items: by them, what was
/// left behind can still be found.
const HEADER_SECONDS: i64 = 32 * 86_400;

/// How long before its delivery an event of a file may have happened, for what a hold
/// keeps of the records of files. Later ones are delivered again without harm.
const FILE_REACH: i64 = 86_400;

/// What is to be kept: the retention policy, and the holds that are active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    policy: Policy,
    holds: Vec<Hold>,
}

/// What a segment holds, as far as it decides until when the segment is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent<'a> {
    /// The retention class's token.
    pub class: &'a str,
    /// The category.
    pub category: Category,
    /// The day.
    pub day: Day,
    /// The time of the oldest event.
    pub oldest: i64,
    /// The time of the newest event.
    pub newest: i64,
    /// The accounts of its files, by their keys.
    pub accounts: BTreeSet<&'a str>,
}

impl<'a> Extent<'a> {
    /// The extent of a segment that is stored.
    pub fn of(id: &'a SegmentId, category: Category, day: Day, directory: &'a Directory) -> Self {
        let files = directory.files.iter();
        Self {
            class: id.class(),
            category,
            day,
            oldest: directory.oldest,
            newest: directory.newest(),
            accounts: files
                .filter_map(|file| account_of(&file.version.key))
                .collect(),
        }
    }
}

/// The account that a log file belongs to, by its key.
pub(crate) fn account_of(key: &str) -> Option<&str> {
    ObjectKey::parse(key).ok().map(|key| key.account)
}

impl From<Policy> for Keeping {
    fn from(policy: Policy) -> Self {
        Self::new(policy, [])
    }
}

impl From<Retention> for Keeping {
    fn from(retention: Retention) -> Self {
        Self::from(Policy::from(retention))
    }
}

impl Keeping {
    /// Keeps by a policy and by those of the holds that are active.
    pub fn new(policy: impl Into<Policy>, holds: impl IntoIterator<Item = Hold>) -> Self {
        Self {
            policy: policy.into(),
            holds: holds.into_iter().filter(Hold::is_active).collect(),
        }
    }

    /// The policy.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The holds that are active.
    pub fn holds(&self) -> &[Hold] {
        &self.holds
    }

    /// When the items of a segment may go, all but its header; never where a hold touches it.
    ///
    /// It does not depend on when they are written, so that indexing a file again
    /// writes the same.
    pub fn expires(&self, extent: &Extent<'_>) -> Option<i64> {
        let accounts = || extent.accounts.iter().copied();
        let is_held = |hold: &Hold| hold.touches(extent.oldest, extent.newest, accounts());
        if self.holds.iter().any(is_held) {
            return None;
        }
        if let Some(until) = restored_until(extent.class) {
            return Some(until.start());
        }
        let kept = accounts().map(|account| self.policy.retention(extent.category, account));
        let longest = kept.max();
        longest
            .unwrap_or(self.policy.usual(extent.category))
            .expires(extent.day)
    }

    /// When a header may go of whose segments the last may go then.
    pub fn header_expires(segments: Option<i64>) -> Option<i64> {
        segments.map(|expires| expires.saturating_add(HEADER_SECONDS))
    }

    /// When the record of a log file may go: with the last events that were delivered on
    /// its day, so that a file that comes again while its events are kept is known.
    pub fn file_expires(&self, class: &Class, delivery: &Delivery) -> Option<i64> {
        let account = delivery.account.as_str();
        let oldest = delivery.day.start() - FILE_REACH;
        let is_held =
            |hold: &Hold| hold.touches(oldest, delivery.day.end(), std::iter::once(account));
        if self.holds.iter().any(is_held) {
            return None;
        }
        if let Some(until) = class.restored_until() {
            return Some(until.start());
        }
        self.policy.longest_of(account).expires(delivery.day)
    }

    /// What is shown at a time, in seconds since 1970.
    pub fn at(self, now: i64) -> Visibility {
        let young = self.policy.shortest().horizon(now);
        Visibility {
            keeping: self,
            now,
            young,
        }
    }
}

/// Which events are shown at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visibility {
    keeping: Keeping,
    now: i64,
    /// The time from which on every event is shown.
    young: i64,
}

impl Visibility {
    /// Shows what a policy keeps, and those of the holds that are active, at a time in
    /// seconds since 1970.
    pub fn new(policy: impl Into<Policy>, holds: impl IntoIterator<Item = Hold>, now: i64) -> Self {
        Keeping::new(policy, holds).at(now)
    }

    /// The time.
    pub const fn now(&self) -> i64 {
        self.now
    }

    /// What is kept.
    pub const fn keeping(&self) -> &Keeping {
        &self.keeping
    }

    /// The oldest time at which any event of a category may be shown, but for restored ones.
    pub fn horizon(&self, category: Category) -> i64 {
        let holds = self.keeping.holds.iter().map(|hold| hold.start);
        holds.fold(self.policy_horizon(category), i64::min)
    }

    /// The oldest time at which the policy keeps any event of a category.
    pub fn policy_horizon(&self, category: Category) -> i64 {
        let policy = &self.keeping.policy;
        policy.longest_in(category).horizon(self.now)
    }

    /// Tells whether an event is shown that is stored in a class.
    pub fn shows(&self, class: &str, category: Category, record: &Record<'_>) -> bool {
        let time = record.time();
        if time >= self.young || self.is_restored(class) {
            return true;
        }
        let account = record.account().unwrap_or_default();
        let kept = self.keeping.policy.retention(category, account);
        time >= kept.horizon(self.now) || self.keeping.holds.iter().any(|hold| hold.covers(record))
    }

    /// Tells whether any event may be shown that a class holds of a stretch of time.
    pub fn may_show(&self, class: &str, category: Category, oldest: i64, newest: i64) -> bool {
        newest >= self.young
            || newest >= self.policy_horizon(category)
            || self.is_restored(class)
            || self
                .keeping
                .holds
                .iter()
                .any(|hold| hold.overlaps(oldest, newest))
    }

    /// Tells whether events of a class are shown because they were restored.
    pub fn is_restored(&self, class: &str) -> bool {
        restored_until(class).is_some_and(|until| self.now < until.start())
    }
}

#[cfg(test)]
mod tests;
