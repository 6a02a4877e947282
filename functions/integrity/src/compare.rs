//! Holds the log files that a digest lists against what the indexer recorded of them.
//!
//! A file that is indexed with the hash that is listed is proven without being read
//! again. Only what is not indexed, or was indexed with another hash, is fetched, to
//! tell whether the file is gone, was changed, or is merely late.

use std::collections::{BTreeMap, BTreeSet};

use aws::objects::GetError;
use aws::table::Range;
use index::file::{Delivery, FileRecord};
use index::table::{self, integrity as places};
use integrity::digest::{Digest, ListedFile};
use integrity::record::{FileList, FileState};
use integrity::{DigestRecord, Finding, FindingKind, Location};
use lambda::error::Failure;
use lambda::notice::Object;
use trail::ObjectKey;

use crate::Integrity;
use crate::invocation::Invocation;
use crate::log_file::{self, MOST_COMPRESSED};

/// How long after its delivery a log file may be on its way to the index, in seconds:
/// it is waited for before it is asked for again.
const ON_ITS_WAY: i64 = 900;

/// How long after its hour a log file is still asked for again, in seconds.
const ASKED_FOR: i64 = 7 * 86_400;

/// The most findings that are told apart of one digest; it stays in the state of a finding.
pub(crate) const MOST_FINDINGS: usize = 100;

/// What became of the files that a digest lists.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// What is wrong with them.
    pub(crate) findings: Vec<Finding>,
    /// Those that are to be indexed.
    pub(crate) to_index: Vec<Object>,
    /// How many were compared.
    pub(crate) files: u64,
}

/// The records of one folder's log files, by their sort keys.
type Records = BTreeMap<String, FileRecord>;

impl Integrity {
    /// Compares a digest's files with their records, and notes how each stands.
    ///
    /// Those that an earlier look has proven are not looked at again. Fails where the
    /// table or the bucket does not answer.
    pub(crate) async fn compare(
        &self,
        digest: &Digest,
        record: &mut DigestRecord,
        prior: Option<&FileList>,
        foreign: &[Finding],
        invocation: &Invocation,
    ) -> Result<Compared, Failure> {
        let mut compared = Compared::default();
        let mut folders: BTreeMap<(String, &str), BTreeSet<usize>> = BTreeMap::new();
        for (number, file) in digest.log_files.iter().enumerate() {
            let is_foreign = |finding: &Finding| {
                let object = finding.object.as_ref();
                object.is_some_and(|object| object.is_object(&file.bucket, &file.object))
            };
            if foreign.iter().any(is_foreign) {
                note(record, number, FileState::Finding);
                let is_ours = file.bucket == self.settings.bucket
                    && file.object.starts_with(&self.settings.prefix);
                if is_ours && !invocation.is_over() {
                    compared.findings.extend(self.wrong(file, record).await?);
                }
                continue;
            }
            let before = prior.and_then(|prior| prior.0.get(number));
            if let (Some(before), Some(mark)) = (before, record.files.0.get_mut(number))
                && before.state == FileState::Proven
                && (before.name, before.content) == (mark.name, mark.content)
            {
                mark.state = FileState::Proven;
                continue;
            }
            let Ok(key) = ObjectKey::parse(&file.object) else {
                continue;
            };
            let Delivery {
                account,
                region,
                day,
                ..
            } = Delivery::from(&key);
            let folder = file.object.len() - key.file_name.len();
            let place = (
                table::files(&account, &region, day),
                file.object.get(..folder).unwrap_or_default(),
            );
            folders.entry(place).or_default().insert(number);
        }
        for ((partition, _), numbers) in folders {
            let files = || {
                numbers
                    .iter()
                    .filter_map(|number| digest.log_files.get(*number))
            };
            let records = self.records(&partition, files()).await?;
            for number in &numbers {
                let Some(file) = digest.log_files.get(*number) else {
                    continue;
                };
                let state = self
                    .compare_one(file, record, &records, &mut compared, invocation)
                    .await?;
                compared.files += 1;
                note(record, *number, state);
            }
        }
        Ok(compared)
    }

    /// Says what is wrong with a listed file's object, whatever the index knows of it.
    pub(crate) async fn wrong(
        &self,
        file: &ListedFile,
        record: &DigestRecord,
    ) -> Result<Option<Finding>, Failure> {
        Ok(match self.look(file, None).await? {
            Look::Same(_) => None,
            Look::Missing => {
                let detail = "listed and not there";
                Some(found(FindingKind::LogMissing, file, record, detail))
            }
            Look::Differs(kind, detail) => Some(found(kind, file, record, &detail)),
        })
    }

