//! The items of one segment: stamped, or deleted, in the order that makes a stop harmless.

use aws::Error;
use aws::table::{Marks, Range, Stamp};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use index::file::Delivery;
use index::segment::{self, Keys};
use index::table::Key;
use index::{Class, Keeping};
use trail::ObjectKey;

use crate::Custodian;
use crate::run::Run;
use crate::walk::Entry;

mod queueing;
mod renewal;

pub(crate) use renewal::Renewed;

/// How many writes are under way at once.
const AT_ONCE: usize = 16;

/// What is to be done to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    /// Stamp it with another time.
    Stamp(Key, Option<i64>),
    /// Delete it where it still expires when it did.
    DeleteUnchanged(Stamp),
    /// Delete it.
    Delete(Key),
}

/// How a segment is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// Because it is past its time: what is kept for longer by now stays.
    PastTime,
    /// Because it is wrong or incomplete, whenever it would expire.
    Wrong,
}

impl Custodian {
    /// Stamps a segment with the time at which it may go, the directory entry last.
    ///
    /// An entry that has the time already means that all of the segment does. Answers
    /// whether it was finished: begun again, it goes on with the blocks that are left.
    pub(crate) async fn stamp_segment(
        &self,
        entry: &Entry,
        keeping: &Keeping,
        expires: Option<i64>,
        run: &Run,
    ) -> Result<bool, Error> {
        let Some(keys) = keys(entry, run) else {
            return Ok(true);
        };
        let blocks = self.blocks(&keys).await?;
        let stale = blocks.into_iter().filter(|block| block.expires != expires);
        let blocks = stale.map(|block| Key {
            partition: block.partition,
            sort: block.sort,
        });
        let own = blocks.chain(keys.pages).chain([keys.tally]);
        let changes: Vec<Change> = own
            .map(|key| Change::Stamp(key, expires))
            .chain(
                files(entry, keys.files, keeping).map(|(key, expires)| Change::Stamp(key, expires)),
            )
            .collect();
        if !self.change_all(&changes, run).await? {
            return Ok(false);
        }
        let directory = Change::Stamp(keys.directory, expires);
        if !self.change_all(&[directory], run).await? {
            return Ok(false);
        }
        run.count(|counts| counts.stamped_segments += 1);
        Ok(true)
    }

    /// Deletes a segment: the directory entry first, so that nobody misses what goes then.
    ///
    /// Answers whether it was finished. What is left, by a stop or an error, is found by
    /// no directory any more, and through the pages by a purge of the day.
    pub(crate) async fn remove_segment(
        &self,
        entry: &Entry,
        keeping: &Keeping,
        removal: Removal,
        run: &Run,
    ) -> Result<bool, Error> {
        let directory = Stamp {
            partition: entry.item.partition.clone(),
            sort: entry.item.sort.clone(),
            expires: entry.item.expires,
        };
        let keys = keys(entry, run);
        run.pace(self.table.consumed()).await;
        match removal {
            Removal::PastTime => {
                if !self.table.delete_stamped(&directory).await? {
                    // Kept for longer by now, or gone.
                    return Ok(true);
                }
                run.count(|counts| counts.purged_segments += 1);
            }
            Removal::Wrong => {
                let Stamp {
                    partition, sort, ..
                } = &directory;
                self.table
                    .delete(partition, sort, &Marks::default())
                    .await?;
            }
        }
        run.count(|counts| counts.purged_items += 1);
        let Some(keys) = keys else {
            return Ok(true);
        };
        let own = |key: Key| match removal {
            Removal::Wrong => Change::Delete(key),
            Removal::PastTime => Change::DeleteUnchanged(Stamp {
                partition: key.partition,
                sort: key.sort,
                expires: entry.item.expires,
            }),
        };
        let now = run.now();
        let mut changes: Vec<Change> = self
            .blocks(&keys)
            .await?
            .into_iter()
            .map(Change::DeleteUnchanged)
            .collect();
        changes.push(own(keys.tally));
        let blocks = self.change_all(&changes, run).await?;
        if !blocks {
            return Ok(false);
        }
        let pages = keys.pages.into_iter().map(own);
        // The record of a file that other segments of it outlive stays with them.
        let files = files(entry, keys.files, keeping).filter_map(|(key, expires)| match removal {
            Removal::Wrong => None,
            Removal::PastTime => expires
                .filter(|expires| self.is_overdue(*expires, now))
                .map(|expires| {
                    Change::DeleteUnchanged(Stamp {
                        partition: key.partition,
                        sort: key.sort,
                        expires: Some(expires),
                    })
                }),
        });
        let changes: Vec<Change> = pages.chain(files).collect();
        self.change_all(&changes, run).await
    }

