//! What is left of days on which nothing is kept any more, and that no directory names.
//!
//! Pages lead to blocks by the segment's name. Pages themselves are looked for in every
//! bucket of the levels that the day's headers name; of those of frequent terms, in the
//! buckets that segments of the category have had lately.

use std::collections::BTreeSet;

use aws::table::{Range, Stamp};
use futures::StreamExt as _;
use futures::lock::Mutex;
use futures::stream::FuturesUnordered;
use index::Day;
use index::table::{self, SegmentId};
use index::term::Level;
use trail::Category;

use crate::Custodian;
use crate::job::{Held, JobError};
use crate::purge::PurgeState;
use crate::restamp::RestampState;
use crate::run::Run;

/// How many days behind its events a log file may be delivered for its tally to be found.
const TALLY_DAYS: usize = 2;

/// How many buckets are purged at once. A day may have 4,096 of them, most of them empty.
const BUCKETS_AT_ONCE: usize = 16;

/// A class of a day of which nothing is to be kept any more.
#[derive(Debug)]
struct Past<'p> {
    category: Category,
    day: Day,
    class: &'p str,
    /// The segments that stay all the same, by their directory entries.
    kept: &'p BTreeSet<SegmentId>,
    restamp: &'p RestampState,
    /// The segments of no directory entry whose blocks are gone.
    orphans: &'p Mutex<BTreeSet<SegmentId>>,
}

/// What came of the pages of a class in a bucket, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Swept {
    /// None of them is left.
    Gone,
    /// Some are to stay.
    Left,
    /// Somebody holds them by now.
    Held,
    /// The time is over.
    OutOfTime,
}

