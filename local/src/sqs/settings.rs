//! A queue's attributes, in SQS's names.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::queues::{self, Depth, QueueError, QueueRow, Redrive, Settings};

/// Attributes that change nothing here: messages are kept until they are
/// deleted, and encryption and policies have nobody to act upon.
const IGNORED: [&str; 6] = [
    "MessageRetentionPeriod",
    "MaximumMessageSize",
    "SqsManagedSseEnabled",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "Policy",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    max_receive_count: Value,
}

/// Reads the attributes of a new queue.
pub(super) fn parse(attributes: &BTreeMap<String, String>) -> Result<Settings, Refusal> {
    let mut settings = Settings::default();
    for (name, value) in attributes {
        match name.as_str() {
            "VisibilityTimeout" => {
                let seconds = value
                    .parse::<i64>()
                    .ok()
                    .filter(|seconds| (0..=43_200).contains(seconds))
                    .ok_or(QueueError::InvalidParameter("VisibilityTimeout"))?;
                settings.visibility = Some(seconds * 1_000);
            }
            "RedrivePolicy" => settings.redrive = Some(redrive(value)?),
            other if IGNORED.contains(&other) => {}
            other => return Err(Refusal::InvalidAttribute(other.to_owned())),
        }
    }
    Ok(settings)
}

fn redrive(policy: &str) -> Result<Redrive, QueueError> {
    const WRONG: QueueError = QueueError::InvalidParameter("RedrivePolicy");
    let policy: RedrivePolicy = serde_json::from_str(policy).map_err(|_| WRONG)?;
    let receives = match &policy.max_receive_count {
        Value::Number(count) => count.as_i64(),
        Value::String(count) => count.parse().ok(),
        _ => None,
    };
    let queue = queues::name_of_arn(&policy.dead_letter_target_arn).ok_or(WRONG)?;
    match receives {
        Some(receives @ 1..=1_000) => Ok(Redrive {
            queue: queue.to_owned(),
            receives,
        }),
        _ => Err(WRONG),
    }
}

/// Answers the attributes that were asked for.
pub(super) fn describe(queue: &QueueRow, depth: Depth, names: &[String]) -> Result<Value, Refusal> {
    let mut attributes = BTreeMap::from([
        ("QueueArn", queues::arn(&queue.name)),
        ("ApproximateNumberOfMessages", depth.visible.to_string()),
        (
            "ApproximateNumberOfMessagesNotVisible",
            depth.in_flight.to_string(),
        ),
        (
            "ApproximateNumberOfMessagesDelayed",
            depth.delayed.to_string(),
        ),
        (
            "CreatedTimestamp",
            queue.created.div_euclid(1_000).to_string(),
        ),
        (
            "VisibilityTimeout",
            queue.visibility.div_euclid(1_000).to_string(),
        ),
        ("MaximumMessageSize", queues::MESSAGE_LIMIT.to_string()),
        ("DelaySeconds", "0".to_owned()),
        ("ReceiveMessageWaitTimeSeconds", "0".to_owned()),
    ]);
    let is_all = names.iter().any(|name| name == "All");
    if let Some(redrive) = &queue.redrive {
        let policy = json!({
            "deadLetterTargetArn": queues::arn(&redrive.queue),
            "maxReceiveCount": redrive.receives,
        });
        attributes.insert("RedrivePolicy", policy.to_string());
    }
    if !is_all {
        for name in names {
            if name != "RedrivePolicy" && !attributes.contains_key(name.as_str()) {
                return Err(Refusal::InvalidAttribute(name.clone()));
            }
        }
        attributes.retain(|known, _| names.iter().any(|name| name == known));
    }
    Ok(if attributes.is_empty() {
        json!({})
    } else {
        json!({"Attributes": attributes})
    })
}
