//! Between the store's words and the protocol's.

use std::time::{Duration, SystemTime};

use s3s::dto::{
    ETag, GetObjectInput, GetObjectOutput, HeadObjectOutput, ObjectLockLegalHold,
    ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode,
    PutObjectInput, ServerSideEncryption, StorageClass, StreamingBlob, Timestamp,
};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::objects::lock::{Lock, LockMode};
use crate::objects::{Headers, ObjectError, Precondition, Version};

/// Converts milliseconds since 1970.
pub(super) fn timestamp(milliseconds: i64) -> Timestamp {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    Timestamp::from(SystemTime::UNIX_EPOCH + since)
}

/// Converts to milliseconds since 1970.
pub(super) fn milliseconds(timestamp: &Timestamp) -> S3Result<i64> {
    serde_json::to_value(timestamp)
        .ok()
        .and_then(|text| text.as_str()?.parse::<jiff::Timestamp>().ok())
        .map(jiff::Timestamp::as_millisecond)
        .ok_or_else(|| s3_error!(InvalidArgument, "the date is not understood"))
}

impl From<ObjectError> for S3Error {
    fn from(error: ObjectError) -> S3Error {
        let message = error.to_string();
        let marked = |code, version: &str| {
            let mut headers = http::HeaderMap::new();
            headers.insert(
                "x-amz-delete-marker",
                http::HeaderValue::from_static("true"),
            );
            if let Ok(version) = http::HeaderValue::from_str(version) {
                headers.insert("x-amz-version-id", version);
            }
            let mut error = S3Error::new(code);
            error.set_headers(headers);
            error
        };
        let code = match &error {
            ObjectError::NoSuchBucket => S3ErrorCode::NoSuchBucket,
            ObjectError::BucketExists => S3ErrorCode::BucketAlreadyOwnedByYou,
            ObjectError::NoSuchKey => S3ErrorCode::NoSuchKey,
            ObjectError::Deleted { version } => return marked(S3ErrorCode::NoSuchKey, version),
            ObjectError::NoSuchVersion => S3ErrorCode::NoSuchVersion,
            ObjectError::IsMarker { version } => {
                return marked(S3ErrorCode::MethodNotAllowed, version);
            }
            ObjectError::PreconditionFailed => S3ErrorCode::PreconditionFailed,
            ObjectError::Locked => S3ErrorCode::AccessDenied,
            ObjectError::NotLockable => S3ErrorCode::InvalidRequest,
            ObjectError::NotLocked => S3ErrorCode::NoSuchObjectLockConfiguration,
            ObjectError::NoSuchUpload => S3ErrorCode::NoSuchUpload,
            ObjectError::InvalidPart => S3ErrorCode::InvalidPart,
            ObjectError::InvalidPartOrder => S3ErrorCode::InvalidPartOrder,
            ObjectError::PartTooSmall => S3ErrorCode::EntityTooSmall,
            ObjectError::Store(_) => S3ErrorCode::InternalError,
        };
        S3Error::with_message(code, message)
    }
}

/// Reads what the writer of an object says about it.
pub(super) fn headers(input: &PutObjectInput) -> Headers {
    let mut checksums = std::collections::BTreeMap::new();
    for (name, value) in [
        ("crc32", &input.checksum_crc32),
        ("crc32c", &input.checksum_crc32c),
        ("crc64nvme", &input.checksum_crc64nvme),
        ("sha1", &input.checksum_sha1),
        ("sha256", &input.checksum_sha256),
    ] {
        if let Some(value) = value {
            checksums.insert(name.to_owned(), value.clone());
        }
    }
    Headers {
        content_type: input.content_type.clone(),
        content_encoding: input.content_encoding.clone(),
        content_language: input.content_language.clone(),
        content_disposition: input.content_disposition.clone(),
        cache_control: input.cache_control.clone(),
        encryption: input
            .server_side_encryption
            .as_ref()
            .map(|kind| kind.as_str().to_owned()),
        key_id: input.ssekms_key_id.clone(),
        storage_class: input
            .storage_class
            .as_ref()
            .map(|class| class.as_str().to_owned()),
        checksums,
        metadata: input
            .metadata
            .clone()
            .unwrap_or_default()
            .into_iter()
            .collect(),
    }
}

/// Reads on what state of the key a put depends.
pub(super) fn precondition(input: &PutObjectInput) -> S3Result<Precondition> {
    match (&input.if_none_match, &input.if_match) {
        (None, None) => Ok(Precondition::None),
        (Some(condition), None) if condition.is_any() => Ok(Precondition::Absent),
        (None, Some(condition)) => match condition.as_etag() {
            Some(etag) => Ok(Precondition::Tagged(etag.value().to_owned())),
            None => Err(s3_error!(NotImplemented, "If-Match takes an ETag")),
        },
        _ => Err(s3_error!(NotImplemented, "If-None-Match takes only *")),
    }
}

/// Reads the lock that a put asks for.
pub(super) fn lock(input: &PutObjectInput) -> S3Result<Lock> {
    let retention = match (
        &input.object_lock_mode,
        &input.object_lock_retain_until_date,
    ) {
        (Some(mode), Some(until)) => Some((lock_mode(mode.as_str())?, milliseconds(until)?)),
        (None, None) => None,
        _ => {
            return Err(s3_error!(
                InvalidArgument,
                "a lock mode and a retain-until date go together"
            ));
        }
    };
    let is_held = input
        .object_lock_legal_hold_status
        .as_ref()
        .is_some_and(|status| status.as_str() == ObjectLockLegalHoldStatus::ON);
    Ok(Lock { retention, is_held })
}

