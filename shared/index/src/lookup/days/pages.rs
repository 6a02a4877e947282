//! What the term pages and directories of days say: blocks to read.

use std::collections::{BTreeMap, BTreeSet};

use trail::Category;

use super::Days;
use crate::day::Day;
use crate::directory::Directory;
use crate::item::Item;
use crate::lookup::candidate::{Candidate, Origin, candidates, intersect};
use crate::lookup::{Answer, LookupError};
use crate::page::{self, Found, Layout};
use crate::table::{self, SegmentId};
use crate::term::{Level, Term};

/// The pages of a day, until those of every level are there.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// The conditions that are asked for; of others, some pages are not read.
    pub(super) conditions: BTreeSet<usize>,
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
pub(in crate::lookup) struct Pages {
    pub(super) category: Category,
    pub(super) first: Day,
    pub(super) last: Day,
    pub(super) level: Level,
    pub(super) bucket: u16,
}

impl Days {
    /// Takes a bucket's pages.
    pub(in crate::lookup) fn take_pages(
        &mut self,
        pages: &Pages,
        answer: &Answer,
    ) -> Result<(), LookupError> {
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
    pub(in crate::lookup) fn settle(&mut self) -> Vec<Candidate> {
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

    pub(in crate::lookup) fn take_directory(
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
                is_committed: !item.is_past(self.visibility.now()),
            };
            found.extend(candidates(&origin, &directory.layout(), None));
        }
        Ok(found)
    }
}
