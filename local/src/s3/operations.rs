//! The S3 operations that are answered; `s3s` answers 501 to the others.

use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::{
    Bucket, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput, DeleteObjectInput,
    DeleteObjectOutput, ETag, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, GetObjectInput, GetObjectLegalHoldInput,
    GetObjectLegalHoldOutput, GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput,
    GetObjectOutput, GetObjectRetentionInput, GetObjectRetentionOutput, HeadBucketInput,
    HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
    ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput,
    ListObjectsV2Input, ListObjectsV2Output, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockLegalHoldStatus, Owner, PutBucketVersioningInput, PutBucketVersioningOutput,
    PutObjectInput, PutObjectLegalHoldInput, PutObjectLegalHoldOutput, PutObjectOutput,
    PutObjectRetentionInput, PutObjectRetentionOutput,
};
use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use super::{conversion, listing, reading};
use crate::objects::listing::{Page, Wanted};
use crate::objects::lock::find_lockable;
use crate::objects::{self, NewObject, ObjectError, buckets, event};
use crate::store::Store;

/// The buckets of a store, as S3 operations.
pub(super) struct Buckets {
    store: Arc<Store>,
}

type Answered<T> = S3Result<S3Response<T>>;

#[expect(
    clippy::unnecessary_wraps,
    reason = "every operation ends with it, as a result"
)]
fn answered<T>(output: T) -> Answered<T> {
    Ok(S3Response::new(output))
}

impl Buckets {
    pub(super) fn new(store: Arc<Store>) -> Buckets {
        Buckets { store }
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, ObjectError>,
    ) -> S3Result<T> {
        Ok(self.store.read(work)?)
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, ObjectError>,
    ) -> S3Result<T> {
        Ok(self.store.write(work)?)
    }

    fn list(&self, bucket: &str, wanted: &Wanted) -> S3Result<Page> {
        self.read(|connection| objects::listing::list(connection, bucket, wanted))
    }
}

#[async_trait]
impl S3 for Buckets {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> Answered<CreateBucketOutput> {
        let input = request.input;
        let lockable = input.object_lock_enabled_for_bucket == Some(true);
        self.write(|transaction| buckets::create(transaction, &input.bucket, lockable))?;
        answered(CreateBucketOutput {
            location: Some(format!("/{}", input.bucket)),
        })
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answered<HeadBucketOutput> {
        self.read(|connection| buckets::find(connection, &request.input.bucket))?;
        answered(HeadBucketOutput {
            bucket_region: Some(crate::REGION.to_owned()),
            ..HeadBucketOutput::default()
        })
    }

