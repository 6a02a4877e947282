//! Which of the known blocks to read next.

use super::candidate::Candidate;
use super::scan::Scan;

/// The most blocks that are read at once, which bounds what is held in memory.
const MOST_AT_ONCE: usize = 256;

/// The matches that blocks promise.
pub(super) fn expected(candidates: &[Candidate]) -> f64 {
    candidates.iter().map(|block| block.expected).sum()
}

/// Takes out the blocks to read for so many more matches, and about so many blocks at most.
///
/// Blocks overlap in time: those of other accounts and Regions, and late
/// deliveries. So not the first few are taken, but all that reach beyond the
/// second at which enough matches are to be expected, if the matches of a
/// block are spread evenly over its time.
pub(super) fn choose(
    candidates: &mut Vec<Candidate>,
    scan: &Scan,
    matches: f64,
    most: f64,
) -> Vec<Candidate> {
    if candidates.is_empty() {
        return Vec::new();
    }
    candidates.sort_by(|one, other| {
        let first = |block: &Candidate| scan.first(block.oldest, block.newest);
        scan.compare(first(one), first(other)).then_with(|| {
            // Blocks of a group are told apart by their numbers alone.
            if scan.order().is_descending() {
                other.number.cmp(&one.number)
            } else {
                one.number.cmp(&other.number)
            }
        })
    });
    let enough = match second_of_enough(candidates, scan, matches) {
        Some(second) => candidates.partition_point(|block| {
            !scan
                .compare(second, scan.first(block.oldest, block.newest))
                .is_lt()
        }),
        None => candidates.len(),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    let affordable = most.clamp(1.0, 256.0) as usize;
    let count = enough
        .clamp(1, affordable.min(MOST_AT_ONCE))
        .min(candidates.len());
    candidates.drain(..count).collect()
}

/// The second by which so many matches are all but sure; nothing where all blocks
/// promise fewer.
fn second_of_enough(candidates: &[Candidate], scan: &Scan, wanted: f64) -> Option<i64> {
    let descending = scan.order().is_descending();
    let (mut low, mut high) = candidates
        .iter()
        .fold((i64::MAX, i64::MIN), |(low, high), block| {
            (low.min(block.oldest), high.max(block.newest))
        });
    let last = if descending { low } else { high };
    if matches_before(candidates, descending, last) < wanted {
        return None;
    }
    // Bisects towards the scan's start for as long as what lies before is enough.
    while low < high {
        let middle = if descending {
            low + (high - low + 1) / 2
        } else {
            low + (high - low) / 2
        };
        let is_enough = matches_before(candidates, descending, middle) >= wanted;
        match (descending, is_enough) {
            (true, true) => low = middle,
            (true, false) => high = middle - 1,
            (false, true) => high = middle,
            (false, false) => low = middle + 1,
        }
    }
    Some(low)
}

/// The matches that are all but sure up to and with a second, in the order of the scan:
/// twice the standard deviation below what is expected, for a further round of reads
/// costs more than some blocks.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn matches_before(candidates: &[Candidate], descending: bool, second: i64) -> f64 {
    let (mut expected, mut variance) = (0.0, 0.0);
    for block in candidates {
        let length = (block.newest - block.oldest + 1) as f64;
        let before = if descending {
            block.newest - second.max(block.oldest) + 1
        } else {
            second.min(block.newest) - block.oldest + 1
        };
        let share = before.max(0) as f64 / length;
        expected += block.expected * share;
        variance += block.variance * share;
    }
    expected - 2.0 * f64::sqrt(variance)
}
