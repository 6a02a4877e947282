//! How a bucket is protected, as S3 describes it.

use aws_sdk_s3::types::{BucketVersioningStatus, ExpirationStatus, LifecycleRule};

use super::Objects;
use crate::Error;

/// How long new objects of a bucket are locked by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// `GOVERNANCE` or `COMPLIANCE`.
    pub mode: String,
    /// For how many days.
    pub days: u32,
}

/// What a rule of a bucket's lifecycle does, where it is enabled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// Whether it is about every object.
    pub is_for_all: bool,
    /// After how many days objects expire.
    pub expires: Option<u32>,
    /// Whether objects expire at a given date, whatever their age.
    pub expires_at_date: bool,
    /// After how many days versions expire that are not the newest.
    pub versions_expire: Option<u32>,
    /// To which storage classes objects go, and after how many days.
    pub transitions: Vec<(String, u32)>,
}

impl Objects {
    /// Tells whether the bucket keeps versions.
    pub async fn is_versioned(&self, bucket: &str) -> Result<bool, Error> {
        let output = self.client.get_bucket_versioning().bucket(bucket).send();
        let output = output
            .await
            .map_err(|error| Error::new("GetBucketVersioning", &error))?;
        Ok(output.status == Some(BucketVersioningStatus::Enabled))
    }

    /// Tells how new objects are locked; nothing where they are not.
    pub async fn lock(&self, bucket: &str) -> Result<Option<Lock>, Error> {
        let answer = self
            .client
            .get_object_lock_configuration()
            .bucket(bucket)
            .send()
            .await
            .map_err(|error| Error::new("GetObjectLockConfiguration", &error));
        let output = match answer {
            Ok(output) => output,
            Err(error) if error.has_code(&["ObjectLockConfigurationNotFoundError"]) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let retention = output
            .object_lock_configuration
            .filter(|configuration| configuration.object_lock_enabled.is_some())
            .and_then(|configuration| configuration.rule)
            .and_then(|rule| rule.default_retention);
        Ok(retention.and_then(|retention| {
            let days = match (retention.days, retention.years) {
                (Some(days), _) => u32::try_from(days).ok()?,
                (None, years) => u32::try_from(years?).ok()?.checked_mul(365)?,
            };
            let mode = retention.mode?.as_str().to_owned();
            Some(Lock { mode, days })
        }))
    }

    /// Reads the bucket's policy; nothing where it has none.
    pub async fn policy(&self, bucket: &str) -> Result<Option<String>, Error> {
        let answer = self
            .client
            .get_bucket_policy()
            .bucket(bucket)
            .send()
            .await
            .map_err(|error| Error::new("GetBucketPolicy", &error));
        match answer {
            Ok(output) => Ok(output.policy.filter(|policy| !policy.is_empty())),
            Err(error) if error.has_code(&["NoSuchBucketPolicy"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lists the enabled rules of the bucket's lifecycle.
    pub async fn lifecycle(&self, bucket: &str) -> Result<Vec<Rule>, Error> {
        let answer = self
            .client
            .get_bucket_lifecycle_configuration()
            .bucket(bucket)
            .send()
            .await
            .map_err(|error| Error::new("GetBucketLifecycleConfiguration", &error));
        match answer {
            Ok(output) => Ok(output
                .rules
                .unwrap_or_default()
                .into_iter()
                .filter(|rule| rule.status == ExpirationStatus::Enabled)
                .map(rule)
                .collect()),
            Err(error) if error.has_code(&["NoSuchLifecycleConfiguration"]) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Tells whether the bucket blocks public access in all four ways.
    pub async fn is_private(&self, bucket: &str) -> Result<bool, Error> {
        let answer = self
            .client
            .get_public_access_block()
            .bucket(bucket)
            .send()
            .await
            .map_err(|error| Error::new("GetPublicAccessBlock", &error));
        match answer {
            Ok(output) => {
                let block = output.public_access_block_configuration;
                Ok(block.is_some_and(|block| {
                    [
                        block.block_public_acls,
                        block.block_public_policy,
                        block.ignore_public_acls,
                        block.restrict_public_buckets,
                    ]
                    .into_iter()
                    .all(Option::unwrap_or_default)
                }))
            }
            Err(error) if error.has_code(&["NoSuchPublicAccessBlockConfiguration"]) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn rule(rule: LifecycleRule) -> Rule {
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    // An empty filter and an empty prefix are every object; the old form names the
    // prefix beside the filter.
    #[expect(deprecated, reason = "rules that were put in the old form have it")]
    let old_prefix = rule.prefix;
    let has_filter = rule.filter.is_some_and(|filter| {
        filter.prefix.is_some_and(|prefix| !prefix.is_empty())
            || filter.tag.is_some()
            || filter.and.is_some()
            || filter.object_size_greater_than.is_some()
            || filter.object_size_less_than.is_some()
    });
    let expiration = rule.expiration;
    Rule {
        id: rule.id.unwrap_or_default(),
        is_for_all: !has_filter && old_prefix.is_none_or(|prefix| prefix.is_empty()),
        expires: days(expiration.as_ref().and_then(|expiration| expiration.days)),
        expires_at_date: expiration.is_some_and(|expiration| expiration.date.is_some()),
        versions_expire: rule
            .noncurrent_version_expiration
            .map(|expiration| days(expiration.noncurrent_days).unwrap_or_default()),
        transitions: rule
            .transitions
            .unwrap_or_default()
            .into_iter()
            .filter_map(|transition| {
                let class = transition.storage_class?.as_str().to_owned();
                Some((class, days(transition.days)?))
            })
            .collect(),
    }
}
