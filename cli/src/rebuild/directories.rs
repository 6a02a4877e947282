//! The index, day by day: segments that the records of their files do not name.
//!
//! What records name is compared with the files' folders. What they do not name would go
//! unseen there: a segment that somebody slipped in, say, or of a file that is in no
//! archive. Most that are met here are neither: two indexers were given a file at once.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use index::file::FileVersion;
use index::table::{self, SegmentId};
use index::{Class, Day, Item};
use jiff::Timestamp;
use trail::Category;

use super::comparison::{Comparison, Direction};
use super::group::{Group, Member};
use super::indexed::{Entries, Entry};
use super::ledger::{Listing, SegmentDifference};
use super::recorded::{delivery, folder, records};
use super::totals::Outcome;
use crate::archive::{Bucket, Stretch};
use crate::failure::Failure;

/// How many folders' records are remembered.
const FOLDERS_KEPT: usize = 256;

/// How many days before their delivery events are looked for.
const LATE_DAYS: usize = 7;

/// The folders that were asked for last, and what the index has recorded of their files.
#[derive(Debug)]
pub(super) struct Known<'a> {
    bucket: &'a Bucket,
    folders: HashMap<String, Recorded>,
    order: VecDeque<String>,
}

/// What is recorded of a folder's files.
#[derive(Debug, Default)]
struct Recorded {
    /// The segments that the record of each file names, by the record's sort key; nothing
    /// where the archive has no such folder, so that it was not compared.
    segments: HashMap<String, HashSet<String>>,
}

impl<'a> Known<'a> {
    /// Knows nothing yet.
    pub(super) fn new(bucket: &'a Bucket) -> Self {
        Self {
            bucket,
            folders: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl Comparison {
    /// The days of a category that the index has and that files of the selection may be of.
    pub(super) async fn days(&self, category: Category) -> Result<BTreeSet<Day>, Failure> {
        let partition = table::days(category);
        let headers = self
            .table
            .query(aws::table::Range::partition(&partition))
            .await?;
        let days = headers.items.iter();
        let mut days: BTreeSet<Day> = days
            .filter_map(|header| table::parse_header(&header.sort))
            .map(|(day, _, _)| day)
            .collect();
        if let Some(to) = self.selection.to {
            days.retain(|day| *day <= Day::from(to));
        }
        if let Some(from) = self.selection.from {
            let late = std::iter::successors(Some(Day::from(from)), |day| Some(day.previous()));
            let first = late.take(LATE_DAYS + 1).last().unwrap_or(Day::FIRST);
            days.retain(|day| *day >= first);
        }
        Ok(days)
    }

    /// Compares the segments of a day that the records of their files do not name.
    pub(super) async fn day(
        &self,
        category: Category,
        day: Day,
        known: &mut Known<'_>,
    ) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let mut entries = Entries::of(category, day);
        while let Some(items) = entries.next(&self.table).await? {
            for item in items {
                if let Some(id) = table::parse_newest(&item.sort) {
                    outcome.join(self.entry(category, day, &id, item, known).await?);
                }
            }
        }
        Ok(outcome)
    }

    async fn entry(
        &self,
        category: Category,
        day: Day,
        id: &SegmentId,
        item: Item,
        known: &mut Known<'_>,
    ) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let Some(directory) = Entry::of(item, day).directory else {
            outcome.segments.push(SegmentDifference {
                category: category.to_string(),
                day: day.to_string(),
                segment: id.to_string(),
                entry: Listing::Damaged,
                contradictions: vec!["the directory entry is damaged".to_owned()],
                foreign: 0,
            });
            return Ok(outcome);
        };
        let Ok(class) = id.class().parse::<Class>() else {
            return Ok(outcome);
        };
        let mut unnamed: Vec<FileVersion> = Vec::new();
        for file in directory.files {
            if self.is_ours(&file.version)
                && !self.is_named(&file.version, &class, id, known).await?
            {
                unnamed.push(file.version);
            }
        }
        if unnamed.is_empty() {
            return Ok(outcome);
        }
        let members = unnamed.into_iter().map(|version| Member {
            segments: BTreeSet::from([id.clone()]),
            ..Member::new(version)
        });
        let group = Group {
            members: members.collect(),
            segments: BTreeSet::from([id.clone()]),
        };
        let now = Timestamp::now().as_second();
        let expectation = Arc::new(self.kept.at(now));
        self.compare(group, &expectation, Direction::OfSegments)
            .await
    }

    /// Tells whether a file's record names a segment, and its folder was compared.
    async fn is_named(
        &self,
        version: &FileVersion,
        class: &Class,
        id: &SegmentId,
        known: &mut Known<'_>,
    ) -> Result<bool, Failure> {
        let name = folder(&version.key);
        if !known.folders.contains_key(name) {
            let recorded = self.recorded(version, name, known.bucket).await?;
            if known.order.len() >= FOLDERS_KEPT
                && let Some(oldest) = known.order.pop_front()
            {
                known.folders.remove(&oldest);
            }
            known.order.push_back(name.to_owned());
            known.folders.insert(name.to_owned(), recorded);
        }
        let recorded = known.folders.get(name);
        let named = recorded.and_then(|known| known.segments.get(&version.sort_in(class)));
        Ok(named.is_some_and(|named| named.contains(id.as_str())))
    }

    async fn recorded(
        &self,
        version: &FileVersion,
        name: &str,
        bucket: &Bucket,
    ) -> Result<Recorded, Failure> {
        let mut recorded = Recorded::default();
        let Some(delivery) = delivery(&version.key) else {
            return Ok(recorded);
        };
        let stretches = [Stretch::of(name.to_owned())];
        let mut walk = bucket.walk(&stretches, None);
        let mut is_there = false;
        while !is_there && let Some(page) = walk.next().await? {
            is_there = page.iter().any(|object| self.selection.wants(&object.key));
        }
        if !is_there {
            return Ok(recorded);
        }
        for of_file in records(&self.table, &version.bucket, name, &delivery).await? {
            let until = of_file.restored_until;
            let class = until.map_or_else(Class::standard, Class::restored);
            let segments = of_file.record.map(|record| record.segments);
            recorded.segments.insert(
                of_file.version.sort_in(&class),
                segments.into_iter().flatten().collect(),
            );
        }
        Ok(recorded)
    }
}
