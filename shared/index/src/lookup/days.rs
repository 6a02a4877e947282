//! Which days a lookup reads, and what their directories and term pages say.

use std::collections::{BTreeMap, BTreeSet};

use trail::Category;

use super::candidate::{Candidate, Origin, candidates, intersect};
use super::hint::Hint;
use super::scan::Scan;
use super::{Answer, LookupError, Purpose, Read, Terms, terms};
use crate::day::Day;
use crate::directory::Directory;
use crate::item::Item;
use crate::page::{self, Found, Layout};
use crate::query::{Order, Query};
use crate::table::{self, SegmentId};
use crate::term::{Level, Term};

/// How many slots before the current one count as recent: a function runs for
/// 15 minutes at most, and no read lags behind by more than the rest.
const RECENT_SLOTS: i64 = 2;

/// How many days are read on suspicion, before the headers are known.
const PROBED_DAYS: u8 = 2;

/// How many days are read where the suspicion met none: a week, of which a quiet history
/// needs most and a busy one spares little by fewer.
const FIRST_DAYS: u8 = 7;

/// The levels that are tried for a day about which nothing is known: those of
/// segments of some dozen to some thousand events.
const GUESSED_LEVELS: [Level; 6] = {
    let [_, _, _, _, small, few, usual, many, large, ..] = Level::ALL;
    [small, few, usual, many, large, Level::FREQUENT]
};

/// The read units that a block takes, about.
const BLOCK_UNITS: f64 = 0.75;

/// The read units of a read that is sure to be answered at once: somewhat below 1 MB.
const MOST_AT_ONCE: f64 = 100.0;

/// The first sort key and one behind every sort key.
const WHOLE: (&str, &str) = ("", "~");

/// A day of a category.
pub(super) type DayOf = (Day, Category);

/// The days of a lookup.
#[derive(Debug)]
pub(super) struct Days {
    terms: Terms,
    /// How often each condition's terms were met so far.
    met: BTreeMap<usize, u32>,
    order: Order,
    first: Day,
    last: Day,
    oldest: i64,
    newest: i64,
    now: i64,
    /// The headers still awaited, by category.
    awaited: BTreeSet<Category>,
    categories: BTreeSet<Category>,
    /// The levels that a day has pages of.
    levels: BTreeMap<DayOf, BTreeSet<Level>>,
    /// The levels that were read, or the directory in the place of all of them.
    read: BTreeMap<DayOf, BTreeSet<Level>>,
    /// The days to read strongly.
    recent: BTreeSet<DayOf>,
    /// The days that were read before it was known whether strongly.
    suspected: BTreeSet<DayOf>,
    probes: Vec<Read>,
    waiting: BTreeMap<DayOf, Waiting>,
    /// How many days were read to the end, and what all reads took.
    count: usize,
    units: f64,
}

/// The pages of a day, until those of every level are there.
#[derive(Debug, Default)]
struct Waiting {
    /// The conditions that are asked for; of others, some pages are not read.
    conditions: BTreeSet<usize>,
    segments: BTreeMap<SegmentId, Hits>,
}

/// The records of a segment that its pages name, by condition.
#[derive(Debug)]
struct Hits {
    layout: Layout,
    found: BTreeMap<usize, Found>,
}

/// The pages that a read asked for: of a bucket, on successive days of a week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pages {
    category: Category,
    first: Day,
    last: Day,
    level: Level,
    bucket: u16,
}

impl Days {
    pub(super) fn new(query: &Query, scan: &Scan, hint: &Hint, now: i64) -> Self {
        let mut days = Self {
            terms: terms(query),
            met: BTreeMap::new(),
            order: query.order,
            first: Day::of(scan.oldest),
            last: Day::of(scan.newest),
            oldest: scan.oldest,
            newest: scan.newest,
            now,
            awaited: if scan.is_empty() {
                BTreeSet::new()
            } else {
                query.categories.clone()
            },
            categories: query.categories.clone(),
            levels: BTreeMap::new(),
            read: BTreeMap::new(),
            recent: BTreeSet::new(),
            suspected: BTreeSet::new(),
            probes: Vec::new(),
            waiting: BTreeMap::new(),
            count: 0,
            units: 0.0,
        };
        if !scan.is_empty() {
            days.probe(hint);
        }
        days
    }

    /// Tells whether the headers were read.
    pub(super) fn are_known(&self) -> bool {
        self.awaited.is_empty()
    }

