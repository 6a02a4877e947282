//! The settings of a bucket. Object Lock is enforced; policies, lifecycles and
//! access blocks are stored and answered only.

use http::StatusCode;
use s3s::dto::{
    BucketLifecycleConfiguration, BucketVersioningStatus, DefaultRetention,
    GetBucketLifecycleConfigurationOutput, GetBucketPolicyOutput, GetBucketVersioningOutput,
    GetObjectLockConfigurationOutput, GetPublicAccessBlockOutput, ObjectLockConfiguration,
    ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule, PublicAccessBlockConfiguration,
    VersioningConfiguration,
};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde_json::Value;

use super::conversion;
use crate::objects::buckets;
use crate::store::Store;

/// The setting of a bucket's policy.
pub(crate) const POLICY: &str = "policy";

/// The setting of a bucket that is said not to be versioned.
pub(crate) const UNVERSIONED: &str = "unversioned";

const LIFECYCLE: &str = "lifecycle";
const ACCESS_BLOCK: &str = "access-block";

fn find(store: &Store, bucket: &str, name: &str) -> S3Result<Option<String>> {
    Ok(store.read(|connection| buckets::setting(connection, bucket, name))?)
}

fn set(store: &Store, bucket: &str, name: &str, value: Option<&str>) -> S3Result<()> {
    Ok(store.write(|transaction| buckets::set(transaction, bucket, name, value))?)
}

/// Reads a bucket's policy.
pub(super) fn policy(store: &Store, bucket: &str) -> S3Result<GetBucketPolicyOutput> {
    let policy = find(store, bucket, POLICY)?
        .ok_or_else(|| s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist"))?;
    Ok(GetBucketPolicyOutput {
        policy: Some(policy),
    })
}

/// Sets a bucket's policy.
pub(super) fn put_policy(store: &Store, bucket: &str, policy: &str) -> S3Result<()> {
    if !serde_json::from_str::<Value>(policy).is_ok_and(|policy| policy.is_object()) {
        return Err(s3_error!(
            MalformedPolicy,
            "Policies must be valid JSON and the first byte must be '{{'"
        ));
    }
    set(store, bucket, POLICY, Some(policy))
}

/// Removes a bucket's policy; one that does not exist is removed already.
pub(super) fn delete_policy(store: &Store, bucket: &str) -> S3Result<()> {
    set(store, bucket, POLICY, None)
}

/// Reads a bucket's lifecycle rules.
pub(super) fn lifecycle(
    store: &Store,
    bucket: &str,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    let value = find(store, bucket, LIFECYCLE)?.ok_or_else(|| {
        s3_error!(
            NoSuchLifecycleConfiguration,
            "The lifecycle configuration does not exist"
        )
    })?;
    let lifecycle: BucketLifecycleConfiguration = decode(&value)?;
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: Some(lifecycle.rules),
        ..GetBucketLifecycleConfigurationOutput::default()
    })
}

/// Sets a bucket's lifecycle rules.
pub(crate) fn put_lifecycle(
    store: &Store,
    bucket: &str,
    lifecycle: Option<&BucketLifecycleConfiguration>,
) -> S3Result<()> {
    let lifecycle = lifecycle
        .filter(|lifecycle| !lifecycle.rules.is_empty())
        .ok_or(S3ErrorCode::MalformedXML)?;
    set(store, bucket, LIFECYCLE, Some(&encode(lifecycle)?))
}

/// Removes a bucket's lifecycle rules.
pub(crate) fn delete_lifecycle(store: &Store, bucket: &str) -> S3Result<()> {
    set(store, bucket, LIFECYCLE, None)
}

/// Reads what public access a bucket blocks.
pub(super) fn access_block(store: &Store, bucket: &str) -> S3Result<GetPublicAccessBlockOutput> {
    let value = find(store, bucket, ACCESS_BLOCK)?.ok_or_else(|| {
        let code = S3ErrorCode::Custom("NoSuchPublicAccessBlockConfiguration".into());
        let mut error =
            S3Error::with_message(code, "The public access block configuration was not found");
        error.set_status_code(StatusCode::NOT_FOUND);
        error
    })?;
    Ok(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(decode(&value)?),
    })
}

