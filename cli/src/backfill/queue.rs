//! Sending messages to the index queue.

use aws::Queue;
use aws_config::{Region, SdkConfig};
use jiff::Timestamp;
use reqwest::Url;

use super::Progress;
use super::message::Group;
use crate::archive::{Listed, State};
use crate::endpoint::region_of_queue;
use crate::failure::Failure;

/// The most bytes that are sent at once; SQS took no more than 256 KB for long.
const MOST_BYTES: usize = 200 * 1024;

/// Sends log files in messages, and messages in batches.
///
/// After each batch the state is written: at any moment, what the state says was sent
/// was sent, and at most a batch more.
pub(super) struct Sender<'a> {
    queue: Queue,
    bucket: &'a str,
    region: &'a str,
    now: Timestamp,
    restored_until: Option<&'a str>,
    group: Group,
    batch: Batch,
    messages: u64,
}

/// Messages that are sent together.
#[derive(Default)]
struct Batch {
    bodies: Vec<String>,
    bytes: usize,
    files: u64,
    last_key: String,
}

impl<'a> Sender<'a> {
    /// Makes a sender to a queue.
    pub(super) fn new(
        config: &SdkConfig,
        queue: &Url,
        bucket: &'a str,
        region: &'a str,
        now: Timestamp,
        restored_until: Option<&'a str>,
    ) -> Self {
        Self {
            queue: Queue::new(&config_of(config, queue), queue.as_str()),
            bucket,
            region,
            now,
            restored_until,
            group: Group::default(),
            batch: Batch::default(),
            messages: 0,
        }
    }

    /// How many messages were sent.
    pub(super) const fn messages(&self) -> u64 {
        self.messages
    }

    /// Takes a log file, sends what has become full, and tells how many files that were.
    pub(super) async fn add(
        &mut self,
        object: Listed,
        state: &mut State<Progress>,
    ) -> Result<u64, Failure> {
        let sent = if self.group.takes(&object) {
            0
        } else {
            self.close(state).await?
        };
        self.group.add(object);
        Ok(sent)
    }

    /// Sends what is left, and tells how many files that were.
    pub(super) async fn finish(&mut self, state: &mut State<Progress>) -> Result<u64, Failure> {
        let sent = self.close(state).await?;
        Ok(sent + self.flush(state).await?)
    }

    /// Makes a message of the group.
    async fn close(&mut self, state: &mut State<Progress>) -> Result<u64, Failure> {
        if self.group.is_empty() {
            return Ok(0);
        }
        let group = std::mem::take(&mut self.group);
        let body = group.body(self.bucket, self.region, self.now, self.restored_until);
        let is_full = self.batch.bodies.len() == aws::queue::BATCH
            || self.batch.bytes.saturating_add(body.len()) > MOST_BYTES;
        let sent = if is_full { self.flush(state).await? } else { 0 };
        self.batch.bytes += body.len();
        self.batch.bodies.push(body);
        self.batch.files += group.len() as u64;
        group
            .last_key()
            .unwrap_or_default()
            .clone_into(&mut self.batch.last_key);
        Ok(sent)
    }

    /// Sends the batch and remembers it.
    async fn flush(&mut self, state: &mut State<Progress>) -> Result<u64, Failure> {
        let batch = std::mem::take(&mut self.batch);
        if batch.bodies.is_empty() {
            return Ok(0);
        }
        self.queue.send(&batch.bodies).await?;
        self.messages += batch.bodies.len() as u64;
        state.change(|progress| progress.last_key = Some(batch.last_key))?;
        Ok(batch.files)
    }
}

/// The configuration for a queue: its own Region, or where it is not AWS's its own address.
fn config_of(config: &SdkConfig, queue: &Url) -> SdkConfig {
    let mut builder = config.to_builder();
    let host = queue.host_str().unwrap_or_default();
    if let Some(region) = region_of_queue(host) {
        builder.set_region(Region::new(region.to_owned()));
    } else {
        builder.set_endpoint_url(Some(queue.origin().ascii_serialization()));
    }
    builder.build()
}
