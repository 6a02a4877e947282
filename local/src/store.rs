//! One `SQLite` store for objects, topics and queues.
//!
//! One store, so that an object and the messages that announce it are written
//! in one transaction: a process killed at any moment has either both or
//! neither. In a file it is write-ahead logged with `synchronous` NORMAL: a
//! killed process loses nothing, a machine without power at most its latest
//! transactions.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::watch;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    lockable INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    version TEXT NOT NULL UNIQUE,
    latest INTEGER NOT NULL,
    marker INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    headers TEXT NOT NULL,
    lock_mode TEXT,
    lock_until INTEGER,
    held INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS objects_by_key ON objects (bucket, key, sequence DESC);
CREATE INDEX IF NOT EXISTS current_objects ON objects (bucket, key, sequence DESC)
    WHERE latest = 1 AND marker = 0;
-- Apart from the rows that lists walk through and flags are updated in.
CREATE TABLE IF NOT EXISTS bodies (
    sequence INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS notifications (
    bucket TEXT NOT NULL,
    prefix TEXT NOT NULL,
    suffix TEXT NOT NULL,
    topic TEXT NOT NULL,
    PRIMARY KEY (bucket, prefix, suffix, topic)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS topics (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subscriptions (
    arn TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    queue TEXT NOT NULL,
    raw INTEGER NOT NULL,
    UNIQUE (topic, queue)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queues (
    name TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    visibility INTEGER NOT NULL,
    dead_letter TEXT,
    receives INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    message TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    sent INTEGER NOT NULL,
    visible INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    first_received INTEGER,
    source TEXT
);
CREATE TABLE IF NOT EXISTS settings (
    service TEXT NOT NULL,
    resource TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (service, resource, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    object TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    etag TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (upload, number)
);
CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue, visible, id);
";

/// The store, and word of every change that a waiting receiver may care for.
pub(crate) struct Store {
    connection: Mutex<Connection>,
    changed: watch::Sender<u64>,
}

impl Store {
    /// Opens the store, in memory without a `path`.
    pub(crate) fn open(path: Option<&Path>) -> rusqlite::Result<Store> {
        let connection = match path {
            None => Connection::open_in_memory()?,
            Some(path) => Connection::open(path)?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(SCHEMA)?;
        Ok(Store {
            connection: Mutex::new(connection),
            changed: watch::Sender::new(0),
        })
    }

    /// Runs `work` in a transaction: all of it is kept, or nothing after an
    /// error.
    ///
    /// The caller's thread waits for its turn and does the work itself; every
    /// piece of work here is short.
    pub(crate) fn write<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        drop(connection);
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
        Ok(done)
    }

    /// Runs `work`, which only reads.
    pub(crate) fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        work(&connection)
    }

    /// Answers a receiver that sees every later write.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