    /// Suspects the first days of the scan: those of the hint, or else yesterday.
    fn probe(&mut self, hint: &Hint) {
        // Of the newest days the last one that is over: today may have only begun.
        let over = Day::of(self.now).previous();
        let guessed = over.clamp(self.first, self.last);
        for category in self.categories.clone() {
            let mut known: Vec<(Day, BTreeSet<Level>)> = hint
                .levels
                .iter()
                .filter(|((day, of), _)| *of == category && (self.first..=self.last).contains(day))
                .map(|((day, _), levels)| (*day, levels.clone()))
                .collect();
            if self.order.is_descending() {
                known.reverse();
            }
            if known.is_empty() && self.order.is_descending() {
                known = vec![(guessed, BTreeSet::from(GUESSED_LEVELS))];
            }
            // A day that is over tells enough; one that goes on may have only begun.
            let is_over = known.first().is_some_and(|(day, _)| day.end() < self.now);
            let count = if is_over { 1 } else { PROBED_DAYS };
            let probed: BTreeMap<DayOf, BTreeSet<Level>> = known
                .into_iter()
                .take(count.into())
                .map(|(day, levels)| ((day, category), levels))
                .collect();
            for day in probed.keys() {
                // Today is being written to, or a directory is taken as it comes; any
                // other day is read again should its write mark say that it was.
                if day.0 >= Day::of(self.now) || self.terms.is_empty() {
                    self.recent.insert(*day);
                } else {
                    self.suspected.insert(*day);
                }
            }
            let reads = self.reads(&probed, None, 1);
            self.probes.extend(reads);
        }
    }

    /// Headers, write marks and suspicions, all at once.
    pub(super) fn first_reads(&mut self) -> Vec<Read> {
        let mut reads = std::mem::take(&mut self.probes);
        for category in &self.categories {
            reads.push(Read {
                partition: table::days(*category),
                from: table::header_from(self.first),
                until: table::header_until(self.last),
                // What it misses yet, a write mark says.
                consistent: false,
                purpose: Purpose::Headers(*category),
            });
            reads.push(Read {
                partition: table::writes(*category),
                from: table::write_mark_from(table::slot(self.now) - RECENT_SLOTS),
                until: WHOLE.1.to_owned(),
                consistent: true,
                purpose: Purpose::WriteMarks(*category),
            });
        }
        reads
    }

    pub(super) fn take_headers(
        &mut self,
        category: Category,
        items: &[Item],
    ) -> Result<(), LookupError> {
        for item in items {
            let (day, _, levels) =
                table::parse_header(&item.sort).ok_or_else(|| LookupError::damaged(item))?;
            self.levels
                .entry((day, category))
                .or_default()
                .extend(levels);
        }
        self.awaited.remove(&category);
        Ok(())
    }

    pub(super) fn take_write_marks(
        &mut self,
        category: Category,
        items: &[Item],
    ) -> Result<(), LookupError> {
        for item in items {
            let (day, _, levels) =
                table::parse_write_mark(&item.sort).ok_or_else(|| LookupError::damaged(item))?;
            self.recent.insert((day, category));
            if (self.first..=self.last).contains(&day) {
                let known = self.levels.entry((day, category)).or_default();
                known.extend(levels);
            }
        }
        Ok(())
    }

    /// The days that are not read to the end, in the order of the scan.
    fn unread(&self) -> Vec<DayOf> {
        let is_unread = |(day, levels): &(&DayOf, &BTreeSet<Level>)| {
            self.read
                .get(day)
                .is_none_or(|read| !levels.is_subset(read))
        };
        let mut days: Vec<DayOf> = self
            .levels
            .iter()
            .filter(is_unread)
            .map(|(day, _)| *day)
            .collect();
        if self.order.is_descending() {
            days.reverse();
        }
        days
    }

    /// The second at which the first unread day begins, in the order of the scan.
    pub(super) fn first_unread(&self) -> Option<i64> {
        let (day, _) = *self.unread().first()?;
        Some(if self.order.is_descending() {
            day.end().min(self.newest)
        } else {
            day.start().max(self.oldest)
        })
    }

