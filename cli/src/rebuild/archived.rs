//! Files as the archive has them.

use std::collections::HashSet;
use std::sync::Arc;

use aws::Objects;
use aws::objects::GetError;
use index::Day;
use index::file::{FileRecord, FileVersion};
use trail::digest::sha256;
use trail::log_file::Entry;
use trail::{Category, LogFile, Record};

use super::expectation::Expectation;
use crate::failure::Failure;

/// The largest log file, as compressed as it lies in the bucket.
const MOST_COMPRESSED: usize = 64 * 1024 * 1024;

/// The bytes of a record's SHA-256 by which equal records are known.
pub(super) type Mark = [u8; 16];

/// A file of the archive, as far as it is compared.
#[derive(Debug)]
pub(super) struct File {
    /// The SHA-256 of its content, as file records have it.
    pub(super) sha256: String,
    /// How many elements its records had.
    pub(super) records: u64,
    /// Its events, by their marks.
    pub(super) marks: HashSet<Mark>,
    /// Those that the index must have.
    pub(super) expected: Vec<Event>,
    /// How many events are kept no more.
    pub(super) past: u64,
    /// Where its events stand in the index.
    pub(super) days: HashSet<(Category, Day)>,
}

/// An event that the index must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) mark: Mark,
    pub(super) time: i64,
    pub(super) id: Box<str>,
}

/// What the archive says of a file.
#[derive(Debug)]
pub(super) enum Archived {
    /// It has it.
    Held(Box<File>),
    /// It has no such object, or not in this version.
    Gone,
    /// It is there and cannot be read; why, in words.
    Unreadable(String),
}

/// The mark of a record.
pub(super) fn mark(text: &str) -> Mark {
    let hash = sha256(text.as_bytes());
    let mut mark = Mark::default();
    mark.copy_from_slice(&hash[..16]);
    mark
}

/// An event's id; empty where it has none.
pub(super) fn id(record: &Record<'_>) -> Box<str> {
    record.id().unwrap_or_default().into()
}

/// Reads a file of the archive. Restored ones are expected whole.
pub(super) async fn read(
    objects: &Objects,
    version: &FileVersion,
    is_restored: bool,
    expectation: &Arc<Expectation>,
) -> Result<Archived, Failure> {
    let FileVersion {
        bucket,
        key,
        version,
    } = version;
    let object = objects.get(bucket, key, version.as_deref(), MOST_COMPRESSED);
    let object = match object.await {
        Ok(object) => object,
        Err(GetError::Missing) => return Ok(Archived::Gone),
        Err(error @ (GetError::TooLarge { .. } | GetError::Archived)) => {
            return Ok(Archived::Unreadable(error.to_string()));
        }
        Err(GetError::Call(error)) => {
            return Err(Failure::new(format!(
                "cannot read s3://{bucket}/{key}: {error}"
            )));
        }
    };
    let expectation = Arc::clone(expectation);
    let limit = indexer::config::MAX_FILE_BYTES;
    let read = move || {
        LogFile::inflate(&object.bytes, limit)
            .and_then(|log| events(&log, is_restored, &expectation))
            .map_or_else(
                |error| Archived::Unreadable(error.to_string()),
                |file| Archived::Held(Box::new(file)),
            )
    };
    Ok(tokio::task::spawn_blocking(read).await?)
}

fn events(
    log: &LogFile,
    is_restored: bool,
    expectation: &Expectation,
) -> Result<File, trail::log_file::LogFileError> {
    let entries = log.entries()?;
    let mut file = File {
        sha256: FileRecord::hash_text(log.sha256()),
        records: entries.len() as u64,
        marks: HashSet::new(),
        expected: Vec::new(),
        past: 0,
        days: HashSet::new(),
    };
    for entry in entries {
        // What is quarantined is a finding of the indexer's, and not in the index.
        let Entry::Record(record) = entry else {
            continue;
        };
        let (category, mark) = (Category::of(&record), mark(record.text()));
        let is_expected = is_restored || expectation.expects(category, &record);
        // A copy within the file is held once.
        if !file.marks.insert(mark) {
            continue;
        }
        if !is_expected {
            file.past += 1;
            continue;
        }
        file.days.insert((category, Day::of(record.time())));
        file.expected.push(Event {
            mark,
            time: record.time(),
            id: id(&record),
        });
    }
    Ok(file)
}
