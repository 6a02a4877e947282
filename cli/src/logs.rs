//! LOGS: the log files that a person names, as files or folders.
//!
//! A file is known by its name: `.json.gz` as CloudTrail delivers it, `.json`
//! with `{"Records":[...]}` in it, `.jsonl` with a record on every line.
//! Whatever else is met is told with its reason and never left out silently.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::failure::Failure;

mod content;
mod delivery;
mod key;
mod lines;
mod walk;

pub(crate) use content::content;
pub(crate) use delivery::{Delivery, ReadError, read};
pub(crate) use lines::{BadLine, Line, each_line};
pub(crate) use walk::Found;

/// The files and folders that were named.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    roots: Vec<PathBuf>,
}

/// A file that holds records, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogPath {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What its name says that it holds.
    pub(crate) format: Format,
    /// Its size and time when it was met.
    pub(crate) stamp: Stamp,
}

/// What a file's name says that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `.json.gz`: a log file as CloudTrail delivers it.
    Compressed,
    /// `.json`: the same, inflated.
    Plain,
    /// `.jsonl`: a record on every line.
    Lines,
}

/// A file's size and time of change: while they stay, the content does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    modified: Option<SystemTime>,
}

impl Format {
    /// The endings that are read, for messages.
    pub(crate) const ENDINGS: &str = ".json.gz, .json or .jsonl";

    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let endings = [
            (".json.gz", Self::Compressed),
            (".json", Self::Plain),
            (".jsonl", Self::Lines),
        ];
        endings
            .into_iter()
            .find_map(|(ending, format)| name.ends_with(ending).then_some(format))
    }
}

impl Stamp {
    fn of(metadata: &std::fs::Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }

    /// Reads a file's stamp; nothing where the file is gone.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().as_ref().map(Self::of)
    }

    /// Tells whether the file was last changed this long before `now`, so that
    /// nobody is still writing it.
    pub(crate) fn is_settled(&self, now: SystemTime, quiet: std::time::Duration) -> bool {
        // A time in the future says nothing about now.
        self.modified.is_none_or(|modified| {
            now.duration_since(modified)
                .map_or(true, |since| since >= quiet)
        })
    }
}

impl Logs {
    /// Takes what the user named; fails with wrong usage where it does not exist.
    ///
    /// What does not exist and has `*`, `?` or `[` in it is a pattern, for shells that leave it be.
    pub(crate) fn named(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut named = Vec::new();
        for path in paths {
            match std::fs::metadata(path) {
                Ok(_) => named.push(path.clone()),
                Err(error) => match matching(path) {
                    found if !found.is_empty() => named.extend(found),
                    _ => {
                        return Err(Failure::usage(format!(
                            "there are no logs at {}: {error}",
                            path.display()
                        )));
                    }
                },
            }
        }
        let roots = named
            .iter()
            .map(std::path::absolute)
            .collect::<Result<_, _>>();
        Ok(Self {
            roots: roots.map_err(|error| Failure::usage(error.to_string()))?,
        })
    }

    /// Takes the sample trail of the repository.
    pub(crate) fn sample() -> Result<Self, Failure> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/AWSLogs");
        let shown = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        if !path.is_dir() {
            return Err(Failure::usage(format!(
                "no LOGS are given, and the sample trail is not at {}: name files or folders",
                shown.display()
            )));
        }
        Ok(Self {
            roots: vec![std::fs::canonicalize(&path).unwrap_or(shown)],
        })
    }

    /// Names the files and folders, for messages.
    pub(crate) fn names(&self) -> String {
        let names: Vec<String> = self
            .roots
            .iter()
            .map(|root| root.display().to_string())
            .collect();
        names.join(", ")
    }

    /// Finds all files, in the order of their paths.
    pub(crate) fn find(&self) -> Found {
        walk::find(&self.roots)
    }
}

/// Finds what a pattern stands for; nothing where the path is none.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let text = pattern.to_string_lossy();
    if !text.contains(['*', '?', '[']) {
        return Vec::new();
    }
    // What cannot be looked into is named again when its folder is walked.
    glob::glob(&text)
        .into_iter()
        .flatten()
        .map(|found| found.unwrap_or_else(|error| error.path().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_what_it_matches() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a.json", "b.json", "[c].json"] {
            std::fs::write(folder.path().join(name), b"x").expect("a file");
        }
        let found = |name: &str| {
            let logs = Logs::named(&[folder.path().join(name)]).ok()?;
            Some(logs.find().files.len())
        };
        assert_eq!(found("*.json"), Some(3));
        assert_eq!(found("?.json"), Some(2));
        assert_eq!(found("[c].json"), Some(1), "it is there as it is named");
        assert_eq!(found("*.gz"), None);
        assert_eq!(found("d.json"), None);
    }
}