    /// Reads as many further days as make up for so many missing matches, judging by those
    /// expected of the days read so far.
    pub(super) fn further_reads(&mut self, missing: f64, expected: f64, units: f64) -> Vec<Read> {
        let unread = self.unread();
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let days = self.count as f64;
        let count = if self.count == 0 {
            f64::from(FIRST_DAYS)
        } else {
            // What is sure of what is expected, if matches come independently of each other,
            // and a quarter more days: another round costs more than some reads.
            let sure = (expected - 1.5 * expected.sqrt()).max(0.0);
            (1.25 * missing * days / sure) + 1.0
        };
        // Where it is most of what is left, the rest costs less than a further round.
        let left = f64::from(u32::try_from(unread.len()).unwrap_or(u32::MAX));
        let count = if 2.0 * count >= left { left } else { count };
        let each = (self.units / days.max(1.0)).max(0.5);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let count = count.min(units / each).clamp(1.0, 5_000.0) as usize;
        // A day that is read in part already is read to the end for every condition.
        let is_partial = |day: &DayOf| self.waiting.contains_key(day);
        let only = self
            .rarest(each)
            .filter(|_| !unread.iter().take(count).any(is_partial));
        // Of days about which nothing is known, each may be as much as one answer holds.
        let together = if self.count == 0 {
            1.0
        } else {
            MOST_AT_ONCE / each
        };
        let days = unread
            .into_iter()
            .take(count)
            .map(|day| {
                let read = self.read.get(&day).cloned().unwrap_or_default();
                let left = self.levels.get(&day).map(|levels| levels - &read);
                (day, left.unwrap_or_default())
            })
            .collect();
        #[expect(clippy::cast_possible_truncation, reason = "clamped")]
        self.reads(&days, only, together.clamp(1.0, 7.0) as i64)
    }

