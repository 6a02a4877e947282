//! Retention beside indexing: the retention function by schedule, and its routes.

use std::sync::Arc;
use std::time::Duration;

use aws::Queue;
use axum::{Extension, Router};
use local::schedule::{RunningSchedule, Schedule};
use retention::{Caller, Clients, Custodian, Settings};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{INVOCATION, Stack, config};
use crate::failure::Failure;

/// How often everything is looked through, as on AWS.
const DAILY: Duration = Duration::from_hours(24);

/// How often it is gone on with what was begun, or what an operator has changed.
const GOING_ON: Duration = Duration::from_secs(15);

/// The retention function, with its schedules once it has any.
pub(crate) struct Keeping {
    custodian: Arc<Custodian>,
    schedules: Vec<RunningSchedule>,
}

impl Stack {
    /// Sets the retention function up.
    ///
    /// Nothing is promised of protections here: there is nobody to keep from this machine.
    pub(crate) fn keeping(&self) -> Result<Keeping, Failure> {
        let sqs = config(self.cloud.sqs());
        let (detection, _) = self.detection_queue()?;
        let clients = Clients {
            table: self.table(),
            objects: self.objects.clone(),
            index_queue: Some(Queue::new(&sqs, self.queue.url())),
            alert_queue: Some(Queue::new(&sqs, detection.url())),
            trail: None,
            key: None,
        };
        let settings = Settings {
            policy: self.policy.clone(),
            // Nothing else deletes here what is past its time.
            purge_after_days: 0,
            write_units_per_second: None,
            region: local::REGION.to_owned(),
            ..Settings::default()
        };
        Ok(Keeping {
            custodian: Arc::new(Custodian::new(clients, settings)),
            schedules: Vec::new(),
        })
    }
}

impl Keeping {
    /// Looks everything through once: stamps what is kept otherwise than before, deletes what
    /// is past its time.
    pub(crate) async fn look_through(&self) -> Result<(), String> {
        let answer = invoke(Arc::clone(&self.custodian), json!({"task": "daily"})).await;
        answer.map(|_| ())
    }

    /// Does so every day, and goes on with what is open in between.
    pub(crate) fn keep_looking_through(&mut self) {
        for (period, task) in [(DAILY, "daily"), (GOING_ON, "continue")] {
            let custodian = Arc::clone(&self.custodian);
            let schedule = Schedule::every(period).input(json!({ "task": task }));
            let schedule = schedule.start(move |event| invoke(Arc::clone(&custodian), event));
            self.schedules.push(schedule);
        }
    }

    /// The operators' routes, for whoever calls on this machine.
    pub(crate) fn routes(&self) -> Router {
        let now = Arc::new(|| lookup::Clock::system().now());
        retention::router(Arc::clone(&self.custodian), now).layer(Extension(Caller::local()))
    }

    /// Lets what is at work finish.
    pub(crate) async fn stop(self) {
        for schedule in self.schedules {
            schedule.stop().await;
        }
    }
}

/// Invokes the function on a thread of its own, as a function has its own sandbox.
async fn invoke(custodian: Arc<Custodian>, event: Value) -> Result<Value, String> {
    let invocation = tokio::task::spawn_blocking(move || {
        let now = lookup::Clock::system().now();
        let handling = Box::pin(custodian.handle(&event, now, INVOCATION));
        let handled = Handle::current().block_on(handling);
        let handled = handled.map_err(|error| error.to_string())?;
        handled.outcome().map_err(|error| error.to_string())
    });
    invocation.await.map_err(|error| error.to_string())?
}
