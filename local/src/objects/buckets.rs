//! Buckets.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::ObjectError;
use crate::clock;

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
