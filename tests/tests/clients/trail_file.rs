//! Log files in a folder, under the keys that CloudTrail gave them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use serde_json::value::RawValue;

/// A log file.
pub(crate) struct TrailFile {
    /// Its key in the bucket.
    pub(crate) key: String,
    /// Its content, compressed.
    pub(crate) body: Vec<u8>,
}

impl TrailFile {
    /// Reads every log file below a folder; none where there is no such folder.
    pub(crate) fn all_below(folder: &Path) -> Vec<Self> {
        let mut paths = paths(folder);
        // Digests lie beside them, and have no records.
        paths.retain(|path| !path.iter().any(|part| part == "CloudTrail-Digest"));
        paths.sort();
        let read = |path: &PathBuf| {
            let key = path.strip_prefix(folder).expect("below the folder");
            Self {
                key: key.to_str().expect("a key").to_owned(),
                body: std::fs::read(path).expect("a file"),
            }
        };
        paths.iter().map(read).collect()
    }

    /// The file's content.
    pub(crate) fn content(&self) -> String {
        let mut content = String::new();
        let mut gzip = GzDecoder::new(self.body.as_slice());
        gzip.read_to_string(&mut content).expect("a gzip member");
        content
    }

    /// The text of every record, byte for byte.
    pub(crate) fn records(&self) -> Vec<String> {
        let content = self.content();
        let mut file: BTreeMap<&str, Vec<&RawValue>> =
            serde_json::from_str(&content).expect("a log file");
        let records = file.remove("Records").expect("records");
        records.iter().map(|text| text.get().to_owned()).collect()
    }
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                paths(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|ending| ending == "gz"))
        .collect()
}
