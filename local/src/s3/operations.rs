//! The S3 operations that are answered; `s3s` answers 501 to the others.

use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Bucket, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateBucketInput, CreateBucketOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteBucketLifecycleInput,
    DeleteBucketLifecycleOutput, DeleteBucketPolicyInput, DeleteBucketPolicyOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput,
    DeletePublicAccessBlockInput, DeletePublicAccessBlockOutput, ETag,
    GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput,
    GetBucketLocationInput, GetBucketLocationOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, GetObjectInput, GetObjectLegalHoldInput,
    GetObjectLegalHoldOutput, GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput,
    GetObjectOutput, GetObjectRetentionInput, GetObjectRetentionOutput, GetPublicAccessBlockInput,
    GetPublicAccessBlockOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput,
    HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ObjectLockLegalHoldStatus, Owner, PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleConfigurationOutput, PutBucketPolicyInput, PutBucketPolicyOutput,
    PutBucketVersioningInput, PutBucketVersioningOutput, PutObjectInput, PutObjectLegalHoldInput,
    PutObjectLegalHoldOutput, PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput,
    PutObjectOutput, PutObjectRetentionInput, PutObjectRetentionOutput, PutPublicAccessBlockInput,
    PutPublicAccessBlockOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use super::{conversion, deletion, listing, multipart, reading, settings};
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
        answered(settings::versioning(&self.store, &request.input.bucket)?)
    }

    async fn put_bucket_versioning(
        &self,
        request: S3Request<PutBucketVersioningInput>,
    ) -> Answered<PutBucketVersioningOutput> {
        let input = request.input;
        settings::put_versioning(&self.store, &input.bucket, &input.versioning_configuration)?;
        answered(PutBucketVersioningOutput::default())
    }

    async fn get_bucket_policy(
        &self,
        request: S3Request<GetBucketPolicyInput>,
    ) -> Answered<GetBucketPolicyOutput> {
        answered(settings::policy(&self.store, &request.input.bucket)?)
    }

    async fn put_bucket_policy(
        &self,
        request: S3Request<PutBucketPolicyInput>,
    ) -> Answered<PutBucketPolicyOutput> {
        settings::put_policy(&self.store, &request.input.bucket, &request.input.policy)?;
        answered(PutBucketPolicyOutput::default())
    }

    async fn delete_bucket_policy(
        &self,
        request: S3Request<DeleteBucketPolicyInput>,
    ) -> Answered<DeleteBucketPolicyOutput> {
        settings::delete_policy(&self.store, &request.input.bucket)?;
        answered(DeleteBucketPolicyOutput::default())
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> Answered<GetBucketLifecycleConfigurationOutput> {
        answered(settings::lifecycle(&self.store, &request.input.bucket)?)
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        request: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> Answered<PutBucketLifecycleConfigurationOutput> {
        let input = request.input;
        let lifecycle = input.lifecycle_configuration.as_ref();
        settings::put_lifecycle(&self.store, &input.bucket, lifecycle)?;
        answered(PutBucketLifecycleConfigurationOutput::default())
    }

    async fn delete_bucket_lifecycle(
        &self,
        request: S3Request<DeleteBucketLifecycleInput>,
    ) -> Answered<DeleteBucketLifecycleOutput> {
        settings::delete_lifecycle(&self.store, &request.input.bucket)?;
        answered(DeleteBucketLifecycleOutput::default())
    }

    async fn get_public_access_block(
        &self,
        request: S3Request<GetPublicAccessBlockInput>,
    ) -> Answered<GetPublicAccessBlockOutput> {
        answered(settings::access_block(&self.store, &request.input.bucket)?)
    }

    async fn put_public_access_block(
        &self,
        request: S3Request<PutPublicAccessBlockInput>,
    ) -> Answered<PutPublicAccessBlockOutput> {
        let block = &request.input.public_access_block_configuration;
        settings::put_access_block(&self.store, &request.input.bucket, block)?;
        answered(PutPublicAccessBlockOutput::default())
    }

    async fn delete_public_access_block(
        &self,
        request: S3Request<DeletePublicAccessBlockInput>,
    ) -> Answered<DeletePublicAccessBlockOutput> {
        settings::delete_access_block(&self.store, &request.input.bucket)?;
        answered(DeletePublicAccessBlockOutput::default())
    }

    async fn get_object_lock_configuration(
        &self,
        request: S3Request<GetObjectLockConfigurationInput>,
    ) -> Answered<GetObjectLockConfigurationOutput> {
        answered(settings::lock(&self.store, &request.input.bucket)?)
    }

    async fn put_object_lock_configuration(
        &self,
        request: S3Request<PutObjectLockConfigurationInput>,
    ) -> Answered<PutObjectLockConfigurationOutput> {
        let input = request.input;
        settings::put_lock(&self.store, &input.bucket, input.object_lock_configuration)?;
        answered(PutObjectLockConfigurationOutput::default())
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
            ..NewObject::default()
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

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answered<CreateMultipartUploadOutput> {
        answered(multipart::begin(&self.store, request.input)?)
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answered<UploadPartOutput> {
        answered(multipart::put_part(&self.store, request.input).await?)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answered<CompleteMultipartUploadOutput> {
        answered(multipart::complete(&self.store, request.input)?)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answered<AbortMultipartUploadOutput> {
        multipart::abort(&self.store, &request.input)?;
        answered(AbortMultipartUploadOutput::default())
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answered<DeleteObjectOutput> {
        answered(deletion::one(&self.store, &request.input)?)
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> Answered<DeleteObjectsOutput> {
        answered(deletion::several(&self.store, request.input)?)
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
