//! Indexes delivered log files into segments.
//!
//! One invocation takes a batch of messages. The files of those received for
//! the first time share segments, which is what makes the index cheap; a file
//! of a message that failed before is indexed alone, so that a poisoned one
//! cannot take its neighbours to the dead-letter queue.

use std::collections::HashMap;
use std::time::Duration;

use aws::{Objects, Table};
use index::{Day, Hold, Keeping, Policy, Visibility, table};
use lambda::batch::{Batch, BatchResponse, Outcome, Undone};
use lambda::error::Failure;
use lambda::notice::{self, Message, Refusal};
use serde_json::Value;
use tokio::time::Instant;

mod batch;
pub mod config;
mod counts;
mod file;
mod writer;

pub use config::Config;
pub use counts::Counts;

use batch::Finished;
use file::{File, Kind, Name};
use writer::Writer;

/// The time before the end of an invocation in which no further file is begun.
const RESERVE: Duration = Duration::from_secs(15);

/// The indexer, with its clients and what it remembers between invocations.
#[derive(Debug)]
pub struct Indexer {
    writer: Writer,
    objects: Objects,
    policy: Policy,
    max_file_bytes: usize,
}

/// What an invocation came to.
#[derive(Debug)]
pub struct Handled {
    /// The answer to Lambda.
    pub response: BatchResponse,
    /// The counts of all files that were finished.
    pub counts: Counts,
    /// The seconds since the oldest file of the batch was delivered.
    pub lag: Option<i64>,
}

impl Handled {
    /// States what the invocation came to as metrics.
    pub fn report(&self) -> lambda::metric::Report {
        self.counts.report_with_lag(self.lag)
    }
}

