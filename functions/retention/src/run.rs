//! One invocation: its clock, its name, its pace, and what it came to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws::table::Consumed;
use tokio::time::Instant;

use crate::Counts;

/// One invocation of the function.
#[derive(Debug)]
pub(crate) struct Run {
    /// By what its own writes are known again.
    pub(crate) holder: String,
    /// When it began, in seconds since 1970.
    began: i64,
    clock: Instant,
    deadline: Instant,
    units_per_second: Option<u32>,
    units_before: f64,
    counts: Mutex<Counts>,
}

impl Run {
    pub(crate) fn new(
        holder: String,
        now: i64,
        time: Duration,
        units_per_second: Option<u32>,
        consumed: &Consumed,
    ) -> Self {
        let clock = Instant::now();
        Self {
            holder,
            began: now,
            clock,
            deadline: clock + time,
            units_per_second,
            units_before: consumed.write_units(),
            counts: Mutex::default(),
        }
    }

    /// The time, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        let passed = i64::try_from(self.clock.elapsed().as_secs()).unwrap_or(i64::MAX);
        self.began.saturating_add(passed)
    }

    /// Tells whether nothing further may be begun.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Waits until what was written is no more than may be written in the time that has
    /// passed, or the invocation is over.
    ///
    /// What a write consumes is known behind it, so that the bound is exceeded by what is
    /// under way at once, and paid back by waiting.
    pub(crate) async fn pace(&self, consumed: &Consumed) {
        let Some(rate) = self.units_per_second else {
            return;
        };
        let spent = consumed.write_units() - self.units_before;
        let due = Duration::try_from_secs_f64(spent / f64::from(rate)).unwrap_or(Duration::MAX);
        let due = self.clock.checked_add(due).unwrap_or(self.deadline);
        if due > Instant::now() {
            tokio::time::sleep_until(due.min(self.deadline)).await;
        }
    }

    pub(crate) fn count(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn into_counts(self, consumed: &Consumed) -> Counts {
        let mut counts = self
            .counts
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        counts.write_units = consumed.write_units() - self.units_before;
        counts
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
            instance: RandomState::new().hash_one("custodian"),
            next: AtomicU64::new(0),
        }
    }

    pub(crate) fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}-{number}", self.instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn writes_wait_for_what_was_written_before() {
        let consumed = Consumed::default();
        let run = Run::new("a".into(), 100, Duration::from_mins(1), Some(10), &consumed);
        run.pace(&consumed).await;
        assert_eq!(run.now(), 100);
        assert!(!run.is_over());
    }

    #[test]
    fn no_two_invocations_have_one_name() {
        let names = Names::new();
        let (one, other) = (names.next(), names.next());
        assert_ne!(one, other);
        assert_ne!(one, Names::new().next());
    }
}
