//! Queues, their names and their settings.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::QueueError;
use crate::{ACCOUNT, REGION, clock};

/// SQS's own default, in milliseconds.
const DEFAULT_VISIBILITY: i64 = 30_000;

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redrive {
    /// The name of the dead-letter queue.
    pub(crate) queue: String,
    /// How often a message is received before it goes there.
    pub(crate) receives: i64,
}

/// How a queue treats its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Milliseconds for which a received message stays hidden.
    pub(crate) visibility: Option<i64>,
    pub(crate) redrive: Option<Redrive>,
}

/// A queue as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct QueueRow {
    pub(crate) name: String,
    pub(crate) created: i64,
    pub(crate) visibility: i64,
    pub(crate) redrive: Option<Redrive>,
}

/// Answers the ARN of a queue of this name.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// Reads the name out of a queue's ARN.
pub(crate) fn name_of_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix(&self::arn(""))
        .filter(|name| is_name(name))
}

/// Reads the name out of a queue's URL, whatever its host: the port is another
/// one after every start.
pub(crate) fn name_of_url(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn is_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Creates a queue, or finds it when it has the same settings.
pub(crate) fn create(
    transaction: &Transaction<'_>,
    name: &str,
    settings: &Settings,
) -> Result<(), QueueError> {
    if !is_name(name) {
        return Err(QueueError::InvalidParameter("QueueName"));
    }
    match find(transaction, name) {
        Ok(found) => {
            if settings
                .visibility
                .is_some_and(|visibility| visibility != found.visibility)
            {
                return Err(QueueError::Exists("VisibilityTimeout"));
            }
            if settings.redrive.is_some() && settings.redrive != found.redrive {
                return Err(QueueError::Exists("RedrivePolicy"));
            }
            return Ok(());
        }
        Err(QueueError::NoSuchQueue) => {}
        Err(error) => return Err(error),
    }
    if let Some(redrive) = &settings.redrive {
        find(transaction, &redrive.queue)
            .map_err(|_| QueueError::InvalidParameter("RedrivePolicy"))?;
    }
    transaction.execute(
        "INSERT INTO queues (name, created, visibility, dead_letter, receives)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            name,
            clock::now(),
            settings.visibility.unwrap_or(DEFAULT_VISIBILITY),
            settings.redrive.as_ref().map(|redrive| &redrive.queue),
            settings.redrive.as_ref().map(|redrive| redrive.receives),
        ],
    )?;
    Ok(())
}

/// Finds a queue by its name.
pub(crate) fn find(connection: &Connection, name: &str) -> Result<QueueRow, QueueError> {
    connection
        .prepare_cached(
            "SELECT created, visibility, dead_letter, receives FROM queues WHERE name = ?1",
        )?
        .query_row([name], |row| {
            let dead_letter: Option<String> = row.get(2)?;
            let receives: Option<i64> = row.get(3)?;
            Ok(QueueRow {
                name: name.to_owned(),
                created: row.get(0)?,
                visibility: row.get(1)?,
                redrive: dead_letter
                    .zip(receives)
                    .map(|(queue, receives)| Redrive { queue, receives }),
            })
        })
        .optional()?
        .ok_or(QueueError::NoSuchQueue)
}
