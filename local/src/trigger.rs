//! What Lambda's event source mapping does: receives from a queue, calls a
//! handler with Lambda's own SQS event, and acknowledges what succeeded.
//!
//! ```no_run
//! # async fn run(cloud: &local::Cloud) -> Result<(), local::CloudError> {
//! use local::trigger::Trigger;
//! use serde_json::{Value, json};
//!
//! let queue = cloud.create_queue("index", None)?;
//! let trigger = Trigger::new(&queue).batch_size(10).start(async |event: Value| {
//!     assert_eq!(event["Records"][0]["eventSource"], "aws:sqs");
//!     Ok::<_, std::io::Error>(json!({"batchItemFailures": []}))
//! });
//! queue.idle().await?;
//! trigger.stop().await;
//! # Ok(())
//! # }
//! ```

mod answer;
mod payload;

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::answer::Outcome;
use crate::clock;
use crate::cloud::{CloudError, Queue};
use crate::queues::{Message, QueueError};

/// Lambda's limit on the payload of an invocation.
const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// How long a poll waits for a message; a longer wait would change nothing.
const POLL: Duration = Duration::from_secs(20);

/// How long a poller pauses after an error of the queue.
const PAUSE: Duration = Duration::from_millis(100);

/// An event source mapping that has not been started.
#[derive(Clone)]
pub struct Trigger {
    queue: Queue,
    batch_size: usize,
    window: Duration,
    visibility: Option<Duration>,
    retry_after: Option<Duration>,
    concurrency: usize,
}

impl Trigger {
    /// Creates a mapping with a batch size of 10, no batching window, and two
    /// batches at a time.
    pub fn new(queue: &Queue) -> Trigger {
        Trigger {
            queue: queue.clone(),
            batch_size: 10,
            window: Duration::ZERO,
            visibility: None,
            retry_after: None,
            concurrency: 2,
        }
    }

    /// Sets how many messages a batch has at most.
    #[must_use]
    pub fn batch_size(self, batch_size: usize) -> Trigger {
        Trigger {
            batch_size: batch_size.max(1),
            ..self
        }
    }

    /// Sets how long a batch that is not full waits for more messages.
    #[must_use]
    pub fn window(self, window: Duration) -> Trigger {
        Trigger { window, ..self }
    }

    /// Sets for how long received messages are hidden, in place of the queue's
    /// own timeout; it has to outlast window and handler.
    #[must_use]
    pub fn visibility(self, visibility: Duration) -> Trigger {
        Trigger {
            visibility: Some(visibility),
            ..self
        }
    }

    /// Sets after how long failed messages are visible again; without it, as
    /// on AWS, when their visibility timeout ends.
    #[must_use]
    pub fn retry_after(self, retry_after: Duration) -> Trigger {
        Trigger {
            retry_after: Some(retry_after),
            ..self
        }
    }

    /// Sets how many batches are handled at a time.
    #[must_use]
    pub fn concurrency(self, concurrency: usize) -> Trigger {
        Trigger {
            concurrency: concurrency.max(1),
            ..self
        }
    }

