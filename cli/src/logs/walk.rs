//! Walks through files and folders.

use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::{Format, LogPath, Stamp};

/// What was met on the way through the folders.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files to read, in the order of their paths.
    pub(crate) files: Vec<LogPath>,
    /// Files that hold no records by their names, each with its reason.
    pub(crate) skipped: Vec<(PathBuf, String)>,
    /// Files and folders that cannot be read, each with its reason.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
}

/// Finds the files below some roots.
///
/// Links are followed; a folder that was met before, by whatever name, is not
/// walked again, so that a link to a parent ends.
pub(super) fn find(roots: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let mut folders = HashSet::new();
    let mut ahead: Vec<PathBuf> = roots.to_vec();
    while let Some(path) = ahead.pop() {
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                let real = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
                if folders.insert(real) {
                    found.folder(&path, &mut ahead);
                }
            }
            Ok(metadata) => found.file(path, &metadata),
            Err(error) => found.unreadable.push((path, error.to_string())),
        }
    }
    found.files.sort_by(|one, other| one.path.cmp(&other.path));
    found.files.dedup_by(|one, other| one.path == other.path);
    found.skipped.sort();
    found.skipped.dedup();
    found.unreadable.sort();
    found.unreadable.dedup();
    found
}

impl Found {
    fn folder(&mut self, path: &Path, ahead: &mut Vec<PathBuf>) {
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable.push((path.to_owned(), error.to_string())),
        };
        for entry in entries {
            match entry {
                Ok(entry) => ahead.push(entry.path()),
                Err(error) => self.unreadable.push((path.to_owned(), error.to_string())),
            }
        }
    }

    fn file(&mut self, path: PathBuf, metadata: &Metadata) {
        match Format::of(&path) {
            _ if !metadata.is_file() => {
                self.skipped
                    .push((path, "it is no regular file".to_owned()));
            }
            _ if goes_with_digests(&path) => {}
            Some(format) => {
                self.files.push(LogPath {
                    path,
                    format,
                    stamp: Stamp::of(metadata),
                });
            }
            None => {
                let reason = format!("its name does not end in {}", Format::ENDINGS);
                self.skipped.push((path, reason));
            }
        }
    }
}

/// Tells whether a file is what the AWS CLI answered about a digest: the metadata
/// of the object beside it, or the public keys.
fn goes_with_digests(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| {
        let object = name.strip_suffix(".metadata.json");
        name == "public-keys.json"
            || object.is_some_and(|object| Format::of(Path::new(object)).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_digests_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "digest.json.gz",
            "digest.json.gz.metadata.json",
            "log.json",
            "log.json.metadata.json",
            "public-keys.json",
            "instance.metadata.json",
        ] {
            std::fs::write(folder.path().join(name), b"x").expect("a file");
        }
        let found = find(&[folder.path().to_owned()]);
        let read: Vec<_> = found.files.iter().map(|file| file.path.clone()).collect();
        let expected = ["digest.json.gz", "instance.metadata.json", "log.json"];
        assert_eq!(read, expected.map(|name| folder.path().join(name)));
        assert!(found.skipped.is_empty(), "{:?}", found.skipped);
    }

    #[test]
    fn files_are_told_by_their_names_and_loops_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).expect("folders");
        for name in [
            "one.json.gz",
            "two.JSON",
            "a/three.jsonl",
            "a/b/notes.txt",
            "a/jsonl",
        ] {
            std::fs::write(folder.path().join(name), b"x").expect("a file");
        }
        std::os::unix::fs::symlink(folder.path(), inner.join("loop")).expect("a link");
        std::os::unix::fs::symlink("nowhere", inner.join("gone.json")).expect("a link");
        let root = folder.path().to_owned();
        let found = find(&[root.clone(), root.join("one.json.gz")]);
        let formats: Vec<_> = found.files.iter().map(|file| file.format).collect();
        assert_eq!(formats, [Format::Lines, Format::Compressed, Format::Plain]);
        let skipped: Vec<_> = found.skipped.iter().map(|(path, _)| path.clone()).collect();
        assert_eq!(skipped, [inner.join("notes.txt"), root.join("a/jsonl")]);
        assert_eq!(found.unreadable.len(), 1);
        assert_eq!(found.unreadable[0].0, inner.join("gone.json"));
    }
}
