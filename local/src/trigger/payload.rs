//! Lambda's SQS event.

use serde_json::{Map, Value, json};

use crate::REGION;
use crate::queues::message::attributes_digest;
use crate::queues::{Attribute, Message};

/// Builds the event of a batch.
pub(super) fn event(arn: &str, queue: &str, batch: &[Message]) -> Value {
    let records: Vec<Value> = batch
        .iter()
        .map(|message| record(arn, queue, message))
        .collect();
    json!({ "Records": records })
}

fn record(arn: &str, queue: &str, message: &Message) -> Value {
    let attributes: Map<String, Value> = message
        .attributes
        .iter()
        .map(|(name, attribute)| (name.clone(), self::attribute(attribute)))
        .collect();
    let mut record = json!({
        "messageId": message.id,
        "receiptHandle": message.handle(queue),
        "body": message.body,
        "attributes": message.system_attributes(),
        "messageAttributes": attributes,
        "md5OfBody": message.body_digest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    });
    if let Some(digest) = attributes_digest(&message.attributes) {
        record["md5OfMessageAttributes"] = json!(digest);
    }
    record
}

fn attribute(attribute: &Attribute) -> Value {
    let mut value = json!({
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": attribute.data_type,
    });
    if let Some(text) = &attribute.text {
        value["stringValue"] = json!(text);
    }
    if let Some(binary) = &attribute.binary {
        value["binaryValue"] = json!(binary);
    }
    value
}
