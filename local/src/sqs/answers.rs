//! The parts that answers are made of.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::requests::Receive;
use crate::queues::message::{attributes_digest, body_digest};
use crate::queues::{Message, NewMessage, QueueError};

pub(super) fn sent(id: &str, message: &NewMessage) -> Value {
    let mut sent = json!({"MessageId": id, "MD5OfMessageBody": body_digest(&message.body)});
    if let Some(digest) = attributes_digest(&message.attributes) {
        sent["MD5OfMessageAttributes"] = json!(digest);
    }
    sent
}

pub(super) fn failure(entry: &str, error: QueueError) -> Value {
    let refusal = Refusal::from(error);
    json!({
        "Id": entry,
        "SenderFault": true,
        "Code": refusal.names().1,
        "Message": refusal.to_string(),
    })
}

pub(super) fn received(message: &Message, queue: &str, request: &Receive) -> Value {
    let mut received = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.handle(queue),
        "MD5OfBody": message.body_digest(),
        "Body": message.body,
    });
    let system: BTreeMap<_, _> = message
        .system_attributes()
        .into_iter()
        .filter(|(name, _)| request.wants_system_attribute(name))
        .collect();
    if !system.is_empty() {
        received["Attributes"] = json!(system);
    }
    let own: BTreeMap<_, _> = message
        .attributes
        .clone()
        .into_iter()
        .filter(|(name, _)| request.wants_attribute(name))
        .collect();
    if let Some(digest) = attributes_digest(&own) {
        received["MD5OfMessageAttributes"] = json!(digest);
        received["MessageAttributes"] = json!(own);
    }
    received
}
