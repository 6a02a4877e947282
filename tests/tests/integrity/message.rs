//! Lambda's SQS events with S3's notifications in them.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

/// The body of S3's notification of a put. No key of these tests needs encoding.
pub(crate) fn notification(bucket: &str, key: &str, version: &str, etag: &str) -> String {
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket},
            "object": {"key": key, "versionId": version, "eTag": etag, "sequencer": "0055AED6DCD90281E5"},
        },
    }]})
    .to_string()
}

/// The event that Lambda hands over for messages.
pub(crate) fn event(bodies: &[String]) -> Value {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let records: Vec<Value> = bodies
        .iter()
        .map(|body| {
            let id = format!("message-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
            json!({
                "messageId": id,
                "receiptHandle": format!("handle-of-{id}"),
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:digests",
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    json!({ "Records": records })
}
