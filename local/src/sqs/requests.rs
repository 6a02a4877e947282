//! What the calls are asked with. An unknown field is an error, so that a
//! parameter that nothing here honours cannot be ignored.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::queues::{Attribute, NewMessage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateQueue {
    #[serde(rename = "QueueName")]
    pub(super) name: String,
    #[serde(rename = "Attributes", default)]
    pub(super) attributes: BTreeMap<String, String>,
    /// Tags change nothing about a queue.
    #[serde(rename = "tags", default)]
    _tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GetQueueUrl {
    #[serde(rename = "QueueName")]
    pub(super) name: String,
    #[serde(rename = "QueueOwnerAWSAccountId", default)]
    _owner: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueUrl {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GetAttributes {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
    #[serde(rename = "AttributeNames", default)]
    pub(super) names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
    #[serde(rename = "MessageBody")]
    pub(super) body: String,
    #[serde(rename = "MessageAttributes", default)]
    pub(super) attributes: BTreeMap<String, Attribute>,
    #[serde(rename = "DelaySeconds", default)]
    pub(super) delay: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SendBatch {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
    #[serde(rename = "Entries")]
    pub(super) entries: Vec<SendEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SendEntry {
    #[serde(rename = "Id")]
    pub(super) id: String,
    #[serde(rename = "MessageBody")]
    body: String,
    #[serde(rename = "MessageAttributes", default)]
    attributes: BTreeMap<String, Attribute>,
    #[serde(rename = "DelaySeconds", default)]
    delay: u32,
}

impl SendEntry {
    pub(super) fn into_message(self) -> (String, NewMessage) {
        let message = NewMessage {
            body: self.body,
            attributes: self.attributes,
            delay: i64::from(self.delay) * 1_000,
        };
        (self.id, message)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Receive {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
    #[serde(rename = "MaxNumberOfMessages")]
    pub(super) count: Option<usize>,
    #[serde(rename = "WaitTimeSeconds")]
    pub(super) wait: Option<u64>,
    #[serde(rename = "VisibilityTimeout")]
    pub(super) visibility: Option<u32>,
    #[serde(rename = "AttributeNames", default)]
    names: Vec<String>,
    #[serde(rename = "MessageSystemAttributeNames", default)]
    system_names: Vec<String>,
    #[serde(rename = "MessageAttributeNames", default)]
    message_names: Vec<String>,
}

impl Receive {
    /// Whether a system attribute was asked for.
    pub(super) fn wants_system_attribute(&self, name: &str) -> bool {
        self.names
            .iter()
            .chain(&self.system_names)
            .any(|wanted| wanted == "All" || wanted == name)
    }

    /// Whether a message attribute was asked for, by name, prefix or `All`.
    pub(super) fn wants_attribute(&self, name: &str) -> bool {
        self.message_names.iter().any(|wanted| {
            let prefix = wanted.strip_suffix(".*");
            wanted == "All" || wanted == name || prefix.is_some_and(|it| name.starts_with(it))
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delete {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
    #[serde(rename = "ReceiptHandle")]
    pub(super) handle: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteBatch {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
    #[serde(rename = "Entries")]
    pub(super) entries: Vec<DeleteEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteEntry {
    #[serde(rename = "Id")]
    pub(super) id: String,
    #[serde(rename = "ReceiptHandle")]
    pub(super) handle: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeVisibility {
    #[serde(rename = "QueueUrl")]
    pub(super) queue: String,
    #[serde(rename = "ReceiptHandle")]
    pub(super) handle: String,
    #[serde(rename = "VisibilityTimeout")]
    pub(super) visibility: u32,
}
