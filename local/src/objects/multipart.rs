//! Objects that are put in parts.

use std::fmt::Write as _;

use md5::{Digest, Md5};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::lock::Lock;
use super::{Headers, NewObject, ObjectError, Precondition, Version, buckets, put};

/// S3's own limit on every part but the last.
const SMALLEST: i64 = 5 * 1024 * 1024;

/// What was said when the upload began.
#[derive(Serialize, Deserialize)]
struct Begun {
    headers: Headers,
    lock: Lock,
}

/// Begins an upload, and answers its id.
pub(crate) fn begin(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    headers: Headers,
    lock: Lock,
) -> Result<String, ObjectError> {
    if !buckets::find(transaction, bucket)? && lock != Lock::default() {
        return Err(ObjectError::NotLockable);
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    let begun = serde_json::to_string(&Begun { headers, lock }).unwrap_or_default();
    transaction.execute(
        "INSERT INTO uploads (id, bucket, key, object) VALUES (?1, ?2, ?3, ?4)",
        params![id, bucket, key, begun],
    )?;
    Ok(id)
}

/// Writes a part, in place of the one with its number, and answers its tag.
pub(crate) fn put_part(
    transaction: &Transaction<'_>,
    (bucket, key): (&str, &str),
    upload: &str,
    number: i32,
    body: &[u8],
) -> Result<String, ObjectError> {
    find(transaction, (bucket, key), upload)?;
    let etag = hex::encode(Md5::digest(body));
    transaction.execute(
        "INSERT OR REPLACE INTO parts (upload, number, etag, body) VALUES (?1, ?2, ?3, ?4)",
        params![upload, number, etag, body],
    )?;
    Ok(etag)
}

/// Makes one object of the parts that are named by number and tag.
pub(crate) fn complete(
    transaction: &Transaction<'_>,
    (bucket, key): (&str, &str),
    upload: &str,
    wanted: &[(i32, String)],
    precondition: Precondition,
) -> Result<Version, ObjectError> {
    let begun = find(transaction, (bucket, key), upload)?;
    if !wanted.is_sorted_by(|one, other| one.0 < other.0) {
        return Err(ObjectError::InvalidPartOrder);
    }
    let mut body = Vec::new();
    let mut digests = Md5::new();
    let mut is_last_small = false;
    for (number, etag) in wanted {
        if is_last_small {
            return Err(ObjectError::PartTooSmall);
        }
        let (stored, part): (String, Vec<u8>) = transaction
            .prepare_cached("SELECT etag, body FROM parts WHERE upload = ?1 AND number = ?2")?
            .query_row(params![upload, number], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?
            .filter(|(stored, _): &(String, Vec<u8>)| stored == etag)
            .ok_or(ObjectError::InvalidPart)?;
        is_last_small = i64::try_from(part.len()).is_ok_and(|length| length < SMALLEST);
        digests.update(hex::decode(stored).unwrap_or_default());
        body.extend_from_slice(&part);
    }
    if wanted.is_empty() {
        return Err(ObjectError::InvalidPart);
    }
    let mut etag = hex::encode(digests.finalize());
    // Writing to a string cannot fail.
    let _ = write!(etag, "-{}", wanted.len());
    let object = NewObject {
        body: body.into(),
        headers: begun.headers,
        lock: begun.lock,
        precondition,
        etag: Some(etag),
        ..NewObject::default()
    };
    let version = put(transaction, bucket, key, &object)?;
    forget(transaction, upload)?;
    Ok(version)
}

/// Gives an upload up.
pub(crate) fn abort(
    transaction: &Transaction<'_>,
    (bucket, key): (&str, &str),
    upload: &str,
) -> Result<(), ObjectError> {
    find(transaction, (bucket, key), upload)?;
    Ok(forget(transaction, upload)?)
}

fn forget(transaction: &Transaction<'_>, upload: &str) -> rusqlite::Result<()> {
    // Its parts go with it.
    transaction.execute("DELETE FROM uploads WHERE id = ?1", [upload])?;
    Ok(())
}

fn find(
    connection: &Connection,
    (bucket, key): (&str, &str),
    upload: &str,
) -> Result<Begun, ObjectError> {
    buckets::find(connection, bucket)?;
    let begun: Option<String> = connection
        .prepare_cached("SELECT object FROM uploads WHERE id = ?1 AND bucket = ?2 AND key = ?3")?
        .query_row([upload, bucket, key], |row| row.get(0))
        .optional()?;
    begun
        .and_then(|begun| serde_json::from_str(&begun).ok())
        .ok_or(ObjectError::NoSuchUpload)
}
