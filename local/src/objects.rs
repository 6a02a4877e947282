//! Buckets, objects and their versions.
//!
//! A key is a value in a column and never becomes a path, so that every key
//! that S3 takes is taken here. Every bucket is versioned from its creation.

pub(crate) mod buckets;
pub(crate) mod event;
pub(crate) mod listing;
pub(crate) mod lock;
pub(crate) mod multipart;
pub(crate) mod tampering;

use std::collections::BTreeMap;

use bytes::Bytes;
use md5::{Digest, Md5};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use self::lock::{Lock, LockMode};
use crate::clock;

/// Why an object call is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObjectError {
    #[error("the bucket does not exist")]
    NoSuchBucket,
    #[error("the bucket exists already")]
    BucketExists,
    #[error("the key does not exist")]
    NoSuchKey,
    #[error("the newest version is a delete marker")]
    Deleted { version: String },
    #[error("the version does not exist")]
    NoSuchVersion,
    #[error("the version is a delete marker")]
    IsMarker { version: String },
    #[error("at least one of the preconditions did not hold")]
    PreconditionFailed,
    #[error("the version is locked")]
    Locked,
    #[error("the bucket has no object lock")]
    NotLockable,
    #[error("the version has no object lock configuration")]
    NotLocked,
    #[error("the upload does not exist")]
    NoSuchUpload,
    #[error("a part was not found, or has another tag")]
    InvalidPart,
    #[error("the parts are not in ascending order")]
    InvalidPartOrder,
    #[error("a part is smaller than 5 MiB and not the last one")]
    PartTooSmall,
    #[error("the store failed: {0}")]
    Store(#[from] rusqlite::Error),
}

/// What the writer of an object said about it, given back with every read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Headers {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) encryption: Option<String>,
    pub(crate) key_id: Option<String>,
    pub(crate) storage_class: Option<String>,
    /// Checksums by algorithm, as the writer computed them.
    pub(crate) checksums: BTreeMap<String, String>,
    /// `x-amz-meta-*`.
    pub(crate) metadata: BTreeMap<String, String>,
}

