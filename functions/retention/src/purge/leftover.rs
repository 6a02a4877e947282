//! What is left of days on which nothing is kept any more, and that no directory names.
//!
//! Pages lead to blocks by the segment's name. Pages themselves are looked for in every
//! bucket of the levels that the day's headers name; of those of frequent terms, in the
//! buckets that segments of the category have had lately.

use std::collections::BTreeSet;

use aws::table::{Range, Stamp};
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
        let mut orphans = BTreeSet::new();
        for header in self.headers(category, day).await? {
            let Some((_, class, levels)) = table::parse_header(&header.sort) else {
                continue;
            };
            let keeping = self.kept().await?.keeping;
            if !self.is_class_past(class, category, day, &keeping, run.now()) {
                continue;
            }
            let mut is_clean = true;
            for level in levels {
                for bucket in buckets(category, level, restamp) {
                    if run.is_over() {
                        return Ok(None);
                    }
                    held.renew(state, run).await?;
                    let pages = self.pages(category, day, level, bucket).await?;
                    for page in pages {
                        let segment =
                            table::parse_page(day, &page.sort).map(|(_, segment)| segment);
                        let Some(segment) = segment else {
                            tracing::error!(sort = page.sort, "a term page's key cannot be read");
                            is_clean = false;
                            continue;
                        };
                        if segment.class() != class {
                            continue;
                        }
                        if kept.contains(&segment) || !self.may_go(&page, restamp, run.now()) {
                            is_clean = false;
                            continue;
                        }
                        // The holds once more: this may be long after they were read.
                        let keeping = self.kept().await?.keeping;
                        if !self.is_class_past(class, category, day, &keeping, run.now()) {
                            return Ok(Some(orphans.len() as u64));
                        }
                        if !orphans.contains(&segment) {
                            if !self.remove_blocks(&segment, run).await? {
                                return Ok(None);
                            }
                            run.count(|counts| counts.orphans += 1);
                            orphans.insert(segment);
                        }
                        if !self.remove_all(vec![page], run).await? {
                            return Ok(None);
                        }
                    }
                }
            }
            is_clean &= !kept.iter().any(|segment| segment.class() == class);
            if !is_clean {
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
        Ok(Some(orphans.len() as u64))
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
