//! What an invocation came to, as metrics.

use std::collections::BTreeMap;

use lambda::metric::{Report, Unit};

use crate::report::Ages;

/// What one invocation has stamped, deleted and found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Segments that were looked at.
    pub segments: u64,
    /// Segments that were stamped with another time.
    pub stamped_segments: u64,
    /// Items that were.
    pub stamped_items: u64,
    /// Segments that were deleted because they were past their time.
    pub purged_segments: u64,
    /// Items that were.
    pub purged_items: u64,
    /// Segments without a directory entry whose items were deleted.
    pub orphans: u64,
    /// Segments that were to be kept for longer and were incomplete: given to the indexer again.
    pub renewed: u64,
    /// Directory entries that cannot be read.
    pub damaged: u64,
    /// Days of categories that a job is done with.
    pub days: u64,
    /// Jobs that are not finished.
    pub open_jobs: u64,
    /// Write units that were consumed.
    pub write_units: f64,
    /// Protections that are not as promised, where they were looked at.
    pub drifted: Option<u64>,
    /// Protections that could not be looked at.
    pub unknown: u64,
    /// What is kept by category, where a walk was finished.
    pub ages: BTreeMap<String, Ages>,
    /// When it was finished, in seconds since 1970.
    pub reported_at: i64,
}

impl Counts {
    /// States the counts as metrics: one line for the function, and one for each category
    /// where a walk was finished.
    pub fn reports(&self) -> Vec<Report> {
        let mut whole = Report::of("Function", "retention")
            .count("RetentionSegments", self.segments)
            .count("RetentionSegmentsStamped", self.stamped_segments)
            .count("RetentionItemsStamped", self.stamped_items)
            .count("RetentionSegmentsPurged", self.purged_segments)
            .count("RetentionItemsPurged", self.purged_items)
            .count("RetentionOrphans", self.orphans)
            .count("RetentionRenewed", self.renewed)
            .count("RetentionDamaged", self.damaged)
            .count("RetentionDays", self.days)
            .count("RetentionOpenJobs", self.open_jobs)
            .metric("RetentionWriteUnits", self.write_units, Unit::Count);
        if let Some(drifted) = self.drifted {
            whole = whole
                .count("ProtectionsDrifted", drifted)
                .count("ProtectionsUnknown", self.unknown);
        }
        let by_category = self.ages.iter().map(|(category, ages)| {
            let mut report = Report::of("Function", "retention")
                .dimension("Category", category)
                .count("KeptSegments", ages.segments)
                .count("KeptEvents", ages.events)
                .count("HeldSegments", ages.held)
                .count("RestoredSegments", ages.restored)
                .count("SegmentsPastDeadline", ages.past_deadline);
            if let Some(oldest) = ages.oldest {
                #[expect(clippy::cast_precision_loss, reason = "seconds of some years")]
                let age = self.reported_at.saturating_sub(oldest) as f64;
                report = report.metric("OldestEventAge", age, Unit::Seconds);
            }
            report
        });
        [whole].into_iter().chain(by_category).collect()
    }
}