    /// Reads the records of some files of one folder, all of their versions.
    ///
    /// Not those of restored files, which are kept apart and go early: that a file is
    /// restored does not mean that it is indexed.
    async fn records<'f>(
        &self,
        partition: &str,
        files: impl Iterator<Item = &'f ListedFile> + Clone,
    ) -> Result<Records, Failure> {
        let ranges = files.filter_map(|file| places::file_versions(&file.bucket, &file.object));
        let (Some((from, _)), Some((_, until))) = (ranges.clone().min(), ranges.max()) else {
            return Ok(Records::new());
        };
        let range = Range {
            partition,
            from: &from,
            until: &until,
            consistent: true,
        };
        let answer = self.table.query(range).await.map_err(Failure::retry)?;
        let items = answer.items.into_iter();
        let own = items.filter(|item| table::parse_restored_file(&item.sort).is_none());
        let read = |item: index::Item| Some((item.sort, FileRecord::from_body(&item.body)?));
        Ok(own.filter_map(read).collect())
    }

    async fn compare_one(
        &self,
        file: &ListedFile,
        record: &DigestRecord,
        records: &Records,
        compared: &mut Compared,
        invocation: &Invocation,
    ) -> Result<FileState, Failure> {
        let listed = FileRecord::hash_text(&file.sha256);
        let Some((from, until)) = places::file_versions(&file.bucket, &file.object) else {
            return Ok(FileState::Pending);
        };
        let mut is_indexed = false;
        for (sort, known) in records.range(from.clone()..=until) {
            if known.sha256 == listed {
                is_indexed = true;
                continue;
            }
            let version = version_of(&sort[from.len()..]);
            let (kind, detail) = match self.look(file, version).await? {
                Look::Differs(kind, detail) => (kind, detail),
                // The version that was indexed is not there to be asked, or is as listed.
                Look::Missing | Look::Same(_) => (
                    FindingKind::IndexDiffers,
                    format!("recorded as {}, listed as {listed}", known.sha256),
                ),
            };
            compared.findings.push(found(kind, file, record, &detail));
            return Ok(FileState::Finding);
        }
        if is_indexed {
            return Ok(FileState::Proven);
        }
        let delivered = ObjectKey::parse(&file.object).ok();
        let delivered = delivered.and_then(|key| key.delivery_time);
        let waits = delivered.is_some_and(|time| invocation.now < time.saturating_add(ON_ITS_WAY));
        if waits || invocation.is_over() {
            return Ok(FileState::Pending);
        }
        match self.look(file, None).await? {
            Look::Same(object) => {
                if invocation.now < record.end.saturating_add(ASKED_FOR) {
                    compared.to_index.push(object);
                }
                Ok(FileState::Pending)
            }
            Look::Missing => {
                let detail = "listed and not there";
                let finding = found(FindingKind::LogMissing, file, record, detail);
                compared.findings.push(finding);
                Ok(FileState::Finding)
            }
            Look::Differs(kind, detail) => {
                compared.findings.push(found(kind, file, record, &detail));
                Ok(FileState::Finding)
            }
        }
    }

    /// Reads a listed file, in some version or the newest.
    pub(crate) async fn look(
        &self,
        file: &ListedFile,
        version: Option<&str>,
    ) -> Result<Look, Failure> {
        let (bucket, key) = (&file.bucket, &file.object);
        let got = self
            .objects
            .get(bucket, key, version, MOST_COMPRESSED)
            .await;
        let object = match got {
            Ok(object) => object,
            Err(GetError::Missing) => return Ok(Look::Missing),
            Err(error @ GetError::TooLarge { .. }) => {
                return Ok(Look::Differs(FindingKind::LogInvalid, error.to_string()));
            }
            Err(error @ (GetError::Archived | GetError::Call(_))) => {
                return Err(Failure::retry(error));
            }
        };
        let limit = self.settings.max_file_bytes;
        Ok(match log_file::judge(&object.bytes, &file.sha256, limit) {
            Some((kind, detail)) => Look::Differs(kind, detail),
            None => Look::Same(Object {
                bucket: bucket.clone(),
                key: key.clone(),
                size: Some(object.bytes.len() as u64),
                version: object.version,
                etag: object.etag,
                sequencer: None,
            }),
        })
    }
}

/// What reading a listed file shows.
pub(crate) enum Look {
    /// It is as listed.
    Same(Object),
    /// It is not there.
    Missing,
    /// It is not as listed.
    Differs(FindingKind, String),
}

fn note(record: &mut DigestRecord, number: usize, state: FileState) {
    if let Some(mark) = record.files.0.get_mut(number) {
        mark.state = state;
    }
}

/// The version that a file record's sort key names behind the object.
fn version_of(rest: &str) -> Option<&str> {
    Some(rest).filter(|version| !version.is_empty() && *version != "null")
}

/// A finding about a listed file, at the time that its digest covers.
pub(crate) fn found(
    kind: FindingKind,
    file: &ListedFile,
    record: &DigestRecord,
    detail: &str,
) -> Finding {
    let key = ObjectKey::parse(&file.object).ok();
    let place = key.as_ref().map(|key| (key.account, key.region)).unzip();
    let time = key.as_ref().and_then(|key| key.delivery_time);
    let covered = record.start..record.end.max(record.start + 1);
    let time = time
        .filter(|time| covered.contains(time))
        .unwrap_or(record.start);
    let object = Location::new(file.bucket.clone(), file.object.clone());
    let detail = format!("{detail}; the digest is {}", record.location);
    Finding::about(kind, object, place, time, detail)
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn the_version_is_what_stands_behind_the_key() {
        assert_eq!(version_of("v1"), Some("v1"));
        assert_eq!(version_of("null"), None);
        assert_eq!(version_of(""), None);
    }
}
