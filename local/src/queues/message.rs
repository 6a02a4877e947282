//! Messages, their receipt handles and their checksums.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rusqlite::Row;
use serde::{Deserialize, Serialize};

/// A message attribute, in the shape that both SNS and SQS give it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attribute {
    #[serde(rename = "DataType")]
    pub(crate) data_type: String,
    #[serde(
        rename = "StringValue",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) text: Option<String>,
    /// In base64, as on the wire.
    #[serde(
        rename = "BinaryValue",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) binary: Option<String>,
}

/// A message to be sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewMessage {
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, Attribute>,
    /// Milliseconds before it becomes visible.
    pub(crate) delay: i64,
}

impl NewMessage {
    /// The bytes that count against the limit.
    pub(crate) fn len(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, attribute)| {
            name.len()
                + attribute.data_type.len()
                + attribute.text.as_ref().map_or(0, String::len)
                + attribute
                    .binary
                    .as_ref()
                    .map_or(0, |value| value.len() / 4 * 3)
        });
        self.body.len() + attributes.sum::<usize>()
    }
}

/// A message that was received.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) row: i64,
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, Attribute>,
    pub(crate) sent: i64,
    pub(crate) received: i64,
    pub(crate) first_received: Option<i64>,
    /// The queue that gave it up, for a dead letter.
    pub(crate) source: Option<String>,
}

/// Reads `id, message, body, attributes, sent, received, first_received, source`.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Message> {
    let attributes: String = row.get(3)?;
    Ok(Message {
        row: row.get(0)?,
        id: row.get(1)?,
        body: row.get(2)?,
        attributes: serde_json::from_str(&attributes).unwrap_or_default(),
        sent: row.get(4)?,
        received: row.get(5)?,
        first_received: row.get(6)?,
        source: row.get(7)?,
    })
}

impl Message {
    /// The handle by which this receive is acknowledged.
    pub(crate) fn handle(&self, queue: &str) -> String {
        STANDARD.encode(format!("{queue}/{}/{}", self.row, self.received))
    }

    /// The MD5 of the body in hexadecimal.
    pub(crate) fn body_digest(&self) -> String {
        body_digest(&self.body)
    }

    /// The system attributes as SQS names them.
    pub(crate) fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        let mut attributes = BTreeMap::from([
            ("ApproximateReceiveCount", self.received.to_string()),
            ("SenderId", crate::ACCOUNT.to_owned()),
            ("SentTimestamp", self.sent.to_string()),
        ]);
        if let Some(first) = self.first_received {
            attributes.insert("ApproximateFirstReceiveTimestamp", first.to_string());
        }
        if let Some(source) = &self.source {
            attributes.insert("DeadLetterQueueSourceArn", super::arn(source));
        }
        attributes
    }
}

/// Reads a receipt handle of this queue; a handle of an earlier receive still
/// names its message, as in a standard queue.
pub(super) fn parse_handle(queue: &str, handle: &str) -> Option<i64> {
    let text = String::from_utf8(STANDARD.decode(handle).ok()?).ok()?;
    let (row, received) = text
        .strip_prefix(queue)?
        .strip_prefix('/')?
        .split_once('/')?;
    received.parse::<i64>().ok()?;
    row.parse().ok()
}

/// Computes the MD5 of a body in hexadecimal.
pub(crate) fn body_digest(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// Computes the MD5 of message attributes as the SDKs verify it: each part
/// behind its length in four bytes, sorted by name.
pub(crate) fn attributes_digest(attributes: &BTreeMap<String, Attribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    let mut part = |bytes: &[u8], kind: Option<u8>| {
        if let Some(kind) = kind {
            digest.update([kind]);
        }
        digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(bytes);
    };
    for (name, attribute) in attributes {
        part(name.as_bytes(), None);
        part(attribute.data_type.as_bytes(), None);
        match (&attribute.text, &attribute.binary) {
            (Some(text), _) => part(text.as_bytes(), Some(1)),
            (None, Some(binary)) => part(&STANDARD.decode(binary).unwrap_or_default(), Some(2)),
            (None, None) => part(b"", Some(1)),
        }
    }
    Some(hex::encode(digest.finalize()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Attribute, attributes_digest, body_digest, parse_handle};

    #[test]
    fn digests_are_those_that_sqs_computes() {
        // The documentation's example body.
        assert_eq!(
            body_digest("This is a test message"),
            "fafb00f5732ab283681e124bf8747ed1"
        );
        let attribute = Attribute {
            data_type: "String".to_owned(),
            text: Some("value".to_owned()),
            binary: None,
        };
        let attributes = BTreeMap::from([("name".to_owned(), attribute)]);
        assert_eq!(
            attributes_digest(&attributes).map(|hex| hex.len()),
            Some(32)
        );
        assert_eq!(attributes_digest(&BTreeMap::new()), None);
    }

    #[test]
    fn handles_of_other_queues_are_refused() {
        let handle = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "q/7/1");
        assert_eq!(parse_handle("q", &handle), Some(7));
        assert_eq!(parse_handle("qq", &handle), None);
        assert_eq!(parse_handle("q", "nonsense"), None);
    }
}
