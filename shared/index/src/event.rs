//! Events as a lookup gives them back, and the order they stand in.

use trail::{Category, Record};
use xxhash_rust::xxh3::xxh3_64;

use crate::day::Day;

/// The place of an event in the order of a history: by time, then id, then content.
///
/// The content's hash sets apart what shares an id, and records that have none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventKey {
    /// The event's time, in seconds since 1970.
    pub time: i64,
    /// The event's id; empty where the record has none.
    pub id: String,
    /// A hash of the record's text.
    pub content: u64,
}

/// The bytes of an id that order events: a GUID has 36, and a cursor must stay
/// small whatever stands in a record. Beyond them the content decides.
const LONGEST_ID: usize = 128;

impl EventKey {
    /// The key of a record.
    pub fn of(record: &Record<'_>) -> Self {
        let id = record.id().unwrap_or_default();
        Self {
            time: record.time(),
            id: id[..id.floor_char_boundary(LONGEST_ID)].to_owned(),
            content: content_hash(record.text()),
        }
    }
}

/// Hashes a record's text; equal texts are the same event.
pub(crate) fn content_hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// An event that a lookup found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the history.
    pub key: EventKey,
    /// Its category.
    pub category: Category,
    /// The record, byte for byte as it was delivered.
    pub text: String,
    /// The day until whose start it is restored, where it is only kept for that.
    pub restored_until: Option<Day>,
}

impl Event {
    /// Reads the record's fields; it was read before, so this does not fail on what lookups return.
    pub fn record(&self) -> Result<Record<'_>, trail::record::RecordError> {
        Record::parse(&self.text)
    }
}