    /// Forgets that the files of a segment were indexed; answers whether it was finished.
    async fn forget_files(&self, entry: &Entry, run: &Run) -> Result<bool, Error> {
        let Some(keys) = keys(entry, run) else {
            return Ok(true);
        };
        let changes: Vec<Change> = keys.files.into_iter().map(Change::Delete).collect();
        self.change_all(&changes, run).await
    }

    /// The parts of a segment's blocks, as they are there.
    async fn blocks(&self, keys: &Keys) -> Result<Vec<Stamp>, Error> {
        let blocks = Range::partition(&keys.blocks);
        self.table.stamps(blocks, usize::MAX).await
    }

    /// Deletes stamped items of nobody's: answers whether all were begun.
    pub(crate) async fn remove_all(&self, stamps: Vec<Stamp>, run: &Run) -> Result<bool, Error> {
        let changes: Vec<Change> = stamps.into_iter().map(Change::DeleteUnchanged).collect();
        self.change_all(&changes, run).await
    }

    /// Makes changes side by side; answers whether the time was enough for all of them.
    async fn change_all(&self, changes: &[Change], run: &Run) -> Result<bool, Error> {
        let mut left = changes.iter();
        let mut under_way = FuturesUnordered::new();
        let begin = |change| self.change(change, run);
        under_way.extend(left.by_ref().take(AT_ONCE).map(begin));
        let mut is_finished = true;
        while let Some(changed) = under_way.next().await {
            is_finished &= changed?;
            under_way.extend(left.next().map(begin));
        }
        Ok(is_finished)
    }

    /// Makes a change; answers no where the time is over instead.
    async fn change(&self, change: &Change, run: &Run) -> Result<bool, Error> {
        run.pace(self.table.consumed()).await;
        if run.is_over() {
            return Ok(false);
        }
        match change {
            Change::Stamp(Key { partition, sort }, expires) => {
                let is_there = self.table.stamp(partition, sort, *expires).await?;
                run.count(|counts| counts.stamped_items += u64::from(is_there));
            }
            Change::DeleteUnchanged(stamp) => {
                let is_deleted = self.table.delete_stamped(stamp).await?;
                run.count(|counts| counts.purged_items += u64::from(is_deleted));
            }
            Change::Delete(Key { partition, sort }) => {
                self.table
                    .delete(partition, sort, &Marks::default())
                    .await?;
                run.count(|counts| counts.purged_items += 1);
            }
        }
        Ok(true)
    }
}

/// The keys of the records of a segment's files, and when each may go.
fn files<'e>(
    entry: &'e Entry,
    keys: Vec<Key>,
    keeping: &'e Keeping,
) -> impl Iterator<Item = (Key, Option<i64>)> + 'e {
    let class: Option<Class> = entry.id.class().parse().ok();
    let files = entry.directory.files.iter().zip(keys);
    files.filter_map(move |(file, key)| {
        let delivery = Delivery::from(&ObjectKey::parse(&file.version.key).ok()?);
        Some((key, keeping.file_expires(class.as_ref()?, &delivery)))
    })
}

/// The keys of a segment's items; nothing where its directory entry does not tell them.
fn keys(entry: &Entry, run: &Run) -> Option<Keys> {
    match segment::keys(&entry.id, entry.category, entry.day, &entry.directory) {
        Ok(keys) => Some(keys),
        Err(error) => {
            tracing::error!(segment = %entry.id, %error, "a segment's items cannot be named");
            run.count(|counts| counts.damaged += 1);
            None
        }
    }
}
