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

/// The levels that are tried for a day about which nothing is known: those of
/// segments of some dozen to some thousand events.
const GUESSED_LEVELS: [Level; 4] = {
    let [_, small, usual, large, largest, ..] = Level::ALL;
    [small, usual, large, largest]
};

/// The read units that a block takes, about.
const BLOCK_UNITS: f64 = 2.0;

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
    recent: BTreeSet<DayOf>,
    probes: Vec<Read>,
    waiting: BTreeMap<(DayOf, Level), Waiting>,
    /// How many days were read, and what they took.
    count: usize,
    units: f64,
}

/// The pages of a day and level, until all are there.
#[derive(Debug, Default)]
struct Waiting {
    reads: usize,
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

/// The pages that a read asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages {
    pub(super) category: Category,
    pub(super) day: Day,
    pub(super) level: Level,
    pub(super) bucket: u16,
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

    /// Suspects the first days of the scan: those of the hint, or else today and yesterday.
    fn probe(&mut self, hint: &Hint) {
        let within = (self.first..=self.last).contains(&Day::of(self.now));
        let guessed = if within { Day::of(self.now) } else { self.last };
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
                let levels = BTreeSet::from(GUESSED_LEVELS);
                known = vec![(guessed, levels.clone()), (guessed.previous(), levels)];
            }
            // A day that is over tells enough; one that goes on may have only begun.
            let is_over = known.first().is_some_and(|(day, _)| day.end() < self.now);
            let count = if is_over { 1 } else { PROBED_DAYS };
            for (day, levels) in known.into_iter().take(count.into()) {
                self.recent.insert((day, category));
                let reads = self.reads((day, category), &levels, None);
                self.probes.extend(reads);
            }
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
                consistent: true,
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
            let (day, _, level) =
                table::parse_header(&item.sort).ok_or_else(|| LookupError::damaged(item))?;
            self.levels
                .entry((day, category))
                .or_default()
                .insert(level);
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
            let day =
                table::parse_write_mark(&item.sort).ok_or_else(|| LookupError::damaged(item))?;
            self.recent.insert((day, category));
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

    /// Reads as many further days as make up for the matches that are missing, judging
    /// by those expected of the days read so far.
    pub(super) fn further_reads(&mut self, wanted: f64, expected: f64, units: f64) -> Vec<Read> {
        let unread = self.unread();
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let days = self.count as f64;
        let count = if self.count == 0 || expected >= wanted {
            f64::from(PROBED_DAYS)
        } else {
            // Half as much again: another round costs more than some reads.
            (1.5 * (wanted - expected) * days / expected) + 1.0
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
        let only = self.rarest(each);
        let mut reads = Vec::new();
        for day in unread.into_iter().take(count) {
            let read = self.read.get(&day).cloned().unwrap_or_default();
            let left = self
                .levels
                .get(&day)
                .map(|levels| levels - &read)
                .unwrap_or_default();
            reads.extend(self.reads(day, &left, only));
        }
        reads
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

    /// The reads of a day, after which it counts as read at these levels: the terms of all
    /// conditions, or of only one.
    fn reads(
        &mut self,
        (day, category): DayOf,
        levels: &BTreeSet<Level>,
        only: Option<usize>,
    ) -> Vec<Read> {
        let is_first = !self.read.contains_key(&(day, category));
        self.count += usize::from(is_first);
        let consistent = self.recent.contains(&(day, category));
        // A segment whose newest event is too old has none that is wanted.
        let oldest = self.oldest.max(day.start());
        let from = table::newest_from(day, oldest);
        let read = |partition, purpose| Read {
            partition,
            from: from.clone(),
            until: WHOLE.1.to_owned(),
            consistent,
            purpose,
        };
        let seen = self.read.entry((day, category)).or_default();
        if self.terms.is_empty() {
            // One directory lists the segments of every level.
            let is_read = !seen.is_empty();
            seen.extend(Level::ALL);
            let purpose = Purpose::Directory { category, day };
            return if is_read {
                Vec::new()
            } else {
                vec![read(table::segments(category, day), purpose)]
            };
        }
        seen.extend(levels);
        let mut reads = Vec::new();
        for level in levels {
            let asked = || {
                self.terms
                    .iter()
                    .filter(|(condition, _)| only.is_none_or(|only| only == **condition))
            };
            let buckets: BTreeSet<u16> = asked()
                .flat_map(|(_, terms)| terms)
                .map(|term| term.bucket(*level))
                .collect();
            let waiting = Waiting {
                reads: buckets.len(),
                conditions: asked().map(|(condition, _)| *condition).collect(),
                segments: BTreeMap::new(),
            };
            self.waiting.insert(((day, category), *level), waiting);
            reads.extend(buckets.into_iter().map(|bucket| {
                let partition = table::terms(category, day, *level, bucket);
                read(
                    partition,
                    Purpose::Terms {
                        category,
                        day,
                        level: *level,
                        bucket,
                    },
                )
            }));
        }
        reads
    }

    /// Takes a bucket's pages; with the last of its day and level, the blocks to read are known.
    pub(super) fn take_pages(
        &mut self,
        pages: Pages,
        answer: &Answer,
        query: &Query,
    ) -> Result<Vec<Candidate>, LookupError> {
        let Pages {
            category,
            day,
            level,
            bucket,
        } = pages;
        self.units += answer.read_units;
        let key = ((day, category), level);
        let waiting = self.waiting.entry(key).or_default();
        let wanted: Vec<(usize, Term)> = self
            .terms
            .iter()
            .filter(|(condition, _)| waiting.conditions.contains(condition))
            .flat_map(|(condition, terms)| terms.iter().map(|term| (*condition, *term)))
            .filter(|(_, term)| term.bucket(level) == bucket)
            .collect();
        let only_terms: Vec<Term> = wanted.iter().map(|(_, term)| *term).collect();
        for item in &answer.items {
            let segment =
                table::parse_newest(&item.sort).ok_or_else(|| LookupError::damaged(item))?;
            let (layout, found) =
                page::find(&item.body, day, level, &only_terms).map_err(|error| {
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
        }
        waiting.reads = waiting.reads.saturating_sub(1);
        if waiting.reads > 0 {
            return Ok(Vec::new());
        }
        debug_assert!(
            query.categories.contains(&category),
            "asked for this category"
        );
        let Waiting {
            segments,
            conditions,
            ..
        } = self.waiting.remove(&key).unwrap_or_default();
        Ok(segments
            .into_iter()
            .flat_map(|(segment, hits)| {
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
            })
            .collect())
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
