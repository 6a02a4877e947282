//! Notifications as AWS writes them, in every wrapping.

use lambda::notice::{Message, Notice, Object, Refusal};
use serde_json::{Value, json};

pub(crate) const BUCKET: &str = "example-logs";

/// The wrappings of one delivery that a queue or a function may get.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    S3,
    S3InSns,
    S3InSnsEvent,
    S3AsString,
    Bus,
    BusInSns,
    Trail,
    TrailInSns,
    TrailInSnsEvent,
}

pub(crate) const SHAPES: [Shape; 9] = [
    Shape::S3,
    Shape::S3InSns,
    Shape::S3InSnsEvent,
    Shape::S3AsString,
    Shape::Bus,
    Shape::BusInSns,
    Shape::Trail,
    Shape::TrailInSns,
    Shape::TrailInSnsEvent,
];

pub(crate) fn s3_record(name: &str, key: &str) -> Value {
    let key: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-west-1",
        "eventName": name,
        "s3": {
            "bucket": {"name": BUCKET, "arn": format!("arn:aws:s3:::{BUCKET}")},
            "object": {
                "key": key,
                "size": 1024,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": "v1",
                "sequencer": "0A1B2C3D4E5F678901",
            },
        },
    })
}

pub(crate) fn s3(records: &[Value]) -> Value {
    json!({"Records": records})
}

pub(crate) fn bus(kind: &str, key: &str) -> Value {
    json!({
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": kind,
        "source": "aws.s3",
        "account": "111122223333",
        "detail": {
            "version": "0",
            "bucket": {"name": BUCKET},
            "object": {
                "key": key,
                "size": 1024,
                "etag": "d41d8cd98f00b204e9800998ecf8427e",
                "version-id": "v1",
                "sequencer": "0A1B2C3D4E5F678901",
            },
            "reason": "PutObject",
        },
    })
}

pub(crate) fn trail(keys: &[&str]) -> Value {
    json!({"s3Bucket": BUCKET, "s3ObjectKey": keys})
}

/// As a queue gets a message of a topic without raw delivery.
pub(crate) fn sns(message: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:logs",
        "Message": message,
    })
}

/// As a function gets it that subscribes to the topic itself.
pub(crate) fn sns_event(message: &str) -> Value {
    json!({"Records": [{"EventSource": "aws:sns", "Sns": sns(message)}]})
}

pub(crate) fn sqs_event(bodies: &[&str]) -> Value {
    let record = |(number, body): (usize, &&str)| {
        json!({
            "messageId": number.to_string(),
            "eventSource": "aws:sqs",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
        })
    };
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

pub(crate) fn wrap(shape: Shape, key: &str) -> Value {
    let record = || s3(&[s3_record("ObjectCreated:Put", key)]).to_string();
    match shape {
        Shape::S3 => s3(&[s3_record("ObjectCreated:Put", key)]),
        Shape::S3InSns => sns(&record()),
        Shape::S3InSnsEvent => sns_event(&record()),
        Shape::S3AsString => json!(record()),
        Shape::Bus => bus("Object Created", key),
        Shape::BusInSns => sns(&bus("Object Created", key).to_string()),
        Shape::Trail => trail(&[key]),
        Shape::TrailInSns => sns(&trail(&[key]).to_string()),
        Shape::TrailInSnsEvent => sns_event(&trail(&[key]).to_string()),
    }
}

/// What a delivery of `key` must be understood as.
pub(crate) fn expected(shape: Shape, key: &str) -> Notice {
    let known = |text: &str| match shape {
        Shape::Trail | Shape::TrailInSns | Shape::TrailInSnsEvent => None,
        _ => Some(text.to_owned()),
    };
    Notice::Delivered(vec![Object {
        bucket: BUCKET.to_owned(),
        key: key.to_owned(),
        version: known("v1"),
        etag: known("d41d8cd98f00b204e9800998ecf8427e"),
        size: known("").map(|_| 1024),
        sequencer: known("0A1B2C3D4E5F678901"),
    }])
}

pub(crate) fn only(messages: Result<Vec<Message>, Refusal>) -> Result<Notice, Refusal> {
    let messages = messages.expect("the event has messages");
    assert_eq!(messages.len(), 1);
    messages.into_iter().next().expect("one message").notice
}
