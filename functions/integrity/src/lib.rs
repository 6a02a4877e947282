//! Verifies digests, holds the index against them, and alerts on tampering and gaps.
//!
//! Two kinds of invocation: a delivered digest is examined at once, by itself and with
//! the log files that it lists; the sweep, by schedule, looks at what is not there (a
//! digest that is overdue, a log file that no digest lists, an item of the index that is
//! gone), tries again what could not be settled, and tells which hours are proven.
//!
//! Nothing of it has to be done in one go or only once: everything is read anew from the
//! bucket and the table, and what is found is entered and told once.

use std::time::Duration;

use alerts::Finding;
use aws::table::Marks;
use aws::{Keys, Objects, Queue, Table};
use index::table::integrity as places;
use index::{Day, Item};
use lambda::batch::{Batch, BatchResponse, Outcome, Undone};
use lambda::error::Failure;
use lambda::notice::{self, Message, Object, Refusal};
use serde_json::Value;
use trail::ObjectKey;
use trail::key::ObjectKind;

mod alert;
mod awaited;
mod book;
mod compare;
pub mod config;
mod counts;
mod day;
mod examine;
mod indexed;
mod invocation;
mod keyring;
mod listing;
mod log_file;
mod moved;
mod scrub;
mod stream;
mod summary;
mod sweep;

pub use config::{Config, Settings};
pub use counts::Counts;

use book::{Book, Place};
use invocation::Invocation;
use keyring::Keyring;
use sweep::Order;

/// The time before the end of an invocation in which nothing further is begun.
const RESERVE: Duration = Duration::from_secs(15);

/// What the function talks to.
#[derive(Debug)]
pub struct Clients {
    /// The table.
    pub table: Table,
    /// The buckets.
    pub objects: Objects,
    /// CloudTrail's public keys.
    pub keys: Keys,
    /// The queue from which log files are indexed.
    pub index_queue: Queue,
    /// The detector's queue, which is told of findings.
    pub alert_queue: Queue,
}

/// The function, with its clients and what it remembers between invocations.
#[derive(Debug)]
pub struct Integrity {
    table: Table,
    objects: Objects,
    keyring: Keyring,
    index_queue: Queue,
    book: Book,
    settings: Settings,
}

/// What an invocation came to.
#[derive(Debug)]
pub struct Handled {
    /// The answer to Lambda.
    pub response: BatchResponse,
    /// What was verified, found and sent.
    pub counts: Counts,
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
    /// The sweep left something; the next one tries again.
    #[error("the sweep is not finished: {0}")]
    Sweep(String),
}

impl Integrity {
    /// Makes the function.
    pub fn new(clients: Clients, settings: Settings) -> Self {
        Self {
            table: clients.table,
            objects: clients.objects,
            keyring: Keyring::new(clients.keys),
            index_queue: clients.index_queue,
            book: Book {
                queue: clients.alert_queue,
                retention: settings.retention,
            },
            settings,
        }
    }

    /// The table that is read and written.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Handles one event of a trigger: a batch of messages, or the schedule's call for the
    /// sweep.
    ///
    /// `now` is the time in seconds since 1970, and `time_left` how long the invocation may
    /// take: what cannot be done in it fails and comes again.
    pub async fn handle(
        &self,
        event: &Value,
        now: i64,
        time_left: Duration,
    ) -> Result<Handled, HandleError> {
        let time_left = time_left.saturating_sub(RESERVE);
        if let Some(order) = Order::of(event, now) {
            let invocation = Invocation::new(order.now, time_left);
            let swept = Box::pin(self.sweep(&order, &invocation)).await;
            swept.map_err(|failure| HandleError::Sweep(failure.reason()))?;
            return Ok(Handled {
                response: Batch::of(&[]).finish()?,
                counts: invocation.into_counts(),
            });
        }
        let invocation = Invocation::new(now, time_left);
        let messages = notice::messages(event)?;
        let mut batch = Batch::of(&messages);
        for message in &messages {
            let outcome = Box::pin(self.take(message, &invocation)).await;
            batch.settle(&message.id, outcome);
        }
        Ok(Handled {
            response: batch.finish()?,
            counts: invocation.into_counts(),
        })
    }

    /// Examines the digests that a message names.
    async fn take(&self, message: &Message, invocation: &Invocation) -> Outcome {
        let notice = match &message.notice {
            Ok(notice) => notice,
            Err(refusal) => return Outcome::Failed(Failure::reject(*refusal)),
        };
        let mut outcome = match notice.refused().first() {
            Some(refusal) => Outcome::Failed(Failure::reject(*refusal)),
            None => Outcome::Done,
        };
        for object in notice.delivered() {
            if !self.is_digest(object) {
                invocation.count(|counts| counts.other_objects += 1);
                continue;
            }
            let taken = if invocation.is_over() {
                Err(Failure::retry("the invocation's time ran out"))
            } else {
                self.take_digest(object, invocation).await
            };
            if let Err(failure) = taken {
                let reason = format!("{}: {}", object.key, failure.reason());
                outcome = Outcome::Failed(Failure::retry(reason));
            }
        }
        outcome
    }

    async fn take_digest(&self, object: &Object, invocation: &Invocation) -> Result<(), Failure> {
        let Some(stored) = self.examine(object, invocation).await? else {
            // The hours that it should cover are found missing when they are overdue.
            tracing::error!(key = object.key, "a digest is gone before it was read");
            return Ok(());
        };
        self.check_links(&stored.record, invocation).await
    }

    /// Tells whether an object is one of the trail's digests.
    fn is_digest(&self, object: &Object) -> bool {
        let key = ObjectKey::parse(&object.key);
        let is_digest = key.is_ok_and(|key| key.kind == ObjectKind::Digest);
        is_digest
            && object.bucket == self.settings.bucket
            && object.key.starts_with(&self.settings.prefix)
    }

    /// Enters findings, tells those that are new, and counts them.
    async fn enter(&self, findings: &[Finding], invocation: &Invocation) -> Result<(), Failure> {
        let new = self
            .book
            .enter(&self.table, findings, invocation.now)
            .await?;
        invocation.count(|counts| {
            for kind in new {
                *counts.findings.entry(kind).or_default() += 1;
            }
        });
        Ok(())
    }

    /// Crosses findings out that are mended.
    async fn cross_out(
        &self,
        findings: impl IntoIterator<Item = &Place>,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let now = invocation.now;
        let count = self.book.cross_out(&self.table, findings, now).await?;
        invocation.count(|counts| counts.resolved += count);
        Ok(())
    }

    /// Notes that the hours of a day of an account and Region are to be told anew.
    async fn mark_day(
        &self,
        account: &str,
        region: &str,
        day: Day,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let item = Item {
            partition: places::STATE.to_owned(),
            sort: places::hours(account, region, day),
            body: Vec::new(),
            expires: None,
        };
        // A mark that is put anew is another one, so that whoever follows the former does
        // not take this one away.
        let marks = Marks {
            version: Some(invocation.mark()),
            ..Marks::default()
        };
        let put = self.table.overwrite(&item, &marks).await;
        put.map_err(Failure::retry)
    }
}
