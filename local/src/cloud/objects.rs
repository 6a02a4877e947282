//! Buckets and objects made, read and tampered with without HTTP.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{Cloud, CloudError};
use crate::objects::listing::Wanted;
use crate::objects::{self, Headers, NewObject, ObjectError, Version, buckets, event, tampering};

/// Keys that are read at a time.
const PAGE: usize = 1_000;

/// An object that was put without HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// The version that was written.
    pub version: String,
    /// The MD5 of the body in hexadecimal, without quotes.
    pub etag: String,
    /// The length of the body.
    pub size: u64,
}

impl From<Version> for StoredObject {
    fn from(version: Version) -> StoredObject {
        StoredObject {
            version: version.id,
            etag: version.etag,
            size: u64::try_from(version.size).unwrap_or(0),
        }
    }
}

/// An object that was read without HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The version that was read.
    pub version: String,
    /// The MD5 of the body in hexadecimal, without quotes.
    pub etag: String,
    /// When it was written, in seconds.
    pub modified: i64,
    /// What follows `x-amz-meta-`, in lower case, and what it says.
    pub metadata: BTreeMap<String, String>,
    /// The bytes.
    pub body: Bytes,
}

/// An object to be put without HTTP.
#[derive(Debug, Clone)]
pub struct Upload {
    body: Bytes,
    metadata: BTreeMap<String, String>,
    modified: Option<i64>,
    is_announced: bool,
}

impl Upload {
    /// Takes the bytes; nothing is said about them, and they are announced to
    /// whom [`Cloud::notify`] names.
    pub fn new(body: impl Into<Bytes>) -> Upload {
        Upload {
            body: body.into(),
            metadata: BTreeMap::new(),
            modified: None,
            is_announced: true,
        }
    }

    /// Adds a header `x-amz-meta-` of this name.
    #[must_use]
    pub fn metadata(mut self, name: &str, value: impl Into<String>) -> Upload {
        self.metadata
            .insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// Sets when it is said to have been written, in seconds.
    #[must_use]
    pub fn modified(self, seconds: i64) -> Upload {
        Upload {
            modified: Some(seconds),
            ..self
        }
    }

    /// Announces it to nobody, as if the notification had been lost.
    #[must_use]
    pub fn unannounced(self) -> Upload {
        Upload {
            is_announced: false,
            ..self
        }
    }
}

impl Cloud {
    /// Creates a bucket, versioned and with Object Lock, where it is missing.
    pub fn create_bucket(&self, name: &str) -> Result<(), CloudError> {
        self.create(name, true)
    }

    /// Creates a bucket, versioned and without Object Lock, where it is
    /// missing.
    pub fn create_bucket_without_lock(&self, name: &str) -> Result<(), CloudError> {
        self.create(name, false)
    }

