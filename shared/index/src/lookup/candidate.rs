//! Blocks that may hold what a query wants.

use std::collections::BTreeMap;

use trail::Category;

use super::LookupError;
use crate::block::BlockError;
use crate::page::{Found, Layout};
use crate::table::SegmentId;

/// A block that may hold matches.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) category: Category,
    pub(super) day: crate::Day,
    pub(super) segment: SegmentId,
    /// The newest time of the whole segment, which its directory stands under.
    pub(super) segment_newest: i64,
    /// The block's number in the segment.
    pub(super) number: usize,
    pub(super) oldest: i64,
    pub(super) newest: i64,
    /// How many matches are expected, and the variance of that.
    pub(super) expected: f64,
    pub(super) variance: f64,
    /// The records to look at, by number in the block; all of them where absent.
    pub(super) records: Option<Vec<u32>>,
    /// Whether it is to be read strongly.
    pub(super) consistent: bool,
    /// Whether its segment is known to be committed and not to have expired.
    pub(super) is_committed: bool,
    /// Whether it was not there, so that its segment's directory must say why.
    pub(super) is_missing: bool,
}

/// What a segment's candidates have in common.
pub(super) struct Origin {
    pub(super) category: Category,
    pub(super) day: crate::Day,
    pub(super) segment: SegmentId,
    pub(super) consistent: bool,
    pub(super) is_committed: bool,
}

impl Candidate {
    pub(super) fn missing(&self) -> LookupError {
        LookupError::MissingBlock {
            segment: self.segment.clone(),
            number: self.number,
        }
    }

    pub(super) fn error(&self, error: BlockError) -> LookupError {
        LookupError::Block {
            segment: self.segment.clone(),
            number: self.number,
            error,
        }
    }
}

/// Records of a segment that may match, and the share of them that is expected to.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    pub(super) records: Vec<u32>,
    pub(super) share: f64,
}

/// The blocks of a segment that hold its suspects; every block where there are none given.
pub(super) fn candidates(
    origin: &Origin,
    layout: &Layout,
    suspects: Option<&Suspects>,
) -> Vec<Candidate> {
    let records = suspects.map(|suspects| suspects.records.as_slice());
    let mut candidates = Vec::new();
    let mut start = 0_u32;
    let mut rest = records.unwrap_or_default();
    for (number, block) in layout.blocks.iter().enumerate() {
        let end = start + block.records;
        let here = rest.partition_point(|record| *record < end);
        let (chosen, behind) = rest.split_at(here);
        rest = behind;
        if records.is_none() || !chosen.is_empty() {
            let share = suspects.map_or(1.0, |suspects| suspects.share);
            let expected = match suspects {
                Some(_) => share * count(chosen),
                None => f64::from(block.records),
            };
            candidates.push(Candidate {
                category: origin.category,
                day: origin.day,
                segment: origin.segment.clone(),
                segment_newest: layout.newest(),
                number,
                oldest: block.oldest,
                newest: block.newest,
                expected,
                variance: expected * (1.0 - share),
                records: records.map(|_| chosen.iter().map(|record| record - start).collect()),
                consistent: origin.consistent,
                is_committed: origin.is_committed,
                is_missing: false,
            });
        }
        start = end;
    }
    candidates
}

/// How many records there are; a block has far fewer than a number has bits.
fn count(records: &[u32]) -> f64 {
    u32::try_from(records.len()).map_or(f64::MAX, f64::from)
}

/// The records that each of so many conditions names.
pub(super) fn intersect(found: BTreeMap<usize, Found>, conditions: usize) -> Suspects {
    if found.len() < conditions {
        return Suspects::default();
    }
    let mut all: Option<Suspects> = None;
    for mut found in found.into_values() {
        found.records.sort_unstable();
        found.records.dedup();
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let share = (f64::from(found.count) / found.records.len().max(1) as f64).min(1.0);
        all = Some(match all {
            None => Suspects {
                records: found.records,
                share,
            },
            Some(mut all) => {
                all.records
                    .retain(|record| found.records.binary_search(record).is_ok());
                Suspects {
                    records: all.records,
                    share: all.share * share,
                }
            }
        });
    }
    all.unwrap_or_default()
}
