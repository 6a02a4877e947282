//! Lambda's SQS events with S3's notifications in them.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::stack::BUCKET;

/// An object as a notification names it.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    pub(crate) etag: Option<String>,
}

/// A message of a queue.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) receives: u32,
}

impl Message {
    /// A message with some body, received for the first time.
    pub(crate) fn new(body: impl Into<String>) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            id: format!("message-{number}"),
            body: body.into(),
            receives: 1,
        }
    }

    /// A message that names objects, received for the first time.
    pub(crate) fn first(objects: &[&Object]) -> Self {
        Self::new(notification(objects))
    }

    /// The message as it is handed out once more.
    pub(crate) fn again(&self) -> Self {
        Self {
            receives: self.receives + 1,
            ..self.clone()
        }
    }
}

/// S3's notification of puts. No key of these tests needs encoding.
pub(crate) fn notification(objects: &[&Object]) -> String {
    let records: Vec<Value> = objects
        .iter()
        .map(|object| {
            let mut s3 = json!({
                "s3SchemaVersion": "1.0",
                "bucket": {"name": BUCKET},
                "object": {"key": object.key, "sequencer": "0055AED6DCD90281E5"},
            });
            for (name, value) in [("versionId", &object.version), ("eTag", &object.etag)] {
                if let Some(value) = value {
                    s3["object"][name] = json!(value);
                }
            }
            json!({
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "us-east-1",
                "eventName": "ObjectCreated:Put",
                "s3": s3,
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}

/// The event that Lambda hands over for messages.
pub(crate) fn event(messages: &[Message]) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.id,
                "receiptHandle": format!("handle-of-{}", message.id),
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": message.receives.to_string()},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:index",
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    json!({ "Records": records })
}
