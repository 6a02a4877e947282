//! Log files as the index knows them.

use serde::{Deserialize, Serialize};
use trail::ObjectKey;
use trail::digest::Hash;

use crate::day::Day;
use crate::item::Item;
use crate::retention::Class;
use crate::table::{self, SegmentId};
use crate::visibility::Keeping;

/// A version of a log file's object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileVersion {
    /// The bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The object's version; absent in a bucket without versioning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Where a log file belongs by its key: who it is about, and when it was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The UTC day of delivery.
    pub day: Day,
    /// The time of delivery, to the minute; the day's start where the name tells none.
    pub time: i64,
}

impl From<&ObjectKey<'_>> for Delivery {
    fn from(key: &ObjectKey<'_>) -> Self {
        let day = Day::from(key.delivery_day);
        let time = key.delivery_time.filter(|time| Day::of(*time) == day);
        Self {
            account: key.account.to_owned(),
            region: key.region.to_owned(),
            day,
            time: time.unwrap_or_else(|| day.start()),
        }
    }
}

impl FileVersion {
    /// The sort key under which the file's record stands.
    pub fn sort(&self) -> String {
        table::file(&self.bucket, &self.key, self.version.as_deref())
    }

    /// The sort key of the file's record in a class: a file that is restored has one of
    /// its own for each day until which it is.
    pub fn sort_in(&self, class: &Class) -> String {
        table::file_in(&self.bucket, &self.key, self.version.as_deref(), class)
    }
}

/// The record that a log file is indexed: written after all its segments are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The SHA-256 of the inflated content, hexadecimal, as a digest lists it.
    pub sha256: String,
    /// How many elements its `Records` had.
    pub records: u64,
    /// The object's size in bytes.
    pub size: u64,
    /// The object's `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// How many of the records were quarantined.
    #[serde(default)]
    pub quarantined: u64,
    /// How many of the records were already past retention.
    #[serde(default)]
    pub expired: u64,
    /// The segments that hold its records.
    pub segments: Vec<String>,
}

impl FileRecord {
    /// Makes the file's item.
    ///
    /// Expires with the delivery day's retention, so that a file that comes
    /// again while its events are kept is known; that of a restored file with its class.
    pub fn item(
        &self,
        version: &FileVersion,
        delivery: &Delivery,
        class: &Class,
        keeping: &Keeping,
    ) -> Item {
        Item {
            partition: table::files(&delivery.account, &delivery.region, delivery.day),
            sort: version.sort_in(class),
            body: serde_json::to_vec(self).unwrap_or_default(),
            expires: keeping.file_expires(class, delivery),
        }
    }

    /// Reads a file's item.
    pub fn from_body(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// Tells whether another record is of the same content.
    ///
    /// Its segments may differ: two indexers that were given the file at the
    /// same time put it into segments of their own.
    pub fn has_content_of(&self, other: &Self) -> bool {
        (&self.sha256, self.records) == (&other.sha256, other.records)
    }

    /// States a content hash as the record does.
    pub fn hash_text(hash: &Hash) -> String {
        hex::encode(hash)
    }

    /// Names segments as the record does.
    pub fn segment_names<'s>(segments: impl IntoIterator<Item = &'s SegmentId>) -> Vec<String> {
        segments.into_iter().map(ToString::to_string).collect()
    }
}
