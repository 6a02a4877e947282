//! Which reads a lookup makes of its days: the first on suspicion, then as many as are needed.

use std::collections::{BTreeMap, BTreeSet};

use trail::Category;

use super::{DayOf, Days, LAST, Pages};
use crate::day::Day;
use crate::lookup::hint::Hint;
use crate::lookup::{Purpose, Read};
use crate::table;
use crate::term::Level;

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

impl Days {
    /// Suspects the first days of the scan: those of the hint, or else yesterday.
    pub(super) fn probe(&mut self, hint: &Hint) {
        // Of the newest days the last one that is over: today may have only begun.
        let now = self.visibility.now();
        let over = Day::of(now).previous();
        let guessed = over.clamp(self.first, self.last);
        for category in self.categories.clone() {
            let horizon = self.visibility.horizon(category);
            if self.newest < horizon {
                continue;
            }
            let mut known: Vec<(Day, BTreeSet<Level>)> = hint
                .levels
                .iter()
                .filter(|((day, of), _)| *of == category && (self.first..=self.last).contains(day))
                .filter(|((day, _), _)| day.end() >= horizon)
                .map(|((day, _), levels)| (*day, levels.clone()))
                .collect();
            if self.order.is_descending() {
                known.reverse();
            }
            if known.is_empty() && self.order.is_descending() {
                known = vec![(guessed, BTreeSet::from(GUESSED_LEVELS))];
            }
            // A day that is over tells enough; one that goes on may have only begun.
            let is_over = known.first().is_some_and(|(day, _)| day.end() < now);
            let count = if is_over { 1 } else { PROBED_DAYS };
            let probed: BTreeMap<DayOf, BTreeSet<Level>> = known
                .into_iter()
                .take(count.into())
                .map(|(day, levels)| ((day, category), levels))
                .collect();
            for day in probed.keys() {
                // Today is being written to, or a directory is taken as it comes; any
                // other day is read again should its write mark say that it was.
                if day.0 >= Day::of(now) || self.terms.is_empty() {
                    self.recent.insert(*day);
                } else {
                    self.suspected.insert(*day);
                }
            }
            let reads = self.reads(&probed, None, 1);
            self.probes.extend(reads);
        }
    }

    /// Reads as many further days as make up for so many missing matches, judging by those
    /// expected of the days read so far.
    pub(in crate::lookup) fn further_reads(
        &mut self,
        missing: f64,
        expected: f64,
        units: f64,
    ) -> Vec<Read> {
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
                let from = table::page_from(first, self.oldest_of((first, category)));
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
                    from: table::newest_from(day, self.oldest_of((day, category))),
                    until: LAST.to_owned(),
                    consistent: self.recent.contains(&(day, category)),
                    purpose: Purpose::Directory { category, day },
                });
            }
        }
        reads
    }
}