    /// Starts polling on the caller's runtime.
    ///
    /// The handler is given Lambda's SQS event and answers as a function with
    /// `ReportBatchItemFailures` does; an error, or a panic, fails the whole
    /// batch.
    pub fn start<H, F, E>(self, handler: H) -> RunningTrigger
    where
        H: Fn(Value) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Value, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let (stop, stopped) = watch::channel(false);
        let handler = Arc::new(handler);
        let queue = self.queue.clone();
        let mut pollers = JoinSet::new();
        for _ in 0..self.concurrency {
            pollers.spawn(poll(self.clone(), Arc::clone(&handler), stopped.clone()));
        }
        RunningTrigger {
            queue,
            stop,
            pollers,
        }
    }

    /// Receives one batch; empty when there was none in time, or when it is
    /// time to stop.
    async fn gather(
        &self,
        stopped: &mut watch::Receiver<bool>,
    ) -> Result<Vec<Message>, QueueError> {
        let visibility = self.visibility.map(clock::milliseconds);
        let receive =
            |count, bytes, deadline| self.queue.receive(count, bytes, visibility, deadline);
        // Dropping a receive that waits loses nothing: it takes messages in its
        // last step only.
        let mut batch = tokio::select! {
            batch = receive(self.batch_size, PAYLOAD_LIMIT, Instant::now() + POLL) => batch?,
            _ = stopped.changed() => return Ok(Vec::new()),
        };
        if batch.is_empty() || self.window.is_zero() {
            return Ok(batch);
        }
        let deadline = Instant::now() + self.window;
        loop {
            let bytes: usize = batch.iter().map(|message| message.body.len()).sum();
            let left = self.batch_size.saturating_sub(batch.len());
            if left == 0 || bytes >= PAYLOAD_LIMIT {
                return Ok(batch);
            }
            let more = tokio::select! {
                more = receive(left, PAYLOAD_LIMIT - bytes, deadline) => more?,
                _ = stopped.changed() => return Ok(batch),
            };
            if more.is_empty() {
                return Ok(batch);
            }
            batch.extend(more);
        }
    }

    fn settle(&self, batch: &[Message], outcome: &Outcome) -> Result<(), QueueError> {
        let handles = |is_failed: bool| {
            batch
                .iter()
                .filter(|message| outcome.has_failed(&message.id) == is_failed)
                .map(|message| message.handle(self.queue.name()))
                .collect::<Vec<_>>()
        };
        let retry_after = self.retry_after.map(clock::milliseconds);
        self.queue
            .settle(&handles(false), &handles(true), retry_after)
    }
}

/// A started event source mapping; dropping it stops it at once.
pub struct RunningTrigger {
    queue: Queue,
    stop: watch::Sender<bool>,
    pollers: JoinSet<()>,
}

impl RunningTrigger {
    /// Resolves once the queue holds no message, visible or in flight:
    /// everything was handled, or went to the dead-letter queue. A message
    /// that fails for ever, with no such queue, keeps it waiting for ever.
    pub async fn idle(&self) -> Result<(), CloudError> {
        self.queue.idle().await
    }

    /// Receives no more, lets the handlers at work finish, and settles their
    /// batches.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        while self.pollers.join_next().await.is_some() {}
    }
}

async fn poll<H, F, E>(trigger: Trigger, handler: Arc<H>, mut stopped: watch::Receiver<bool>)
where
    H: Fn(Value) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Value, E>> + Send + 'static,
    E: Display + Send + 'static,
{
    while !*stopped.borrow() {
        let batch = match trigger.gather(&mut stopped).await {
            Ok(batch) if batch.is_empty() => continue,
            Ok(batch) => batch,
            Err(error) => {
                tracing::error!(queue = trigger.queue.name(), %error, "a queue cannot be polled");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let outcome = handle(&trigger, &handler, &batch).await;
        if let Err(error) = trigger.settle(&batch, &outcome) {
            tracing::error!(queue = trigger.queue.name(), %error, "a batch cannot be settled");
        }
    }
}

async fn handle<H, F, E>(trigger: &Trigger, handler: &Arc<H>, batch: &[Message]) -> Outcome
where
    H: Fn(Value) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Value, E>> + Send + 'static,
    E: Display + Send + 'static,
{
    let event = payload::event(&trigger.queue.arn(), trigger.queue.name(), batch);
    let handler = Arc::clone(handler);
    // In a task of its own, so that a panic fails the batch and nothing else.
    let answer = tokio::spawn(async move { handler(event).await }).await;
    match answer {
        Ok(Ok(answer)) => answer::read(&answer, batch.iter().map(|message| message.id.as_str())),
        Ok(Err(error)) => {
            tracing::warn!(queue = trigger.queue.name(), %error, "a handler failed");
            Outcome::AllFailed
        }
        Err(error) => {
            tracing::error!(queue = trigger.queue.name(), %error, "a handler panicked");
            Outcome::AllFailed
        }
    }
}
