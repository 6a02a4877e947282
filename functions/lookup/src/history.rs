//! The history in the table: carries out what a lookup decides to read.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws::Table;
use index::lookup::{Hint, Limits, Lookup, LookupError, Page, Step};
use index::{Query, Retention};
use tokio::time::Instant;

/// The history of events in the table.
#[derive(Debug)]
pub struct History {
    table: Table,
    retention: Retention,
    read_units: f64,
    time: Duration,
    hint: Mutex<Hint>,
}

/// Says why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The query's cursor is bad, or the stored history is damaged.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The table did not answer; a retry may help.
    #[error(transparent)]
    Table(#[from] aws::Error),
}

impl History {
    /// Opens a history whose pages end at a budget of read units and time.
    pub fn new(table: Table, retention: Retention, read_units: f64, time: Duration) -> Self {
        Self {
            table,
            retention,
            read_units,
            time,
            hint: Mutex::default(),
        }
    }

    /// The table.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// How long events are kept.
    pub const fn retention(&self) -> Retention {
        self.retention
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
    /// `now` is the time in seconds since 1970: what is past retention then is hidden.
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
        let mut lookup = Lookup::new(query, cursor, limits, self.retention, now, &hint)?;
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
}
