//! Folds what a rule finds again and again into one alert, and a count at the end.
//!
//! A window belongs to a rule, an account and a group. It is one item, written on
//! condition that nobody has written it since it was read. Opening one first leaves
//! a marker of when it closes, by which the sweep finds it. Closing one first
//! freezes it: whoever would still fold into it is told to read it again, so that
//! the closing alert counts everything.

use alerts::{Admission, Alert, Level, RuleSummary, State, Window};
use aws::table::{Created, Marked, Marks};
use index::Item;
use index::table::alerting::{self, Key};
use lambda::error::Failure;

use crate::candidate::{Candidate, marks_of, read_alert};
use crate::contention::{ATTEMPTS, Contended, pause, version, version_of};
use crate::invocation::Invocation;
use crate::outbox::{Ended, LEASE, Outbox};

mod stored;

use stored::{CLOSED, Stored, is_closed};

/// What is said to be contended.
const WINDOW: &str = "a window of suppression";

/// Whether an alert is published, by its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Publish,
    Fold,
}

impl Outbox {
    /// Publishes an alert that this invocation holds, or folds it into its window.
    pub(crate) async fn release(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<Ended, Failure> {
        if candidate.suppress > 0 && self.admit(candidate, invocation).await? == Verdict::Fold {
            return self.fold(candidate, invocation).await;
        }
        self.publish(candidate, invocation).await
    }

    /// Asks an alert's window what becomes of it; opens one where none is open.
    async fn admit(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<Verdict, Failure> {
        let key = candidate.window();
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let found = self.table.find(&key.partition, &key.sort).await;
            let found = found.map_err(Failure::retry)?;
            let Some(found) = found else {
                if self.open(candidate, &key, None, invocation).await? {
                    return Ok(Verdict::Publish);
                }
                continue;
            };
            let Some(mut stored) = Stored::read(&found) else {
                tracing::error!(rule = candidate.alert.rule.id, "a window cannot be read");
                let version = version_of(&found);
                if self
                    .open(candidate, &key, Some(version), invocation)
                    .await?
                {
                    return Ok(Verdict::Publish);
                }
                continue;
            };
            let now = stored.time(&found, invocation.now());
            let before = stored.window.clone();
            match admit(&mut stored.window, candidate, now) {
                Admission::Publish => return Ok(Verdict::Publish),
                Admission::Fold if stored.window == before => return Ok(Verdict::Fold),
                Admission::Fold => {
                    if self.rewrite(&stored, &key, version_of(&found)).await? {
                        return Ok(Verdict::Fold);
                    }
                }
                Admission::Over => {
                    let Some(version) = self.close(&found, &stored, invocation).await? else {
                        continue;
                    };
                    if self
                        .open(candidate, &key, Some(version), invocation)
                        .await?
                    {
                        return Ok(Verdict::Publish);
                    }
                }
            }
        }
        Err(Failure::retry(Contended(WINDOW)))
    }

    /// Folds into an open window what it takes of some candidates of one group, and
    /// answers the others, in their order.
    ///
    /// None of them may have an item yet. The window is written before their items:
    /// whoever dies in between has not said that the messages are done, and when they
    /// come again the window remembers the events.
    pub(crate) async fn fold_all(
        &self,
        candidates: Vec<Candidate>,
        invocation: &Invocation,
    ) -> Result<(Vec<Candidate>, Vec<Candidate>), Failure> {
        let Some(key) = candidates.first().map(Candidate::window) else {
            return Ok((Vec::new(), candidates));
        };
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let found = self.table.find(&key.partition, &key.sort).await;
            let Some(found) = found.map_err(Failure::retry)? else {
                return Ok((Vec::new(), candidates));
            };
            let Some(mut stored) = Stored::read(&found) else {
                return Ok((Vec::new(), candidates));
            };
            let now = stored.time(&found, invocation.now());
            let before = stored.window.clone();
            let is_folded: Vec<bool> = candidates
                .iter()
                .map(|candidate| admit(&mut stored.window, candidate, now) == Admission::Fold)
                .collect();
            if stored.window != before && !self.rewrite(&stored, &key, version_of(&found)).await? {
                continue;
            }
            let mut is_folded = is_folded.into_iter();
            return Ok(candidates
                .into_iter()
                .partition(|_| is_folded.next().unwrap_or_default()));
        }
        Err(Failure::retry(Contended(WINDOW)))
    }

    /// Writes that a folded candidate, which has no item yet, was folded.
    pub(crate) async fn note_folded(
        &self,
        candidate: &Candidate,
        invocation: &Invocation,
    ) -> Result<Ended, Failure> {
        let marks = marks_of(State::Suppressed);
        let item = candidate.short_item()?;
        match self.table.create(&item, &marks).await {
            Ok(Created::Written) => {
                invocation.count(|counts| counts.suppressed += 1);
                Ok(Ended::Suppressed)
            }
            // Somebody else has met it meanwhile, and the window knows it.
            Ok(Created::Present(_)) => Ok(Ended::Known),
            Err(error) => Err(Failure::retry(error)),
        }
    }

