//! Which days a lookup reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trail::Category;

use super::hint::Hint;
use super::scan::Scan;
use super::{LookupError, Purpose, Read, Terms, terms};
use crate::day::Day;
use crate::item::Item;
use crate::query::{Order, Query};
use crate::table;
use crate::term::Level;
use crate::visibility::Visibility;

mod pages;
mod reads;

pub(super) use pages::Pages;
use pages::Waiting;

/// How many slots before the current one count as recent: a function runs for
/// 15 minutes at most, and no read lags behind by more than the rest.
const RECENT_SLOTS: i64 = 2;

/// A sort key behind every other.
const LAST: &str = "~";

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
    visibility: Arc<Visibility>,
    /// The headers still awaited, by category.
    awaited: BTreeSet<Category>,
    categories: BTreeSet<Category>,
    /// The levels that a day has pages of.
    levels: BTreeMap<DayOf, BTreeSet<Level>>,
    /// The days of which something was restored.
    restored: BTreeSet<DayOf>,
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

impl Days {
    pub(super) fn new(
        query: &Query,
        scan: &Scan,
        hint: &Hint,
        visibility: Arc<Visibility>,
    ) -> Self {
        let mut days = Self {
            terms: terms(query),
            met: BTreeMap::new(),
            order: query.order,
            first: Day::of(scan.oldest),
            last: Day::of(scan.newest),
            oldest: scan.oldest,
            newest: scan.newest,
            visibility,
            awaited: if scan.is_empty() {
                BTreeSet::new()
            } else {
                query.categories.clone()
            },
            categories: query.categories.clone(),
            levels: BTreeMap::new(),
            restored: BTreeSet::new(),
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
                from: table::write_mark_from(table::slot(self.visibility.now()) - RECENT_SLOTS),
                until: LAST.to_owned(),
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
            let (day, class, levels) =
                table::parse_header(&item.sort).ok_or_else(|| LookupError::damaged(item))?;
            self.follow((day, category), class, levels);
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
            let (day, class, levels) =
                table::parse_write_mark(&item.sort).ok_or_else(|| LookupError::damaged(item))?;
            self.recent.insert((day, category));
            if (self.first..=self.last).contains(&day) {
                self.follow((day, category), class, levels);
            }
        }
        Ok(())
    }

    /// Notes that a day has pages of some levels, where any event of the class may be shown.
    fn follow(&mut self, day: DayOf, class: &str, levels: BTreeSet<Level>) {
        let (oldest, newest) = (day.0.start(), day.0.end());
        if !self.visibility.may_show(class, day.1, oldest, newest) {
            return;
        }
        if self.visibility.is_restored(class) {
            self.restored.insert(day);
        }
        self.levels.entry(day).or_default().extend(levels);
    }

    /// The time before which nothing is shown; only known once the headers are.
    pub(super) fn horizon(&self) -> i64 {
        let categories = self.categories.iter();
        let kept = categories.map(|category| self.visibility.horizon(*category));
        let restored = self.restored.iter().map(|(day, _)| day.start());
        kept.chain(restored).min().unwrap_or(i64::MIN)
    }

    /// The time on a day before which nothing is wanted or nothing is shown.
    fn oldest_of(&self, day: DayOf) -> i64 {
        let wanted = self.oldest.max(day.0.start());
        // Before the headers are known, something may have been restored of any day.
        if !self.are_known() || self.restored.contains(&day) {
            return wanted;
        }
        wanted.max(self.visibility.horizon(day.1))
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
        let unread = self.unread();
        let (first, _) = *unread.first()?;
        if self.order.is_descending() {
            return Some(first.end().min(self.newest));
        }
        // Categories are kept for different times.
        let same = unread.iter().take_while(|(day, _)| *day == first);
        same.map(|day| self.oldest_of(*day)).min()
    }

    /// What the next lookup may suppose.
    pub(super) fn hint(&self) -> Hint {
        Hint {
            levels: self.levels.clone(),
        }
    }
}
