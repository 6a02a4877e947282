//! A correlation's time, cut into buckets that a table keeps.

use std::collections::BTreeMap;
use std::iter::once;
use std::ops::RangeInclusive;

use xxhash_rust::xxh3::Xxh3Default;

use crate::correlation::firing::{self, Firing};
use crate::correlation::{Correlation, Group, Sighting, Window};
use crate::rule::RuleIndex;
use crate::rules::Rules;

/// Evaluates one correlation; the module's documentation says how to use it with a table.
#[derive(Clone, Debug)]
pub struct Timeline {
    index: RuleIndex,
    correlation: Correlation,
    definition: String,
}

impl Timeline {
    pub(super) fn new(index: RuleIndex, correlation: &Correlation, rules: &Rules) -> Self {
        Self {
            index,
            correlation: correlation.clone(),
            definition: definition(correlation, rules),
        }
    }

    /// The number of the correlation in its rule set.
    pub const fn index(&self) -> RuleIndex {
        self.index
    }

    /// The correlation.
    pub const fn correlation(&self) -> &Correlation {
        &self.correlation
    }

    /// What sightings of a group are filed under, besides the rule's id: pairs to hash.
    ///
    /// The first is what sightings depend on in the correlation: of one that was rewritten
    /// those of before mean something else, and are left to expire. The threshold
    /// may change.
    pub fn key_parts<'g>(&'g self, group: &'g Group) -> impl Iterator<Item = (&'g str, &'g str)> {
        let pairs = group.pairs.iter();
        once(("", self.definition.as_str()))
            .chain(pairs.map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// The bucket of a time; each is as long as the timespan.
    pub fn bucket(&self, second: i64) -> i64 {
        second.div_euclid(self.correlation.timespan_seconds())
    }

    /// The buckets to read when something changed in one: two before it, itself, one behind.
    ///
    /// What changed is in the windows of sightings in its bucket and the next. Which burst
    /// those belong to depends on what fires in the bucket before, and that on
    /// one more.
    pub const fn neighbours(bucket: i64) -> RangeInclusive<i64> {
        bucket.saturating_sub(2)..=bucket.saturating_add(1)
    }

    /// When a bucket's window is of no use any more, in seconds since 1970: at the end of
    /// the last bucket that is evaluated with it.
    ///
    /// Add how late events may arrive, and let it expire.
    pub fn end(&self, bucket: i64) -> i64 {
        self.start(bucket.saturating_add(4))
    }

    /// Finds the bursts that a change in a bucket may have begun, extended or joined.
    ///
    /// `windows` are those of the bucket's [`neighbours`](Self::neighbours) with their
    /// buckets, in any order; one that is not there is empty, and others are passed over.
    pub fn firings<'w>(
        &self,
        group: &Group,
        bucket: i64,
        windows: impl IntoIterator<Item = (i64, &'w Window)>,
    ) -> Vec<Firing> {
        let read = Self::neighbours(bucket);
        let windows: BTreeMap<i64, &Window> = windows
            .into_iter()
            .filter(|(of, _)| read.contains(of))
            .collect();
        let mut sightings: Vec<Sighting> = windows
            .values()
            .flat_map(|window| window.sightings())
            .cloned()
            .collect();
        sightings.sort_unstable();
        // Of what fires in the oldest bucket, part of the windows is not there to see.
        let since = self.start(read.start().saturating_add(1));
        let mut firings = firing::firings(self, group, &sightings, since);
        let start = self.start(bucket);
        firings.retain(|firing| firing.last >= start);
        for firing in &mut firings {
            self.anchor(firing, &windows);
        }
        firings
    }

    /// Gives a burst the anchor that its windows know.
    fn anchor(&self, firing: &mut Firing, windows: &BTreeMap<i64, &Window>) {
        let mut buckets: Vec<i64> = firing.at.iter().map(|it| self.bucket(it.second)).collect();
        buckets.dedup();
        let known = |bucket: &i64| windows.get(bucket).and_then(|window| window.known());
        if let Some(anchor) = buckets.iter().filter_map(known).min() {
            firing.anchor = anchor.second;
            firing.account = anchor.account.map(|account| format!("{account:012}"));
        }
        let seen = self.bucket(firing.first)..=self.bucket(firing.last);
        firing.is_estimate = windows.range(seen).any(|(_, window)| window.is_full());
        buckets.retain(|bucket| known(bucket).is_none());
        firing.unanchored = buckets;
    }

    /// The first second of a bucket.
    fn start(&self, bucket: i64) -> i64 {
        bucket.saturating_mul(self.correlation.timespan_seconds())
    }
}

/// Hashes what sightings depend on, in 16 hexadecimal digits.
fn definition(correlation: &Correlation, rules: &Rules) -> String {
    let mut hasher = Xxh3Default::new();
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    add(correlation.kind.name());
    add(&correlation.timespan.to_string());
    for named in &correlation.rules {
        add(&rules.get(*named).id);
        for name in &correlation.group_by {
            add(correlation.field_of(name, *named));
        }
        for name in &correlation.threshold.fields {
            add(correlation.field_of(name, *named));
        }
    }
    format!("{:016x}", hasher.digest())
}