/// Reads a lock mode.
pub(super) fn lock_mode(mode: &str) -> S3Result<LockMode> {
    LockMode::parse(mode).ok_or_else(|| s3_error!(InvalidArgument, "unknown lock mode"))
}

/// Reads a retention; one without mode and date lifts it.
pub(super) fn retention(wanted: Option<&ObjectLockRetention>) -> S3Result<Option<(LockMode, i64)>> {
    let mode = wanted.and_then(|wanted| wanted.mode.as_ref());
    let until = wanted.and_then(|wanted| wanted.retain_until_date.as_ref());
    match (mode, until) {
        (Some(mode), Some(until)) => Ok(Some((lock_mode(mode.as_str())?, milliseconds(until)?))),
        (None, None) => Ok(None),
        _ => Err(S3ErrorCode::MalformedXML.into()),
    }
}

/// Writes the retention of a version.
pub(super) fn retention_output(lock: Lock) -> Option<ObjectLockRetention> {
    lock.retention.map(|(mode, until)| ObjectLockRetention {
        mode: Some(ObjectLockRetentionMode::from_static(mode.as_str())),
        retain_until_date: Some(timestamp(until)),
    })
}

/// Writes the legal hold of a version.
pub(super) fn hold_output(lock: Lock) -> ObjectLockLegalHold {
    ObjectLockLegalHold {
        status: Some(hold_status(lock)),
    }
}

fn hold_status(lock: Lock) -> ObjectLockLegalHoldStatus {
    ObjectLockLegalHoldStatus::from_static(if lock.is_held {
        ObjectLockLegalHoldStatus::ON
    } else {
        ObjectLockLegalHoldStatus::OFF
    })
}

/// Refuses a read whose conditions do not hold or are not known here.
pub(super) fn check_conditions(input: &GetObjectInput, version: &Version) -> S3Result<()> {
    let is_tagged = |etag: &ETag| etag.value() == version.etag;
    if let Some(condition) = &input.if_match
        && !condition.as_etag().is_none_or(is_tagged)
    {
        return Err(S3ErrorCode::PreconditionFailed.into());
    }
    if let Some(condition) = &input.if_none_match
        && condition.as_etag().is_none_or(is_tagged)
    {
        return Err(S3ErrorCode::NotModified.into());
    }
    if input.if_modified_since.is_some()
        || input.if_unmodified_since.is_some()
        || input.part_number.is_some()
    {
        return Err(s3_error!(NotImplemented, "no conditions by time, no parts"));
    }
    Ok(())
}

/// Writes the answer for a version: its headers, and `length` bytes of body.
pub(super) fn object_output(
    version: &Version,
    length: u64,
    content_range: Option<String>,
    wants_checksum: bool,
    body: Option<StreamingBlob>,
) -> GetObjectOutput {
    let headers = version.headers.clone();
    let checksum = |name: &str| {
        // A checksum is one of the whole object.
        (wants_checksum && content_range.is_none())
            .then(|| headers.checksums.get(name).cloned())
            .flatten()
    };
    GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body,
        cache_control: headers.cache_control.clone(),
        checksum_crc32: checksum("crc32"),
        checksum_crc32c: checksum("crc32c"),
        checksum_crc64nvme: checksum("crc64nvme"),
        checksum_sha1: checksum("sha1"),
        checksum_sha256: checksum("sha256"),
        content_disposition: headers.content_disposition.clone(),
        content_encoding: headers.content_encoding.clone(),
        content_language: headers.content_language.clone(),
        content_length: i64::try_from(length).ok(),
        content_type: headers
            .content_type
            .clone()
            .or_else(|| Some("binary/octet-stream".to_owned())),
        e_tag: Some(ETag::Strong(version.etag.clone())),
        last_modified: Some(timestamp(version.modified)),
        metadata: (!headers.metadata.is_empty())
            .then(|| headers.metadata.clone().into_iter().collect()),
        object_lock_legal_hold_status: version.lock.is_held.then(|| hold_status(version.lock)),
        object_lock_mode: version
            .lock
            .retention
            .map(|(mode, _)| ObjectLockMode::from_static(mode.as_str())),
        object_lock_retain_until_date: version.lock.retention.map(|(_, until)| timestamp(until)),
        server_side_encryption: headers.encryption.clone().map(ServerSideEncryption::from),
        ssekms_key_id: headers.key_id.clone(),
        storage_class: headers.storage_class.clone().map(StorageClass::from),
        version_id: Some(version.id.clone()),
        content_range,
        ..GetObjectOutput::default()
    }
}

/// The same without a body.
pub(super) fn head_output(object: GetObjectOutput) -> HeadObjectOutput {
    HeadObjectOutput {
        accept_ranges: object.accept_ranges,
        cache_control: object.cache_control,
        checksum_crc32: object.checksum_crc32,
        checksum_crc32c: object.checksum_crc32c,
        checksum_crc64nvme: object.checksum_crc64nvme,
        checksum_sha1: object.checksum_sha1,
        checksum_sha256: object.checksum_sha256,
        content_disposition: object.content_disposition,
        content_encoding: object.content_encoding,
        content_language: object.content_language,
        content_length: object.content_length,
        content_range: object.content_range,
        content_type: object.content_type,
        e_tag: object.e_tag,
        last_modified: object.last_modified,
        metadata: object.metadata,
        object_lock_legal_hold_status: object.object_lock_legal_hold_status,
        object_lock_mode: object.object_lock_mode,
        object_lock_retain_until_date: object.object_lock_retain_until_date,
        server_side_encryption: object.server_side_encryption,
        ssekms_key_id: object.ssekms_key_id,
        storage_class: object.storage_class,
        version_id: object.version_id,
        ..HeadObjectOutput::default()
    }
}
