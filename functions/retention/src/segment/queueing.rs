//! Asks the indexer for log files.

use aws::Error;
use index::Day;
use index::file::FileVersion;
use jiff::Timestamp;
use lambda::notice::{Object, Sender};

use crate::Custodian;

/// The most files of one message.
const FILES: usize = 10;

/// The name by which messages are told from those of S3.
const NAME: &str = "trailkeep-retention";

impl Custodian {
    /// Asks the indexer for log files; answers whether there is an indexer to ask.
    ///
    /// Files that were restored until a day are to be restored again until then.
    pub(crate) async fn index_again<'f>(
        &self,
        restored_until: Option<Day>,
        files: impl Iterator<Item = &'f FileVersion>,
        now: i64,
    ) -> Result<bool, Error> {
        let Some(queue) = &self.index_queue else {
            tracing::warn!("there is no indexer to ask for log files");
            return Ok(false);
        };
        let time = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = format!("{time:.3}");
        let sender = Sender {
            name: NAME,
            region: &self.settings.region,
            time: &time,
        };
        let objects: Vec<Object> = files.map(object).collect();
        let bodies: Vec<String> = objects
            .chunks(FILES)
            .map(|objects| match restored_until {
                Some(until) => sender.restored(objects, &until.to_string()),
                None => sender.created(objects),
            })
            .collect();
        for bodies in bodies.chunks(aws::queue::BATCH) {
            queue.send(bodies).await?;
        }
        Ok(true)
    }
}

fn object(file: &FileVersion) -> Object {
    Object {
        bucket: file.bucket.clone(),
        key: file.key.clone(),
        version: file.version.clone(),
        etag: None,
        size: None,
        sequencer: None,
    }
}
