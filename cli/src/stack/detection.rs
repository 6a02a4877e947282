//! Detection beside indexing: the detector on its own queue, its sweep, and
//! whoever hears its topic.

use std::sync::Arc;
use std::time::Duration;

use alerts::Alert;
use aws::Topic;
use detector::{Detector, RuleFolder, Settings, Topics};
use local::Queue;
use local::trigger::{RunningTrigger, Trigger};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::{CONCURRENCY, INVOCATION, RECEIVES, RETRY_AFTER, Stack, WINDOW, config, rules};
use crate::failure::Failure;
use crate::rule_set::File;

const QUEUE: &str = "trailkeep-detect";
const DEAD_LETTERS: &str = "trailkeep-detect-dead";
const TOPIC: &str = "trailkeep-alerts";
const PUBLISHED: &str = "trailkeep-alerts";

/// How often the sweep runs; on AWS it does so every minute.
const SWEEP: Duration = Duration::from_secs(5);

/// How often the sweep is tried again before detection is given up as idle.
const SWEEPS: u32 = 3;

/// The detector with its queues, ready to start.
pub(crate) struct Detection {
    detector: Arc<Detector>,
    queue: Queue,
    dead_letters: Queue,
    /// Hears the alert topic.
    published: Queue,
}

/// The detector at work.
pub(crate) struct RunningDetection {
    detector: Arc<Detector>,
    dead_letters: Queue,
    trigger: RunningTrigger,
    listener: RunningTrigger,
    sweeper: JoinHandle<()>,
    /// Held by the one sweep at a time.
    sweeping: Arc<Mutex<()>>,
    stop: watch::Sender<bool>,
}

impl Stack {
    /// Sets detection up, with rules besides the shipped ones. Call it before log files are put.
    ///
    /// Goes on with what a process before has left: no other has this directory
    /// open, so whoever had received messages or held leases is gone. Log files
    /// that were put before there was any detection are evaluated, too.
    pub(crate) async fn detection(&self, own: Vec<File>) -> Result<Detection, Failure> {
        let (queue, dead_letters) = self.detection_queue()?;
        let published = self.cloud.create_queue(PUBLISHED, None)?;
        let topic = self.cloud.create_topic(TOPIC)?;
        self.cloud.subscribe(&topic, &published, true)?;
        published.restore(None)?;
        queue.restore(Some(&dead_letters))?;
        if self.cloud.is_subscribed(&self.topic, &queue)? {
            self.end_leases().await?;
        } else {
            // The subscription comes last: a process that is killed before it begins anew. What
            // it has left is evaluated twice, which is no matter; findings wait there, too.
            for announcement in self.announcements().await? {
                queue.send(&announcement)?;
            }
            self.cloud.subscribe(&self.topic, &queue, false)?;
        }
        let rules = if own.is_empty() {
            None
        } else {
            self.place_rules(own).await?;
            Some(RuleFolder {
                bucket: rules::BUCKET.to_owned(),
                prefix: String::new(),
            })
        };
        let settings = Settings {
            rules,
            // Events of any age are alerted on, unless they are not kept.
            retention: self.policy.longest(),
            ..Settings::default()
        };
        let topics = Topics {
            alerts: Topic::new(&config(self.cloud.sns()), topic),
            chat: None,
        };
        let detector = Detector::new(self.table(), self.objects.clone(), topics, settings);
        Ok(Detection {
            detector: Arc::new(detector),
            queue,
            dead_letters,
            published,
        })
    }

    /// The detector's queue, with that of what it gives up. Findings are sent to it also where
    /// no detector runs: the next one tells them.
    pub(super) fn detection_queue(&self) -> Result<(Queue, Queue), Failure> {
        let dead_letters = self.cloud.create_queue(DEAD_LETTERS, None)?;
        let redrive = Some((&dead_letters, RECEIVES));
        let queue = self.cloud.create_queue(QUEUE, redrive)?;
        Ok((queue, dead_letters))
    }
}

