//! Evaluates detection rules and publishes each alert, once.
//!
//! Events come by two paths: with the log files, minutes later and complete, and
//! from EventBridge, within seconds and mostly. An alert's key is made of its event
//! and rule alone, so that whichever comes first publishes it and the other finds
//! it there. Findings of the other functions come to its queue, too: only the detector
//! publishes. A third kind of invocation, by schedule, is the sweep, which publishes
//! what a crash left unpublished and closes windows of suppression.

use std::time::Duration;

use aws::{Objects, Table};
use lambda::batch::{Batch, BatchResponse, Undone};
use lambda::metric::Report;
use lambda::notice::{self, Refusal};
use serde_json::Value;

mod agreement;
mod batch;
mod book;
mod candidate;
pub mod config;
mod content;
mod contention;
mod correlation;
mod counts;
mod evaluation;
mod file;
mod finding;
mod invocation;
mod outbox;
mod problem;
mod settlement;
mod suppression;
mod sweep;

pub use config::{Config, RuleFolder, Settings};
pub use counts::Counts;
pub use outbox::Topics;

use book::Book;
use invocation::{Invocation, Names};
use outbox::Outbox;
use problem::Announced;

/// The time before the end of an invocation in which nothing further is begun.
const RESERVE: Duration = Duration::from_secs(15);

/// The detector, with its clients and what it remembers between invocations.
#[derive(Debug)]
pub struct Detector {
    outbox: Outbox,
    objects: Objects,
    book: Book,
    announced: Announced,
    names: Names,
    settings: Settings,
}

/// What an invocation came to.
#[derive(Debug)]
pub struct Handled {
    /// The answer to Lambda.
    pub response: BatchResponse,
    /// What was evaluated, published and folded.
    pub counts: Counts,
}

impl Handled {
    /// States what the invocation came to as metrics.
    pub fn reports(&self) -> Vec<Report> {
        self.counts.reports()
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
    /// The sweep left something; the next one tries again.
    #[error("the sweep is not finished: {0}")]
    Sweep(String),
}

impl Detector {
    /// Makes a detector, and compiles the rules that are shipped.
    pub fn new(table: Table, objects: Objects, topics: Topics, settings: Settings) -> Self {
        Self {
            outbox: Outbox {
                table,
                topics,
                retention: settings.retention,
            },
            objects,
            book: Book::new(settings.rules.clone()),
            announced: Announced::default(),
            names: Names::new(),
            settings,
        }
    }

    /// Handles one event of a trigger: a batch of messages, an event of EventBridge, or the
    /// schedule's call for the sweep.
    ///
    /// `now` is the time in seconds since 1970, and `time_left` how long the invocation may
    /// take: what cannot be done in it fails and comes again.
    pub async fn handle(
        &self,
        event: &Value,
        now: i64,
        time_left: Duration,
    ) -> Result<Handled, HandleError> {
        let invocation = Invocation::new(&self.names, now, time_left.saturating_sub(RESERVE));
        let (loaded, unread) = self.book.current(&self.objects, now).await;
        let problems = loaded.faults.len() as u64 + u64::from(unread.is_some());
        if let Some(unread) = unread {
            tracing::error!(%unread, "the rules that were read before go on");
        }
        invocation.count(|counts| counts.rule_problems += problems);
        self.outbox
            .announce(&loaded, &self.announced, &invocation)
            .await;
        if is_sweep(event) {
            let swept = self.outbox.sweep(&invocation).await;
            swept.map_err(|failure| HandleError::Sweep(failure.reason()))?;
            return Ok(Handled {
                response: Batch::of(&[]).finish()?,
                counts: invocation.into_counts(),
            });
        }
        let messages = notice::messages(event)?;
        let mut batch = Batch::of(&messages);
        self.detect(
            &messages,
            content::contents(event),
            &mut batch,
            &loaded,
            &invocation,
        )
        .await;
        Ok(Handled {
            response: batch.finish()?,
            counts: invocation.into_counts(),
        })
    }
}

/// Tells whether an event is the schedule's, by EventBridge's own shape or by ours.
fn is_sweep(event: &Value) -> bool {
    let is_scheduled = matches!(
        event["source"].as_str(),
        Some("aws.events" | "aws.scheduler")
    ) && event["detail-type"] == "Scheduled Event";
    is_scheduled || event["sweep"] == true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_sweep;

    #[test]
    fn the_schedule_is_told_from_messages() {
        for event in [
            json!({"sweep": true}),
            json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}),
            json!({"source": "aws.scheduler", "detail-type": "Scheduled Event"}),
        ] {
            assert!(is_sweep(&event), "{event}");
        }
        for event in [
            json!({"Records": [{"eventSource": "aws:sqs", "body": "{\"sweep\":true}"}]}),
            json!({"source": "custom", "detail-type": "Scheduled Event"}),
            json!({"sweep": "no"}),
            json!(null),
        ] {
            assert!(!is_sweep(&event), "{event}");
        }
    }
}