    /// The one condition whose terms are worth reading, where it is so rare that reading
    /// all its blocks takes less than the pages of the others.
    fn rarest(&self, units_a_day: f64) -> Option<usize> {
        let others = self
            .terms
            .len()
            .checked_sub(1)
            .filter(|others| *others > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let (days, share) = (
            self.count.max(1) as f64,
            others as f64 / self.terms.len() as f64,
        );
        let (rarest, met) = self
            .terms
            .keys()
            .map(|condition| {
                (
                    *condition,
                    self.met.get(condition).copied().unwrap_or_default(),
                )
            })
            .min_by_key(|(_, met)| *met)?;
        // What was never met may still come up about once in as many days again.
        let blocks_a_day = f64::from(met).max(0.2) / days;
        (blocks_a_day * BLOCK_UNITS < units_a_day * share).then_some(rarest)
    }

    /// The reads of days, after which they count as read at these levels: the terms of
    /// all conditions, or of only one. At most so many days are read together.
    fn reads(
        &mut self,
        days: &BTreeMap<DayOf, BTreeSet<Level>>,
        only: Option<usize>,
        together: i64,
    ) -> Vec<Read> {
        if self.terms.is_empty() {
            return self.directory_reads(days);
        }
        let asked: BTreeSet<usize> = self
            .terms
            .keys()
            .copied()
            .filter(|condition| only.is_none_or(|only| only == *condition))
            .collect();
        // Days of one category and level, which stand one behind the other.
        let mut at_level: BTreeMap<(Category, Level), Vec<Day>> = BTreeMap::new();
        for ((day, category), levels) in days {
            let seen = self.read.entry((*day, *category)).or_default();
            seen.extend(levels);
            let waiting = self.waiting.entry((*day, *category)).or_default();
            // What was asked before of this day has an answer for every condition.
            if waiting.conditions.is_empty() {
                waiting.conditions.clone_from(&asked);
            }
            for level in levels {
                at_level.entry((*category, *level)).or_default().push(*day);
            }
        }
        let mut reads = Vec::new();
        for ((category, level), days) in at_level {
            let buckets: BTreeSet<u16> = asked
                .iter()
                .flat_map(|condition| &self.terms[condition])
                .map(|term| term.bucket(level))
                .collect();
            let is_recent = |day: &Day| self.recent.contains(&(*day, category));
            let mut runs: Vec<(Day, Day)> = Vec::new();
            for day in days {
                match runs.last_mut() {
                    Some((first, last))
                        if last.next() == day
                            && first.week() == day.week()
                            && i64::from(day.weekday() - first.weekday()) < together
                            && is_recent(first) == is_recent(&day) =>
                    {
                        *last = day;
                    }
                    _ => runs.push((day, day)),
                }
            }
            for (first, last) in runs {
                // A segment whose newest event is too old has none that is wanted.
                let from = table::page_from(first, self.oldest.max(first.start()));
                let until = table::page_until(last);
                let consistent = is_recent(&first);
                reads.extend(buckets.iter().map(|bucket| Read {
                    partition: table::terms(category, first, level, *bucket),
                    from: from.clone(),
                    until: until.clone(),
                    consistent,
                    purpose: Purpose::Terms(Pages {
                        category,
                        first,
                        last,
                        level,
                        bucket: *bucket,
                    }),
                }));
            }
        }
        reads
    }

    /// One directory a day lists the segments of every level.
    fn directory_reads(&mut self, days: &BTreeMap<DayOf, BTreeSet<Level>>) -> Vec<Read> {
        let mut reads = Vec::new();
        for (day, category) in days.keys().copied() {
            let seen = self.read.entry((day, category)).or_default();
            if seen.is_empty() {
                seen.extend(Level::ALL);
                seen.insert(Level::FREQUENT);
                self.count += 1;
                reads.push(Read {
                    partition: table::segments(category, day),
                    from: table::newest_from(day, self.oldest.max(day.start())),
                    until: WHOLE.1.to_owned(),
                    consistent: self.recent.contains(&(day, category)),
                    purpose: Purpose::Directory { category, day },
                });
            }
        }
        reads
    }

    /// Takes a bucket's pages.
    pub(super) fn take_pages(&mut self, pages: &Pages, answer: &Answer) -> Result<(), LookupError> {
        self.units += answer.read_units;
        answer
            .items
            .iter()
            .try_for_each(|item| self.take_page(pages, item))
    }

    fn take_page(&mut self, pages: &Pages, item: &Item) -> Result<(), LookupError> {
        let (day, segment) = table::parse_page(pages.first, &item.sort)
            .filter(|(day, _)| (pages.first..=pages.last).contains(day))
            .ok_or_else(|| LookupError::damaged(item))?;
        let waiting = self.waiting.entry((day, pages.category)).or_default();
        let wanted: Vec<(usize, Term)> = self
            .terms
            .iter()
            .filter(|(condition, _)| waiting.conditions.contains(condition))
            .flat_map(|(condition, terms)| terms.iter().map(|term| (*condition, *term)))
            .filter(|(_, term)| term.bucket(pages.level) == pages.bucket)
            .collect();
        let only_terms: Vec<Term> = wanted.iter().map(|(_, term)| *term).collect();
        let (layout, found) =
            page::find(&item.body, day, pages.level, &only_terms).map_err(|error| {
                let (partition, sort) = (item.partition.clone(), item.sort.clone());
                LookupError::Page {
                    partition,
                    sort,
                    error,
                }
            })?;
        let hits = waiting.segments.entry(segment).or_insert_with(|| Hits {
            layout,
            found: BTreeMap::new(),
        });
        for ((condition, _), found) in wanted.iter().zip(found) {
            *self.met.entry(*condition).or_default() += found.count;
            let hit = hits.found.entry(*condition).or_default();
            hit.records.extend(found.records);
            hit.count += found.count;
        }
        Ok(())
    }

    /// Answers the blocks to read of the days of which every page is there.
    ///
    /// All reads named before must have been answered.
    pub(super) fn settle(&mut self) -> Vec<Candidate> {
        for day in std::mem::take(&mut self.suspected) {
            if self.recent.contains(&day) {
                self.waiting.remove(&day);
                self.read.remove(&day);
            }
        }
        let mut found = Vec::new();
        for key in self.waiting.keys().copied().collect::<Vec<_>>() {
            let levels = self.levels.get(&key);
            let read = self.read.get(&key);
            let is_complete = match (levels, read) {
                (Some(levels), Some(read)) => levels.is_subset(read),
                _ => true,
            };
            if !is_complete {
                continue;
            }
            let Waiting {
                segments,
                conditions,
            } = self.waiting.remove(&key).unwrap_or_default();
            let (day, category) = key;
            self.count += usize::from(levels.is_some());
            found.extend(segments.into_iter().flat_map(|(segment, hits)| {
                let origin = Origin {
                    category,
                    day,
                    segment,
                    consistent: false,
                    is_committed: false,
                };
                match intersect(hits.found, conditions.len()) {
                    suspects if suspects.records.is_empty() => Vec::new(),
                    suspects => candidates(&origin, &hits.layout, Some(&suspects)),
                }
            }));
        }
        found
    }

    pub(super) fn take_directory(
        &mut self,
        category: Category,
        day: Day,
        answer: &Answer,
    ) -> Result<Vec<Candidate>, LookupError> {
        self.units += answer.read_units;
        let mut found = Vec::new();
        for item in &answer.items {
            let damaged = || LookupError::damaged(item);
            let segment = table::parse_newest(&item.sort).ok_or_else(damaged)?;
            let directory = Directory::decode(&item.body, day).ok_or_else(damaged)?;
            let origin = Origin {
                category,
                day,
                segment,
                consistent: false,
                is_committed: true,
            };
            found.extend(candidates(&origin, &directory.layout(), None));
        }
        Ok(found)
    }

    /// What the next lookup may suppose.
    pub(super) fn hint(&self) -> Hint {
        Hint {
            levels: self.levels.clone(),
        }
    }
}
