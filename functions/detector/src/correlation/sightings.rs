//! Sightings: those of a batch, and where they lie in the table.

use std::collections::BTreeMap;

use aws::table::Marked;
use detection::{Group, RuleIndex, Sighted, Sighting, Timeline, Window};
use index::Item;
use index::table::alerting::{self, Key};

use crate::evaluation::Origin;

/// How long sightings are kept behind their use, in seconds: so late may events arrive.
const LATE: i64 = 7 * 86_400;

/// What a batch saw of a correlation's group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(super) sightings: Vec<Sighting>,
    pub(super) origins: Vec<Origin>,
    /// The last of the events, for the alert to show.
    pub(super) record: Option<(i64, String)>,
}

/// The sightings of a batch, by correlation and group.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    pub(super) groups: BTreeMap<(RuleIndex, Group), Seen>,
    count: usize,
    size: usize,
}

impl Sightings {
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// The bytes of the records that are kept.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn add(&mut self, sighted: Sighted, origin: Origin, record: &str) {
        let Sighted {
            correlation,
            group,
            sighting,
        } = sighted;
        let seen = self.groups.entry((correlation, group)).or_default();
        let second = sighting.second;
        seen.sightings.push(sighting);
        self.count += 1;
        if !seen.origins.contains(&origin) {
            seen.origins.push(origin);
        }
        let before = seen.record.as_ref();
        if before.is_none_or(|(before, _)| *before < second) {
            self.size += record.len();
            self.size -= before.map_or(0, |(_, record)| record.len());
            seen.record = Some((second, record.to_owned()));
        }
    }

    /// Adds what a firing is to the correlations that name the one that fired.
    pub(super) fn chain(&mut self, sighted: Sighted, from: &Seen) {
        let key = (sighted.correlation, sighted.group);
        let seen = self.groups.entry(key).or_default();
        seen.sightings.push(sighted.sighting);
        for origin in &from.origins {
            if !seen.origins.contains(origin) {
                seen.origins.push(*origin);
            }
        }
        if seen.record.is_none() {
            seen.record.clone_from(&from.record);
        }
    }
}

/// Where the sightings of a correlation's group lie.
pub(super) struct Place<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) group: &'a Group,
    rule: &'a str,
    hash: String,
}

impl<'a> Place<'a> {
    pub(super) fn new(timeline: &'a Timeline, group: &'a Group, rule: &'a str) -> Self {
        Self {
            timeline,
            group,
            rule,
            hash: alerting::group_hash(timeline.key_parts(group)),
        }
    }

    pub(super) fn key(&self, bucket: i64) -> Key {
        alerting::sighting(self.rule, &self.hash, bucket)
    }

    pub(super) fn item(&self, bucket: i64, window: &Window, now: i64) -> Item {
        let key = self.key(bucket);
        let end = self.timeline.end(bucket).max(now);
        Item {
            partition: key.partition,
            sort: key.sort,
            body: window.encode(),
            expires: Some(end.saturating_add(LATE)),
        }
    }
}

/// Reads a bucket's window; one that another release wrote begins anew.
pub(super) fn read(found: &Marked) -> Window {
    Window::decode(&found.item.body).unwrap_or_else(|error| {
        tracing::error!(partition = found.item.partition, %error, "sightings cannot be read");
        Window::default()
    })
}
