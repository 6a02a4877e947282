//! Records, and the messages by which they arrive.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::stack::{ACCOUNT, BUCKET};

/// A record of a call by some user.
pub(crate) fn record(id: &str, time: i64, name: &str, user: &str) -> String {
    let time = Timestamp::from_second(time).expect("a time");
    json!({
        "eventVersion": "1.11",
        "eventTime": time.to_string(),
        "eventSource": "example.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.30.0",
        "eventID": id,
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
        "managementEvent": true,
        "readOnly": false,
        "recipientAccountId": ACCOUNT,
        "userIdentity": {
            "type": "IAMUser",
            "userName": user,
            "accountId": ACCOUNT,
            "arn": format!("arn:aws:iam::{ACCOUNT}:user/{user}"),
        },
    })
    .to_string()
}

/// A message of a queue.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) receives: u32,
}

impl Message {
    pub(crate) fn new(body: impl Into<String>) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            id: format!("message-{number}"),
            body: body.into(),
            receives: 1,
        }
    }

    /// S3's notification of a put.
    pub(crate) fn of_object(key: &str) -> Self {
        let notification = json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}},
        }]});
        Self::new(notification.to_string())
    }

    /// EventBridge's event of a call.
    pub(crate) fn of_event(record: &str) -> Self {
        Self::new(bus_event(record).to_string())
    }

    /// The message as it is handed out once more.
    pub(crate) fn again(&self) -> Self {
        Self {
            receives: self.receives + 1,
            ..self.clone()
        }
    }
}

/// EventBridge's event of a call, to be changed.
pub(crate) fn bus_event(record: &str) -> Value {
    let record: Value = serde_json::from_str(record).expect("a record");
    json!({
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.example",
        "account": ACCOUNT,
        "time": record["eventTime"],
        "region": "us-east-1",
        "resources": [],
        "detail": record,
    })
}

/// The event that Lambda hands over for messages.
pub(crate) fn event(messages: &[Message]) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.id,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": message.receives.to_string()},
                "eventSource": "aws:sqs",
            })
        })
        .collect();
    json!({ "Records": records })
}
