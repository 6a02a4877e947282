//! What was compared, added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ledger::{Counts, FileDifference, SegmentDifference};

/// What was compared, and what differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Totals {
    /// Archived files that were read.
    pub(super) files: u64,
    /// Events in them.
    pub(super) events: u64,
    /// Events of these that are kept no more.
    pub(super) past: u64,
    /// Files that were delivered a moment ago and are not indexed yet.
    pub(super) pending: u64,
    /// Segments that were checked.
    pub(super) segments: u64,
    /// Segments that contradict themselves.
    pub(super) damaged: u64,
    /// Files that differ in anything.
    pub(super) differing: u64,
    /// Events that differ, by their day.
    pub(super) days: BTreeMap<String, Counts>,
}

/// What came of comparing some files.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) totals: Totals,
    pub(super) files: Vec<FileDifference>,
    pub(super) segments: Vec<SegmentDifference>,
}

impl Totals {
    /// Events that differ.
    pub(super) fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        self.days.values().for_each(|counts| sum.add(*counts));
        sum
    }

    /// Tells whether index and archive hold the same.
    pub(super) fn is_equal(&self) -> bool {
        self.damaged == 0 && self.differing == 0 && self.counts() == Counts::default()
    }

    /// Adds what else was compared, but for its differences.
    pub(super) const fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.events += other.events;
        self.past += other.past;
        self.pending += other.pending;
        self.segments += other.segments;
    }

    /// Counts a file that differs.
    pub(super) fn count_file(&mut self, file: &FileDifference) {
        self.differing += 1;
        for (day, counts) in &file.days {
            self.days.entry(day.clone()).or_default().add(*counts);
        }
    }

    /// Counts a segment that is wrong.
    pub(super) const fn count_segment(&mut self, segment: &SegmentDifference) {
        if !segment.contradictions.is_empty() {
            self.damaged += 1;
        }
    }
}

impl Outcome {
    /// Adds another.
    pub(super) fn join(&mut self, other: Self) {
        self.totals.add(&other.totals);
        self.files.extend(other.files);
        self.segments.extend(other.segments);
    }
}
