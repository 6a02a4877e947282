//! Chains of digests: their links, and the hours that they cover.
//!
//! A stream's state is always made from the records that are there, whatever
//! order they came in. A digest that came late mends what it left open.

use std::collections::BTreeMap;

use crate::coverage::{Hour, Hours, Stretch};
use crate::finding::{Finding, FindingKind};
use crate::location::StreamId;
use crate::record::{DigestRecord, FileState};
use crate::stored::is_genuine;
use crate::{DIGEST_LENGTH, DIGEST_SLACK};

mod backfill;
mod link;
mod walk;

/// Between which times a stream is to be whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The time that digests must reach back to; without it they begin where they begin.
    pub start: Option<i64>,
    /// The time that digests must reach up to; without it the newest is where they end.
    pub expected_until: Option<i64>,
    /// Now: a digest that is not due yet is not missing.
    pub now: Option<i64>,
}

impl Window {
    /// The window of who watches: everything is to be there that is due by now.
    pub const fn at(now: i64) -> Self {
        Self {
            start: None,
            expected_until: Some(now.saturating_sub(DIGEST_SLACK + DIGEST_LENGTH)),
            now: Some(now),
        }
    }

    /// Tells whether a digest that ends at a time is due.
    fn is_due(&self, end: i64) -> bool {
        self.now
            .is_none_or(|now| end.saturating_add(DIGEST_SLACK) <= now)
    }
}

/// What the digests of a stream say when they are laid side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// What is wrong between digests. What is wrong with one by itself was said when it
    /// was checked.
    pub findings: Vec<Finding>,
    /// The states of the time from the first digest to the last, or to where it is judged.
    pub stretches: Vec<Stretch>,
    /// The same by the hour.
    pub hours: Hours,
    /// The first second that a digest covers.
    pub covered_from: i64,
    /// The second up to which digests cover.
    pub covered_until: i64,
}

/// Assesses all streams that some records belong to.
///
/// Backfill digests fill the hours that their stream leaves open, and are
/// chained among themselves.
pub fn assess<'r>(
    records: impl IntoIterator<Item = &'r DigestRecord>,
    window: &Window,
) -> BTreeMap<StreamId, Assessment> {
    let mut streams: BTreeMap<StreamId, [Vec<&DigestRecord>; 2]> = BTreeMap::new();
    for record in records {
        let place = record.place();
        if let Some((mut stream, _)) = StreamId::of_digest(&place.bucket, &place.key) {
            let backfill = usize::from(stream.backfill);
            stream.backfill = false;
            streams.entry(stream).or_default()[backfill].push(record);
        }
    }
    streams
        .into_iter()
        .map(|(stream, [regular, backfill])| {
            let assessment = walk::walk(
                &stream,
                &representatives(regular),
                &representatives(backfill),
                window,
            );
            (stream, assessment)
        })
        .collect()
}

/// Chooses one record for each place, in the order of time.
///
/// A digest that was delivered again is the same; of several versions the one
/// that can be relied on speaks, and a copy elsewhere only where nothing is in place.
fn representatives(mut records: Vec<&DigestRecord>) -> Vec<&DigestRecord> {
    records.sort_by(|one, next| {
        let (place, other) = (one.place(), next.place());
        (&place.bucket, &place.key)
            .cmp(&(&other.bucket, &other.key))
            .then_with(|| reliance(one).cmp(&reliance(next)))
            .then_with(|| one.location.cmp(&next.location))
    });
    records.dedup_by(|next, kept| {
        kept.place()
            .is_object(&next.place().bucket, &next.place().key)
    });
    records.sort_by(|one, next| {
        (one.start, one.end, &one.place().key).cmp(&(next.start, next.end, &next.place().key))
    });
    records
}

/// How little a record is to be relied on, for a choice between several of one place.
pub(crate) fn reliance(record: &DigestRecord) -> u8 {
    match record.verdict {
        None => 0,
        Some(FindingKind::KeyUnavailable) => 1,
        Some(_) if record.named.is_none() => 2,
        Some(_) => 3,
    }
}

/// Tells whether a digest's content is what was delivered, as far as is known.
pub(crate) const fn is_content_genuine(record: &DigestRecord) -> bool {
    is_genuine(record.verdict)
}

/// The state of the time that a digest covers, by itself.
fn state_of(record: &DigestRecord) -> Hour {
    match (record.verdict, record.files.state()) {
        (None, FileState::Proven) => Hour::Proven,
        (None | Some(FindingKind::KeyUnavailable), FileState::Proven | FileState::Pending) => {
            Hour::Pending
        }
        _ => Hour::Finding,
    }
}
