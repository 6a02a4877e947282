//! Verification beside indexing: the integrity function on its own queue, and its sweep.

use std::sync::Arc;
use std::time::Duration;

use aws::{Keys, Queue as Sender};
use integrity_function::{Clients, Counts, Integrity, Settings};
use local::Queue;
use local::schedule::{RunningSchedule, Schedule};
use local::trigger::{RunningTrigger, Trigger};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::horizon::Horizon;
use super::{CONCURRENCY, INVOCATION, RECEIVES, RETRY_AFTER, Stack, WINDOW, config};
use crate::failure::Failure;

const QUEUE: &str = "trailkeep-integrity";
const DEAD_LETTERS: &str = "trailkeep-integrity-dead";

/// How often the sweep runs; on AWS it does so every hour.
const SWEEP: Duration = Duration::from_mins(5);

/// How long a sweep may take. The first one looks at all there is; on AWS that comes in turn.
const SWEEP_TIME: Duration = Duration::from_hours(1);

/// The integrity function at work.
pub(crate) struct RunningVerification {
    function: Arc<Integrity>,
    horizon: Arc<Horizon>,
    queue: Queue,
    dead_letters: Queue,
    trigger: RunningTrigger,
    /// Held by whoever changes what is there, and by the one sweep at a time.
    turn: Arc<Mutex<()>>,
    schedule: Option<RunningSchedule>,
}

impl Stack {
    /// Starts verifying the digests that are announced; nothing where none are to be expected.
    ///
    /// Goes on with the announcements that a process before has left.
    pub(crate) fn start_verifying(&self) -> Result<Option<RunningVerification>, Failure> {
        if !self.place.is_signed {
            return Ok(None);
        }
        let dead_letters = self.cloud.create_queue(DEAD_LETTERS, None)?;
        let redrive = Some((&dead_letters, RECEIVES));
        let queue = self.cloud.create_queue(QUEUE, redrive)?;
        queue.restore(Some(&dead_letters))?;
        let sqs = config(self.cloud.sqs());
        let (detection, _) = self.detection_queue()?;
        let clients = Clients {
            table: self.table(),
            objects: self.objects.clone(),
            keys: Keys::new(&config(self.cloud.cloudtrail())),
            index_queue: Sender::new(&sqs, self.queue.url()),
            alert_queue: Sender::new(&sqs, detection.url()),
        };
        let settings = Settings {
            policy: self.policy.clone(),
            ..Settings::of(self.place.bucket.clone(), &self.place.prefix, local::REGION)
        };
        let function = Arc::new(Integrity::new(clients, settings));
        let (called, horizon) = (Arc::clone(&function), Arc::clone(&self.horizon));
        let trigger = Trigger::new(&queue)
            .concurrency(CONCURRENCY)
            .window(WINDOW)
            .visibility(INVOCATION * 6)
            .retry_after(RETRY_AFTER)
            .start(move |event| {
                let (function, now) = (Arc::clone(&called), horizon.now());
                async move {
                    invoke(function, event, now, INVOCATION)
                        .await
                        .map(|(answer, _)| answer)
                }
            });
        Ok(Some(RunningVerification {
            function,
            horizon: Arc::clone(&self.horizon),
            queue,
            dead_letters,
            trigger,
            turn: Arc::default(),
            schedule: None,
        }))
    }
}

impl RunningVerification {
    /// Announces digests, once the log files that they list are indexed.
    pub(crate) fn announce(&self, announcements: &[String]) -> Result<(), Failure> {
        for announcement in announcements {
            self.queue.send(announcement)?;
        }
        Ok(())
    }

    /// Resolves once every digest that was announced is examined, or given up.
    pub(crate) async fn idle(&self) -> Result<(), Failure> {
        Ok(self.trigger.idle().await?)
    }

    /// Counts the messages that were given up: each of a digest that was not examined.
    pub(crate) fn dead_letters(&self) -> Result<u64, Failure> {
        Ok(self.dead_letters.depth()?.visible)
    }

    /// Keeps sweeps waiting while what is there changes.
    pub(crate) async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// Sweeps, and answers how many log files were sent to be indexed.
    pub(crate) async fn sweep(&self) -> Result<u64, String> {
        let (function, horizon) = (Arc::clone(&self.function), Arc::clone(&self.horizon));
        let counts = sweep(function, horizon, Arc::clone(&self.turn)).await?;
        Ok(counts.queued)
    }

    /// Sweeps every so often.
    pub(crate) fn keep_sweeping(&mut self) {
        let (function, horizon) = (Arc::clone(&self.function), Arc::clone(&self.horizon));
        let turn = Arc::clone(&self.turn);
        let schedule = Schedule::every(SWEEP).start(move |_| {
            let (function, horizon) = (Arc::clone(&function), Arc::clone(&horizon));
            let swept = sweep(function, horizon, Arc::clone(&turn));
            async move { swept.await.map(|_| Value::Null) }
        });
        self.schedule = Some(schedule);
    }

    /// Lets what is at work finish.
    pub(crate) async fn stop(self) {
        if let Some(schedule) = self.schedule {
            schedule.stop().await;
        }
        self.trigger.stop().await;
    }
}

async fn sweep(
    function: Arc<Integrity>,
    horizon: Arc<Horizon>,
    turn: Arc<Mutex<()>>,
) -> Result<Counts, String> {
    let _turn = turn.lock().await;
    let (now, until) = (horizon.now(), horizon.until());
    let event = json!({"task": "sweep", "now": now, "until": until});
    let (_, counts) = invoke(function, event, now, SWEEP_TIME).await?;
    Ok(counts)
}

/// Invokes the function on a thread of its own, as a function has its own sandbox.
async fn invoke(
    function: Arc<Integrity>,
    event: Value,
    now: i64,
    time: Duration,
) -> Result<(Value, Counts), String> {
    let invocation = tokio::task::spawn_blocking(move || {
        let handling = Box::pin(function.handle(&event, now, time));
        let handled = Handle::current().block_on(handling);
        let handled = handled.map_err(|error| error.to_string())?;
        let answer = serde_json::to_value(&handled.response).map_err(|error| error.to_string())?;
        Ok((answer, handled.counts))
    });
    invocation.await.map_err(|error| error.to_string())?
}
