//! What an invocation came to.

use std::collections::BTreeMap;

use lambda::metric::Report;

/// Counts of one invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Digests that were verified.
    pub digests: u64,
    /// Log files that were compared with what the indexer recorded.
    pub files: u64,
    /// Log files that were sent to be indexed.
    pub queued: u64,
    /// Findings that nobody was told of before, by kind.
    pub findings: BTreeMap<String, u64>,
    /// Findings that were mended.
    pub resolved: u64,
    /// Log files that a digest lists and that are still to be indexed.
    pub pending: u64,
    /// Accounts and Regions whose newest digest is overdue.
    pub behind: u64,
    /// Segments of the index that were checked.
    pub segments: u64,
    /// Objects that are none of the function's business.
    pub other_objects: u64,
}

impl Counts {
    /// States the counts as metrics, and new findings by kind in a report of their own each.
    pub fn reports(&self) -> Vec<Report> {
        let all: u64 = self.findings.values().sum();
        let mut reports = vec![
            Report::of("Function", "integrity")
                .count("DigestsVerified", self.digests)
                .count("FilesCompared", self.files)
                .count("FilesQueued", self.queued)
                .count("IntegrityFindings", all)
                .count("FindingsResolved", self.resolved)
                .count("FilesPending", self.pending)
                .count("StreamsBehind", self.behind)
                .count("SegmentsChecked", self.segments)
                .count("OtherObjects", self.other_objects),
        ];
        for (kind, count) in &self.findings {
            reports.push(Report::of("Kind", kind).count("IntegrityFindings", *count));
        }
        reports
    }
}
