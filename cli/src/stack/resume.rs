//! Goes on where a process was stopped or killed.
//!
//! The bucket and the table say what is done: a log file is indexed when its
//! file record is there. So the queues of the process before are emptied, and
//! every log file without a record is announced again. Of digests likewise:
//! one without a record is announced once the log files are indexed.

use std::collections::HashSet;

use aws::table::Range;
use index::file::{Delivery, FileVersion};
use index::table;
use serde_json::json;
use trail::{LogFile, ObjectKey};

use super::Stack;
use super::digests::{Announcement, KnownDigests};
use crate::failure::Failure;

/// An object of the bucket, in one version.
pub(super) struct Stored {
    pub(super) version: FileVersion,
    pub(super) etag: Option<String>,
    pub(super) size: i64,
}

/// Where a listing of versions goes on.
type Position = (Option<String>, Option<String>);

/// What was there when the stack was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resumed {
    /// Log files that are indexed.
    pub(crate) indexed: u64,
    /// Log files that were put and not indexed, and are announced again.
    pub(crate) announced: u64,
    /// The announcements of digests that were put and not examined.
    pub(crate) digests: Vec<Announcement>,
}

impl Stack {
    /// Announces what is in the bucket and not in the index. Call it before indexing starts.
    pub(crate) async fn resume(&self) -> Result<Resumed, Failure> {
        // What they hold is derived from the bucket anew, each file once.
        self.queue.purge()?;
        self.dead_letters.purge()?;
        let table = self.table();
        let mut resumed = Resumed::default();
        let mut known: (String, HashSet<String>) = Default::default();
        let mut digests = KnownDigests::default();
        let mut position = Some(Position::default());
        while let Some(from) = position.take() {
            let (page, next) = self.versions(from).await?;
            position = next;
            for stored in page {
                let is_own = self.place.holds(&stored.version.key);
                if is_own {
                    self.horizon.note(&stored.version.key);
                }
                let Some(delivery) = delivery_of(&stored.version.key) else {
                    if is_own && digests.lack(&table, &stored.version).await? {
                        resumed.digests.push(Announcement::of(&stored));
                    }
                    continue;
                };
                let partition = table::files(&delivery.account, &delivery.region, delivery.day);
                if known.0 != partition {
                    // Keys come in their order, so a partition's files come together.
                    let answer = table.query(Range::partition(&partition)).await?;
                    let sorts = answer.items.into_iter().map(|item| item.sort).collect();
                    known = (partition, sorts);
                }
                if known.1.contains(&stored.version.sort()) {
                    resumed.indexed += 1;
                } else {
                    self.queue.send(&announcement(&stored))?;
                    resumed.announced += 1;
                }
            }
        }
        Ok(resumed)
    }

    /// The messages that announce every log file of the bucket, in the order of delivery.
    pub(crate) async fn announcements(&self) -> Result<Vec<String>, Failure> {
        let mut announcements = Vec::new();
        let mut position = Some(Position::default());
        while let Some(from) = position.take() {
            let (page, next) = self.versions(from).await?;
            position = next;
            announcements.extend(page.iter().filter_map(|stored| {
                let delivered = delivery_of(&stored.version.key)?.time;
                Some((delivered, stored.version.clone(), announcement(stored)))
            }));
        }
        announcements.sort();
        Ok(announcements.into_iter().map(|(.., body)| body).collect())
    }

    /// Counts the bytes of the log files' contents.
    pub(crate) async fn content_bytes(&self) -> Result<u64, Failure> {
        let mut bytes = 0;
        let mut position = Some(Position::default());
        while let Some(from) = position.take() {
            let (page, next) = self.versions(from).await?;
            position = next;
            for FileVersion {
                bucket,
                key,
                version,
            } in page.into_iter().map(|stored| stored.version)
            {
                if delivery_of(&key).is_none() {
                    continue;
                }
                let object = self
                    .objects
                    .get(&bucket, &key, version.as_deref(), usize::MAX)
                    .await?;
                // What is rejected is not indexed, and counts for nothing.
                if let Ok(log) = LogFile::inflate(&object.bytes, indexer::config::MAX_FILE_BYTES) {
                    bytes += log.content().len() as u64;
                }
            }
        }
        Ok(bytes)
    }

    /// Lists up to 1,000 objects of the bucket with all their versions.
    pub(super) async fn versions(
        &self,
        (key, version): Position,
    ) -> Result<(Vec<Stored>, Option<Position>), Failure> {
        let listed = self
            .objects
            .client()
            .list_object_versions()
            .bucket(&self.place.bucket)
            .set_key_marker(key)
            .set_version_id_marker(version)
            .send()
            .await?;
        let is_truncated = listed.is_truncated().unwrap_or(false);
        let next = is_truncated.then_some((listed.next_key_marker, listed.next_version_id_marker));
        let versions = listed
            .versions
            .unwrap_or_default()
            .into_iter()
            .filter_map(|object| {
                Some(Stored {
                    etag: object.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
                    size: object.size().unwrap_or_default(),
                    version: FileVersion {
                        bucket: self.place.bucket.clone(),
                        version: object.version_id,
                        key: object.key?,
                    },
                })
            });
        Ok((versions.collect(), next))
    }
}

/// Where an object's file record belongs; nothing for an object that is no log file.
pub(super) fn delivery_of(key: &str) -> Option<Delivery> {
    let key = ObjectKey::parse(key).ok()?;
    key.kind.has_records().then(|| Delivery::from(&key))
}

/// The notification that S3 sends to a queue without a topic in between.
pub(super) fn announcement(stored: &Stored) -> String {
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": local::REGION,
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": stored.version.bucket},
            "object": {
                "key": encode(&stored.version.key),
                "size": stored.size,
                "eTag": stored.etag,
                "versionId": stored.version.version,
            },
        },
    }]})
    .to_string()
}

/// Encodes a key as S3 does in its notifications: as a form value, slashes kept.
fn encode(key: &str) -> String {
    use std::fmt::Write as _;

    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'/' | b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            byte => {
                // Writing into a string does not fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_names_the_object_that_it_is_about() {
        for key in ["AWSLogs/700***/CloudTrail/a b+c%20ü.json.gz", "plain"] {
            let version = FileVersion {
                bucket: "logs".to_owned(),
                key: key.to_owned(),
                version: Some("v1".to_owned()),
            };
            let stored = Stored {
                version,
                etag: Some("e".to_owned()),
                size: 7,
            };
            let notice = lambda::notice::read(&announcement(&stored)).expect("it is understood");
            let object = &notice.delivered()[0];
            assert_eq!(
                (object.key.as_str(), object.version.as_deref()),
                (key, Some("v1"))
            );
            assert_eq!((object.etag.as_deref(), object.size), (Some("e"), Some(7)));
        }
    }
}
