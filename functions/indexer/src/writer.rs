//! Puts segments and file records, in the order that makes a crash harmless.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws::Table;
use aws::table::Put;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use index::Item;
use index::segment::Segment;
use index::table;
use lambda::error::Failure;

/// How many puts of one kind are under way at once.
const AT_ONCE: usize = 32;

/// The most headers and write marks that are remembered as put.
const REMEMBERED: usize = 10_000;

/// Writes to the table.
#[derive(Debug)]
pub(crate) struct Writer {
    table: Table,
    known: Mutex<Known>,
}

/// Keys of headers and write marks that are known to be there.
///
/// Only for a slot of write marks: a header that was put long ago may be gone since,
/// with a day that was purged, and a day without one is not looked through.
#[derive(Debug, Default)]
struct Known {
    slot: i64,
    keys: HashSet<(String, String)>,
}

/// Stored content differs from what is to be stored under its key.
#[derive(Debug, thiserror::Error)]
#[error("item {sort} of {partition} is there with other content: nothing was overwritten")]
pub(crate) struct Conflict {
    pub(crate) partition: String,
    pub(crate) sort: String,
}

impl Writer {
    pub(crate) fn new(table: Table) -> Self {
        Self {
            table,
            known: Mutex::default(),
        }
    }

    pub(crate) const fn table(&self) -> &Table {
        &self.table
    }

    /// Puts a segment: header and write mark, blocks, term pages, tally, directory.
    ///
    /// Each kind is there before the next begins, so that a reader who meets a
    /// page finds its blocks, and a directory entry means that all is there.
    /// Fails with `Retry` where the table did not answer; what was put stays and
    /// is met again as equal.
    pub(crate) async fn put_segment(&self, segment: &Segment, now: i64) -> Result<(), Failure> {
        let slot = table::slot(now);
        self.put_once(&segment.write_mark(now), slot).await?;
        self.put_once(&segment.header, slot).await?;
        self.put_all(&segment.blocks).await?;
        self.put_all(&segment.pages).await?;
        self.put_equal(&segment.tally).await?;
        self.put_equal(&segment.directory).await
    }

    async fn put_all(&self, items: &[Item]) -> Result<(), Failure> {
        // Without a closure that outlives an await: with one, the compiler cannot tell
        // that the invocation may move between threads.
        let mut left = items.iter();
        let mut under_way = FuturesUnordered::new();
        under_way.extend(left.by_ref().take(AT_ONCE).map(|item| self.put_equal(item)));
        while let Some(put) = under_way.next().await {
            put?;
            under_way.extend(left.next().map(|item| self.put_equal(item)));
        }
        Ok(())
    }

    /// Puts an item; one that is there must be equal, but for when it expires.
    pub(crate) async fn put_equal(&self, item: &Item) -> Result<(), Failure> {
        match self.table.put(item).await.map_err(Failure::retry)? {
            Put::Present(present) if present.body != item.body => Err(Failure::reject(Conflict {
                partition: item.partition.clone(),
                sort: item.sort.clone(),
            })),
            Put::Written | Put::Present(_) => Ok(()),
        }
    }

    /// Puts an item that many segments share, unless it is known to be there.
    async fn put_once(&self, item: &Item, slot: i64) -> Result<(), Failure> {
        let key = (item.partition.clone(), item.sort.clone());
        if self.known(slot).keys.contains(&key) {
            return Ok(());
        }
        self.put_equal(item).await?;
        let mut known = self.known(slot);
        if known.keys.len() >= REMEMBERED {
            known.keys.clear();
        }
        known.keys.insert(key);
        Ok(())
    }

    /// What is known in a slot; nothing at its beginning.
    fn known(&self, slot: i64) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.slot != slot {
            known.slot = slot;
            known.keys.clear();
        }
        known
    }
}
