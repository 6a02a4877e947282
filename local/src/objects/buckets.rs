//! Buckets.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use serde::{Deserialize, Serialize};

use super::ObjectError;
use super::lock::LockMode;
use crate::clock;
use crate::settings::{self, Service};

/// The setting of a bucket's default retention.
const RETENTION: &str = "retention";

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// Creates a bucket.
pub(crate) fn create(
    transaction: &Transaction<'_>,
    name: &str,
    lockable: bool,
) -> Result<(), ObjectError> {
    let created = transaction.execute(
        "INSERT OR IGNORE INTO buckets (name, created, lockable) VALUES (?1, ?2, ?3)",
        params![name, clock::now(), lockable],
    )?;
    if created == 0 {
        return Err(ObjectError::BucketExists);
    }
    Ok(())
}

/// Answers whether the bucket was created with Object Lock.
pub(crate) fn find(connection: &Connection, name: &str) -> Result<bool, ObjectError> {
    connection
        .prepare_cached("SELECT lockable FROM buckets WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?
        .ok_or(ObjectError::NoSuchBucket)
}

/// Lists all buckets with their times of creation.
pub(crate) fn list(connection: &Connection) -> Result<Vec<(String, i64)>, ObjectError> {
    let mut statement = connection.prepare("SELECT name, created FROM buckets ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How long what is put into a bucket is retained, where its writer does not
/// say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefaultRetention {
    pub(crate) mode: LockMode,
    pub(crate) days: Option<i32>,
    pub(crate) years: Option<i32>,
}

impl DefaultRetention {
    /// The retention of what is put at `now`.
    pub(crate) fn from(self, now: i64) -> (LockMode, i64) {
        let days = i64::from(self.days.unwrap_or(0)) + 365 * i64::from(self.years.unwrap_or(0));
        (self.mode, now.saturating_add(days.saturating_mul(DAY)))
    }
}

/// Reads a bucket's default retention.
pub(crate) fn default_retention(
    connection: &Connection,
    bucket: &str,
) -> rusqlite::Result<Option<DefaultRetention>> {
    let value = settings::find(connection, Service::Buckets, bucket, RETENTION)?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}

/// Sets or lifts the default retention of a bucket that has Object Lock.
pub(crate) fn retain(
    transaction: &Transaction<'_>,
    bucket: &str,
    retention: Option<DefaultRetention>,
) -> Result<(), ObjectError> {
    if !find(transaction, bucket)? {
        return Err(ObjectError::NotLockable);
    }
    let value = retention.and_then(|retention| serde_json::to_string(&retention).ok());
    settings::set(
        transaction,
        Service::Buckets,
        bucket,
        RETENTION,
        value.as_deref(),
    )?;
    Ok(())
}

/// Reads a setting of a bucket.
pub(crate) fn setting(
    connection: &Connection,
    bucket: &str,
    name: &str,
) -> Result<Option<String>, ObjectError> {
    find(connection, bucket)?;
    Ok(settings::find(connection, Service::Buckets, bucket, name)?)
}

/// Writes a setting of a bucket, or forgets it where there is no `value`.
pub(crate) fn set(
    transaction: &Transaction<'_>,
    bucket: &str,
    name: &str,
    value: Option<&str>,
) -> Result<(), ObjectError> {
    find(transaction, bucket)?;
    settings::set(transaction, Service::Buckets, bucket, name, value)?;
    Ok(())
}
