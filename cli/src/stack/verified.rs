//! What is proven, told by the table.

use std::collections::{BTreeMap, BTreeSet};

use alerts::{Finding, Level};
use aws::Table;
use aws::table::Range;
use index::table::integrity::{self as places, Kept};
use integrity::coverage::HOUR;
use integrity::{Counts, DigestRecord, Summary};

use super::Stack;
use crate::failure::Failure;

/// How many findings are read at once.
const PAGE: usize = 200;

/// Digests, hours and findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    /// Digests that were examined.
    pub(crate) digests: u64,
    /// Those of them that are good.
    pub(crate) valid: u64,
    /// Hours of accounts and Regions, by what is known of them.
    pub(crate) hours: Counts,
    /// What was found and is not mended, by level.
    pub(crate) findings: BTreeMap<Level, u64>,
}

impl Stack {
    /// Counts what is known of the digests of some accounts and Regions.
    pub(crate) async fn verified(
        &self,
        table: &Table,
        streams: &BTreeSet<(String, String)>,
    ) -> Result<Verified, Failure> {
        let mut verified = Verified::default();
        for (account, region) in streams {
            let partition = places::digests(account, region);
            for item in table.query(Range::partition(&partition)).await?.items {
                let record = DigestRecord::decode(&item.body).ok_or_else(|| {
                    Failure::new(format!("item {} of {partition} is damaged", item.sort))
                })?;
                verified.digests += 1;
                verified.valid += u64::from(record.verdict.is_none());
            }
        }
        let summary = table.get(places::SUMMARY, places::SUMMARY_SORT).await?;
        if let Some(item) = summary {
            let summary = Summary::decode(&item.body)
                .ok_or_else(|| Failure::new("the summary of proven hours is damaged"))?;
            verified.hours = all_hours(&summary);
        }
        let mut from = " ".to_owned();
        loop {
            let range = Range {
                from: &from,
                ..Range::partition(places::FINDINGS)
            };
            let items = table.list(range, PAGE).await?;
            for found in &items {
                let kept: Kept<Finding> = serde_json::from_slice(&found.item.body)?;
                if kept.resolved.is_none() {
                    *verified.findings.entry(kept.finding.severity).or_default() += 1;
                }
            }
            match items.last() {
                Some(last) if items.len() == PAGE => from = format!("{} ", last.item.sort),
                _ => return Ok(verified),
            }
        }
    }
}

/// Counts all hours that anything is known of.
fn all_hours(summary: &Summary) -> Counts {
    let runs = || {
        summary
            .streams()
            .iter()
            .flat_map(|known| known.hours.runs())
    };
    let first = runs().map(|run| run.first).min().unwrap_or_default();
    let end = runs().map(|run| run.end).max().unwrap_or_default();
    let time = |hour: i64| hour.saturating_mul(HOUR);
    summary.over(time(first), time(end), None, None)
}
