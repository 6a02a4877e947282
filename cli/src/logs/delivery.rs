//! Turns a file into what CloudTrail would have delivered.

use std::io::{self, BufReader, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use trail::LogFile;
use trail::digest::Hash;
use trail::log_file::Entry;

use super::{BadLine, Format, LogPath, key, lines};

/// The largest file that is read whole: the largest content that the indexer takes.
const LARGEST: u64 = indexer::config::MAX_FILE_BYTES as u64;

/// An object to be put into the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Its key, in CloudTrail's layout.
    pub(crate) key: String,
    /// Its bytes: one gzip member.
    pub(crate) body: Vec<u8>,
    /// Whether the key was made of the content, so that the same key means the same content.
    pub(crate) is_named_by_content: bool,
}

/// Says why a file was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is no log file.
    #[error(transparent)]
    Log(#[from] trail::LogFileError),
    /// There is nothing in the file, not even an empty array of records.
    #[error("it is empty")]
    Empty,
    /// The file is larger than any log file may be.
    #[error(
        "it has {size} bytes, more than the {LARGEST} of a log file: cut it, or make it .jsonl"
    )]
    TooLarge {
        /// Its size.
        size: u64,
    },
    /// Whoever took the deliveries wants no more of them.
    #[error("it was not taken: {0}")]
    NotTaken(String),
}

/// Reads a file and gives the objects that it becomes, mostly one.
///
/// Answers the lines of a `.jsonl` file that are no records: they are in the
/// objects too, where the indexer quarantines them.
pub(crate) fn read(
    log: &LogPath,
    mut give: impl FnMut(Delivery) -> Result<(), String>,
) -> Result<Vec<BadLine>, ReadError> {
    match log.format {
        Format::Compressed => {
            give(compressed(&log.path, whole(&log.path)?)).map_err(ReadError::NotTaken)?;
            Ok(Vec::new())
        }
        Format::Plain => {
            give(plain(&log.path, whole(&log.path)?)).map_err(ReadError::NotTaken)?;
            Ok(Vec::new())
        }
        Format::Lines => {
            let reader = BufReader::with_capacity(256 * 1024, std::fs::File::open(&log.path)?);
            lines::read(reader, |chunk| give(chunk).map_err(ReadError::NotTaken))
        }
    }
}

pub(super) fn whole(path: &Path) -> Result<Vec<u8>, ReadError> {
    let size = std::fs::metadata(path)?.len();
    if size > LARGEST {
        return Err(ReadError::TooLarge { size });
    }
    if size == 0 {
        return Err(ReadError::Empty);
    }
    Ok(std::fs::read(path)?)
}

/// A file as CloudTrail delivers it keeps its bytes, and its key where it has one.
fn compressed(path: &Path, body: Vec<u8>) -> Delivery {
    if let Some(key) = key::of_path(path, "") {
        return Delivery {
            key,
            body,
            is_named_by_content: false,
        };
    }
    let limit = indexer::config::MAX_FILE_BYTES;
    let key = match LogFile::inflate(&body, limit) {
        Ok(log) => key_of(&log),
        // The indexer says what is wrong with it; here it only needs a name.
        Err(_) => key::of_content(&trail::digest::sha256(&body), None),
    };
    Delivery {
        key,
        body,
        is_named_by_content: true,
    }
}

fn plain(path: &Path, content: Vec<u8>) -> Delivery {
    if let Some(key) = key::of_path(path, ".gz") {
        return Delivery {
            key,
            body: compress(&content),
            is_named_by_content: false,
        };
    }
    let log = LogFile::from_content(content);
    Delivery {
        key: key_of(&log),
        body: compress(log.content()),
        is_named_by_content: true,
    }
}

fn key_of(log: &LogFile) -> String {
    let hash: &Hash = log.sha256();
    let entries = log.entries().unwrap_or_default();
    let first = entries.iter().find_map(|entry| match entry {
        Entry::Record(record) => Some(record),
        Entry::Quarantined(_) => None,
    });
    key::of_content(hash, first)
}

/// Compresses into one gzip member without name or time, so that equal contents stay equal.
pub(super) fn compress(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 6), Compression::fast());
    // Writing into memory does not fail.
    let _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}
