//! What could not be indexed.

use aws::Table;
use aws::table::Range;
use index::finding::{Finding, FindingKind};
use index::{Day, table};
use serde::Serialize;

use crate::fault::Fault;
use crate::status::Budget;

/// How many findings there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Findings {
    /// Records that could not be indexed, in files that otherwise were.
    quarantined: u64,
    /// Files that could not be indexed at all.
    rejected: u64,
    /// Files with content that differs from what is stored under the same name.
    conflicts: u64,
    #[serde(skip)]
    is_cut_off: bool,
}

impl Findings {
    pub(super) const fn is_complete(self) -> bool {
        !self.is_cut_off
    }

    fn count(&mut self, finding: &Finding) {
        match finding.kind {
            FindingKind::Quarantined => self.quarantined += finding.count,
            FindingKind::Rejected => self.rejected += 1,
            FindingKind::Conflict => self.conflicts += 1,
        }
    }
}

/// Counts the findings, newest first, in stretches of days that double, until
/// the budget is spent; the newest stretch is always read.
pub(super) async fn read(table: &Table, now: i64, budget: &mut Budget) -> Result<Findings, Fault> {
    let mut findings = Findings::default();
    let today = Day::of(now);
    let mut newest = Day::LAST;
    let mut length = 1;
    loop {
        let oldest = Day::of(today.start().saturating_sub(length * 86_400));
        let range = Range {
            partition: table::FINDINGS,
            from: &oldest.to_string(),
            until: &format!("{newest}~"),
            consistent: false,
        };
        let answer = table.query(range).await?;
        budget.consumed += answer.read_units;
        // DynamoDB deletes expired items when it gets to them.
        let kept = |item: &&index::Item| item.expires.is_none_or(|expires| expires > now);
        for item in answer.items.iter().filter(kept) {
            let finding = Finding::from_body(&item.body)
                .ok_or_else(|| Fault::damaged(&format!("finding {}", item.sort)))?;
            findings.count(&finding);
        }
        if oldest == Day::FIRST {
            return Ok(findings);
        }
        if budget.is_spent() {
            findings.is_cut_off = true;
            return Ok(findings);
        }
        newest = oldest.previous();
        length *= 2;
        // The log files of no CloudTrail are older: the rest in one go.
        if length > 10_000 {
            length = i64::MAX / 86_400;
        }
    }
}
