//! Looks after what others left behind: alerts that were not published, windows that are over.
//!
//! It goes by the markers, and does nothing that a detector would not do with the
//! same message: run twice, or twice at once, it publishes nothing twice.

use aws::table::{Marked, Marks, Range};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use index::table::alerting::{self, PENDING_ALERTS, PENDING_WINDOWS};
use lambda::error::Failure;

use crate::candidate::{Candidate, Standing, standing};
use crate::invocation::Invocation;
use crate::outbox::Outbox;
use crate::suppression::WindowEnd;

/// How many markers are read at once.
const PAGE: usize = 200;

/// How many of them are followed at once.
const AT_ONCE: usize = 8;

/// How long after its lease a marker that marks nothing is taken away, in seconds:
/// as long as an invocation takes that might still write what it marks.
const ORPHANED: i64 = 900;

/// What a marker led to.
type Followed = Result<(), Failure>;

impl Outbox {
    /// Publishes what is pending and nobody is at, and closes windows that are over.
    ///
    /// One that fails is left for the next time and does not stop the others. Fails
    /// where the markers cannot be read, and where anything failed at all: so that
    /// somebody hears of it.
    pub(crate) async fn sweep(&self, invocation: &Invocation) -> Result<(), Failure> {
        let windows = self.sweep_windows(invocation).await;
        self.sweep_alerts(invocation).await.and(windows)
    }

    async fn sweep_alerts(&self, invocation: &Invocation) -> Result<(), Failure> {
        let mut from = " ".to_owned();
        let mut outcome = Ok(());
        while !invocation.is_over() {
            let range = Range {
                partition: PENDING_ALERTS,
                from: &from,
                until: "~",
                consistent: true,
            };
            let markers = self.table.list(range, PAGE).await.map_err(Failure::retry)?;
            let Some(last) = markers.last() else {
                break;
            };
            from = format!("{} ", last.item.sort);
            let mut left = markers.iter();
            let mut under_way = FuturesUnordered::new();
            let next = |marker| self.follow_alert(marker, invocation);
            under_way.extend(left.by_ref().take(AT_ONCE).map(next));
            while let Some(followed) = under_way.next().await {
                note(followed, "alert", &mut outcome);
                under_way.extend(left.next().map(next));
            }
            if markers.len() < PAGE {
                break;
            }
        }
        outcome
    }

    async fn follow_alert(&self, marker: &Marked, invocation: &Invocation) -> Followed {
        if invocation.is_over() {
            return Ok(());
        }
        let Some(key) = alerting::parse_pending_alert(&marker.item.sort) else {
            tracing::error!(sort = marker.item.sort, "a marker names no alert");
            return Ok(());
        };
        let found = self.table.find(&key.partition, &key.sort).await;
        let Some(found) = found.map_err(Failure::retry)? else {
            return self.take_away(marker, invocation).await;
        };
        match standing(&found.marks, &invocation.holder, invocation.now()) {
            Standing::Elsewhere | Standing::Ours => Ok(()),
            Standing::Settled => self.delete(marker, &Marks::default()).await,
            Standing::Stale(stale) => {
                let Some(candidate) = Candidate::read(&found) else {
                    return Err(Failure::reject(Unreadable));
                };
                invocation.count(|counts| counts.pending += 1);
                if self.claim(&candidate, stale, invocation).await? {
                    self.release(&candidate, invocation).await?;
                }
                Ok(())
            }
        }
    }

    async fn sweep_windows(&self, invocation: &Invocation) -> Result<(), Failure> {
        let mut from = " ".to_owned();
        let until = alerting::pending_window_until(invocation.now());
        let mut outcome = Ok(());
        while !invocation.is_over() && from < until {
            let range = Range {
                partition: PENDING_WINDOWS,
                from: &from,
                until: &until,
                consistent: true,
            };
            let markers = self.table.list(range, PAGE).await.map_err(Failure::retry)?;
            let Some(last) = markers.last() else {
                break;
            };
            from = format!("{} ", last.item.sort);
            let mut left = markers.iter();
            let mut under_way = FuturesUnordered::new();
            let next = |marker| self.follow_window(marker, invocation);
            under_way.extend(left.by_ref().take(AT_ONCE).map(next));
            while let Some(followed) = under_way.next().await {
                note(followed, "window", &mut outcome);
                under_way.extend(left.next().map(next));
            }
            if markers.len() < PAGE {
                break;
            }
        }
        outcome
    }

    async fn follow_window(&self, marker: &Marked, invocation: &Invocation) -> Followed {
        if invocation.is_over() {
            return Ok(());
        }
        let Some((closes, key)) = alerting::parse_pending_window(&marker.item.sort) else {
            tracing::error!(sort = marker.item.sort, "a marker names no window");
            return Ok(());
        };
        match self.close_window(&key, closes, invocation).await? {
            WindowEnd::Closed | WindowEnd::Open => Ok(()),
            WindowEnd::NotThere => self.take_away(marker, invocation).await,
        }
    }

    /// Deletes a marker that marks nothing, once nobody can be about to write what it marks.
    async fn take_away(&self, marker: &Marked, invocation: &Invocation) -> Followed {
        let lease = marker.marks.lease.unwrap_or_default();
        if lease.saturating_add(ORPHANED) > invocation.now() {
            return Ok(());
        }
        // Unless somebody has put it anew since it was read.
        let expected = Marks {
            lease: marker.marks.lease,
            ..Marks::default()
        };
        self.delete(marker, &expected).await
    }

    async fn delete(&self, marker: &Marked, expected: &Marks) -> Followed {
        let item = &marker.item;
        self.table
            .delete(&item.partition, &item.sort, expected)
            .await
            .map_err(Failure::retry)
    }
}

/// A pending alert's item does not hold an alert.
#[derive(Debug, thiserror::Error)]
#[error("the item of a pending alert cannot be read")]
struct Unreadable;

fn note(followed: Followed, kind: &str, outcome: &mut Result<(), Failure>) {
    if let Err(failure) = followed {
        tracing::error!(kind, reason = failure.reason(), "the sweep left something");
        *outcome = Err(failure);
    }
}
