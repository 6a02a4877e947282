//! Settings, trails and keys put in place without HTTP.

use rusqlite::Transaction;
use s3s::dto::PublicAccessBlockConfiguration;
use serde::Serialize;

use super::{Cloud, CloudError};
use crate::cloudtrail::{DISABLED, PublicKey, TRAIL, Trail};
use crate::kms::{KEY, Key};
use crate::objects::buckets::{self, DefaultRetention};
use crate::s3::settings::{POLICY, UNVERSIONED};
use crate::settings::{self, Service};
use crate::{Lifecycle, LockMode, s3, tables};

impl Cloud {
    /// Sets or removes a bucket's policy. It is answered and not enforced.
    pub fn set_bucket_policy(&self, bucket: &str, policy: Option<&str>) -> Result<(), CloudError> {
        Ok(self
            .store
            .write(|transaction| buckets::set(transaction, bucket, POLICY, policy))?)
    }

    /// Sets or lifts for how many days what is put into a bucket is locked, in
    /// a bucket that has Object Lock.
    pub fn set_default_lock(
        &self,
        bucket: &str,
        lock: Option<(LockMode, i32)>,
    ) -> Result<(), CloudError> {
        let retention = lock.map(|(mode, days)| DefaultRetention {
            mode,
            days: Some(days),
            years: None,
        });
        Ok(self
            .store
            .write(|transaction| buckets::retain(transaction, bucket, retention))?)
    }

    /// Sets or removes a bucket's lifecycle. It is answered and not enforced.
    pub fn set_lifecycle(
        &self,
        bucket: &str,
        lifecycle: Option<&Lifecycle>,
    ) -> Result<(), CloudError> {
        let configuration = lifecycle.map(Lifecycle::configuration);
        Ok(match &configuration {
            Some(wanted) => s3::settings::put_lifecycle(&self.store, bucket, Some(wanted)),
            None => s3::settings::delete_lifecycle(&self.store, bucket),
        }?)
    }

    /// Blocks public access to a bucket in all four ways, or removes the
    /// block.
    pub fn block_public_access(&self, bucket: &str, is_blocked: bool) -> Result<(), CloudError> {
        let block = PublicAccessBlockConfiguration {
            block_public_acls: Some(true),
            block_public_policy: Some(true),
            ignore_public_acls: Some(true),
            restrict_public_buckets: Some(true),
        };
        Ok(if is_blocked {
            s3::settings::put_access_block(&self.store, bucket, &block)
        } else {
            s3::settings::delete_access_block(&self.store, bucket)
        }?)
    }

    /// Sets whether a bucket is said to be versioned; versions are kept all
    /// the same.
    pub fn set_versioning(&self, bucket: &str, is_enabled: bool) -> Result<(), CloudError> {
        let value = (!is_enabled).then_some("");
        Ok(self
            .store
            .write(|transaction| buckets::set(transaction, bucket, UNVERSIONED, value))?)
    }

    /// Sets or removes a table's resource policy. It is answered and not
    /// enforced; see [`table_settings`](Self::table_settings).
    pub fn set_table_policy(&self, table: &str, policy: Option<&str>) -> Result<(), CloudError> {
        self.write(|transaction| tables::set_policy(transaction, table, policy))?;
        Ok(())
    }

    /// Switches a table's point-in-time recovery; see
    /// [`table_settings`](Self::table_settings).
    pub fn set_point_in_time_recovery(
        &self,
        table: &str,
        is_enabled: bool,
    ) -> Result<(), CloudError> {
        self.write(|transaction| tables::set_recovery(transaction, table, is_enabled))
    }

    /// Registers a public key of a Region, valid from `start` to `end` in
    /// seconds, and answers its fingerprint: the MD5 of the DER bytes.
    ///
    /// `ListPublicKeys` answers the bytes as they are. AWS's are PKCS#1.
    pub fn register_public_key(
        &self,
        region: &str,
        der: &[u8],
        start: i64,
        end: i64,
    ) -> Result<String, CloudError> {
        let key = PublicKey::new(der, start, end);
        self.write(|transaction| key.register(transaction, region))
    }

    /// Forgets a public key, and answers whether it was registered.
    pub fn remove_public_key(&self, region: &str, fingerprint: &str) -> Result<bool, CloudError> {
        self.write(|transaction| {
            settings::remove(transaction, Service::PublicKeys, region, fingerprint)
        })
    }

    /// Refuses every CloudTrail call that is signed for a Region, as one does
    /// that the account has not enabled.
    pub fn disable_region(&self, region: &str) -> Result<(), CloudError> {
        self.write(|transaction| settings::put(transaction, Service::Regions, region, DISABLED, ""))
    }

    /// Answers the calls for a Region again.
    pub fn enable_region(&self, region: &str) -> Result<(), CloudError> {
        self.write(|transaction| {
            settings::remove(transaction, Service::Regions, region, DISABLED)
        })?;
        Ok(())
    }

    /// Creates a trail, or replaces the one with its ARN.
    pub fn put_trail(&self, trail: &Trail) -> Result<(), CloudError> {
        if !trail.is_named() {
            return Err(CloudError::Refused(format!(
                "{} is not the arn of a trail",
                trail.arn
            )));
        }
        self.put(Service::Trails, &trail.arn, TRAIL, trail)
    }

    /// Deletes a trail, and answers whether it was there.
    pub fn delete_trail(&self, arn: &str) -> Result<bool, CloudError> {
        self.write(|transaction| settings::remove(transaction, Service::Trails, arn, TRAIL))
    }

    /// Creates a KMS key, or replaces the one with its ARN.
    pub fn put_key(&self, key: &Key) -> Result<(), CloudError> {
        if !key.is_named() {
            return Err(CloudError::Refused(format!(
                "{} is not the arn of a key",
                key.arn
            )));
        }
        self.put(Service::Keys, &key.arn, KEY, key)
    }

    /// Deletes a KMS key, and answers whether it was there.
    pub fn delete_key(&self, arn: &str) -> Result<bool, CloudError> {
        self.write(|transaction| settings::remove(transaction, Service::Keys, arn, KEY))
    }

    fn put(
        &self,
        service: Service,
        resource: &str,
        name: &str,
        value: &impl Serialize,
    ) -> Result<(), CloudError> {
        let value =
            serde_json::to_string(value).map_err(|error| CloudError::Store(error.to_string()))?;
        self.write(|transaction| settings::put(transaction, service, resource, name, &value))
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, CloudError> {
        Ok(self.store.write(work)?)
    }
}
