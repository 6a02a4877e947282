//! Queues: sending, receiving with visibility timeouts, dead letters.

mod catalog;
pub(crate) mod message;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

pub(crate) use self::catalog::{
    QueueRow, Redrive, Settings, arn, create, find, name_of_arn, name_of_url,
};
pub(crate) use self::message::{Attribute, Message, NewMessage};
use crate::clock;

/// The longest message that SQS takes, body and attributes together.
pub(crate) const MESSAGE_LIMIT: usize = 1024 * 1024;

/// Why a queue call is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueueError {
    #[error("the specified queue does not exist")]
    NoSuchQueue,
    #[error("a queue already exists with the same name and a different value for {0}")]
    Exists(&'static str),
    #[error("the receipt handle is not valid")]
    InvalidHandle,
    #[error("the message is not in flight")]
    NotInFlight,
    #[error("invalid value for the parameter {0}")]
    InvalidParameter(&'static str),
    #[error("the message is longer than {MESSAGE_LIMIT} bytes")]
    TooLong,
    #[error("the store failed: {0}")]
    Store(#[from] rusqlite::Error),
}

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Waiting to be received.
    pub visible: u64,
    /// Received and neither deleted nor visible again.
    pub in_flight: u64,
    /// Sent with a delay that is not over.
    pub delayed: u64,
}

impl Depth {
    /// Whether the queue holds no message at all.
    pub fn is_empty(self) -> bool {
        self == Depth::default()
    }
}

/// Sends a message and answers its id.
pub(crate) fn send(
    transaction: &Transaction<'_>,
    queue: &str,
    message: &NewMessage,
) -> Result<String, QueueError> {
    find(transaction, queue)?;
    if message.body.is_empty() {
        return Err(QueueError::InvalidParameter("MessageBody"));
    }
    if message.len() > MESSAGE_LIMIT {
        return Err(QueueError::TooLong);
    }
    let id = uuid::Uuid::new_v4().to_string();
    let now = clock::now();
    transaction
        .prepare_cached(
            "INSERT INTO messages (queue, message, body, attributes, sent, visible)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            queue,
            id,
            message.body,
            serde_json::to_string(&message.attributes).unwrap_or_default(),
            now,
            now.saturating_add(message.delay),
        ])?;
    Ok(id)
}

/// Receives up to `count` visible messages, the oldest first, and hides them
/// for `visibility` milliseconds, or as the queue says.
///
/// It stops behind `bytes` of bodies. Messages that were received too often
/// go to the dead-letter queue instead.
pub(crate) fn receive(
    transaction: &Transaction<'_>,
    queue: &str,
    count: usize,
    bytes: usize,
    visibility: Option<i64>,
) -> Result<Vec<Message>, QueueError> {
    let row = find(transaction, queue)?;
    let now = clock::now();
    let until = now.saturating_add(visibility.unwrap_or(row.visibility));
    if let Some(redrive) = &row.redrive {
        transaction
            .prepare_cached(
                "UPDATE messages SET queue = ?3, visible = ?2, received = 0,
                    first_received = NULL, source = ?1
                 WHERE queue = ?1 AND visible <= ?2 AND received >= ?4",
            )?
            .execute(params![queue, now, redrive.queue, redrive.receives])?;
    }
    let mut messages = Vec::new();
    let mut taken = 0;
    while messages.len() < count && taken < bytes {
        let Some(mut message) = next_visible(transaction, queue, now)? else {
            break;
        };
        message.received += 1;
        message.first_received.get_or_insert(now);
        // With a timeout of zero the message would be found again at once.
        let hidden = until.max(now.saturating_add(1));
        transaction
            .prepare_cached(
                "UPDATE messages SET visible = ?2, received = ?3, first_received = ?4
                 WHERE id = ?1",
            )?
            .execute(params![
                message.row,
                hidden,
                message.received,
                message.first_received
            ])?;
        taken += message.body.len();
        messages.push(message);
    }
    Ok(messages)
}

fn next_visible(
    connection: &Connection,
    queue: &str,
    now: i64,
) -> rusqlite::Result<Option<Message>> {
    connection
        .prepare_cached(
            "SELECT id, message, body, attributes, sent, received, first_received, source
             FROM messages WHERE queue = ?1 AND visible <= ?2 ORDER BY visible, id LIMIT 1",
        )?
        .query_row(params![queue, now], message::read)
        .optional()
}

/// Answers the time at which the next message is or becomes visible.
pub(crate) fn next_visible_at(
    connection: &Connection,
    queue: &str,
) -> Result<Option<i64>, QueueError> {
    find(connection, queue)?;
    Ok(connection
        .prepare_cached("SELECT MIN(visible) FROM messages WHERE queue = ?1")?
        .query_row([queue], |row| row.get(0))?)
}

/// Deletes a received message; one that is gone already is no error.
pub(crate) fn delete(
    transaction: &Transaction<'_>,
    queue: &str,
    handle: &str,
) -> Result<(), QueueError> {
    find(transaction, queue)?;
    let row = message::parse_handle(queue, handle).ok_or(QueueError::InvalidHandle)?;
    transaction
        .prepare_cached("DELETE FROM messages WHERE id = ?1 AND queue = ?2")?
        .execute(params![row, queue])?;
    Ok(())
}

/// Hides a message that is in flight for another `visibility` milliseconds
/// from now; zero gives it back at once.
pub(crate) fn change_visibility(
    transaction: &Transaction<'_>,
    queue: &str,
    handle: &str,
    visibility: i64,
) -> Result<(), QueueError> {
    find(transaction, queue)?;
    let row = message::parse_handle(queue, handle).ok_or(QueueError::InvalidHandle)?;
    let now = clock::now();
    let changed = transaction
        .prepare_cached(
            "UPDATE messages SET visible = ?3 WHERE id = ?1 AND queue = ?2
                AND visible > ?4 AND received > 0",
        )?
        .execute(params![row, queue, now.saturating_add(visibility), now])?;
    if changed == 0 {
        return Err(QueueError::NotInFlight);
    }
    Ok(())
}

/// Counts the messages of a queue.
pub(crate) fn depth(connection: &Connection, queue: &str) -> Result<Depth, QueueError> {
    find(connection, queue)?;
    Ok(connection
        .prepare_cached(
            "SELECT COUNT(*) FILTER (WHERE visible <= ?2),
                    COUNT(*) FILTER (WHERE visible > ?2 AND received > 0),
                    COUNT(*) FILTER (WHERE visible > ?2 AND received = 0)
             FROM messages WHERE queue = ?1",
        )?
        .query_row(params![queue, clock::now()], |row| {
            Ok(Depth {
                visible: row.get(0)?,
                in_flight: row.get(1)?,
                delayed: row.get(2)?,
            })
        })?)
}

/// Deletes all messages of a queue.
pub(crate) fn purge(transaction: &Transaction<'_>, queue: &str) -> Result<(), QueueError> {
    find(transaction, queue)?;
    transaction.execute("DELETE FROM messages WHERE queue = ?1", [queue])?;
    Ok(())
}

/// Makes all messages visible as if none had ever been received, those that
/// were given up into `dead_letter` among them.
pub(crate) fn restore(
    transaction: &Transaction<'_>,
    queue: &str,
    dead_letter: Option<&str>,
) -> Result<(), QueueError> {
    find(transaction, queue)?;
    transaction.execute(
        "UPDATE messages SET queue = ?1, visible = MIN(visible, ?3), received = 0,
            first_received = NULL, source = NULL
         WHERE queue IN (?1, ?2)",
        params![queue, dead_letter.unwrap_or(queue), clock::now()],
    )?;
    Ok(())
}
