//! What differs, in a file: a line for each, because there can be more than there is memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use index::file::FileVersion;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A difference between the archive and the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Difference {
    /// Events of a file.
    File(FileDifference),
    /// A segment that contradicts itself, or that holds what no archived file does.
    Segment(SegmentDifference),
}

/// What differs between a file and what the index holds of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileDifference {
    #[serde(flatten)]
    pub(super) version: FileVersion,
    /// By the day of the events.
    pub(super) days: BTreeMap<String, Counts>,
    /// What is wrong with the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// Some of the events' ids.
    pub(super) events: Vec<String>,
    /// Whether it is indexed again with a segment that is repaired.
    pub(super) is_in_segment: bool,
}

/// What is wrong with a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SegmentDifference {
    pub(super) category: String,
    pub(super) day: String,
    pub(super) segment: String,
    /// What its directory entry is.
    pub(super) entry: Listing,
    /// What contradicts its name.
    pub(super) contradictions: Vec<String>,
    /// How many events it holds that are in no archived file, or otherwise.
    pub(super) foreign: u64,
}

/// What the directory entry of a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Listing {
    /// It says what the segment is made of.
    Readable,
    /// It cannot be read.
    Damaged,
    /// There is none.
    Missing,
}

/// Events that differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    /// In the archive, and not in the index.
    pub(super) missing: u64,
    /// In the index, and in no archived file.
    pub(super) extra: u64,
    /// In both, under the same id and time, with another content.
    pub(super) different: u64,
}

/// The file of differences.
#[derive(Debug)]
pub(super) struct Ledger {
    path: PathBuf,
    file: File,
    length: u64,
    /// The segments that are in it; one may be met with each of its files.
    segments: BTreeSet<String>,
}

impl Counts {
    /// How many events those are.
    pub(super) const fn sum(self) -> u64 {
        self.missing + self.extra + self.different
    }

    /// Adds others.
    pub(super) const fn add(&mut self, other: Self) {
        self.missing += other.missing;
        self.extra += other.extra;
        self.different += other.different;
    }
}

impl FileDifference {
    /// All of its events that differ.
    pub(super) fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        self.days.values().for_each(|counts| sum.add(*counts));
        sum
    }
}

impl Ledger {
    /// Opens the ledger beside a state, as long as it was when the state was written.
    pub(super) fn open(state: &Path, length: u64) -> Result<Self, Failure> {
        let path = state.with_added_extension("differences");
        let open = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let options = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            if options.metadata()?.len() < length {
                return Err(io::Error::other(
                    "it is shorter than it was: delete the state",
                ));
            }
            // What was written after the state is written again.
            options.set_len(length)?;
            Ok(options)
        };
        let mut file = open().map_err(|error| unusable(&path, &error))?;
        file.seek(SeekFrom::End(0))?;
        let mut ledger = Self {
            path,
            file,
            length,
            segments: BTreeSet::new(),
        };
        let mut segments = BTreeSet::new();
        ledger.read(0, |difference, _| {
            if let Difference::Segment(segment) = difference {
                segments.insert(segment.segment);
            }
            true
        })?;
        ledger.segments = segments;
        Ok(ledger)
    }

    /// How long it is, in bytes.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Tells whether a segment is in it.
    pub(super) fn has_segment(&self, segment: &str) -> bool {
        self.segments.contains(segment)
    }

    /// Adds a difference.
    pub(super) fn add(&mut self, difference: &Difference) -> Result<(), Failure> {
        if let Difference::Segment(segment) = difference {
            self.segments.insert(segment.segment.clone());
        }
        let mut line = serde_json::to_vec(difference)?;
        line.push(b'\n');
        let written = self.file.write_all(&line);
        written.map_err(|error| unusable(&self.path, &error))?;
        self.length += line.len() as u64;
        Ok(())
    }

    /// Reads the differences from a place on, each with the place behind it, for as long as
    /// more are wanted.
    pub(super) fn read(
        &self,
        from: u64,
        mut take: impl FnMut(Difference, u64) -> bool,
    ) -> Result<(), Failure> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut at = from;
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|error| unusable(&self.path, &error))?;
            at += line.len() as u64 + 1;
            let difference = serde_json::from_str(&line)
                .map_err(|error| unusable(&self.path, &io::Error::from(error)))?;
            if !take(difference, at) {
                break;
            }
        }
        Ok(())
    }

    /// Forgets the differences of a job that is done.
    pub(super) fn remove(self) -> Result<(), Failure> {
        Ok(fs::remove_file(&self.path)?)
    }
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!(
        "cannot use the differences {}: {error}",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(name: &str) -> Difference {
        Difference::Segment(SegmentDifference {
            category: "Management".to_owned(),
            day: "2026-10-13".to_owned(),
            segment: name.to_owned(),
            entry: Listing::Readable,
            contradictions: vec!["block 0 is missing".to_owned()],
            foreign: 0,
        })
    }

    #[test]
    fn what_was_written_after_the_state_is_written_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("deep/state.json");
        let mut ledger = Ledger::open(&state, 0).expect("a ledger");
        ledger.add(&segment("a")).expect("is added");
        let length = ledger.length();
        ledger.add(&segment("b")).expect("is added");
        drop(ledger);

        let mut ledger = Ledger::open(&state, length).expect("the ledger");
        assert!(ledger.has_segment("a") && !ledger.has_segment("b"));
        ledger.add(&segment("c")).expect("is added");
        let mut read = Vec::new();
        let take = |difference, at| {
            read.push((difference, at));
            true
        };
        ledger.read(0, take).expect("is read");
        assert_eq!(
            read,
            [(segment("a"), length), (segment("c"), ledger.length())]
        );
        assert!(Ledger::open(&state, 10_000).is_err(), "it was not so long");
        ledger.remove().expect("is removed");
    }
}