/// Sets what public access a bucket blocks.
pub(crate) fn put_access_block(
    store: &Store,
    bucket: &str,
    block: &PublicAccessBlockConfiguration,
) -> S3Result<()> {
    set(store, bucket, ACCESS_BLOCK, Some(&encode(block)?))
}

/// Blocks no public access to a bucket any more.
pub(crate) fn delete_access_block(store: &Store, bucket: &str) -> S3Result<()> {
    set(store, bucket, ACCESS_BLOCK, None)
}

/// Reads whether a bucket is said to be versioned.
pub(super) fn versioning(store: &Store, bucket: &str) -> S3Result<GetBucketVersioningOutput> {
    let status = match find(store, bucket, UNVERSIONED)? {
        None => BucketVersioningStatus::ENABLED,
        Some(_) => BucketVersioningStatus::SUSPENDED,
    };
    Ok(GetBucketVersioningOutput {
        status: Some(BucketVersioningStatus::from_static(status)),
        ..GetBucketVersioningOutput::default()
    })
}

/// Refuses to suspend versioning: Object Lock forbids it, and this store keeps
/// every version.
pub(super) fn put_versioning(
    store: &Store,
    bucket: &str,
    wanted: &VersioningConfiguration,
) -> S3Result<()> {
    let is_lockable = store.read(|connection| buckets::find(connection, bucket))?;
    let status = wanted.status.as_ref().map(BucketVersioningStatus::as_str);
    if status == Some(BucketVersioningStatus::ENABLED) {
        return set(store, bucket, UNVERSIONED, None);
    }
    if is_lockable {
        return Err(s3_error!(
            InvalidBucketState,
            "An Object Lock configuration is present on this bucket, so the versioning state \
             cannot be changed."
        ));
    }
    Err(s3_error!(
        NotImplemented,
        "buckets here are always versioned"
    ))
}

/// Reads a bucket's Object Lock configuration.
pub(super) fn lock(store: &Store, bucket: &str) -> S3Result<GetObjectLockConfigurationOutput> {
    let (is_lockable, retention) = store.read(|connection| {
        let is_lockable = buckets::find(connection, bucket)?;
        let retention = buckets::default_retention(connection, bucket)?;
        Ok::<_, crate::objects::ObjectError>((is_lockable, retention))
    })?;
    if !is_lockable {
        return Err(s3_error!(
            ObjectLockConfigurationNotFoundError,
            "Object Lock configuration does not exist for this bucket"
        ));
    }
    let rule = retention.map(|retention| ObjectLockRule {
        default_retention: Some(DefaultRetention {
            days: retention.days,
            mode: Some(ObjectLockRetentionMode::from_static(
                retention.mode.as_str(),
            )),
            years: retention.years,
        }),
    });
    Ok(GetObjectLockConfigurationOutput {
        object_lock_configuration: Some(ObjectLockConfiguration {
            object_lock_enabled: Some(ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED)),
            rule,
        }),
    })
}

/// Sets the retention of what is put from now on; Object Lock itself is for a
/// bucket's creation to say.
pub(super) fn put_lock(
    store: &Store,
    bucket: &str,
    wanted: Option<ObjectLockConfiguration>,
) -> S3Result<()> {
    let retention = wanted
        .and_then(|wanted| wanted.rule)
        .and_then(|rule| rule.default_retention)
        .map(
            |retention| match (&retention.mode, retention.days, retention.years) {
                (Some(mode), days, years) if days.is_some() != years.is_some() => {
                    Ok(buckets::DefaultRetention {
                        mode: conversion::lock_mode(mode.as_str())?,
                        days,
                        years,
                    })
                }
                _ => Err(S3ErrorCode::MalformedXML.into()),
            },
        )
        .transpose()
        .map_err(|error: S3Error| error)?;
    Ok(store.write(|transaction| buckets::retain(transaction, bucket, retention))?)
}

fn encode(value: &impl serde::Serialize) -> S3Result<String> {
    serde_json::to_string(value).map_err(S3Error::internal_error)
}

fn decode<T: serde::de::DeserializeOwned>(value: &str) -> S3Result<T> {
    serde_json::from_str(value).map_err(S3Error::internal_error)
}
