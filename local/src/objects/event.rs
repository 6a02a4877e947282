//! The notification that S3 sends when an object was put.

use rusqlite::{Connection, Transaction, params};
use serde_json::json;

use super::{ObjectError, Version};
use crate::topics::{self, Publication};
use crate::{REGION, clock};

/// Announces to a topic the puts of keys with this prefix and suffix.
pub(crate) fn configure(
    transaction: &Transaction<'_>,
    bucket: &str,
    prefix: &str,
    suffix: &str,
    topic: &str,
) -> Result<(), ObjectError> {
    super::buckets::find(transaction, bucket)?;
    transaction.execute(
        "INSERT OR IGNORE INTO notifications (bucket, prefix, suffix, topic)
         VALUES (?1, ?2, ?3, ?4)",
        params![bucket, prefix, suffix, topic],
    )?;
    Ok(())
}

/// Publishes that `version` was put, in the transaction that put it.
pub(crate) fn announce(
    transaction: &Transaction<'_>,
    bucket: &str,
    version: &Version,
) -> Result<(), ObjectError> {
    for topic in interested(transaction, bucket, &version.key)? {
        let publication = Publication {
            subject: Some("Amazon S3 Notification".to_owned()),
            message: notification(bucket, version),
            ..Publication::default()
        };
        topics::publish(transaction, &topic, &publication)?;
    }
    Ok(())
}

fn interested(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection
        .prepare_cached("SELECT prefix, suffix, topic FROM notifications WHERE bucket = ?1")?;
    let rows = statement.query_map([bucket], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get(2)?,
        ))
    })?;
    let mut topics = Vec::new();
    for row in rows {
        let (prefix, suffix, topic) = row?;
        if key.starts_with(&prefix) && key.ends_with(&suffix) {
            topics.push(topic);
        }
    }
    Ok(topics)
}

fn notification(bucket: &str, version: &Version) -> String {
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": clock::format(version.modified),
        "eventName": if version.is_multipart() {
            "ObjectCreated:CompleteMultipartUpload"
        } else {
            "ObjectCreated:Put"
        },
        "userIdentity": {"principalId": "AWS:AIDAJDPLRKLG7UEXAMPLE"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": format!("{:016X}", version.sequence),
            "x-amz-id-2": version.id,
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "local",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                "arn": format!("arn:aws:s3:::{bucket}"),
            },
            "object": {
                "key": encode_key(&version.key),
                "size": version.size,
                "eTag": version.etag,
                "versionId": version.id,
                "sequencer": format!("{:018X}", version.sequence),
            },
        },
    }]})
    .to_string()
}

/// Encodes a key as S3 does in notifications and in listings with
/// `encoding-type=url`: as a form value, slashes kept.
pub(crate) fn encode_key(key: &str) -> String {
    key.split('/')
        .map(|part| form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>())
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::encode_key;

    #[test]
    fn keys_are_form_encoded_with_slashes_kept() {
        assert_eq!(
            encode_key("AWSLogs/o-a/x y+z=ü:1.json.gz"),
            "AWSLogs/o-a/x+y%2Bz%3D%C3%BC%3A1.json.gz"
        );
        assert_eq!(encode_key("/a//b/"), "/a//b/");
    }
}