impl Detection {
    /// Starts evaluating what is announced; `report` is told every alert that is published.
    pub(crate) fn start(
        self,
        batch_size: usize,
        report: impl Fn(&Alert) + Send + Sync + 'static,
    ) -> RunningDetection {
        let detector = Arc::clone(&self.detector);
        let trigger = Trigger::new(&self.queue)
            .batch_size(batch_size)
            .concurrency(CONCURRENCY)
            .window(WINDOW)
            .visibility(INVOCATION * 6)
            .retry_after(RETRY_AFTER)
            .start(move |event| invoke(Arc::clone(&detector), event));
        let report = Arc::new(report);
        let listener = Trigger::new(&self.published)
            .concurrency(1)
            .start(move |event: Value| {
                hear(&event, &*report);
                async { Ok::<_, String>(json!({"batchItemFailures": []})) }
            });
        let (stop, stopped) = watch::channel(false);
        let sweeping = Arc::new(Mutex::new(()));
        let sweeper = tokio::spawn(keep_sweeping(
            Arc::clone(&self.detector),
            Arc::clone(&sweeping),
            stopped,
        ));
        RunningDetection {
            detector: self.detector,
            dead_letters: self.dead_letters,
            trigger,
            listener,
            sweeper,
            sweeping,
            stop,
        }
    }
}

impl RunningDetection {
    /// Resolves once everything announced is evaluated, every alert on it is published and told,
    /// and windows are stored.
    ///
    /// Answers why, where something was left; the sweep goes on trying.
    pub(crate) async fn idle(&self) -> Result<Option<String>, Failure> {
        self.trigger.idle().await?;
        let mut left = SWEEPS;
        let reason = loop {
            let Err(reason) = self.sweep().await else {
                break None;
            };
            left -= 1;
            if left == 0 {
                break Some(reason);
            }
            tokio::time::sleep(RETRY_AFTER).await;
        };
        self.listener.idle().await?;
        Ok(reason)
    }

    async fn sweep(&self) -> Result<(), String> {
        sweep(&self.detector, &self.sweeping).await
    }

    /// Counts the messages that were given up: each of a file that is not evaluated.
    pub(crate) fn dead_letters(&self) -> Result<u64, Failure> {
        Ok(self.dead_letters.depth()?.visible)
    }

    /// Lets the batches at work finish, and tells what they publish.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.sweeper.await;
        self.trigger.stop().await;
        self.listener.stop().await;
    }
}

async fn keep_sweeping(
    detector: Arc<Detector>,
    sweeping: Arc<Mutex<()>>,
    mut stopped: watch::Receiver<bool>,
) {
    while !*stopped.borrow() {
        if let Err(error) = sweep(&detector, &sweeping).await {
            tracing::warn!(error, "the sweep is not finished");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            _ = stopped.changed() => {}
        }
    }
}

async fn sweep(detector: &Arc<Detector>, sweeping: &Mutex<()>) -> Result<(), String> {
    let _turn = sweeping.lock().await;
    let call = json!({"sweep": true});
    invoke(Arc::clone(detector), call).await.map(|_| ())
}

/// Invokes the detector on a thread of its own, as a function has its own sandbox: evaluating
/// takes the processor for long, and the servers here need it at once.
async fn invoke(detector: Arc<Detector>, event: Value) -> Result<Value, String> {
    let invocation = tokio::task::spawn_blocking(move || {
        let now = lookup::Clock::system().now();
        let handling = Box::pin(detector.handle(&event, now, INVOCATION));
        let handled = Handle::current().block_on(handling);
        let handled = handled.map_err(|error| error.to_string())?;
        serde_json::to_value(&handled.response).map_err(|error| error.to_string())
    });
    invocation.await.map_err(|error| error.to_string())?
}

/// Reads the alerts that a queue got from the topic.
fn hear(event: &Value, report: &impl Fn(&Alert)) {
    for message in event["Records"].as_array().into_iter().flatten() {
        let body = message["body"].as_str().unwrap_or_default();
        match serde_json::from_str(body) {
            Ok(alert) => report(&alert),
            // The error names a place, and nothing of what stands there.
            Err(error) => tracing::error!(%error, "what was published is no alert"),
        }
    }
}
