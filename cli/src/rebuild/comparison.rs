//! Comparing files of the archive with what the index holds of them.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};

use aws::{Objects, Table};
use futures::{StreamExt as _, TryStreamExt as _};
use index::Day;
use index::file::FileVersion;
use index::table::{self, SegmentId};
use trail::Category;

use super::archived::{self, Archived, Mark};
use super::expectation::{Expectation, Kept};
use super::group::{Group, Recording};
use super::indexed::{Entries, Entry, Segment};
use super::judgement::{Foreign, Judgement};
use super::ledger::SegmentDifference;
use super::totals::Outcome;
use crate::archive::{Location, Selection};
use crate::failure::Failure;

/// How many files of a group are read at once.
const FILES_AT_ONCE: usize = 8;

/// How many segments of a group are read at once.
const SEGMENTS_AT_ONCE: usize = 4;

/// The days whose directories are remembered.
const DAYS_KEPT: usize = 8;

/// What is compared, and the clients that read it.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) table: Table,
    pub(super) objects: Objects,
    pub(super) location: Location,
    pub(super) selection: Selection,
    pub(super) kept: Kept,
    pub(super) directories: Mutex<Directories>,
}

/// The directories of the days that were asked for last: which segment names which files.
#[derive(Debug, Default)]
pub(super) struct Directories(Vec<((Category, Day), Named)>);

type Named = Arc<Vec<(SegmentId, Vec<FileVersion>)>>;

/// How a group is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Both ways: what of its files is not in the index, and what of its segments is in no file.
    BothWays,
    /// What of its segments is in no file.
    OfSegments,
}

/// A segment against the files of a group.
#[derive(Debug, Default)]
struct Judged {
    /// What it holds.
    present: HashSet<Mark>,
    /// What it holds of the files and they do not.
    foreign: Vec<Foreign>,
    /// Whether it was checked.
    is_checked: bool,
    wrong: Option<SegmentDifference>,
}

impl Comparison {
    /// Tells whether a file is one of those that are compared.
    pub(super) fn is_ours(&self, version: &FileVersion) -> bool {
        version.bucket == self.location.bucket
            && version.key.starts_with(&self.location.folder)
            && self.selection.wants(&version.key)
    }

    /// Compares the files of a group with its segments; each segment is read once.
    pub(super) async fn compare(
        &self,
        group: Group,
        expectation: &Arc<Expectation>,
        direction: Direction,
    ) -> Result<Outcome, Failure> {
        let Group {
            mut members,
            mut segments,
        } = group;
        let archived: Vec<Archived> = futures::stream::iter(&members)
            .map(|member| {
                archived::read(
                    &self.objects,
                    &member.version,
                    member.is_restored,
                    expectation,
                )
            })
            .buffered(FILES_AT_ONCE)
            .try_collect()
            .await?;
        let places: BTreeSet<(Category, Day)> = archived
            .iter()
            .filter_map(|archived| match archived {
                Archived::Held(file) => Some(&file.days),
                Archived::Gone | Archived::Unreadable(_) => None,
            })
            .flatten()
            .copied()
            .collect();
        for (member, archived) in members.iter_mut().zip(&archived) {
            // Without a record, directory entries may name the file nevertheless.
            if let (Recording::Nothing, Archived::Held(file)) = (&member.record, archived) {
                for place in &file.days {
                    let named = self.segments_of(&member.version, *place).await?;
                    member.segments.extend(named.iter().cloned());
                    segments.extend(named);
                }
            }
        }
        let mut judgement = Judgement::new(&members, &archived);
        let mut judged = futures::stream::iter(segments)
            .map(|id| {
                let places = places.iter().copied();
                let judgement = &judgement;
                async move {
                    let segment = Segment::read(&self.table, &id, places).await?;
                    match segment {
                        Some(segment) => {
                            self.judge(&segment, judgement, expectation, direction)
                                .await
                        }
                        None => Ok(Judged::default()),
                    }
                }
            })
            .buffered(SEGMENTS_AT_ONCE);
        let (mut present, mut foreign, mut wrong) = (HashSet::new(), Vec::new(), Vec::new());
        let mut outcome = Outcome::default();
        while let Some(judged) = judged.try_next().await? {
            present.extend(judged.present);
            foreign.extend(judged.foreign);
            wrong.extend(judged.wrong);
            outcome.totals.segments += u64::from(judged.is_checked);
        }
        drop(judged);
        for foreign in foreign {
            judgement.add_foreign(foreign);
        }
        if direction == Direction::BothWays {
            judgement.find_missing(&present);
            judgement.look_at_records();
            judgement.count(&mut outcome.totals);
        }
        outcome.files = judgement.into_differences(&wrong);
        outcome.segments = wrong;
        Ok(outcome)
    }

