//! Listing a bucket, stretch by stretch.

use std::sync::atomic::{AtomicBool, Ordering};

use aws::Objects;

use super::plan::Stretch;
use super::versions::{self, Refused};
use crate::endpoint::with_causes;
use crate::failure::Failure;

/// How many objects S3 lists at once.
const PAGE: usize = 1_000;

/// A bucket that is listed.
#[derive(Debug)]
pub(crate) struct Bucket {
    objects: Objects,
    name: String,
    /// Whether versions are listed; no more once that was denied.
    has_versions: AtomicBool,
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its key.
    pub(crate) key: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its `ETag`, without quotes.
    pub(crate) etag: Option<String>,
    /// Its version; absent in a bucket without versioning, and where versions are not listed.
    pub(crate) version: Option<String>,
}

/// A walk over stretches of a bucket, in the order of keys.
pub(crate) struct Walk<'a> {
    bucket: &'a Bucket,
    stretches: std::slice::Iter<'a, Stretch>,
    /// What is left of the stretch that is being listed.
    current: Option<Stretch>,
    behind: Option<String>,
}

impl Bucket {
    /// Makes the bucket, whose objects are listed without their versions.
    pub(crate) fn new(objects: Objects, name: &str) -> Self {
        Self {
            objects,
            name: name.to_owned(),
            has_versions: AtomicBool::new(false),
        }
    }

    /// Lists the newest version of each object, where the caller may.
    ///
    /// Where not, objects are listed without their versions, and a warning says what
    /// follows from that.
    pub(crate) fn with_versions(self) -> Self {
        Self {
            has_versions: AtomicBool::new(true),
            ..self
        }
    }

    /// Walks over stretches, from behind a key on where one is given.
    pub(crate) fn walk<'a>(&'a self, stretches: &'a [Stretch], behind: Option<&str>) -> Walk<'a> {
        let behind = behind.map(str::to_owned);
        Walk {
            bucket: self,
            stretches: stretches.iter(),
            current: None,
            behind,
        }
    }

    /// Lists the folders directly in a folder, each with its slash.
    pub(crate) async fn folders(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let (mut folders, mut next) = (Vec::new(), None);
        loop {
            let page = self
                .objects
                .folders(&self.name, folder, next.as_deref())
                .await
                .map_err(|error| self.failure(&with_causes(&error)))?;
            folders.extend(page.prefixes);
            next = page.next;
            if next.is_none() {
                return Ok(folders);
            }
        }
    }

    /// Lists a page of a stretch, and answers what is left of the stretch.
    async fn page(&self, stretch: &Stretch) -> Result<(Vec<Listed>, Option<Stretch>), Failure> {
        let (prefix, after) = (&stretch.prefix, stretch.start());
        if self.has_versions.load(Ordering::Relaxed) {
            match versions::list(&self.objects, &self.name, prefix, after).await {
                Ok(page) => {
                    let rest = page.behind.and_then(|key| stretch.behind(&key));
                    return Ok((page.objects, rest));
                }
                Err(Refused::Failed(reason)) => return Err(self.failure(&reason)),
                Err(Refused::Denied) => {
                    if self.has_versions.swap(false, Ordering::Relaxed) {
                        self.warn();
                    }
                }
            }
        }
        let page = self.objects.list(&self.name, prefix, after).await;
        let page = page.map_err(|error| self.failure(&error.to_string()))?;
        let rest = match page.last() {
            Some(last) if page.len() == PAGE => stretch.behind(&last.key),
            _ => None,
        };
        let objects = page.into_iter().map(|object| Listed {
            key: object.key,
            size: object.size,
            etag: object.etag,
            version: None,
        });
        Ok((objects.collect(), rest))
    }

    fn warn(&self) {
        anstream::eprintln!(
            "warning: you may not s3:ListBucketVersions {}: log files are named without their \
             versions. Where the bucket keeps versions, files that were indexed when they were \
             delivered count as others then",
            self.name
        );
    }

    fn failure(&self, reason: &str) -> Failure {
        Failure::new(format!(
            "cannot list the bucket {}: {reason}; check its name, its Region (--bucket-region) and that you may s3:ListBucket it",
            self.name
        ))
    }
}

impl Walk<'_> {
    /// Lists the next objects; nothing at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Listed>>, Failure> {
        loop {
            let Some(stretch) = self.current.take() else {
                let Some(next) = self.stretches.next() else {
                    return Ok(None);
                };
                self.current = match &self.behind {
                    Some(key) => next.behind(key),
                    None => Some(next.clone()),
                };
                continue;
            };
            let (mut page, rest) = self.bucket.page(&stretch).await?;
            self.current = rest;
            page.retain(|object| stretch.holds(&object.key));
            if !page.is_empty() {
                return Ok(Some(page));
            }
        }
    }
}
