//! Partial batch responses: the messages of a batch that are to be tried again.

use std::collections::HashMap;

use serde::Serialize;

use crate::error::Failure;
use crate::notice::{Message, Source};

/// Tells how one message ended.
#[derive(Debug)]
pub enum Outcome {
    /// All that the message asked for is done.
    Done,
    /// Something of it is not.
    Failed(Failure),
}

impl From<Result<(), Failure>> for Outcome {
    fn from(result: Result<(), Failure>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(failure) => Self::Failed(failure),
        }
    }
}

/// Keeps account of a batch, message by message, until it is answered.
///
/// Nothing succeeds by omission: a message that was never settled fails, so
/// that a path which forgets one costs a retry and loses nothing.
///
/// ```
/// use lambda::batch::{Batch, Outcome};
/// use lambda::error::Failure;
/// # let event = serde_json::json!({"Records": [
/// #     {"messageId": "a", "eventSource": "aws:sqs", "body": "CloudTrail validation message."},
/// #     {"messageId": "b", "eventSource": "aws:sqs", "body": "{"},
/// # ]});
/// let messages = lambda::notice::messages(&event)?;
/// let mut batch = Batch::of(&messages);
/// for message in &messages {
///     batch.settle(&message.id, match &message.notice {
///         Ok(_) => Outcome::Done,
///         Err(refusal) => Outcome::Failed(Failure::from(*refusal)),
///     });
/// }
/// assert_eq!(batch.count().rejected, 1);
/// let answer = serde_json::to_string(&batch.finish()?)?;
/// assert_eq!(answer, r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    entries: Vec<Entry>,
    positions: HashMap<String, usize>,
}

#[derive(Debug)]
struct Entry {
    id: String,
    receive_count: u32,
    source: Source,
    state: State,
}

/// Ordered by how much it says: of two settlements the greater one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Unsettled,
    Done,
    Retried,
    Rejected,
}

/// Counts how the messages of a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Messages of which everything is done.
    pub done: usize,
    /// Messages that failed and may succeed later, those that nobody settled included.
    pub retried: usize,
    /// Messages that failed because of what they hold or point at.
    pub rejected: usize,
}

impl Batch {
    /// Opens the account of these messages, none of them settled.
    pub fn of(messages: &[Message]) -> Self {
        let entries: Vec<_> = messages
            .iter()
            .map(|message| Entry {
                id: message.id.clone(),
                receive_count: message.receive_count,
                source: message.source,
                state: State::Unsettled,
            })
            .collect();
        let positions = entries
            .iter()
            .enumerate()
            .map(|(position, entry)| (entry.id.clone(), position))
            .collect();
        Self { entries, positions }
    }

    /// Records how a message ended, and logs its failure.
    ///
    /// Of a message that is settled more than once, once for each of its
    /// objects for example, a failure stands whatever comes before or after,
    /// and a rejection outweighs a retry. An id that is not of this batch is
    /// ignored: told to SQS it would fail the whole batch.
    pub fn settle(&mut self, id: &str, outcome: impl Into<Outcome>) {
        let Some(&position) = self.positions.get(id) else {
            tracing::error!(id, "settled message is not of this batch");
            return;
        };
        let entry = &mut self.entries[position];
        let state = match outcome.into() {
            Outcome::Done => State::Done,
            Outcome::Failed(failure) => entry.log(&failure),
        };
        entry.state = entry.state.max(state);
    }

    /// Counts the messages by how they ended so far.
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for entry in &self.entries {
            match entry.state {
                State::Done => count.done += 1,
                State::Unsettled | State::Retried => count.retried += 1,
                State::Rejected => count.rejected += 1,
            }
        }
        count
    }

    /// Returns the answer to give to Lambda.
    ///
    /// Fails where a message that did not come from a queue has failed: nobody
    /// would read the answer, and only an error of the invocation makes Lambda
    /// try again or hand the event to the dead-letter queue.
    pub fn finish(self) -> Result<BatchResponse, Undone> {
        let Count {
            retried, rejected, ..
        } = self.count();
        let mut failures = Vec::new();
        for entry in self.entries {
            if entry.state == State::Done {
                continue;
            }
            if entry.state == State::Unsettled {
                tracing::error!(id = entry.id, "message was not settled");
            }
            match entry.source {
                Source::Direct => return Err(Undone { retried, rejected }),
                Source::Queue => failures.push(ItemFailure {
                    item_identifier: entry.id,
                }),
            }
        }
        Ok(BatchResponse {
            batch_item_failures: failures,
        })
    }
}

impl Entry {
    fn log(&self, failure: &Failure) -> State {
        let (id, receive_count, reason) = (&self.id, self.receive_count, failure.reason());
        if failure.is_retry() {
            tracing::warn!(id, receive_count, reason, "message is retried");
            State::Retried
        } else {
            tracing::error!(id, receive_count, reason, "message is rejected");
            State::Rejected
        }
    }
}

/// Says that an event which came without a queue was not handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("event is not handled, retried {retried}, rejected {rejected}")]
pub struct Undone {
    /// See [`Count::retried`].
    pub retried: usize,
    /// See [`Count::rejected`].
    pub rejected: usize,
}

/// Names the messages that SQS is to hand out again, as `ReportBatchItemFailures` wants it.
///
/// An empty list says that all succeeded. The event source must have
/// `FunctionResponseTypes: [ReportBatchItemFailures]`; without it Lambda
/// ignores the answer and deletes the failed messages with the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: String,
}

impl BatchResponse {
    /// Returns the ids of the failed messages, in the order of the batch.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_str())
    }
}

#[cfg(test)]
mod tests;
