//! The objects of buckets.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;

use crate::Error;

pub mod protection;

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
    /// Its own metadata, names in lower case, without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
}

/// What is known of an object without reading it.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its size in bytes.
    pub size: u64,
    /// Its `ETag`, without quotes.
    pub etag: Option<String>,
    /// Its version; absent in a bucket without versioning.
    pub version: Option<String>,
    /// Its own metadata, names in lower case, without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
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
    /// The object is in a storage class from which it has to be restored first.
    #[error("the object is archived: restore it, then ask again")]
    Archived,
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

/// A page of a listing by folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    /// The prefixes up to the next slash, with it.
    pub prefixes: Vec<String>,
    /// What the next page goes on behind; nothing on the last.
    pub next: Option<String>,
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
                } else if error.has_code(&["InvalidObjectState"]) {
                    GetError::Archived
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
        let metadata = metadata(output.metadata.as_ref());
        let bytes = output
            .body
            .collect()
            .await
            .map_err(|error| Error::unexpected("GetObject", &error.to_string()))?;
        Ok(Object {
            bytes: bytes.to_vec(),
            etag,
            version,
            metadata,
        })
    }

    /// Tells what is known of an object without reading it; nothing where it is not there.
    pub async fn head(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Head>, Error> {
        let answer = self
            .client
            .head_object()
            .bucket(bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .send()
            .await;
        let output = match answer {
            Ok(output) => output,
            Err(error) => {
                // An answer without a body has no code; the client makes one of the status.
                let is_missing = error
                    .raw_response()
                    .is_some_and(|response| response.status().as_u16() == 404);
                let error = Error::new("HeadObject", &error);
                return if is_missing { Ok(None) } else { Err(error) };
            }
        };
        Ok(Some(Head {
            size: output
                .content_length()
                .unwrap_or_default()
                .try_into()
                .unwrap_or(u64::MAX),
            etag: output.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
            version: output
                .version_id()
                .filter(|version| *version != "null")
                .map(str::to_owned),
            metadata: metadata(output.metadata.as_ref()),
        }))
    }

    /// Lists a page of the folders of a prefix: what their keys have up to the next slash.
    pub async fn folders(
        &self,
        bucket: &str,
        prefix: &str,
        next: Option<&str>,
    ) -> Result<Folders, Error> {
        let output = self
            .client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .delimiter("/")
            .set_continuation_token(next.map(str::to_owned))
            .send()
            .await
            .map_err(|error| Error::new("ListObjectsV2", &error))?;
        Ok(Folders {
            prefixes: output
                .common_prefixes
                .unwrap_or_default()
                .into_iter()
                .filter_map(|prefix| prefix.prefix)
                .collect(),
            next: output
                .next_continuation_token
                .filter(|token| !token.is_empty()),
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

fn metadata(metadata: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    let metadata = metadata.into_iter().flatten();
    metadata
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect()
}
