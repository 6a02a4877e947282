//! Backfill digests, which fill what a stream leaves open.

use super::is_content_genuine;
use super::walk::{Walk, places};
use crate::finding::FindingKind;
use crate::location::Location;

impl Walk<'_> {
    /// Covers what backfill digests cover, and checks what they say of each other.
    ///
    /// Each run of a backfill is a chain of its own, so that they may begin
    /// and end anywhere.
    pub(super) fn backfill_links(&mut self) {
        let places = places(self.backfill);
        for (at, record) in self.backfill.iter().enumerate() {
            self.cover(record);
            let Some(previous) = record
                .previous
                .as_ref()
                .filter(|_| is_content_genuine(record))
            else {
                continue;
            };
            match places.get(&(previous.bucket.as_str(), previous.object.as_str())) {
                Some(before) => self.link(previous, record, self.backfill[*before]),
                None if at > 0 => {
                    let missing = Location::new(&previous.bucket, &previous.object);
                    let detail = format!("{} names it, and it is not there", record.place());
                    let kind = FindingKind::DigestMissing;
                    self.hours_finding(kind, record.start, missing, &detail);
                }
                None => {}
            }
        }
    }

    /// Tells whether backfill digests that can be relied on cover a time without a hole.
    pub(super) fn is_filled(&self, start: i64, end: i64) -> bool {
        let mut reach = start;
        for record in self.backfill.iter().filter(|record| record.is_trusted()) {
            if record.start > reach {
                break;
            }
            reach = reach.max(record.end);
        }
        reach >= end
    }
}
