//! Where an object is stored, and whose it is by its key.

use std::fmt;

use serde::{Deserialize, Serialize};
use trail::ObjectKey;
use trail::key::ObjectKind;
use xxhash_rust::xxh3::xxh3_64;

/// The longest bucket name that is read from a document.
pub(crate) const LONGEST_BUCKET: usize = 255;
/// The longest object key that is read from a document: S3's own bound.
pub(crate) const LONGEST_KEY: usize = 1024;

/// An object in a bucket, or one version of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The object's version, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Location {
    /// Names an object without a version.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            version: None,
        }
    }

    /// Names a version of the object.
    #[must_use]
    pub fn at_version(mut self, version: Option<impl Into<String>>) -> Self {
        self.version = version.map(Into::into);
        self
    }

    /// Tells whether both name the same object, whatever the version.
    pub fn is_object(&self, bucket: &str, key: &str) -> bool {
        self.bucket == bucket && self.key == key
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}/{}", self.bucket, self.key)?;
        match &self.version {
            Some(version) => write!(formatter, "?versionId={version}"),
            None => Ok(()),
        }
    }
}

/// The first eight bytes of a hash of an object's name, for compact lists.
pub fn name_hash(bucket: &str, key: &str) -> u64 {
    let mut name = Vec::with_capacity(bucket.len() + 1 + key.len());
    name.extend_from_slice(bucket.as_bytes());
    name.push(b'/');
    name.extend_from_slice(key.as_bytes());
    xxh3_64(&name)
}

/// The stream of digests that one belongs to: an account and a Region of a trail.
///
/// A trail's backfill digests are a stream of their own, because they are
/// chained among themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// What stands before the account in the key: prefix, `AWSLogs/`, organization.
    pub prefix: String,
    /// The trail's name and home Region as the file names have them; empty in a
    /// file renamed by hand.
    pub trail: String,
    /// Whether these are backfill digests.
    #[serde(default)]
    pub backfill: bool,
}

impl StreamId {
    /// The stream of a digest by its key, and the second that its name states.
    ///
    /// None for a key that is no digest's.
    pub fn of_digest(bucket: &str, key: &str) -> Option<(Self, Option<i64>)> {
        let parsed = ObjectKey::parse(key).ok()?;
        if parsed.kind != ObjectKind::Digest {
            return None;
        }
        let stem = parsed.file_name.strip_suffix(".json.gz")?;
        let (stem, backfill) = match stem.strip_suffix("_backfill") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        let trail = stem
            .strip_prefix(parsed.account)
            .and_then(|rest| rest.strip_prefix("_CloudTrail-Digest_"))
            .and_then(|rest| rest.strip_prefix(parsed.region))
            .and_then(|rest| rest.strip_prefix('_'))
            .and_then(|rest| rest.rsplit_once('_'))
            .map_or("", |(trail, _)| trail);
        Some((
            Self {
                account: parsed.account.to_owned(),
                region: parsed.region.to_owned(),
                bucket: bucket.to_owned(),
                prefix: prefix_of(key, &parsed).to_owned(),
                trail: trail.to_owned(),
                backfill,
            },
            parsed.delivery_time,
        ))
    }
}

/// What stands before the account in a key: prefix, `AWSLogs/`, organization.
pub(crate) fn prefix_of<'k>(key: &'k str, parsed: &ObjectKey<'_>) -> &'k str {
    let organization = parsed.organization.map_or(0, |id| id.len() + 1);
    key.get(..parsed.prefix.len() + "AWSLogs/".len() + organization)
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digests_stream_is_read_from_its_key() {
        let key = "p/AWSLogs/o-abc/111122223333/CloudTrail-Digest/eu-west-1/2026/10/13/\
                   111122223333_CloudTrail-Digest_eu-west-1_my_trail_us-east-1_20261013T080000Z.json.gz";
        let (stream, time) = StreamId::of_digest("logs", key).expect("a digest");
        assert_eq!(stream.trail, "my_trail_us-east-1");
        assert_eq!(stream.prefix, "p/AWSLogs/o-abc/");
        assert_eq!(
            (stream.account.as_str(), stream.region.as_str()),
            ("111122223333", "eu-west-1")
        );
        assert!(!stream.backfill);
        assert_eq!(time, Some(1_791_878_400));
        let backfill = key.replace(".json.gz", "_backfill.json.gz");
        let (second, at) = StreamId::of_digest("logs", &backfill).expect("a digest");
        assert!(second.backfill);
        assert_eq!((second.trail, at), (stream.trail, time));
        let log = key.replace("CloudTrail-Digest", "CloudTrail");
        assert_eq!(StreamId::of_digest("logs", &log), None);
        assert_eq!(StreamId::of_digest("logs", "public-keys.json"), None);
    }
}
