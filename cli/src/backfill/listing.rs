//! Listing a bucket, stretch by stretch.

use aws::Objects;
use aws::objects::Listed;

use super::plan::Stretch;
use crate::endpoint::with_causes;
use crate::failure::Failure;

/// How many objects S3 lists at once.
const PAGE: usize = 1_000;

/// A bucket that is listed.
#[derive(Debug)]
pub(super) struct Bucket {
    objects: Objects,
    name: String,
}

/// A walk over stretches of a bucket, in the order of keys.
pub(super) struct Walk<'a> {
    bucket: &'a Bucket,
    stretches: std::slice::Iter<'a, Stretch>,
    /// What is left of the stretch that is being listed.
    current: Option<Stretch>,
    behind: Option<String>,
}

impl Bucket {
    /// Makes the bucket.
    pub(super) fn new(objects: Objects, name: &str) -> Self {
        Self {
            objects,
            name: name.to_owned(),
        }
    }

    /// Walks over stretches, from behind a key on where one is given.
    pub(super) fn walk<'a>(&'a self, stretches: &'a [Stretch], behind: Option<&str>) -> Walk<'a> {
        let behind = behind.map(str::to_owned);
        Walk {
            bucket: self,
            stretches: stretches.iter(),
            current: None,
            behind,
        }
    }

    /// Lists the folders directly in a folder, each with its slash.
    pub(super) async fn folders(&self, folder: &str) -> Result<Vec<String>, Failure> {
        let mut folders = Vec::new();
        let mut token = None;
        loop {
            let page = self
                .objects
                .client()
                .list_objects_v2()
                .bucket(&self.name)
                .prefix(folder)
                .delimiter("/")
                .set_continuation_token(token)
                .send()
                .await
                .map_err(|error| self.failure(&with_causes(&error)))?;
            let found = page.common_prefixes.unwrap_or_default();
            folders.extend(found.into_iter().filter_map(|folder| folder.prefix));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(folders);
            }
        }
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
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Listed>>, Failure> {
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
            let mut page = self
                .bucket
                .objects
                .list(&self.bucket.name, &stretch.prefix, stretch.start())
                .await
                .map_err(|error| self.bucket.failure(&error.to_string()))?;
            if page.len() == PAGE
                && let Some(last) = page.last()
            {
                self.current = stretch.behind(&last.key);
            }
            page.retain(|object| stretch.holds(&object.key));
            if !page.is_empty() {
                return Ok(Some(page));
            }
        }
    }
}
