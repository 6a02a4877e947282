//! Keeps events for as long as the policy says, and holds for as long as somebody says.
//!
//! What is shown follows policy and holds at once, record by record; what is stored
//! follows by the jobs here. A walk through the directories stamps every segment with
//! the time at which it may go, counts what there is, and notes what is past its time.
//! A purge deletes what the table has not dropped by itself. A third job looks whether
//! the protections are still as the template set them. All of them can be stopped
//! anywhere and go on, and two at once do no harm.
//!
//! Operators have routes of their own, [`router`]: they see what is kept, set and lift
//! holds, and have damaged segments indexed again.

use std::sync::Arc;
use std::time::Duration;

use aws::{EncryptionKey, Objects, Queue, Table, Trail};
use lambda::metric::Report;
use serde_json::{Value, json};

pub mod config;
mod counts;
mod drift;
mod gateway;
mod job;
mod keeping;
mod operator;
mod purge;
mod report;
mod restamp;
mod run;
mod segment;
mod walk;

pub use config::{Config, Promised, Settings};
pub use counts::Counts;
pub use drift::{lack_of_bucket_policy, lack_of_table_policy};
pub use operator::{Caller, Now, router};

use job::JobError;
use run::{Names, Run};

/// The time before the end of an invocation in which nothing further is begun.
const RESERVE: Duration = Duration::from_secs(15);

/// The clients that the function calls.
#[derive(Debug)]
pub struct Clients {
    /// The table.
    pub table: Table,
    /// The objects of the archive.
    pub objects: Objects,
    /// The indexer's queue; without one nothing is indexed again.
    pub index_queue: Option<Queue>,
    /// The detector's queue; without one drift is noted and not told.
    pub alert_queue: Option<Queue>,
    /// The trail, where one is promised.
    pub trail: Option<Trail>,
    /// The key of log files, where one is promised.
    pub key: Option<EncryptionKey>,
}

/// Who looks after what is kept, with its clients.
#[derive(Debug)]
pub struct Custodian {
    table: Table,
    objects: Objects,
    index_queue: Option<Queue>,
    alert_queue: Option<Queue>,
    trail: Option<Trail>,
    key: Option<EncryptionKey>,
    settings: Settings,
    names: Names,
}

/// What an invocation came to.
#[derive(Debug)]
pub struct Handled {
    /// The answer to whoever invoked.
    pub response: Value,
    /// What was stamped, deleted and found.
    pub counts: Counts,
    /// The jobs that failed, and why; the next invocation goes on with them.
    pub failed: Vec<String>,
}

impl Handled {
    /// States what the invocation came to as metrics.
    pub fn reports(&self) -> Vec<Report> {
        self.counts.reports()
    }

    /// The answer; an error where a job failed, so that somebody hears of it.
    pub fn outcome(self) -> Result<Value, HandleError> {
        if self.failed.is_empty() {
            return Ok(self.response);
        }
        Err(HandleError::Jobs(self.failed.join("; ")))
    }
}

/// Says why an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The event is none that is known.
    #[error("the event is no task, no schedule and no request")]
    Event,
    /// The request cannot be read.
    #[error("the request cannot be read: {0}")]
    Request(String),
    /// Jobs that failed; the next invocation goes on with them.
    #[error("not everything was done: {0}")]
    Jobs(String),
}

/// What an event asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// Begin everything.
    Daily,
    /// Go on with what was begun, or is demanded by a change.
    Continue,
    /// Answer an operator.
    Answer,
}

impl Custodian {
    /// Makes a custodian.
    pub fn new(clients: Clients, settings: Settings) -> Self {
        let Clients {
            table,
            objects,
            index_queue,
            alert_queue,
            trail,
            key,
        } = clients;
        Self {
            table,
            objects,
            index_queue,
            alert_queue,
            trail,
            key,
            settings,
            names: Names::new(),
        }
    }

    /// The table that is looked after.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Handles one event: a task, a schedule, or a request of API Gateway.
    ///
    /// `now` is the time in seconds since 1970, and `time_left` how long the invocation may
    /// take: what is not done in it is gone on with by the next.
    pub async fn handle(
        self: &Arc<Self>,
        event: &Value,
        now: i64,
        time_left: Duration,
    ) -> Result<Handled, HandleError> {
        let task = Task::of(event).ok_or(HandleError::Event)?;
        if task == Task::Answer {
            let response = gateway::answer(self, event, now).await;
            return Ok(Handled {
                response: response.map_err(HandleError::Request)?,
                counts: Counts::default(),
                failed: Vec::new(),
            });
        }
        let run = self.run(now, time_left.saturating_sub(RESERVE));
        let failed = self.work(task == Task::Daily, &run).await;
        let counts = run.into_counts(self.table.consumed());
        let response = json!({ "open": counts.open_jobs });
        Ok(Handled {
            response,
            counts,
            failed,
        })
    }

    /// An invocation that may take so long.
    fn run(&self, now: i64, time: Duration) -> Run {
        Run::new(
            self.names.next(),
            now,
            time,
            self.settings.write_units_per_second,
            self.table.consumed(),
        )
    }

    /// Does what is open, and everything where all is wanted; names what failed.
    ///
    /// A job that fails does not keep the others from their work.
    async fn work(&self, is_all_wanted: bool, run: &Run) -> Vec<String> {
        let mut failed = Vec::new();
        let mut note = |name: &str, outcome: Result<bool, JobError>| match outcome {
            Ok(is_open) => run.count(|counts| counts.open_jobs += u64::from(is_open)),
            Err(error) => {
                tracing::error!(job = name, %error, "a job failed");
                failed.push(format!("{name}: {error}"));
            }
        };
        note("drift", self.watch(is_all_wanted, run).await);
        note("restamp", self.restamp(is_all_wanted, run).await);
        note("purge", self.purge(run).await);
        failed
    }
}

impl Task {
    fn of(event: &Value) -> Option<Self> {
        match event["task"].as_str() {
            Some("daily") => return Some(Self::Daily),
            Some("continue") => return Some(Self::Continue),
            Some(_) => return None,
            None => {}
        }
        let is_scheduled = matches!(
            event["source"].as_str(),
            Some("aws.events" | "aws.scheduler")
        ) && event["detail-type"] == "Scheduled Event";
        if is_scheduled {
            return Some(Self::Daily);
        }
        let is_request = event["version"] == "2.0" && event["requestContext"]["http"].is_object();
        is_request.then_some(Self::Answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_told_from_requests_and_from_everything_else() {
        for (event, task) in [
            (json!({"task": "daily"}), Some(Task::Daily)),
            (json!({"task": "continue"}), Some(Task::Continue)),
            (
                json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}),
                Some(Task::Daily),
            ),
            (
                json!({"version": "2.0", "requestContext": {"http": {"method": "GET"}}}),
                Some(Task::Answer),
            ),
            (json!({"task": "purge everything"}), None),
            (
                json!({"source": "custom", "detail-type": "Scheduled Event"}),
                None,
            ),
            (json!({"Records": []}), None),
            (json!(null), None),
        ] {
            assert_eq!(Task::of(&event), task, "{event}");
        }
    }
}
