//! What an EventBridge schedule does: calls a handler every so often, and on
//! demand.
//!
//! ```no_run
//! # async fn run() -> Result<(), String> {
//! use std::time::Duration;
//!
//! use local::schedule::Schedule;
//! use serde_json::{Value, json};
//!
//! let schedule = Schedule::every(Duration::from_secs(60))
//!     .input(json!({"sweep": true}))
//!     .start(async |event: Value| {
//!         assert_eq!(event["sweep"], true);
//!         Ok::<_, std::io::Error>(Value::Null)
//!     });
//! schedule.run().await?;
//! schedule.stop().await;
//! # Ok(())
//! # }
//! ```

use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

/// A schedule that has not been started.
#[derive(Debug, Clone)]
pub struct Schedule {
    period: Duration,
    input: Value,
}

type Answered = Pin<Box<dyn Future<Output = Result<Value, String>> + Send>>;

/// A handler, and whose turn it is to call it.
struct Target {
    call: Box<dyn Fn(Value) -> Answered + Send + Sync>,
    turn: Mutex<()>,
}

impl Schedule {
    /// Creates a schedule that pauses so long between two calls, whose input
    /// is null.
    pub fn every(period: Duration) -> Schedule {
        Schedule {
            period,
            input: Value::Null,
        }
    }

    /// Sets what the handler is called with.
    #[must_use]
    pub fn input(self, input: Value) -> Schedule {
        Schedule { input, ..self }
    }

    /// Starts calling on the caller's runtime, at once for the first time.
    ///
    /// There is one call at a time. A handler that fails or panics is called
    /// again at its next time, and not before.
    pub fn start<H, F, E>(self, handler: H) -> RunningSchedule
    where
        H: Fn(Value) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Value, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let call = move |input| -> Answered {
            let answer = handler(input);
            Box::pin(async move { answer.await.map_err(|error| error.to_string()) })
        };
        let target = Arc::new(Target {
            call: Box::new(call),
            turn: Mutex::new(()),
        });
        let (stop, stopped) = watch::channel(false);
        let input = self.input.clone();
        let calling = tokio::spawn(keep_calling(self, Arc::clone(&target), stopped));
        RunningSchedule {
            target,
            input,
            stop,
            calling,
        }
    }
}

/// A started schedule; dropping it makes no further call.
pub struct RunningSchedule {
    target: Arc<Target>,
    input: Value,
    stop: watch::Sender<bool>,
    calling: JoinHandle<()>,
}

impl RunningSchedule {
    /// Calls the handler now, after the call at work if there is one.
    ///
    /// It fails when the handler does, or panics.
    pub async fn run(&self) -> Result<Value, String> {
        self.run_with(self.input.clone()).await
    }

    /// Calls the handler now with another input than the schedule's.
    pub async fn run_with(&self, input: Value) -> Result<Value, String> {
        run(&self.target, input).await
    }

    /// Makes no further call, and lets the one at work finish.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.calling.await;
    }
}

async fn keep_calling(schedule: Schedule, target: Arc<Target>, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = run(&target, schedule.input.clone()).await {
            tracing::warn!(error, "a scheduled call failed");
        }
        tokio::select! {
            () = tokio::time::sleep(schedule.period) => {}
            // Also when the running schedule is dropped.
            _ = stopped.changed() => return,
        }
    }
}

async fn run(target: &Arc<Target>, input: Value) -> Result<Value, String> {
    let _turn = target.turn.lock().await;
    let called = Arc::clone(target);
    // In a task of its own, so that a panic fails this call and nothing else.
    tokio::spawn(async move { (called.call)(input).await })
        .await
        .unwrap_or_else(|error| Err(error.to_string()))
}