/// Says why a whole invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The event is not one that names messages.
    #[error("the event is refused: {0}")]
    Event(#[from] Refusal),
    /// A message failed whose trigger knows no partial answer.
    #[error(transparent)]
    Undone(#[from] Undone),
}

impl Indexer {
    /// Makes an indexer.
    pub fn new(
        table: Table,
        objects: Objects,
        policy: impl Into<Policy>,
        max_file_bytes: usize,
    ) -> Self {
        Self {
            writer: Writer::new(table),
            objects,
            policy: policy.into(),
            max_file_bytes,
        }
    }

    /// The table that is written to.
    pub const fn table(&self) -> &Table {
        self.writer.table()
    }

    /// Handles one event of a trigger.
    ///
    /// `now` is the time in seconds since 1970, and `time_left` how long the
    /// invocation may take: files that cannot be begun in it fail and come again.
    pub async fn handle(
        &self,
        event: &Value,
        now: i64,
        time_left: Duration,
    ) -> Result<Handled, HandleError> {
        let deadline = Instant::now() + time_left.saturating_sub(RESERVE);
        let messages = notice::messages(event)?;
        let mut batch = Batch::of(&messages);
        let mut counts = Counts::default();
        let (first, again): (Vec<&Message>, Vec<&Message>) = messages
            .iter()
            .partition(|message| message.receive_count <= 1);
        let alone = again.into_iter().map(|message| vec![message]);
        let visibility = if messages.iter().any(|message| self.delivers(message)) {
            self.visibility(now).await
        } else {
            Ok(Keeping::from(self.policy.clone()).at(now))
        };
        let mut oldest = None::<i64>;
        for group in [first].into_iter().chain(alone) {
            let delivered = self
                .index(&group, &mut batch, &mut counts, &visibility, now, deadline)
                .await;
            oldest = oldest.into_iter().chain(delivered).min();
        }
        let lag = oldest.map(|oldest| now.saturating_sub(oldest));
        Ok(Handled {
            response: batch.finish()?,
            counts,
            lag,
        })
    }

    /// Tells whether a message names log files.
    fn delivers(&self, message: &Message) -> bool {
        let is_log = |object| matches!(File::of(object, None, &self.policy), Ok(Kind::Log(_)));
        let notice = message.notice.as_ref();
        notice.is_ok_and(|notice| notice.delivered().iter().any(is_log))
    }

    /// What is kept and shown now: by the policy, and by the holds that are active.
    async fn visibility(&self, now: i64) -> Result<Visibility, Failure> {
        let range = aws::table::Range::partition(table::retention::HOLDS);
        let answer = self.table().query(range).await.map_err(Failure::retry)?;
        // A hold that cannot be read might be about any of the files.
        let holds = Hold::from_items(&answer.items).map_err(Failure::retry)?;
        Ok(Keeping::new(self.policy.clone(), holds).at(now))
    }

    /// Indexes the files of some messages together and settles the messages.
    ///
    /// Answers when the oldest of the files was delivered.
    async fn index(
        &self,
        messages: &[&Message],
        batch: &mut Batch,
        counts: &mut Counts,
        visibility: &Result<Visibility, Failure>,
        now: i64,
        deadline: Instant,
    ) -> Option<i64> {
        let mut files: Vec<File> = Vec::new();
        // A file may be named by several messages, and a message may name several files.
        let mut named: HashMap<Name, Vec<&str>> = HashMap::new();
        for message in messages {
            let read = message.notice.as_ref().map_err(|refusal| *refusal);
            let read = read.and_then(|notice| Ok((notice, restore_until(message)?)));
            let (notice, restore_until) = match read {
                Ok(read) => read,
                Err(refusal) => {
                    batch.settle(&message.id, Outcome::Failed(Failure::reject(refusal)));
                    continue;
                }
            };
            counts.other_objects += notice.removed().len() as u64;
            // Done unless one of its files fails.
            batch.settle(&message.id, Outcome::Done);
            for refusal in notice.refused() {
                batch.settle(&message.id, Outcome::Failed(Failure::reject(*refusal)));
            }
            for object in notice.delivered() {
                match File::of(object, restore_until, &self.policy) {
                    Ok(Kind::Other) => counts.other_objects += 1,
                    Ok(Kind::Log(file)) => {
                        let messages = named.entry(file.name()).or_default();
                        if messages.is_empty() {
                            files.push(file);
                        }
                        messages.push(&message.id);
                    }
                    Err(failure) => {
                        let finished = self.failed(File::misnamed(object, now), failure).await;
                        *counts += finished.counts;
                        batch.settle(&message.id, Outcome::from(finished.outcome));
                    }
                }
            }
        }
        let oldest = files.iter().map(|file| file.delivery.time).min();
        let finished = match visibility {
            Ok(visibility) => self.index_files(files, visibility, deadline).await,
            Err(failure) => not_begun(files, failure),
        };
        for finished in finished {
            *counts += finished.counts;
            if let Err(failure) = finished.outcome {
                // A cause cannot be cloned: every message is told it in words.
                for id in named.get(&finished.name).into_iter().flatten() {
                    let (_, version) = &finished.name;
                    let failure = restated(&failure, &format!("{}: ", version.key));
                    batch.settle(id, Outcome::Failed(failure));
                }
            }
        }
        oldest
    }
}

/// The day until whose start a message asks its files to be restored.
fn restore_until(message: &Message) -> Result<Option<Day>, Refusal> {
    let text = message.restore_until.as_deref();
    text.map(str::parse)
        .transpose()
        .map_err(|_| Refusal::Malformed("trailkeep.restore_until"))
}

/// Fails files that are not begun, since it is not known what holds there are.
fn not_begun(files: Vec<File>, failure: &Failure) -> Vec<Finished> {
    let files = files.into_iter();
    files
        .map(|file| Finished {
            name: file.name(),
            outcome: Err(restated(failure, "")),
            counts: Counts::default(),
        })
        .collect()
}

/// States a failure once more, in words.
fn restated(failure: &Failure, place: &str) -> Failure {
    let reason = format!("{place}{}", failure.reason());
    if failure.is_retry() {
        Failure::retry(reason)
    } else {
        Failure::reject(reason)
    }
}