    /// Holds a segment against the files of a group, and against its own name.
    async fn judge(
        &self,
        segment: &Segment,
        judgement: &Judgement<'_>,
        expectation: &Expectation,
        direction: Direction,
    ) -> Result<Judged, Failure> {
        let visibility = expectation.visibility();
        let class = segment.id.class();
        let directory = segment.directory();
        let files: Vec<Option<usize>> = directory
            .iter()
            .flat_map(|directory| &directory.files)
            .map(|file| judgement.member(&file.version))
            .collect();
        let mut judged = Judged::default();
        let mut is_any_shown = false;
        segment.each_record(|file, record| {
            let mark = archived::mark(record.text());
            if directory.is_some() {
                judged.present.insert(mark);
            }
            let is_shown = visibility.shows(class, segment.category, record);
            is_any_shown |= is_shown;
            let member = files.get(file as usize).copied().flatten();
            if let Some(member) = member
                && is_shown
                && !judgement.has(member, &mark)
            {
                judged.foreign.push(Foreign {
                    member,
                    time: record.time(),
                    id: archived::id(record),
                });
            }
        });
        let is_past = match segment.extent() {
            Some(extent) => visibility
                .keeping()
                .expires(&extent)
                .is_some_and(|expires| expires <= expectation.now()),
            None => !is_any_shown,
        };
        if is_past {
            // The table may have dropped any of its items by now.
            return Ok(Judged::default());
        }
        let is_its = self.is_checked_here(segment, judgement);
        if is_its || direction == Direction::OfSegments {
            judged.is_checked = true;
        }
        let contradictions = if judged.is_checked {
            segment.contradictions(&self.table).await?
        } else {
            Vec::new()
        };
        if !contradictions.is_empty() || !judged.foreign.is_empty() {
            judged.wrong = Some(SegmentDifference {
                category: segment.category.to_string(),
                day: segment.day.to_string(),
                segment: segment.id.to_string(),
                entry: segment.listing(),
                contradictions,
                foreign: judged.foreign.len() as u64,
            });
        }
        Ok(judged)
    }

    /// Tells whether a segment is checked with these files: it is with the first that it
    /// names of those that are compared, so that it is checked once.
    fn is_checked_here(&self, segment: &Segment, judgement: &Judgement<'_>) -> bool {
        let Some(directory) = segment.directory() else {
            return true;
        };
        let mut ours = directory.files.iter().map(|file| &file.version);
        let first = ours.find(|version| self.is_ours(version));
        first.is_none_or(|first| judgement.member(first).is_some())
    }

    /// Finds the segments of a day whose directory entries name a file.
    async fn segments_of(
        &self,
        version: &FileVersion,
        place: (Category, Day),
    ) -> Result<Vec<SegmentId>, Failure> {
        let known = self
            .directories
            .lock()
            .ok()
            .and_then(|known| known.get(place));
        let named = if let Some(named) = known {
            named
        } else {
            let named = Arc::new(self.named(place).await?);
            if let Ok(mut known) = self.directories.lock() {
                known.keep(place, &named);
            }
            named
        };
        let of_file = named.iter().filter(|(_, files)| files.contains(version));
        Ok(of_file.map(|(id, _)| id.clone()).collect())
    }

    async fn named(
        &self,
        (category, day): (Category, Day),
    ) -> Result<Vec<(SegmentId, Vec<FileVersion>)>, Failure> {
        let mut named = Vec::new();
        let mut entries = Entries::of(category, day);
        while let Some(items) = entries.next(&self.table).await? {
            for item in items {
                let Some(id) = table::parse_newest(&item.sort) else {
                    continue;
                };
                if let Some(directory) = Entry::of(item, day).directory {
                    let files = directory.files.into_iter().map(|file| file.version);
                    named.push((id, files.filter(|file| self.is_ours(file)).collect()));
                }
            }
        }
        Ok(named)
    }
}

impl Directories {
    fn get(&self, place: (Category, Day)) -> Option<Named> {
        let found = self.0.iter().find(|(known, _)| *known == place);
        found.map(|(_, named)| Arc::clone(named))
    }

    fn keep(&mut self, place: (Category, Day), named: &Named) {
        if self.0.len() >= DAYS_KEPT {
            self.0.remove(0);
        }
        self.0.push((place, Arc::clone(named)));
    }
}
