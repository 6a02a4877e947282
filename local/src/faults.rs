//! The fault injector in front of DynamoDB, S3, CloudTrail and KMS.
//!
//! Everything is settable at run time and decided by counting calls and by a
//! seeded generator, never by the clock: the same calls in the same order meet
//! the same faults.
//!
//! ```
//! # let faults = local::Faults::default();
//! use local::faults::{Fault, Injection, When};
//!
//! faults.inject(Injection::new(Fault::DropAfter, When::Every(3)).of("PutItem"));
//! faults.kill_after_writes(7);
//! faults.stale_reads(10);
//! ```

mod counters;
mod injection;
mod kill;
pub(crate) mod proxy;
mod stale;
mod unprocessed;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;

pub use self::counters::{Counters, OperationCounters};
use self::injection::Rules;
pub use self::injection::{Fault, Injection, When};
use self::kill::Switch;
use self::stale::Recent;
use crate::loopback::Dropped;

/// The controls and counters of the fault injector, shared by all threads.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Rules>,
    switch: Mutex<Switch>,
    recent: Mutex<Recent>,
    counters: Mutex<Counters>,
    in_flight: AtomicUsize,
}

impl Faults {
    /// Adds a fault; of several that would strike a call, the one that was
    /// added first does.
    pub fn inject(&self, injection: Injection) {
        lock(&self.rules).add(injection);
    }

    /// Sets the seed of the faults that are added from now on.
    pub fn seed(&self, seed: u64) {
        lock(&self.rules).seed(seed);
    }

    /// Lets the next `count` write calls (`PutItem`, `UpdateItem`,
    /// `DeleteItem`, and batches and transactions as one each) pass to the
    /// table, and from then on drops every call to these services until
    /// [`revive`](Self::revive): what a process sees that is killed between
    /// two writes.
    pub fn kill_after_writes(&self, count: u64) {
        lock(&self.switch).after_writes(count);
    }

    /// Lets the next `count` object reads (`GetObject`) pass, and from then on
    /// drops every call until [`revive`](Self::revive).
    pub fn kill_after_gets(&self, count: u64) {
        lock(&self.switch).after_gets(count);
    }

    /// Drops every call until [`revive`](Self::revive).
    pub fn kill(&self) {
        lock(&self.switch).kill();
    }

    /// Answers calls again, and forgets any kill that was still to come.
    pub fn revive(&self) {
        *lock(&self.switch) = Switch::default();
    }

    /// Whether calls are dropped by a kill switch.
    pub fn is_killed(&self) -> bool {
        lock(&self.switch).is_killed()
    }

    /// Hides from eventually consistent reads what the last `writes`
    /// successful `PutItem` calls to each table wrote; zero hides nothing.
    ///
    /// Puts are remembered from this call on. `GetItem`, `Query` and
    /// `BatchGetItem` without `ConsistentRead` are affected; strongly
    /// consistent reads see everything. An item that replaced another one is
    /// hidden too, where DynamoDB would show the one before.
    pub fn stale_reads(&self, writes: usize) {
        lock(&self.recent).keep(writes);
    }

    /// Removes every fault, stale reads and kill switches included; the
    /// counters stay.
    pub fn clear(&self) {
        lock(&self.rules).clear();
        lock(&self.recent).keep(0);
        self.revive();
    }

    /// Answers what was counted since the start or the last
    /// [`reset_counters`](Self::reset_counters).
    pub fn counters(&self) -> Counters {
        lock(&self.counters).clone()
    }

    /// Starts counting anew.
    pub fn reset_counters(&self) {
        *lock(&self.counters) = Counters::default();
    }

    /// Counts a call that has arrived, and decides its fate.
    ///
    /// It fails when the connection is to be dropped at once.
    fn begin(&self, operation: &str) -> Result<Option<Fault>, Dropped> {
        let fault = if self.is_killed() {
            Err(Dropped)
        } else {
            Ok(lock(&self.rules).decide(operation))
        };
        lock(&self.counters).count(operation, !matches!(fault, Ok(None)));
        fault
    }

    /// Lets a call pass to its service, unless the kill switch falls first.
    fn pass(&self, operation: &str) -> Result<(), Dropped> {
        if lock(&self.switch).pass(operation) {
            Ok(())
        } else {
            Err(Dropped)
        }
    }

    /// Counts a DynamoDB call as in flight until the answer is dropped.
    fn fly(&self) -> Flight<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        lock(&self.counters).fly(now);
        Flight(self)
    }

    /// Carries a call to a service through the faults, where `call` does it.
    ///
    /// `refuse` answers a call that is throttled.
    pub(crate) async fn carry<F: Future<Output = Response<Bytes>>>(
        &self,
        operation: &str,
        refuse: impl FnOnce(Fault) -> Response<Bytes>,
        call: impl FnOnce(Option<Fault>) -> F,
    ) -> Result<Response<Bytes>, Dropped> {
        let fault = self.begin(operation)?;
        match fault {
            Some(Fault::DropBefore) => return Err(Dropped),
            Some(Fault::StallBefore(time)) => {
                tokio::time::sleep(time).await;
                return Err(Dropped);
            }
            Some(fault @ (Fault::ThroughputExceeded | Fault::Throttled)) => {
                return Ok(refuse(fault));
            }
            Some(Fault::DropAfter | Fault::StallAfter(_) | Fault::Unprocessed) | None => {}
        }
        self.pass(operation)?;
        let answer = call(fault).await;
        match fault {
            Some(Fault::DropAfter) => Err(Dropped),
            Some(Fault::StallAfter(time)) => {
                tokio::time::sleep(time).await;
                Err(Dropped)
            }
            _ => Ok(answer),
        }
    }
}

/// A call that has not been answered yet.
struct Flight<'a>(&'a Faults);

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
