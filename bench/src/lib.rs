//! What the programs that measure share: log files on disk, processor time, printed rows.

use std::error::Error;
use std::path::{Path, PathBuf};

use index::file::{Delivery, FileRecord, FileVersion};
use index::segment::{Builder, Segment, Source, stretch_of};
use index::{Class, Item, Keeping, Retention};
use trail::log_file::Entry;
use trail::{LogFile, ObjectKey};

pub mod cloud;

/// The outcome of a program.
pub type Outcome = Result<(), Box<dyn Error>>;

/// The folder of real log files that the measured figures are about, unless another is named.
pub fn logs() -> PathBuf {
    std::env::args_os().nth(1).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/logs"),
        PathBuf::from,
    )
}

/// A log file as it was delivered.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Finds the log files of a folder, in the order in which they were delivered.
pub fn delivered(folder: &Path) -> Result<Vec<Delivered>, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some(key) = key_of(&path) {
                files.push(Delivered {
                    key,
                    bytes: std::fs::read(&path)?,
                });
            }
        }
    }
    files.sort_by_cached_key(|file| {
        let key = ObjectKey::parse(&file.key).ok();
        (key.and_then(|key| key.delivery_time), file.key.clone())
    });
    Ok(files)
}

fn key_of(path: &Path) -> Option<String> {
    let path = path.to_str()?;
    let key = &path[path.rfind("AWSLogs/")?..];
    let kind = ObjectKey::parse(key).ok()?.kind;
    kind.has_records().then(|| key.to_owned())
}

/// What indexing some files wrote.
#[derive(Debug, Default)]
pub struct Written {
    /// The segments.
    pub segments: Vec<Segment>,
    /// The files' records.
    pub files: Vec<Item>,
}

/// Indexes files together, as one batch of the indexer does, without a table.
pub fn index(files: &[Delivered]) -> Result<Written, Box<dyn Error>> {
    let keeping = Keeping::from(Retention::days(90));
    let mut builder = Builder::new(Class::standard(), keeping.clone());
    let mut written = Written::default();
    for file in files {
        let log = LogFile::inflate(&file.bytes, 256 << 20)?;
        let delivery = Delivery::from(&ObjectKey::parse(&file.key)?);
        let version = FileVersion {
            bucket: "logs".to_owned(),
            key: file.key.clone(),
            version: None,
        };
        let source = builder.source(Source {
            version: version.clone(),
            sha256: *log.sha256(),
            delivered: delivery.time,
        });
        let entries = log.entries()?;
        let records = entries.len() as u64;
        for entry in entries {
            if let Entry::Record(record) = entry {
                builder.add(source, stretch_of(log.offset_of(&record)), &record);
            }
        }
        let record = FileRecord {
            sha256: FileRecord::hash_text(log.sha256()),
            records,
            size: file.bytes.len() as u64,
            etag: Some("d41d8cd98f00b204e9800998ecf8427e".to_owned()),
            quarantined: 0,
            expired: 0,
            segments: vec!["std.0123456789abcdef0123".to_owned()],
        };
        written
            .files
            .push(record.item(&version, &delivery, &Class::standard(), &keeping));
    }
    written.segments = builder.seal()?;
    Ok(written)
}

/// The seconds of processor time that this process has used.
pub fn processor_seconds() -> f64 {
    // The kernel counts in hundredths; that is what is good enough here.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: f64 = after_name
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

/// The largest resident memory that a process has had, in MB.
pub fn peak_memory(process: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Prints a line.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}
