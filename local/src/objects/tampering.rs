//! What S3's interface lets nobody do, and what tests have to find: objects
//! changed in place, and versions gone without a trace and past their locks.

use std::collections::BTreeMap;

use bytes::Bytes;
use md5::{Digest, Md5};
use rusqlite::{Transaction, params};

use super::{Headers, ObjectError, Version, buckets, find, find_version, forget, newest};

/// Changes the bytes of an object's newest version, and nothing else that a
/// reader could notice but their length and digest.
pub(crate) fn overwrite(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    body: &Bytes,
) -> Result<Version, ObjectError> {
    let version = find(transaction, bucket, key, None)?;
    let changed = Version {
        size: i64::try_from(body.len()).unwrap_or(i64::MAX),
        etag: hex::encode(Md5::digest(body)),
        headers: Headers {
            // They are the writer's, of other bytes.
            checksums: BTreeMap::new(),
            ..version.headers
        },
        ..version
    };
    transaction.execute(
        "UPDATE objects SET size = ?2, etag = ?3 WHERE sequence = ?1",
        params![changed.sequence, changed.size, changed.etag],
    )?;
    transaction.execute(
        "UPDATE bodies SET body = ?2 WHERE sequence = ?1",
        params![changed.sequence, &body[..]],
    )?;
    rewrite(transaction, &changed)?;
    Ok(changed)
}

/// Replaces the metadata of an object's newest version.
pub(crate) fn rewrite_metadata(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    metadata: &[(&str, &str)],
) -> Result<(), ObjectError> {
    let mut version = find(transaction, bucket, key, None)?;
    version.headers.metadata = metadata
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned()))
        .collect();
    Ok(rewrite(transaction, &version)?)
}

fn rewrite(transaction: &Transaction<'_>, version: &Version) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE objects SET headers = ?2 WHERE sequence = ?1",
        params![
            version.sequence,
            serde_json::to_string(&version.headers).unwrap_or_default()
        ],
    )?;
    Ok(())
}

/// Removes one version or delete marker, and answers whether it was there.
pub(crate) fn remove_version(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    version: &str,
) -> Result<bool, ObjectError> {
    buckets::find(transaction, bucket)?;
    let Some(version) = find_version(transaction, bucket, key, version)? else {
        return Ok(false);
    };
    forget(transaction, bucket, &version)?;
    Ok(true)
}

/// Removes every version and delete marker, and counts them.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
) -> Result<usize, ObjectError> {
    buckets::find(transaction, bucket)?;
    let mut removed = 0;
    while let Some(version) = newest(transaction, bucket, key)? {
        forget(transaction, bucket, &version)?;
        removed += 1;
    }
    Ok(removed)
}
