//! Topics and their subscriptions: what is published is sent to every
//! subscribed queue in the transaction of the publisher.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Value, json};

use crate::queues::{self, Attribute, NewMessage, QueueError};
use crate::{ACCOUNT, REGION, clock};

/// Why a topic call is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TopicError {
    #[error("topic does not exist")]
    NoSuchTopic,
    #[error("invalid parameter: {0}")]
    InvalidParameter(&'static str),
    #[error("the store failed: {0}")]
    Store(#[from] rusqlite::Error),
}

/// What is published.
#[derive(Debug, Clone, Default)]
pub(crate) struct Publication {
    pub(crate) subject: Option<String>,
    pub(crate) message: String,
    /// The message is JSON with one text per protocol.
    pub(crate) is_structured: bool,
    pub(crate) attributes: BTreeMap<String, Attribute>,
}

/// One queue that hears a topic.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) arn: String,
    pub(crate) queue: String,
}

/// Answers the ARN of a topic of this name.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}")
}

fn name(arn: &str) -> Option<&str> {
    arn.strip_prefix(&self::arn(""))
        .filter(|name| is_name(name))
}

fn is_name(name: &str) -> bool {
    (1..=256).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Creates a topic, or finds it, and answers its ARN.
pub(crate) fn create(transaction: &Transaction<'_>, name: &str) -> Result<String, TopicError> {
    if !is_name(name) {
        return Err(TopicError::InvalidParameter("Topic Name"));
    }
    transaction.execute("INSERT OR IGNORE INTO topics (name) VALUES (?1)", [name])?;
    Ok(arn(name))
}

/// Refuses a topic that does not exist.
pub(crate) fn require(connection: &Connection, arn: &str) -> Result<(), TopicError> {
    let name = name(arn).ok_or(TopicError::InvalidParameter("TopicArn"))?;
    connection
        .prepare_cached("SELECT 1 FROM topics WHERE name = ?1")?
        .query_row([name], |_| Ok(()))
        .optional()?
        .ok_or(TopicError::NoSuchTopic)
}

/// Subscribes a queue, or finds its subscription, and answers the ARN of it.
pub(crate) fn subscribe(
    transaction: &Transaction<'_>,
    topic: &str,
    queue: &str,
    is_raw: bool,
) -> Result<String, TopicError> {
    require(transaction, topic)?;
    if queues::name_of_arn(queue).is_none() {
        return Err(TopicError::InvalidParameter("SQS endpoint ARN"));
    }
    transaction.execute(
        "INSERT INTO subscriptions (arn, topic, queue, raw) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (topic, queue) DO UPDATE SET raw = excluded.raw",
        params![
            format!("{topic}:{}", uuid::Uuid::new_v4()),
            topic,
            queue,
            is_raw
        ],
    )?;
    Ok(transaction.query_row(
        "SELECT arn FROM subscriptions WHERE topic = ?1 AND queue = ?2",
        [topic, queue],
        |row| row.get(0),
    )?)
}

/// Lists the subscriptions of a topic.
pub(crate) fn subscriptions(
    connection: &Connection,
    topic: &str,
) -> Result<Vec<Subscription>, TopicError> {
    require(connection, topic)?;
    let mut statement = connection
        .prepare_cached("SELECT arn, queue FROM subscriptions WHERE topic = ?1 ORDER BY arn")?;
    let rows = statement.query_map([topic], |row| {
        Ok(Subscription {
            arn: row.get(0)?,
            queue: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Publishes to every subscribed queue and answers the message's id.
///
/// A queue that is gone is passed over, as SNS does.
pub(crate) fn publish(
    transaction: &Transaction<'_>,
    topic: &str,
    publication: &Publication,
) -> rusqlite::Result<String> {
    let message_id = uuid::Uuid::new_v4().to_string();
    let targets: Vec<(String, String, bool)> = transaction
        .prepare_cached("SELECT arn, queue, raw FROM subscriptions WHERE topic = ?1")?
        .query_map([topic], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let text = text_for_queues(publication);
    for (subscription, queue, is_raw) in targets {
        let Some(queue) = queues::name_of_arn(&queue) else {
            continue;
        };
        let message = if is_raw {
            NewMessage {
                body: text.clone(),
                attributes: publication.attributes.clone(),
                ..NewMessage::default()
            }
        } else {
            NewMessage {
                body: envelope(topic, &subscription, &message_id, &text, publication),
                ..NewMessage::default()
            }
        };
        match queues::send(transaction, queue, &message) {
            Ok(_) => {}
            Err(QueueError::Store(error)) => return Err(error),
            Err(error) => tracing::warn!(queue, %error, "a subscribed queue took no message"),
        }
    }
    Ok(message_id)
}

/// Checks what SNS checks before it accepts a message.
pub(crate) fn validate(
    connection: &Connection,
    topic: &str,
    publication: &Publication,
) -> Result<(), TopicError> {
    require(connection, topic)?;
    if publication.message.is_empty() {
        return Err(TopicError::InvalidParameter("Empty message"));
    }
    if publication.message.len() > 256 * 1024 {
        return Err(TopicError::InvalidParameter("Message too long"));
    }
    if let Some(subject) = &publication.subject
        && (subject.is_empty() || subject.chars().count() > 100 || subject.contains('\n'))
    {
        return Err(TopicError::InvalidParameter("Subject"));
    }
    if publication.is_structured && structured(&publication.message, "default").is_none() {
        return Err(TopicError::InvalidParameter(
            "Message Structure - No default entry in JSON message body",
        ));
    }
    Ok(())
}

fn structured(message: &str, protocol: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    message.get(protocol)?.as_str().map(str::to_owned)
}

fn text_for_queues(publication: &Publication) -> String {
    let message = &publication.message;
    if publication.is_structured {
        structured(message, "sqs")
            .or_else(|| structured(message, "default"))
            .unwrap_or_else(|| message.clone())
    } else {
        message.clone()
    }
}

fn envelope(
    topic: &str,
    subscription: &str,
    message_id: &str,
    text: &str,
    publication: &Publication,
) -> String {
    let mut envelope = json!({
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic,
        "Message": text,
        "Timestamp": clock::format(clock::now()),
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": format!(
            "https://sns.{REGION}.amazonaws.com/SimpleNotificationService-0000.pem"
        ),
        "UnsubscribeURL": format!(
            "https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription}"
        ),
    });
    if let Some(subject) = &publication.subject {
        envelope["Subject"] = json!(subject);
    }
    if !publication.attributes.is_empty() {
        envelope["MessageAttributes"] = publication
            .attributes
            .iter()
            .map(|(name, attribute)| {
                let value = attribute.text.as_ref().or(attribute.binary.as_ref());
                (
                    name.clone(),
                    json!({"Type": attribute.data_type, "Value": value}),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    envelope.to_string()
}
