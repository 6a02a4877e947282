//! One invocation: its clock, its name, and what it came to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Counts;

/// One invocation of the detector.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// When it began, in seconds since 1970.
    began: i64,
    clock: Instant,
    deadline: Instant,
    /// By what its own writes are known again.
    pub(crate) holder: String,
    counts: Mutex<Counts>,
}

impl Invocation {
    pub(crate) fn new(names: &Names, now: i64, time: Duration) -> Self {
        let clock = Instant::now();
        Self {
            began: now,
            clock,
            deadline: clock + time,
            holder: names.next(),
            counts: Mutex::default(),
        }
    }

    /// The time, in seconds since 1970: leases are kept for longer than a batch takes.
    pub(crate) fn now(&self) -> i64 {
        let passed = i64::try_from(self.clock.elapsed().as_secs()).unwrap_or(i64::MAX);
        self.began.saturating_add(passed)
    }

    /// Tells whether nothing further may be begun.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    pub(crate) fn count(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn into_counts(self) -> Counts {
        self.counts
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names that no two invocations share.
#[derive(Debug)]
pub(crate) struct Names {
    instance: u64,
    next: AtomicU64,
}

impl Names {
    pub(crate) fn new() -> Self {
        use std::hash::{BuildHasher as _, RandomState};

        Self {
            // The standard library's maps draw their keys at random, too.
            instance: RandomState::new().hash_one("detector"),
            next: AtomicU64::new(0),
        }
    }

    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}-{number}", self.instance)
    }
}