impl Custodian {
    /// Purges what is left of a day; answers how many segments without a directory entry
    /// there were, and nothing where the time is over.
    #[expect(
        clippy::too_many_arguments,
        reason = "a day, and the job that it is part of"
    )]
    pub(super) async fn purge_leftovers(
        &self,
        category: Category,
        day: Day,
        kept: &BTreeSet<SegmentId>,
        restamp: &RestampState,
        held: &mut Held<'_>,
        state: &PurgeState,
        run: &Run,
    ) -> Result<Option<u64>, JobError> {
        let orphans = Mutex::default();
        for header in self.headers(category, day).await? {
            let Some((_, class, levels)) = table::parse_header(&header.sort) else {
                continue;
            };
            let keeping = self.kept().await?.keeping;
            if !self.is_class_past(class, category, day, &keeping, run.now()) {
                continue;
            }
            let past = Past {
                category,
                day,
                class,
                kept,
                restamp,
                orphans: &orphans,
            };
            let places = levels.into_iter().flat_map(|level| {
                let buckets = buckets(category, level, restamp).into_iter();
                buckets.map(move |bucket| (level, bucket))
            });
            match self.sweep(&past, places, held, state, run).await? {
                Swept::OutOfTime => return Ok(None),
                Swept::Held => break,
                Swept::Left => continue,
                Swept::Gone => {}
            }
            if kept.iter().any(|segment| segment.class() == class) {
                continue;
            }
            if !self
                .remove_tallies(category, day, class, restamp, run)
                .await?
            {
                return Ok(None);
            }
            // Last, because without it the day is not looked at again.
            if !self.remove_all(vec![header.clone()], run).await? {
                return Ok(None);
            }
        }
        Ok(Some(orphans.into_inner().len() as u64))
    }

    /// Purges the pages of a class in some buckets, several side by side; answers the worst
    /// that came of any.
    async fn sweep(
        &self,
        past: &Past<'_>,
        mut places: impl Iterator<Item = (Level, u16)> + Send,
        held: &mut Held<'_>,
        state: &PurgeState,
        run: &Run,
    ) -> Result<Swept, JobError> {
        let mut under_way = FuturesUnordered::new();
        let begin = |(level, bucket)| self.sweep_bucket(past, level, bucket, run);
        under_way.extend(places.by_ref().take(BUCKETS_AT_ONCE).map(begin));
        let mut worst = Swept::Gone;
        while let Some(swept) = under_way.next().await {
            worst = worst.max(swept?);
            held.renew(state, run).await?;
            if worst < Swept::Held {
                under_way.extend(places.next().map(begin));
            }
        }
        Ok(worst)
    }

    /// Purges the pages of a class in a bucket, after the blocks that they lead to.
    async fn sweep_bucket(
        &self,
        past: &Past<'_>,
        level: Level,
        bucket: u16,
        run: &Run,
    ) -> Result<Swept, JobError> {
        if run.is_over() {
            return Ok(Swept::OutOfTime);
        }
        let &Past {
            category,
            day,
            class,
            restamp,
            ..
        } = past;
        let mut swept = Swept::Gone;
        for page in self.pages(category, day, level, bucket).await? {
            let Some((_, segment)) = table::parse_page(day, &page.sort) else {
                tracing::error!(sort = page.sort, "a term page's key cannot be read");
                swept = Swept::Left;
                continue;
            };
            if segment.class() != class {
                continue;
            }
            if past.kept.contains(&segment) || !self.may_go(&page, restamp, run.now()) {
                swept = Swept::Left;
                continue;
            }
            // Others wait here for the blocks of one segment: no page of it goes before them.
            let mut orphans = past.orphans.lock().await;
            if !orphans.contains(&segment) {
                if !self.is_past_still(past, run).await? {
                    return Ok(Swept::Held);
                }
                if !self.remove_blocks(&segment, run).await? {
                    return Ok(Swept::OutOfTime);
                }
                run.count(|counts| counts.orphans += 1);
                orphans.insert(segment);
            }
            drop(orphans);
            if !self.is_past_still(past, run).await? {
                return Ok(Swept::Held);
            }
            if !self.remove_all(vec![page], run).await? {
                return Ok(Swept::OutOfTime);
            }
        }
        Ok(swept)
    }

    /// Reads the holds once more: what comes next may be long after they were read.
    async fn is_past_still(&self, past: &Past<'_>, run: &Run) -> Result<bool, JobError> {
        let &Past {
            category,
            day,
            class,
            ..
        } = past;
        let keeping = self.kept().await?.keeping;
        Ok(self.is_class_past(class, category, day, &keeping, run.now()))
    }

    /// The pages of a day in a bucket.
    async fn pages(
        &self,
        category: Category,
        day: Day,
        level: Level,
        bucket: u16,
    ) -> Result<Vec<Stamp>, JobError> {
        let range = Range {
            partition: &table::terms(category, day, level, bucket),
            from: &table::page_from(day, day.start()),
            until: &table::page_until(day),
            consistent: false,
        };
        Ok(self.table.stamps(range, usize::MAX).await?)
    }

    /// Tells whether an item of nobody's may go: its time is over, or it has none, which
    /// a stop in the middle of stamping leaves.
    fn may_go(&self, stamp: &Stamp, restamp: &RestampState, now: i64) -> bool {
        let is_over = stamp.expires.is_none_or(|at| self.is_overdue(at, now));
        is_over && !self.is_left_to_table(stamp.expires, restamp, now)
    }

    async fn remove_blocks(&self, segment: &SegmentId, run: &Run) -> Result<bool, JobError> {
        let partition = table::blocks(segment);
        let blocks = Range::partition(&partition);
        let blocks = self.table.stamps(blocks, usize::MAX).await?;
        Ok(self.remove_all(blocks, run).await?)
    }

    /// Deletes the tallies of a class that were delivered on a day or soon after, once
    /// nothing of any category is kept of it.
    async fn remove_tallies(
        &self,
        category: Category,
        day: Day,
        class: &str,
        restamp: &RestampState,
        run: &Run,
    ) -> Result<bool, JobError> {
        let keeping = self.kept().await?.keeping;
        let now = run.now();
        let days = std::iter::successors(Some(day), |day| Some(day.next())).take(TALLY_DAYS);
        for delivered in days {
            let is_past = |category| self.is_class_past(class, category, delivered, &keeping, now);
            // A tally does not say of which category it is.
            if !is_past(category) || !Category::ALL.into_iter().all(is_past) {
                continue;
            }
            let partition = table::tallies(delivered);
            let tallies = self
                .table
                .stamps(Range::partition(&partition), usize::MAX)
                .await?;
            let due = tallies.into_iter().filter(|tally| {
                let segment = table::parse_newest(&tally.sort);
                segment.is_some_and(|segment| segment.class() == class)
                    && tally.expires.is_some()
                    && self.may_go(tally, restamp, now)
            });
            if !self.remove_all(due.collect(), run).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The buckets of a level in which pages are looked for.
fn buckets(category: Category, level: Level, restamp: &RestampState) -> Vec<u16> {
    if level == Level::FREQUENT {
        let known = restamp.frequent.get(category.as_str());
        return known
            .into_iter()
            .flat_map(|buckets| buckets.keys().copied())
            .collect();
    }
    let last = u16::try_from(level.buckets() - 1).unwrap_or(u16::MAX);
    (0..=last).collect()
}
