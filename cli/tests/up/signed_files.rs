//! A signed trail in a folder.

use std::path::Path;

use sample::tamper::Tampering;
use sample::{Archive, Delivery, Trail};
use tempfile::TempDir;

use crate::trail_files::write;

/// A folder that mirrors the bucket of a signed trail.
pub(crate) struct SignedFiles {
    pub(crate) folder: TempDir,
    pub(crate) archive: Archive,
}

impl SignedFiles {
    /// Eight hours: enough for every tampering.
    pub(crate) fn generate() -> Self {
        let trail = Trail {
            events: 320,
            ..Trail::hours(8)
        };
        let files = Self {
            folder: tempfile::tempdir().expect("a folder"),
            archive: Archive::new(&trail, Delivery::default()),
        };
        files.write();
        files
    }

    /// The same after a deed.
    pub(crate) fn tampered(deed: &Tampering) -> Self {
        let mut files = Self::generate();
        let changed = deed.apply(&mut files.archive.objects);
        for key in changed.expect("the trail is long enough") {
            let path = files.path().join(&key);
            if path.exists() {
                std::fs::remove_file(path).expect("the file is removed");
            }
            let metadata = files.path().join(format!("{key}.metadata.json"));
            if metadata.exists() {
                std::fs::remove_file(metadata).expect("its metadata is removed");
            }
        }
        files.write();
        files
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How many digests there are.
    pub(crate) fn digests(&self) -> usize {
        self.archive.digests().count()
    }

    /// How many log files there are.
    pub(crate) fn logs(&self) -> usize {
        self.archive.logs().count()
    }

    fn write(&self) {
        for (path, bytes) in self.archive.folder() {
            write(&self.path().join(path), &bytes);
        }
    }
}
