//! Verification beside indexing: the integrity function on its own queue, and its sweep.

use std::sync::Arc;
use std::time::Duration;

use aws::{Keys, Objects, Queue as Sender, Table};
use aws_config::SdkConfig;
use index::Policy;
use integrity_function::{Clients, Counts, Integrity, Settings};
use local::Queue;
use local::schedule::{RunningSchedule, Schedule};
use local::trigger::{RunningTrigger, Trigger};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::digests::Announcement;
use super::horizon::Horizon;
use super::{INVOCATION, RECEIVES, RETRY_AFTER, Stack, TABLE, WINDOW, config};
use crate::failure::Failure;

const QUEUE: &str = "trailkeep-integrity";
const DEAD_LETTERS: &str = "trailkeep-integrity-dead";

/// How often the sweep runs; on AWS it does so every hour.
const SWEEP: Duration = Duration::from_mins(5);

/// How long a sweep may take. The first one looks at all there is; on AWS that comes in turn.
const SWEEP_TIME: Duration = Duration::from_hours(1);

/// What the integrity function is made of, each time it is called.
struct Function {
    dynamodb: SdkConfig,
    objects: Objects,
    keys: Keys,
    index_queue: Sender,
    alert_queue: Sender,
    settings: Settings,
    horizon: Arc<Horizon>,
}

/// The integrity function at work.
pub(crate) struct RunningVerification {
    function: Arc<Function>,
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
    /// What a process before has left to be announced is told by [`Stack::resume`].
    pub(crate) fn start_verifying(&self) -> Result<Option<RunningVerification>, Failure> {
        if !self.place.is_signed {
            return Ok(None);
        }
        let dead_letters = self.cloud.create_queue(DEAD_LETTERS, None)?;
        let redrive = Some((&dead_letters, RECEIVES));
        let queue = self.cloud.create_queue(QUEUE, redrive)?;
        // What they hold is derived from the bucket anew, in the order of time.
        queue.purge()?;
        dead_letters.purge()?;
        let sqs = config(self.cloud.sqs());
        let (detection, _) = self.detection_queue()?;
        let settings = Settings {
            policy: self.policy.clone(),
            ..Settings::of(self.place.bucket.clone(), &self.place.prefix, local::REGION)
        };
        let function = Arc::new(Function {
            dynamodb: self.dynamodb.clone(),
            objects: self.objects.clone(),
            keys: Keys::new(&config(self.cloud.cloudtrail())),
            index_queue: Sender::new(&sqs, self.queue.url()),
            alert_queue: Sender::new(&sqs, detection.url()),
            settings,
            horizon: Arc::clone(&self.horizon),
        });
        let called = Arc::clone(&function);
        let trigger = Trigger::new(&queue)
            // Side by side a digest may be looked at before those that come before it.
            .concurrency(1)
            .window(WINDOW)
            .visibility(INVOCATION * 6)
            .retry_after(RETRY_AFTER)
            .start(move |event| {
                let function = Arc::clone(&called);
                async move {
                    let answer = invoke(function, event, INVOCATION).await;
                    answer.map(|(answer, _)| answer)
                }
            });
        Ok(Some(RunningVerification {
            function,
            queue,
            dead_letters,
            trigger,
            turn: Arc::default(),
            schedule: None,
        }))
    }
}

impl Function {
    /// Makes the function, for a call at the time that the log files are of.
    ///
    /// Events are kept by the clock. So what was kept then and is not any more is not to be
    /// missed, and where nothing is kept that is as old, there is no index to hold it against.
    fn open(&self, now: i64) -> Integrity {
        let mut settings = self.settings.clone();
        let gone = (lookup::Clock::system().now() - now).max(0) / 86_400 + 1;
        let (retention, is_over) = shortened(&settings.policy.to_string(), gone);
        let (exceptions, is_exception_over) = shortened(&settings.policy.exceptions(), gone);
        if is_over || is_exception_over {
            settings.scrub_read_units = 0;
        }
        // It is of the form that it was written in.
        if let Ok(policy) = Policy::parse(&retention, &exceptions) {
            settings.policy = policy;
        }
        let clients = Clients {
            table: Table::new(&self.dynamodb, TABLE),
            objects: self.objects.clone(),
            keys: self.keys.clone(),
            index_queue: self.index_queue.clone(),
            alert_queue: self.alert_queue.clone(),
        };
        Integrity::new(clients, settings)
    }
}

/// Shortens every `NAME=DAYS` of a list by some days, to one at least, and tells whether any
/// would have been none; 0 days are for ever and stay.
fn shortened(list: &str, gone: i64) -> (String, bool) {
    let mut is_over = false;
    let shorter = |member: &str| {
        let (name, days) = member.rsplit_once('=')?;
        let days = match days.parse::<i64>().ok()? {
            0 => 0,
            days => {
                is_over |= days <= gone;
                (days - gone).max(1)
            }
        };
        Some(format!("{name}={days}"))
    };
    let members: Vec<String> = list.split(',').filter_map(shorter).collect();
    (members.join(","), is_over)
}

impl RunningVerification {
    /// Announces digests in the order of time, once the log files that they list are indexed.
    pub(crate) fn announce(&self, mut announcements: Vec<Announcement>) -> Result<(), Failure> {
        announcements.sort();
        for announcement in announcements {
            self.queue.send(&announcement.body)?;
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
        let counts = sweep(Arc::clone(&self.function), Arc::clone(&self.turn)).await?;
        Ok(counts.queued)
    }

    /// Sweeps every so often.
    pub(crate) fn keep_sweeping(&mut self) {
        let (function, turn) = (Arc::clone(&self.function), Arc::clone(&self.turn));
        let schedule = Schedule::every(SWEEP).start(move |_| {
            let swept = sweep(Arc::clone(&function), Arc::clone(&turn));
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

async fn sweep(function: Arc<Function>, turn: Arc<Mutex<()>>) -> Result<Counts, String> {
    let _turn = turn.lock().await;
    let (now, until) = (function.horizon.now(), function.horizon.until());
    let event = json!({"task": "sweep", "now": now, "until": until});
    let (_, counts) = invoke(function, event, SWEEP_TIME).await?;
    Ok(counts)
}

/// Invokes the function on a thread of its own, as a function has its own sandbox.
async fn invoke(
    function: Arc<Function>,
    event: Value,
    time: Duration,
) -> Result<(Value, Counts), String> {
    let invocation = tokio::task::spawn_blocking(move || {
        let now = function.horizon.now();
        let integrity = function.open(now);
        let handling = Box::pin(integrity.handle(&event, now, time));
        let handled = Handle::current().block_on(handling);
        let handled = handled.map_err(|error| error.to_string())?;
        let answer = serde_json::to_value(&handled.response).map_err(|error| error.to_string())?;
        Ok((answer, handled.counts))
    });
    invocation.await.map_err(|error| error.to_string())?
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn days_are_shortened_to_one_and_never_to_for_ever() {
        let list = "Management=90,Data=30,Insight=0";
        assert_eq!(
            shortened(list, 20),
            ("Management=70,Data=10,Insight=0".to_owned(), false)
        );
        assert_eq!(
            shortened(list, 40),
            ("Management=50,Data=1,Insight=0".to_owned(), true)
        );
        let exceptions = "444455556666=365,111122223333:Data=30";
        let shorter_exceptions = "444455556666=364,111122223333:Data=29";
        assert_eq!(
            shortened(exceptions, 1),
            (shorter_exceptions.to_owned(), false)
        );
        assert_eq!(shortened("", 5), (String::new(), false));
    }
}
