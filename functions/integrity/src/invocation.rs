//! One invocation: its time, and what it has come to.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::counts::Counts;

/// One invocation.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// The time, in seconds since 1970.
    pub(crate) now: i64,
    deadline: Instant,
    counts: Mutex<Counts>,
}

impl Invocation {
    /// Begins an invocation that nothing further is begun in after some time.
    pub(crate) fn new(now: i64, time_left: Duration) -> Self {
        Self {
            now,
            deadline: Instant::now() + time_left,
            counts: Mutex::default(),
        }
    }

    /// Tells whether nothing further is to be begun.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// A number that no other mark of this or another invocation is likely to have.
    #[expect(
        clippy::unused_self,
        reason = "a mark is of an invocation, whatever it is made of"
    )]
    pub(crate) fn mark(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        i64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or_default()
    }

    /// Counts something.
    pub(crate) fn count(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What it has come to.
    pub(crate) fn into_counts(self) -> Counts {
        self.counts
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
