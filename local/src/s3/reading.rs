//! Reading objects, and the bodies that are written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::StreamExt;
use md5::{Digest, Md5};
use s3s::dto::{GetObjectInput, GetObjectOutput, Range, StreamingBlob};
use s3s::{Body, S3ErrorCode, S3Result, s3_error};

use super::conversion;
use crate::objects::{self, ObjectError, Version};
use crate::store::Store;

/// Reads a version and, unless only its head is wanted, its body.
pub(super) fn get(
    store: &Store,
    input: &GetObjectInput,
    wants_body: bool,
) -> S3Result<GetObjectOutput> {
    let (version, wanted) = store.read(|connection| {
        let wanted = input.version_id.as_deref();
        let version = objects::find(connection, &input.bucket, &input.key, wanted)?;
        conversion::check_conditions(input, &version)?;
        let (first, length) = span(&version, input.range)?;
        let body = wants_body
            .then(|| objects::read_body(connection, &version, first, length))
            .transpose()?;
        Ok::<_, ReadError>((version, (first, length, body)))
    })?;
    let (first, length, body) = wanted;
    let content_range = input
        .range
        .map(|_| format!("bytes {first}-{}/{}", first + length - 1, version.size));
    Ok(conversion::object_output(
        &version,
        length,
        content_range,
        input.checksum_mode.is_some(),
        body.map(|body| StreamingBlob::from(Body::from(body))),
    ))
}

/// An error of a read that is S3's already, or the store's.
struct ReadError(s3s::S3Error);

impl From<s3s::S3Error> for ReadError {
    fn from(error: s3s::S3Error) -> ReadError {
        ReadError(error)
    }
}

impl From<ObjectError> for ReadError {
    fn from(error: ObjectError) -> ReadError {
        ReadError(error.into())
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> ReadError {
        ReadError(ObjectError::from(error).into())
    }
}

impl From<ReadError> for s3s::S3Error {
    fn from(error: ReadError) -> s3s::S3Error {
        error.0
    }
}

/// The first byte and the length that a range means.
fn span(version: &Version, range: Option<Range>) -> S3Result<(u64, u64)> {
    let size = u64::try_from(version.size).unwrap_or(0);
    let Some(range) = range else {
        return Ok((0, size));
    };
    let span = range
        .check(size)
        .map_err(|_| s3_error!(InvalidRange, "The requested range is not satisfiable"))?;
    Ok((span.start, span.end - span.start))
}

/// Reads a body to its end.
pub(super) async fn collect(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(mut body) = body else {
        return Ok(Bytes::new());
    };
    let mut collected = Vec::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|_| s3_error!(IncompleteBody))?;
        collected.extend_from_slice(&part);
    }
    Ok(collected.into())
}

/// Refuses a body that is not the one its writer declared.
pub(super) fn check_digest(body: &[u8], declared: Option<&str>) -> S3Result<()> {
    let Some(declared) = declared else {
        return Ok(());
    };
    if STANDARD.encode(Md5::digest(body)) == declared {
        Ok(())
    } else {
        Err(S3ErrorCode::BadDigest.into())
    }
}