    /// Opens a window with an alert, in place of none or of one that is over.
    ///
    /// Answers no where somebody else was first.
    async fn open(
        &self,
        candidate: &Candidate,
        key: &Key,
        over: Option<i64>,
        invocation: &Invocation,
    ) -> Result<bool, Failure> {
        let alert = &candidate.alert;
        let now = invocation.now();
        let stored = Stored {
            window: Window::open(
                &alert.rule.id,
                alert.account.as_deref(),
                &alert.group,
                now,
                candidate.suppress,
                candidate.hash(),
                &alert.id,
            ),
            partition: candidate.key.partition.clone(),
            sort: candidate.key.sort.clone(),
        };
        let item = stored.item(key)?;
        let marker = alerting::pending_window(stored.window.closes, key);
        let marker = Item {
            partition: marker.partition,
            sort: marker.sort,
            body: Vec::new(),
            expires: item.expires,
        };
        let lease = Marks {
            lease: Some(now.saturating_add(LEASE)),
            ..Marks::default()
        };
        self.table
            .overwrite(&marker, &lease)
            .await
            .map_err(Failure::retry)?;
        self.put_version(&item, over).await
    }

    /// Writes a window back; answers no where somebody else has written it since.
    async fn rewrite(&self, stored: &Stored, key: &Key, read: i64) -> Result<bool, Failure> {
        self.put_version(&stored.item(key)?, Some(read)).await
    }

    /// Closes a window that the sweep was led to; answers whether there is nothing left to do.
    pub(crate) async fn close_window(
        &self,
        key: &Key,
        closes: i64,
        invocation: &Invocation,
    ) -> Result<WindowEnd, Failure> {
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let found = self.table.find(&key.partition, &key.sort).await;
            let Some(found) = found.map_err(Failure::retry)? else {
                return Ok(WindowEnd::NotThere);
            };
            let Some(stored) = Stored::read(&found) else {
                return Ok(WindowEnd::NotThere);
            };
            // Another window under its key: whoever opened it has closed the one before.
            if stored.window.closes != closes {
                return Ok(WindowEnd::NotThere);
            }
            if !is_closed(&found) && !stored.window.is_over(invocation.now()) {
                return Ok(WindowEnd::Open);
            }
            if self.close(&found, &stored, invocation).await?.is_some() {
                return Ok(WindowEnd::Closed);
            }
        }
        Err(Failure::retry(Contended(WINDOW)))
    }

    /// Freezes a window that is over, and begins with its closing alert.
    ///
    /// Answers the version that it has then, or nothing where somebody else has written
    /// it since it was read. The alert may still have to be published: it is pending
    /// then, which the sweep sees to.
    async fn close(
        &self,
        found: &Marked,
        stored: &Stored,
        invocation: &Invocation,
    ) -> Result<Option<i64>, Failure> {
        let window = &stored.window;
        let key = Key {
            partition: found.item.partition.clone(),
            sort: found.item.sort.clone(),
        };
        let mut frozen = version_of(found);
        if !is_closed(found) {
            let read = frozen;
            frozen = frozen.saturating_add(1);
            let marks = Marks {
                state: Some(CLOSED.to_owned()),
                ..version(frozen)
            };
            let marked = self
                .table
                .mark(&key.partition, &key.sort, &marks, &version(read))
                .await;
            if !marked.map_err(Failure::retry)? {
                return Ok(None);
            }
        }
        if let Some(closing) = window.close(invocation.now().max(window.closes)) {
            let opener = self.table.find(&stored.partition, &stored.sort).await;
            let opener = opener
                .map_err(Failure::retry)?
                .and_then(|opener| read_alert(&opener.item));
            let record = opener.as_ref().and_then(|opener| opener.record.as_ref());
            let record = record.map(alerts::redact::RedactedRecord::text);
            let rule = opener.as_ref().map_or_else(
                || RuleSummary::new(&window.rule, &window.rule, Level::Medium),
                |opener| opener.rule.clone(),
            );
            let alert = Alert::closing(&rule, &closing, record);
            let candidate = Candidate::new(alert, window.closes, 0, self.retention);
            if self.begin(&candidate, invocation).await?
                && let Err(failure) = self.publish(&candidate, invocation).await
            {
                let (alert, reason) = (&candidate.alert.id, failure.reason());
                tracing::warn!(alert, reason, "a closing alert is left to the sweep");
            }
        }
        let marker = alerting::pending_window(window.closes, &key);
        self.table
            .delete(&marker.partition, &marker.sort, &Marks::default())
            .await
            .map_err(Failure::retry)?;
        Ok(Some(frozen))
    }
}

/// What the sweep finds where a marker says that a window closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowEnd {
    /// It is closed now, and its marker is gone.
    Closed,
    /// It is not over by this clock.
    Open,
    /// There is none that closes then: not yet, or not any more.
    NotThere,
}

fn admit(window: &mut Window, candidate: &Candidate, now: i64) -> Admission {
    let alert = &candidate.alert;
    let event = alert.event_ids.first().unwrap_or(&alert.id);
    window.admit(candidate.hash(), event, alert.last_time, now)
}
