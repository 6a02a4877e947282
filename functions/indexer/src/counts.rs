//! What a batch's files came to: everything counted in is counted out.

use std::ops::AddAssign;

use lambda::metric::{Report, Unit};

/// Counts of one or more files or batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that were indexed, now or before.
    pub files: u64,
    /// Files that cannot be indexed.
    pub rejected_files: u64,
    /// Objects that are none of the indexer's business: digests, aggregated
    /// files, deletions, objects of other services.
    pub other_objects: u64,
    /// Elements of the files' `Records`.
    pub records: u64,
    /// Records that were indexed.
    pub indexed: u64,
    /// Records that were indexed before, or came twice in the batch.
    pub duplicates: u64,
    /// Elements that are no record.
    pub quarantined: u64,
    /// Records past retention when they arrived.
    pub expired: u64,
    /// Segments written.
    pub segments: u64,
}

impl Counts {
    /// Tells whether every record went somewhere.
    pub const fn are_reconciled(&self) -> bool {
        self.records == self.indexed + self.duplicates + self.quarantined + self.expired
    }

    /// States the counts as metrics.
    pub fn report(&self) -> Report {
        Report::of("Function", "indexer")
            .count("FilesIndexed", self.files)
            .count("FilesRejected", self.rejected_files)
            .count("OtherObjects", self.other_objects)
            .count("RecordsIn", self.records)
            .count("RecordsIndexed", self.indexed)
            .count("RecordsDuplicate", self.duplicates)
            .count("RecordsQuarantined", self.quarantined)
            .count("RecordsExpiredOnArrival", self.expired)
            .count("RecordsUnaccounted", u64::from(!self.are_reconciled()))
            .count("SegmentsWritten", self.segments)
    }

    /// States the delivery lag beside the counts, in seconds.
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of a lag are far below 2^52"
    )]
    pub fn report_with_lag(&self, lag: Option<i64>) -> Report {
        match lag {
            Some(lag) => self
                .report()
                .metric("DeliveryLag", lag as f64, Unit::Seconds),
            None => self.report(),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.rejected_files += other.rejected_files;
        self.other_objects += other.other_objects;
        self.records += other.records;
        self.indexed += other.indexed;
        self.duplicates += other.duplicates;
        self.quarantined += other.quarantined;
        self.expired += other.expired;
        self.segments += other.segments;
    }
}
