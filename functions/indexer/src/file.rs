//! A delivered object, on its way to being indexed.

use aws::objects::GetError;
use index::file::{Delivery, FileRecord, FileVersion};
use index::table;
use index::{Class, Day, Policy};
use lambda::error::Failure;
use lambda::notice::Object;
use trail::key::KeyError;
use trail::{LogFile, ObjectKey};

use crate::Indexer;

/// What tells files of a batch apart: one may be restored while it is indexed otherwise, too.
pub(crate) type Name = (Class, FileVersion);

/// A log file that a message names.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) version: FileVersion,
    pub(crate) delivery: Delivery,
    /// What its records are grouped in.
    pub(crate) class: Class,
    etag: Option<String>,
}

/// What a delivered object is to the indexer.
pub(crate) enum Kind {
    /// A log file.
    Log(File),
    /// An object that others handle.
    Other,
}

/// A file as far as it can be had.
pub(crate) enum Content {
    /// It was indexed before.
    Known(FileRecord),
    /// It is to be indexed.
    Fetched {
        log: LogFile,
        size: u64,
        etag: Option<String>,
    },
    /// Another content was indexed under its name before.
    Replaced,
}

/// Other content is indexed under the same name, which only a bucket without versions allows.
#[derive(Debug, thiserror::Error)]
#[error("the object was indexed with other content before: nothing of this one is indexed")]
pub(crate) struct Replaced;

/// The largest log file, as compressed as it lies in the bucket.
///
/// CloudTrail's files hold at most 50 MB; this is what they could be without
/// any compression at all.
const MOST_COMPRESSED: usize = 64 * 1024 * 1024;

impl File {
    /// Tells by its key what an object is.
    ///
    /// An object under a path of CloudTrail's whose name or date is not
    /// CloudTrail's is refused; anything else in the bucket is left alone. Its records
    /// are restored until the start of a day, where one is given.
    pub(crate) fn of(
        object: &Object,
        restore_until: Option<Day>,
        policy: &Policy,
    ) -> Result<Kind, Failure> {
        let key = match ObjectKey::parse(&object.key) {
            Ok(key) if key.kind.has_records() => key,
            Ok(_) | Err(KeyError::Layout) => return Ok(Kind::Other),
            Err(error @ (KeyError::Date | KeyError::Suffix)) => return Err(Failure::reject(error)),
        };
        Ok(Kind::Log(Self {
            version: version_of(object),
            delivery: Delivery::from(&key),
            class: match restore_until {
                Some(until) => Class::restored(until),
                None => policy.class(key.account),
            },
            etag: object.etag.clone(),
        }))
    }

    /// An object whose key names no delivery, as delivered when it was met.
    pub(crate) fn misnamed(object: &Object, now: i64) -> Self {
        let (account, region) = (String::new(), String::new());
        let delivery = Delivery {
            account,
            region,
            day: Day::of(now),
            time: now,
        };
        Self {
            version: version_of(object),
            delivery,
            class: Class::standard(),
            etag: None,
        }
    }

    /// What tells it apart from the others of a batch.
    pub(crate) fn name(&self) -> Name {
        (self.class.clone(), self.version.clone())
    }
}

fn version_of(object: &Object) -> FileVersion {
    FileVersion {
        bucket: object.bucket.clone(),
        key: object.key.clone(),
        version: object.version.clone(),
    }
}

impl Indexer {
    /// Looks whether a file is indexed, and otherwise fetches and inflates it.
    pub(crate) async fn fetch(&self, file: &File) -> Result<Content, Failure> {
        let Delivery {
            account,
            region,
            day,
            ..
        } = &file.delivery;
        let partition = table::files(account, region, *day);
        let known = self
            .writer
            .table()
            .get(&partition, &file.version.sort_in(&file.class))
            .await
            .map_err(Failure::retry)?
            .and_then(|item| FileRecord::from_body(&item.body));
        // Without versions an object may be replaced under its key: its ETag tells.
        let known = match known {
            Some(known)
                if known.etag.is_none() || file.etag.is_none() || known.etag == file.etag =>
            {
                return Ok(Content::Known(known));
            }
            known => known,
        };
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
        let log = LogFile::inflate(&object.bytes, self.max_file_bytes).map_err(Failure::reject)?;
        let size = object.bytes.len() as u64;
        Ok(match known {
            None => Content::Fetched {
                log,
                size,
                etag: object.etag,
            },
            Some(known) if known.sha256 == FileRecord::hash_text(log.sha256()) => {
                Content::Known(known)
            }
            Some(_) => Content::Replaced,
        })
    }
}
