//! Segments that must be written again: incomplete, or contradicting the archive.
//!
//! A segment that is to be kept for longer when the table may have begun to drop it may
//! lack any of its items, and a lookup would miss events without knowing. It is kept
//! only where it is whole. Where not, as with one that is wrong, it goes, the records of
//! its files are forgotten, and the files are given to the indexer, which has the archive.
//!
//! What is begun is noted first, so that a stop in between loses nothing: a file that
//! was forgotten and not asked for again would be missing.

use std::collections::BTreeMap;

use aws::Error;
use aws::table::{Marks, Range};
use futures::{StreamExt as _, TryStreamExt as _};
use index::directory::Directory;
use index::segment::check::{Blocks, Contradiction, Pages, Stored, check};
use index::table::retention::{self, RETENTION};
use index::table::{self, SegmentId};
use index::term::Level;
use index::{Item, Keeping};
use serde::{Deserialize, Serialize};

use crate::Custodian;
use crate::run::Run;
use crate::segment::Removal;
use crate::walk::Entry;

/// How many pages are read at once.
const AT_ONCE: usize = 32;

/// What the names of renewals begin with, among those of jobs.
const RENEWAL: &str = "renew-";

/// The most renewals that are gone on with at once.
const MOST: usize = 100;

/// What came of a segment that is to be kept after its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewed {
    /// It is whole.
    Whole,
    /// It was not, and its files are indexed again.
    Again,
    /// The time is over.
    OutOfTime,
}

/// A segment that is being written again, as it was when that began.
#[derive(Debug, Serialize, Deserialize)]
struct Renewal {
    category: String,
    day: String,
    sort: String,
    expires: Option<i64>,
    directory: Directory,
}

impl Renewal {
    fn of(entry: &Entry) -> Self {
        Self {
            category: entry.category.to_string(),
            day: entry.day.to_string(),
            sort: entry.item.sort.clone(),
            expires: entry.item.expires,
            directory: entry.directory.clone(),
        }
    }

    fn entry(self) -> Option<Entry> {
        let (category, day) = (self.category.parse().ok()?, self.day.parse().ok()?);
        Some(Entry {
            category,
            day,
            id: table::parse_newest(&self.sort)?,
            item: Item {
                partition: table::segments(category, day),
                sort: self.sort,
                body: Vec::new(),
                expires: self.expires,
            },
            directory: self.directory,
        })
    }
}

impl Custodian {
    /// Looks whether a segment is whole; where not, has it written again.
    pub(crate) async fn renew_incomplete(
        &self,
        entry: &Entry,
        keeping: &Keeping,
        run: &Run,
    ) -> Result<Renewed, Error> {
        if self.contradictions(entry).await?.is_empty() {
            return Ok(Renewed::Whole);
        }
        let is_finished = self.renew(entry, keeping, run).await?;
        Ok(if is_finished {
            Renewed::Again
        } else {
            Renewed::OutOfTime
        })
    }

    /// Has a segment written again; answers whether it was finished.
    pub(crate) async fn renew(
        &self,
        entry: &Entry,
        keeping: &Keeping,
        run: &Run,
    ) -> Result<bool, Error> {
        let item = Item {
            partition: RETENTION.to_owned(),
            sort: note(&entry.id),
            body: serde_json::to_vec(&Renewal::of(entry)).unwrap_or_default(),
            expires: None,
        };
        self.table.overwrite(&item, &Marks::default()).await?;
        self.finish_renewal(entry, keeping, run).await
    }

    /// Goes on with what was begun and not finished; answers whether all of it is now.
    pub(crate) async fn finish_renewals(
        &self,
        keeping: &Keeping,
        run: &Run,
    ) -> Result<bool, Error> {
        let (from, until) = (retention::job(RENEWAL), retention::job("renew-~"));
        let range = Range {
            partition: RETENTION,
            from: &from,
            until: &until,
            consistent: true,
        };
        for marked in self.table.list(range, MOST).await? {
            let renewal = serde_json::from_slice::<Renewal>(&marked.item.body);
            let entry = renewal.ok().and_then(Renewal::entry);
            let Some(entry) = entry else {
                tracing::error!(sort = marked.item.sort, "a renewal cannot be read");
                continue;
            };
            if !self.finish_renewal(&entry, keeping, run).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn finish_renewal(
        &self,
        entry: &Entry,
        keeping: &Keeping,
        run: &Run,
    ) -> Result<bool, Error> {
        if !self.forget_files(entry, run).await? {
            return Ok(false);
        }
        if !self
            .remove_segment(entry, keeping, Removal::Wrong, run)
            .await?
        {
            return Ok(false);
        }
        // Only now: the indexer would find items of the segment there, and they would go.
        let versions = entry.directory.files.iter().map(|file| &file.version);
        self.index_again(entry.id.restored_until(), versions, run.now())
            .await?;
        self.table
            .delete(RETENTION, &note(&entry.id), &Marks::default())
            .await?;
        run.count(|counts| counts.renewed += 1);
        Ok(true)
    }

    /// Reads all of a segment and says what contradicts its name.
    pub(crate) async fn contradictions(&self, entry: &Entry) -> Result<Vec<Contradiction>, Error> {
        let partition = table::blocks(&entry.id);
        let parts = self.table.query(Range::partition(&partition)).await?.items;
        let mut blocks: Blocks = BTreeMap::new();
        for part in parts {
            if let Some((number, _)) = table::parse_block_part(&part.sort) {
                blocks.entry(number).or_default().push(part.body);
            } else {
                tracing::error!(partition, sort = part.sort, "a block's key is damaged");
            }
        }
        let pages = self.stored_pages(entry).await?;
        let tally =
            match index::segment::keys(&entry.id, entry.category, entry.day, &entry.directory) {
                Ok(keys) => {
                    self.table
                        .get(&keys.tally.partition, &keys.tally.sort)
                        .await?
                }
                Err(_) => None,
            };
        Ok(check(&Stored {
            id: &entry.id,
            category: entry.category,
            day: entry.day,
            sort: &entry.item.sort,
            directory: &entry.item.body,
            blocks: &blocks,
            tally: tally.as_ref().map(|tally| tally.body.as_slice()),
            pages: Some(&pages),
        }))
    }

    async fn stored_pages(&self, entry: &Entry) -> Result<Pages, Error> {
        let directory = &entry.directory;
        let usual = (0..directory.level.buckets())
            .filter_map(|bucket| Some((directory.level, u16::try_from(bucket).ok()?)));
        let frequent = directory.frequent.iter();
        let places = usual.chain(frequent.map(|bucket| (Level::FREQUENT, *bucket)));
        let sort = table::page(entry.day, directory.newest(), &entry.id);
        let reads = places.map(|(level, bucket)| {
            let partition = table::terms(entry.category, entry.day, level, bucket);
            let sort = sort.as_str();
            async move {
                let page = self.table.get(&partition, sort).await?;
                Ok::<_, Error>(page.map(|page| ((level, bucket), page.body)))
            }
        });
        let pages: Vec<_> = futures::stream::iter(reads.collect::<Vec<_>>())
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(pages.into_iter().flatten().collect())
    }
}

fn note(segment: &SegmentId) -> String {
    retention::job(&format!("{RENEWAL}{segment}"))
}
