//! Generated log files in a folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use sample::{Delivery, Trail, deliver};
use tempfile::TempDir;

/// A folder of log files, and what is in them.
pub(crate) struct TrailFiles {
    pub(crate) folder: TempDir,
    /// The ids of all events, newest first, in the order of lookups.
    pub(crate) ids: Vec<String>,
    pub(crate) files: usize,
}

impl TrailFiles {
    /// Delivers so many generated events of three days in CloudTrail's layout.
    pub(crate) fn generate(events: u64, window: u32) -> TrailFiles {
        let folder = tempfile::tempdir().expect("a folder");
        let trail = Trail {
            seed: 11,
            events,
            accounts: vec!["111122223333".to_owned()],
            end: Timestamp::constant(1_784_073_600 + 3 * 86_400, 0),
            ..Trail::default()
        };
        let mut records: Vec<_> = trail.records().collect();
        let mut files = 0;
        for file in deliver(
            records.clone(),
            Delivery {
                window,
                ..Delivery::default()
            },
        ) {
            write(&folder.path().join(&file.key), &file.body);
            files += 1;
        }
        records.sort_by(|one, other| (other.time, &other.id).cmp(&(one.time, &one.id)));
        TrailFiles {
            folder,
            ids: records.into_iter().map(|record| record.id).collect(),
            files,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The files' paths, in order.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        let mut ahead = vec![self.path().to_owned()];
        while let Some(folder) = ahead.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    ahead.push(path);
                } else {
                    paths.push(path);
                }
            }
        }
        paths.sort();
        paths
    }
}

/// Writes a file that looks as if it had been there for an hour.
pub(crate) fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
    std::fs::write(path, content).expect("the file is written");
    let hour_ago = SystemTime::now() - Duration::from_hours(1);
    let file = File::options().append(true).open(path).expect("the file");
    file.set_modified(hour_ago).expect("its time is set");
}

/// A record of documentation's own account.
pub(crate) fn record(id: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-10-13T08:05:09Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","eventID":"{id}","recipientAccountId":"111122223333","eventCategory":"Management"}}"#
    )
}
