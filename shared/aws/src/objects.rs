//! The objects of buckets.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;

use crate::Error;

/// The objects of any bucket that the caller may read.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
}

/// An object, whole.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its `ETag`, without quotes.
    pub etag: Option<String>,
    /// Its version; absent in a bucket without versioning.
    pub version: Option<String>,
}

/// Says why an object was not got.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// There is no such object, or not in this version.
    #[error("the object is not there")]
    Missing,
    /// The object is larger than it may be.
    #[error("the object has {size} bytes, more than the {limit} that are read")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The bound in bytes.
        limit: usize,
    },
    /// The call failed; a retry may help.
    #[error(transparent)]
    Call(#[from] Error),
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its `ETag`, without quotes.
    pub etag: Option<String>,
}

impl Objects {
    /// Makes the client. Buckets of the local cloud have no host names of their own.
    pub fn new(config: &SdkConfig) -> Self {
        let config = aws_sdk_s3::config::Builder::from(config)
            .retry_config(crate::retries())
            .timeout_config(crate::timeouts(Duration::from_secs(30)))
            .force_path_style(config.endpoint_url().is_some())
            .build();
        Self {
            client: Client::from_conf(config),
        }
    }

    /// The client, for what only set-up and tests do.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Gets an object of at most `limit` bytes, in a given version or the newest.
    pub async fn get(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        limit: usize,
    ) -> Result<Object, GetError> {
        let output = self
            .client
            .get_object()
            .bucket(bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .send()
            .await
            .map_err(|error| {
                let error = Error::new("GetObject", &error);
                if error.has_code(&["NoSuchKey", "NoSuchVersion", "NoSuchBucket"]) {
                    GetError::Missing
                } else {
                    GetError::Call(error)
                }
            })?;
        let size = output
            .content_length()
            .unwrap_or_default()
            .try_into()
            .unwrap_or(u64::MAX);
        if usize::try_from(size).map_or(true, |size| size > limit) {
            return Err(GetError::TooLarge { size, limit });
        }
        let etag = output.e_tag().map(|etag| etag.trim_matches('"').to_owned());
        let version = output
            .version_id()
            .filter(|version| *version != "null")
            .map(str::to_owned);
        let bytes = output
            .body
            .collect()
            .await
            .map_err(|error| Error::unexpected("GetObject", &error.to_string()))?;
        Ok(Object {
            bytes: bytes.to_vec(),
            etag,
            version,
        })
    }

    /// Puts an object.
    pub async fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), Error> {
        self.client
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| Error::new("PutObject", &error))
    }

    /// Lists up to 1,000 objects of a prefix behind a key, in the order of their keys.
    ///
    /// A listing shorter than 1,000 is the last.
    pub async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<Vec<Listed>, Error> {
        let output = self
            .client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .set_start_after(after.map(str::to_owned))
            .send()
            .await
            .map_err(|error| Error::new("ListObjectsV2", &error))?;
        Ok(output
            .contents
            .unwrap_or_default()
            .into_iter()
            .filter_map(|object| {
                Some(Listed {
                    size: object.size().unwrap_or_default().try_into().ok()?,
                    etag: object.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
                    key: object.key?,
                })
            })
            .collect())
    }
}