    async fn list_buckets(
        &self,
        _request: S3Request<ListBucketsInput>,
    ) -> Answered<ListBucketsOutput> {
        let buckets = self.read(buckets::list)?;
        let buckets = buckets.into_iter().map(|(name, created)| Bucket {
            creation_date: Some(conversion::timestamp(created)),
            name: Some(name),
            ..Bucket::default()
        });
        answered(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            owner: Some(Owner {
                display_name: None,
                id: Some(crate::ACCOUNT.to_owned()),
            }),
            ..ListBucketsOutput::default()
        })
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answered<GetBucketLocationOutput> {
        self.read(|connection| buckets::find(connection, &request.input.bucket))?;
        // The first Region has no location constraint.
        answered(GetBucketLocationOutput::default())
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> Answered<GetBucketVersioningOutput> {
        self.read(|connection| buckets::find(connection, &request.input.bucket))?;
        answered(GetBucketVersioningOutput {
            status: Some(BucketVersioningStatus::from_static(
                BucketVersioningStatus::ENABLED,
            )),
            ..GetBucketVersioningOutput::default()
        })
    }

    async fn put_bucket_versioning(
        &self,
        request: S3Request<PutBucketVersioningInput>,
    ) -> Answered<PutBucketVersioningOutput> {
        let input = request.input;
        self.read(|connection| buckets::find(connection, &input.bucket))?;
        let status = input.versioning_configuration.status;
        if status.is_some_and(|status| status.as_str() == BucketVersioningStatus::ENABLED) {
            return answered(PutBucketVersioningOutput::default());
        }
        Err(s3_error!(
            NotImplemented,
            "buckets here are always versioned"
        ))
    }

    async fn get_object_lock_configuration(
        &self,
        request: S3Request<GetObjectLockConfigurationInput>,
    ) -> Answered<GetObjectLockConfigurationOutput> {
        if !self.read(|connection| buckets::find(connection, &request.input.bucket))? {
            return Err(S3ErrorCode::ObjectLockConfigurationNotFoundError.into());
        }
        answered(GetObjectLockConfigurationOutput {
            object_lock_configuration: Some(ObjectLockConfiguration {
                object_lock_enabled: Some(ObjectLockEnabled::from_static(
                    ObjectLockEnabled::ENABLED,
                )),
                rule: None,
            }),
        })
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answered<PutObjectOutput> {
        let mut input = request.input;
        let body = reading::collect(input.body.take()).await?;
        reading::check_digest(&body, input.content_md5.as_deref())?;
        let object = NewObject {
            body,
            headers: conversion::headers(&input),
            precondition: conversion::precondition(&input)?,
            lock: conversion::lock(&input)?,
        };
        let version = self.write(|transaction| {
            let version = objects::put(transaction, &input.bucket, &input.key, &object)?;
            event::announce(transaction, &input.bucket, &version)?;
            Ok(version)
        })?;
        answered(PutObjectOutput {
            checksum_crc32: input.checksum_crc32,
            checksum_crc32c: input.checksum_crc32c,
            checksum_crc64nvme: input.checksum_crc64nvme,
            checksum_sha1: input.checksum_sha1,
            checksum_sha256: input.checksum_sha256,
            e_tag: Some(ETag::Strong(version.etag)),
            server_side_encryption: input.server_side_encryption,
            ssekms_key_id: input.ssekms_key_id,
            version_id: Some(version.id),
            ..PutObjectOutput::default()
        })
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answered<GetObjectOutput> {
        answered(reading::get(&self.store, &request.input, true)?)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answered<HeadObjectOutput> {
        let input = request.input;
        let object = reading::get(
            &self.store,
            &GetObjectInput {
                bucket: input.bucket,
                key: input.key,
                version_id: input.version_id,
                range: input.range,
                checksum_mode: input.checksum_mode,
                if_match: input.if_match,
                if_none_match: input.if_none_match,
                if_modified_since: input.if_modified_since,
                if_unmodified_since: input.if_unmodified_since,
                part_number: input.part_number,
                ..GetObjectInput::default()
            },
            false,
        )?;
        answered(conversion::head_output(object))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answered<DeleteObjectOutput> {
        let input = request.input;
        let (bucket, key) = (&input.bucket, &input.key);
        if input.if_match.is_some() {
            return Err(s3_error!(NotImplemented, "no conditional deletes"));
        }
        let Some(wanted) = &input.version_id else {
            let marker =
                self.write(|transaction| objects::mark_deleted(transaction, bucket, key))?;
            return answered(DeleteObjectOutput {
                delete_marker: Some(true),
                version_id: Some(marker.id),
                ..DeleteObjectOutput::default()
            });
        };
        let bypass = input.bypass_governance_retention == Some(true);
        let deleted = self.write(|transaction| {
            objects::delete_version(transaction, bucket, key, wanted, bypass)
        })?;
        answered(DeleteObjectOutput {
            delete_marker: deleted
                .is_some_and(|version| version.is_marker)
                .then_some(true),
            version_id: Some(wanted.clone()),
            ..DeleteObjectOutput::default()
        })
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> Answered<ListObjectsOutput> {
        let bucket = request.input.bucket.clone();
        answered(listing::objects(request.input, |wanted| {
            self.list(&bucket, wanted)
        })?)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answered<ListObjectsV2Output> {
        let bucket = request.input.bucket.clone();
        answered(listing::objects_v2(request.input, |wanted| {
            self.list(&bucket, wanted)
        })?)
    }

    async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> Answered<ListObjectVersionsOutput> {
        let bucket = request.input.bucket.clone();
        answered(listing::versions(
            request.input,
            |key, version| {
                self.read(|connection| objects::listing::place(connection, &bucket, key, version))?
                    .ok_or_else(|| s3_error!(InvalidArgument, "Invalid version id specified"))
            },
            |wanted| self.list(&bucket, wanted),
        )?)
    }

    async fn put_object_retention(
        &self,
        request: S3Request<PutObjectRetentionInput>,
    ) -> Answered<PutObjectRetentionOutput> {
        let input = request.input;
        let retention = conversion::retention(input.retention.as_ref())?;
        let bypass = input.bypass_governance_retention == Some(true);
        self.write(|transaction| {
            let wanted = input.version_id.as_deref();
            let (bucket, key) = (&input.bucket, &input.key);
            objects::lock::retain(transaction, bucket, key, wanted, retention, bypass)
        })?;
        answered(PutObjectRetentionOutput::default())
    }

    async fn get_object_retention(
        &self,
        request: S3Request<GetObjectRetentionInput>,
    ) -> Answered<GetObjectRetentionOutput> {
        let input = request.input;
        let wanted = input.version_id.as_deref();
        let version = self.read(|connection| {
            let version = find_lockable(connection, &input.bucket, &input.key, wanted)?;
            match version.lock.retention {
                Some(_) => Ok(version),
                None => Err(ObjectError::NotLocked),
            }
        })?;
        answered(GetObjectRetentionOutput {
            retention: conversion::retention_output(version.lock),
        })
    }

    async fn put_object_legal_hold(
        &self,
        request: S3Request<PutObjectLegalHoldInput>,
    ) -> Answered<PutObjectLegalHoldOutput> {
        let input = request.input;
        let status = input
            .legal_hold
            .and_then(|hold| hold.status)
            .ok_or(S3ErrorCode::MalformedXML)?;
        let is_held = status.as_str() == ObjectLockLegalHoldStatus::ON;
        self.write(|transaction| {
            let wanted = input.version_id.as_deref();
            objects::lock::hold(transaction, &input.bucket, &input.key, wanted, is_held)
        })?;
        answered(PutObjectLegalHoldOutput::default())
    }

    async fn get_object_legal_hold(
        &self,
        request: S3Request<GetObjectLegalHoldInput>,
    ) -> Answered<GetObjectLegalHoldOutput> {
        let input = request.input;
        let wanted = input.version_id.as_deref();
        let version =
            self.read(|connection| find_lockable(connection, &input.bucket, &input.key, wanted))?;
        answered(GetObjectLegalHoldOutput {
            legal_hold: Some(conversion::hold_output(version.lock)),
        })
    }
}
