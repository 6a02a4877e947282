//! Putting objects in parts.

use s3s::dto::{
    AbortMultipartUploadInput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CompletedPart, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, PutObjectInput,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3ErrorCode, S3Result, s3_error};

use super::{conversion, reading};
use crate::objects::{ObjectError, event, multipart};
use crate::store::Store;

/// Begins an upload.
pub(super) fn begin(
    store: &Store,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    // What a put says about its object is said here.
    let put = PutObjectInput {
        content_type: input.content_type,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_disposition: input.content_disposition,
        cache_control: input.cache_control,
        server_side_encryption: input.server_side_encryption,
        ssekms_key_id: input.ssekms_key_id,
        storage_class: input.storage_class,
        metadata: input.metadata,
        object_lock_legal_hold_status: input.object_lock_legal_hold_status,
        object_lock_mode: input.object_lock_mode,
        object_lock_retain_until_date: input.object_lock_retain_until_date,
        ..PutObjectInput::default()
    };
    let (headers, lock) = (conversion::headers(&put), conversion::lock(&put)?);
    let id = store.write(|transaction| {
        multipart::begin(transaction, &input.bucket, &input.key, headers, lock)
    })?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        ..CreateMultipartUploadOutput::default()
    })
}

/// Writes a part.
pub(super) async fn put_part(
    store: &Store,
    mut input: UploadPartInput,
) -> S3Result<UploadPartOutput> {
    if !(1..=10_000).contains(&input.part_number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    let body = reading::collect(input.body.take()).await?;
    reading::check_digest(&body, input.content_md5.as_deref())?;
    let etag = store.write(|transaction| {
        let place = (input.bucket.as_str(), input.key.as_str());
        multipart::put_part(
            transaction,
            place,
            &input.upload_id,
            input.part_number,
            &body,
        )
    })?;
    Ok(UploadPartOutput {
        checksum_crc32: input.checksum_crc32,
        checksum_crc32c: input.checksum_crc32c,
        checksum_crc64nvme: input.checksum_crc64nvme,
        checksum_sha1: input.checksum_sha1,
        checksum_sha256: input.checksum_sha256,
        e_tag: Some(ETag::Strong(etag)),
        ..UploadPartOutput::default()
    })
}

/// Makes one object of the parts.
pub(super) fn complete(
    store: &Store,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let precondition = conversion::precondition(&PutObjectInput {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        ..PutObjectInput::default()
    })?;
    let parts = input
        .multipart_upload
        .and_then(|upload| upload.parts)
        .unwrap_or_default();
    let parts: Vec<(i32, String)> = parts.iter().map(part).collect::<S3Result<_>>()?;
    let version = store.write(|transaction| {
        let place = (input.bucket.as_str(), input.key.as_str());
        let version =
            multipart::complete(transaction, place, &input.upload_id, &parts, precondition)?;
        event::announce(transaction, &input.bucket, &version)?;
        Ok::<_, ObjectError>(version)
    })?;
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(version.etag)),
        version_id: Some(version.id),
        ..CompleteMultipartUploadOutput::default()
    })
}

fn part(part: &CompletedPart) -> S3Result<(i32, String)> {
    match (part.part_number, &part.e_tag) {
        (Some(number), Some(etag)) => Ok((number, etag.value().to_owned())),
        _ => Err(S3ErrorCode::MalformedXML.into()),
    }
}

/// Gives an upload up.
pub(super) fn abort(store: &Store, input: &AbortMultipartUploadInput) -> S3Result<()> {
    Ok(store.write(|transaction| {
        let place = (input.bucket.as_str(), input.key.as_str());
        multipart::abort(transaction, place, &input.upload_id)
    })?)
}