    fn create(&self, name: &str, is_lockable: bool) -> Result<(), CloudError> {
        let created = self
            .store
            .write(|transaction| buckets::create(transaction, name, is_lockable));
        match created {
            Ok(()) | Err(ObjectError::BucketExists) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts an object without HTTP, notifications included; the fault injector
    /// sees nothing of it.
    pub fn put_object(
        &self,
        bucket: &str,
        key: &str,
        body: impl Into<Bytes>,
    ) -> Result<StoredObject, CloudError> {
        self.upload(bucket, key, Upload::new(body))
    }

    /// Puts an object with what is to be said about it.
    pub fn upload(
        &self,
        bucket: &str,
        key: &str,
        upload: Upload,
    ) -> Result<StoredObject, CloudError> {
        if key.is_empty() || key.len() > 1024 {
            return Err(CloudError::Refused("a key has 1 to 1024 bytes".to_owned()));
        }
        let object = NewObject {
            body: upload.body,
            headers: Headers {
                metadata: upload.metadata,
                ..Headers::default()
            },
            modified: upload.modified.map(|seconds| seconds.saturating_mul(1_000)),
            ..NewObject::default()
        };
        let version = self.store.write(|transaction| {
            let version = objects::put(transaction, bucket, key, &object)?;
            if upload.is_announced {
                event::announce(transaction, bucket, &version)?;
            }
            Ok::<_, ObjectError>(version)
        })?;
        Ok(version.into())
    }

    /// Finds the newest version of an object without HTTP.
    pub fn find_object(&self, bucket: &str, key: &str) -> Result<Option<StoredObject>, CloudError> {
        let found = self
            .store
            .read(|connection| objects::find(connection, bucket, key, None));
        Ok(existing(found)?.map(StoredObject::from))
    }

    /// Reads a version of an object without HTTP, the newest without a
    /// `version`; there is none under a delete marker.
    pub fn object(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Object>, CloudError> {
        let found = self.store.read(|connection| {
            let found = objects::find(connection, bucket, key, version)?;
            let size = u64::try_from(found.size).unwrap_or(0);
            let body = objects::read_body(connection, &found, 0, size)?;
            Ok::<_, ObjectError>((found, body))
        });
        Ok(existing(found)?.map(|(found, body)| Object {
            version: found.id,
            etag: found.etag,
            modified: found.modified.div_euclid(1_000),
            metadata: found.headers.metadata,
            body,
        }))
    }

    /// Lists the keys of the current objects under a prefix, in S3's order.
    pub fn object_keys(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, CloudError> {
        let mut wanted = Wanted {
            prefix: prefix.to_owned(),
            limit: PAGE,
            ..Wanted::default()
        };
        let mut keys = Vec::new();
        loop {
            let page = self
                .store
                .read(|connection| objects::listing::list(connection, bucket, &wanted))?;
            keys.extend(page.versions.into_iter().map(|version| version.key));
            wanted.after = page.next;
            if wanted.after.is_none() {
                return Ok(keys);
            }
        }
    }

    /// Puts a delete marker on top of an object, as `DeleteObject` does, and
    /// answers its version.
    pub fn delete_object(&self, bucket: &str, key: &str) -> Result<String, CloudError> {
        let marker = self
            .store
            .write(|transaction| objects::mark_deleted(transaction, bucket, key))?;
        Ok(marker.id)
    }

    /// Changes the bytes of an object's newest version past its lock: version,
    /// metadata and time stay, and nobody is told.
    pub fn overwrite_object(
        &self,
        bucket: &str,
        key: &str,
        body: impl Into<Bytes>,
    ) -> Result<StoredObject, CloudError> {
        let body = body.into();
        let version = self
            .store
            .write(|transaction| tampering::overwrite(transaction, bucket, key, &body))?;
        Ok(version.into())
    }

    /// Replaces all metadata of an object's newest version past its lock.
    pub fn rewrite_metadata(
        &self,
        bucket: &str,
        key: &str,
        metadata: &[(&str, &str)],
    ) -> Result<(), CloudError> {
        Ok(self
            .store
            .write(|transaction| tampering::rewrite_metadata(transaction, bucket, key, metadata))?)
    }

    /// Removes one version or delete marker past its lock, and answers whether
    /// it was there; the one below it shows up.
    pub fn remove_version(
        &self,
        bucket: &str,
        key: &str,
        version: &str,
    ) -> Result<bool, CloudError> {
        Ok(self
            .store
            .write(|transaction| tampering::remove_version(transaction, bucket, key, version))?)
    }

    /// Removes all versions and delete markers of an object past their locks,
    /// as if it had never been, and counts them.
    pub fn remove_object(&self, bucket: &str, key: &str) -> Result<usize, CloudError> {
        Ok(self
            .store
            .write(|transaction| tampering::remove(transaction, bucket, key))?)
    }
}

/// Tells an object that is not there from a call that failed.
fn existing<T>(found: Result<T, ObjectError>) -> Result<Option<T>, ObjectError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(
            ObjectError::NoSuchKey
            | ObjectError::Deleted { .. }
            | ObjectError::NoSuchVersion
            | ObjectError::IsMarker { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}