/// On what state of the key a put depends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Precondition {
    #[default]
    None,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: "etag"`
    Tagged(String),
}

/// An object to be written.
#[derive(Debug, Default)]
pub(crate) struct NewObject {
    pub(crate) body: Bytes,
    pub(crate) headers: Headers,
    pub(crate) precondition: Precondition,
    pub(crate) lock: Lock,
    /// When it was written, in milliseconds; now where nobody says otherwise.
    pub(crate) modified: Option<i64>,
    /// The tag of an object put in parts; the body's digest otherwise.
    pub(crate) etag: Option<String>,
}

/// One version of an object, or a delete marker.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) sequence: i64,
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) is_latest: bool,
    pub(crate) is_marker: bool,
    pub(crate) modified: i64,
    pub(crate) size: i64,
    /// The MD5 in hexadecimal, without quotes.
    pub(crate) etag: String,
    pub(crate) headers: Headers,
    pub(crate) lock: Lock,
}

impl Version {
    /// Whether it was put in parts, which its tag tells.
    pub(crate) fn is_multipart(&self) -> bool {
        self.etag.contains('-')
    }
}

/// The columns that [`version`] reads, in its order.
const COLUMNS: &str = "sequence, key, version, latest, marker, modified, size, etag, headers, \
                       lock_mode, lock_until, held";

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    let headers: String = row.get(8)?;
    let mode: Option<String> = row.get(9)?;
    Ok(Version {
        sequence: row.get(0)?,
        key: row.get(1)?,
        id: row.get(2)?,
        is_latest: row.get(3)?,
        is_marker: row.get(4)?,
        modified: row.get(5)?,
        size: row.get(6)?,
        etag: row.get(7)?,
        headers: serde_json::from_str(&headers).unwrap_or_default(),
        lock: Lock {
            retention: mode
                .and_then(|mode| LockMode::parse(&mode))
                .zip(row.get(10)?),
            is_held: row.get(11)?,
        },
    })
}

/// Writes a new version of an object.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    object: &NewObject,
) -> Result<Version, ObjectError> {
    let lockable = buckets::find(transaction, bucket)?;
    if object.lock != Lock::default() && !lockable {
        return Err(ObjectError::NotLockable);
    }
    let current = newest(transaction, bucket, key)?.filter(|version| !version.is_marker);
    let holds = match (&object.precondition, &current) {
        (Precondition::None, _) | (Precondition::Absent, None) => true,
        (Precondition::Absent, Some(_)) => false,
        (Precondition::Tagged(_), None) => return Err(ObjectError::NoSuchKey),
        (Precondition::Tagged(etag), Some(current)) => current.etag == *etag,
    };
    if !holds {
        return Err(ObjectError::PreconditionFailed);
    }
    let etag = object
        .etag
        .clone()
        .unwrap_or_else(|| hex::encode(Md5::digest(&object.body)));
    let modified = object.modified.unwrap_or_else(clock::now);
    let lock = match object.lock.retention {
        None if lockable => Lock {
            retention: buckets::default_retention(transaction, bucket)?
                .map(|rule| rule.from(modified)),
            ..object.lock
        },
        _ => object.lock,
    };
    let size = i64::try_from(object.body.len()).unwrap_or(i64::MAX);
    let written = insert(transaction, bucket, key, |version| Version {
        size,
        etag,
        modified,
        lock,
        headers: object.headers.clone(),
        ..version
    })?;
    transaction
        .prepare_cached("INSERT INTO bodies (sequence, body) VALUES (?1, ?2)")?
        .execute(params![written.sequence, &object.body[..]])?;
    Ok(written)
}

/// Puts a delete marker on top of an object.
pub(crate) fn mark_deleted(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
) -> Result<Version, ObjectError> {
    buckets::find(transaction, bucket)?;
    insert(transaction, bucket, key, |version| Version {
        is_marker: true,
        ..version
    })
}

fn insert(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    fill: impl FnOnce(Version) -> Version,
) -> Result<Version, ObjectError> {
    let mut version = fill(Version {
        sequence: 0,
        key: key.to_owned(),
        id: uuid::Uuid::new_v4().simple().to_string(),
        is_latest: true,
        is_marker: false,
        modified: clock::now(),
        size: 0,
        etag: String::new(),
        headers: Headers::default(),
        lock: Lock::default(),
    });
    transaction
        .prepare_cached(
            "UPDATE objects SET latest = 0 WHERE bucket = ?1 AND key = ?2 AND latest = 1",
        )?
        .execute(params![bucket, key])?;
    transaction
        .prepare_cached(
            "INSERT INTO objects (bucket, key, version, latest, marker, modified, size, etag,
                headers, lock_mode, lock_until, held)
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            bucket,
            key,
            version.id,
            version.is_marker,
            version.modified,
            version.size,
            version.etag,
            serde_json::to_string(&version.headers).unwrap_or_default(),
            version.lock.retention.map(|(mode, _)| mode.as_str()),
            version.lock.retention.map(|(_, until)| until),
            version.lock.is_held,
        ])?;
    version.sequence = transaction.last_insert_rowid();
    Ok(version)
}

fn newest(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<Option<Version>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM objects WHERE bucket = ?1 AND key = ?2
             ORDER BY sequence DESC LIMIT 1"
        ))?
        .query_row(params![bucket, key], version)
        .optional()
}

/// Finds one version of an object, the newest without a `wanted` one.
pub(crate) fn find(
    connection: &Connection,
    bucket: &str,
    key: &str,
    wanted: Option<&str>,
) -> Result<Version, ObjectError> {
    buckets::find(connection, bucket)?;
    let Some(wanted) = wanted else {
        let newest = newest(connection, bucket, key)?.ok_or(ObjectError::NoSuchKey)?;
        if newest.is_marker {
            return Err(ObjectError::Deleted { version: newest.id });
        }
        return Ok(newest);
    };
    let found = find_version(connection, bucket, key, wanted)?.ok_or(ObjectError::NoSuchVersion)?;
    if found.is_marker {
        return Err(ObjectError::IsMarker { version: found.id });
    }
    Ok(found)
}

/// Finds one version, also where it is a delete marker.
fn find_version(
    connection: &Connection,
    bucket: &str,
    key: &str,
    wanted: &str,
) -> rusqlite::Result<Option<Version>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM objects WHERE version = ?1 AND bucket = ?2 AND key = ?3"
        ))?
        .query_row(params![wanted, bucket, key], version)
        .optional()
}

/// Reads `length` bytes of a version from `first` on.
///
/// A part of an empty blob is `NULL` to `SQLite`.
pub(crate) fn read_body(
    connection: &Connection,
    version: &Version,
    first: u64,
    length: u64,
) -> Result<Bytes, ObjectError> {
    let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let body: Vec<u8> = connection
        .prepare_cached(
            "SELECT coalesce(substr(body, ?2, ?3), x'') FROM bodies WHERE sequence = ?1",
        )?
        .query_row(
            params![
                version.sequence,
                counted(first).saturating_add(1),
                counted(length)
            ],
            |row| row.get(0),
        )?;
    Ok(body.into())
}

/// Deletes one version for good, unless it is locked.
///
/// Answers the version when there was one; deleting what does not exist
/// succeeds, as in S3.
pub(crate) fn delete_version(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    wanted: &str,
    bypass: bool,
) -> Result<Option<Version>, ObjectError> {
    buckets::find(transaction, bucket)?;
    let Some(version) = find_version(transaction, bucket, key, wanted)? else {
        return Ok(None);
    };
    if version.lock.forbids_delete(clock::now(), bypass) {
        return Err(ObjectError::Locked);
    }
    forget(transaction, bucket, &version)?;
    Ok(Some(version))
}

/// Removes a version whatever protects it; the one below it shows up.
fn forget(transaction: &Transaction<'_>, bucket: &str, version: &Version) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM bodies WHERE sequence = ?1", [version.sequence])?;
    transaction.execute(
        "DELETE FROM objects WHERE sequence = ?1",
        [version.sequence],
    )?;
    if version.is_latest {
        transaction.execute(
            "UPDATE objects SET latest = 1 WHERE sequence =
                (SELECT MAX(sequence) FROM objects WHERE bucket = ?1 AND key = ?2)",
            params![bucket, version.key],
        )?;
    }
    Ok(())
}
