//! The history in the table: carries out what a lookup decides to read.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws::table::Range;
use aws::{Objects, Table};
use index::hold::DamagedHold;
use index::lookup::{Hint, Limits, Lookup, LookupError, Page, Step};
use index::table::retention::HOLDS;
use index::{Hold, Policy, Query, Visibility};
use tokio::time::Instant;
use trail::Category;

/// For how long the holds that were read are taken for those that there are.
const HOLDS_KNOWN: Duration = Duration::from_secs(10);

/// The history of events in the table.
#[derive(Debug)]
pub struct History {
    table: Table,
    policy: Policy,
    read_units: f64,
    time: Duration,
    hint: Mutex<Hint>,
    /// The holds, and when they were read.
    holds: Mutex<Option<(Instant, Vec<Hold>)>>,
    objects: Option<Objects>,
}

/// Says why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The query's cursor is bad, or the stored history is damaged.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// A hold cannot be read: what it holds would be hidden.
    #[error(transparent)]
    Hold(#[from] DamagedHold),
    /// The table did not answer; a retry may help.
    #[error(transparent)]
    Table(#[from] aws::Error),
}

impl History {
    /// Opens a history whose pages end at a budget of read units and time.
    pub fn new(table: Table, policy: impl Into<Policy>, read_units: f64, time: Duration) -> Self {
        Self {
            table,
            policy: policy.into(),
            read_units,
            time,
            hint: Mutex::default(),
            holds: Mutex::default(),
            objects: None,
        }
    }

    /// The same history with the archive at hand, from which events are proven.
    #[must_use]
    pub fn with_objects(self, objects: Objects) -> Self {
        Self {
            objects: Some(objects),
            ..self
        }
    }

    /// The archive, where it is at hand.
    pub const fn objects(&self) -> Option<&Objects> {
        self.objects.as_ref()
    }

    /// The table.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// How long events are kept.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The read units after which an answer ends with what it has.
    pub const fn read_units(&self) -> f64 {
        self.read_units
    }

    /// The time after which an answer ends with what it has.
    pub const fn time(&self) -> Duration {
        self.time
    }

    /// Reads one page of at most `events` events and `bytes` bytes.
    ///
    /// `now` is the time in seconds since 1970: what is past retention then is hidden,
    /// unless it is held or was restored.
    pub async fn page(
        &self,
        query: Query,
        cursor: Option<&str>,
        events: usize,
        bytes: usize,
        now: i64,
    ) -> Result<Page, HistoryError> {
        let started = Instant::now();
        let limits = Limits {
            events,
            bytes,
            read_units: self.read_units,
        };
        let hint = self
            .hint
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let visibility = self.visibility(&query.categories, query.start, now).await?;
        let mut lookup = Lookup::new(query, cursor, limits, visibility, &hint)?;
        loop {
            match lookup.next(started.elapsed() >= self.time)? {
                Step::Read(reads) => {
                    for (read, answer) in self.table.answer(reads).await? {
                        lookup.answer(read, &answer)?;
                    }
                }
                Step::Done(page) => {
                    let mut hint = self.hint.lock().unwrap_or_else(PoisonError::into_inner);
                    hint.learn(&page.hint);
                    return Ok(page);
                }
            }
        }
    }

    /// What is visible of some categories from a time on; from the oldest event where
    /// there is none.
    ///
    /// Holds matter only behind what the policy keeps: where nothing there is wanted,
    /// they are not read.
    pub(crate) async fn visibility(
        &self,
        categories: impl IntoIterator<Item = &Category>,
        start: Option<i64>,
        now: i64,
    ) -> Result<Visibility, HistoryError> {
        let kept = Visibility::new(self.policy.clone(), [], now);
        let oldest = start.unwrap_or(i64::MIN);
        let is_behind = |category: &Category| {
            // An account may have an exception that is shorter than all others.
            oldest < self.policy.shortest_in(*category).horizon(now)
        };
        if !categories.into_iter().any(is_behind) {
            return Ok(kept);
        }
        let holds = self.holds().await?;
        Ok(Visibility::new(self.policy.clone(), holds, now))
    }

    /// The holds, as they were at most ten seconds ago.
    async fn holds(&self) -> Result<Vec<Hold>, HistoryError> {
        let known = || self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read, holds)) = known().as_ref()
            && read.elapsed() < HOLDS_KNOWN
        {
            return Ok(holds.clone());
        }
        let range = Range {
            consistent: false,
            ..Range::partition(HOLDS)
        };
        let answer = self.table.query(range).await?;
        let holds = Hold::from_items(&answer.items)?;
        *known() = Some((Instant::now(), holds.clone()));
        Ok(holds)
    }
}
