//! A delivered object, on its way to being evaluated.

use aws::objects::GetError;
use index::file::{Delivery, FileVersion};
use lambda::error::Failure;
use lambda::notice::Object;
use trail::key::KeyError;
use trail::{LogFile, ObjectKey};

use crate::Detector;

/// The largest log file, as compressed as it lies in the bucket; the indexer's bound.
const MOST_COMPRESSED: usize = 64 * 1024 * 1024;

/// A log file that a message names.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) version: FileVersion,
    /// When it was delivered.
    pub(crate) delivered: i64,
}

impl File {
    /// Tells by its key what an object is: nothing of ours where this is nothing.
    pub(crate) fn of(object: &Object) -> Result<Option<Self>, Failure> {
        let key = match ObjectKey::parse(&object.key) {
            Ok(key) if key.kind.has_records() => key,
            Ok(_) | Err(KeyError::Layout) => return Ok(None),
            Err(error @ (KeyError::Date | KeyError::Suffix)) => return Err(Failure::reject(error)),
        };
        Ok(Some(Self {
            delivered: Delivery::from(&key).time,
            version: FileVersion {
                bucket: object.bucket.clone(),
                key: object.key.clone(),
                version: object.version.clone(),
            },
        }))
    }
}

impl Detector {
    /// Fetches and inflates a log file.
    pub(crate) async fn fetch(&self, file: &File) -> Result<LogFile, Failure> {
        let FileVersion {
            bucket,
            key,
            version,
        } = &file.version;
        let object = self
            .objects
            .get(bucket, key, version.as_deref(), MOST_COMPRESSED)
            .await
            .map_err(|error| match error {
                GetError::Call(_) => Failure::retry(error),
                GetError::Missing | GetError::TooLarge { .. } | GetError::Archived => {
                    Failure::reject(error)
                }
            })?;
        LogFile::inflate(&object.bytes, self.settings.max_file_bytes).map_err(Failure::reject)
    }
}
