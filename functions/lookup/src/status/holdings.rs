//! What the directories say that there is.
//!
//! A file can stand in several segments of one day: because it is large and
//! was divided, or because it was indexed twice, by two indexers at once or
//! after a crash. Its own record tells which: it names the segments that hold
//! it. Only files that are met more than once are looked up that way.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use index::directory::{Directory, FileEntry};
use index::file::{Delivery, FileVersion};
use index::table::SegmentId;
use index::{Day, Item, Visibility, table};
use trail::{Category, ObjectKey};

use crate::fault::Fault;

/// A file by a hash of its name and version; there can be millions.
type FileHash = u64;

/// The keys of a file's record.
pub(super) type Place = (String, String);

/// What the directories read so far hold.
#[derive(Debug)]
pub(super) struct Holdings<'v> {
    visibility: &'v Visibility,
    hasher: RandomState,
    files: HashSet<FileHash>,
    events: BTreeMap<Category, u64>,
    ranges: BTreeMap<Category, (i64, i64)>,
    shared: BTreeMap<Place, Vec<Share>>,
}

/// The records of a file that segments of one day hold.
#[derive(Debug)]
struct Share {
    category: Category,
    by_segment: Vec<(String, u64)>,
    /// How many of them are counted at present.
    counted: u64,
}

/// Where a file was first met on a day.
#[derive(Clone, Copy, Debug)]
struct Met {
    segment: usize,
    records: u64,
}

impl<'v> Holdings<'v> {
    pub(super) fn new(visibility: &'v Visibility) -> Self {
        Self {
            visibility,
            hasher: RandomState::new(),
            files: HashSet::new(),
            events: BTreeMap::new(),
            ranges: BTreeMap::new(),
            shared: BTreeMap::new(),
        }
    }

    /// Adds the directory entries of a day of a category.
    pub(super) fn add(
        &mut self,
        category: Category,
        day: Day,
        items: &[Item],
    ) -> Result<(), Fault> {
        let mut met: HashMap<FileHash, Met> = HashMap::new();
        let mut shares: HashMap<FileHash, (FileVersion, Share)> = HashMap::new();
        let mut segments = Vec::with_capacity(items.len());
        for item in items {
            let damaged = || Fault::damaged(&format!("directory {} {}", item.partition, item.sort));
            let segment: SegmentId = table::parse_newest(&item.sort).ok_or_else(damaged)?;
            let directory = Directory::decode(&item.body, day).ok_or_else(damaged)?;
            let (oldest, newest) = (directory.oldest, directory.newest());
            let class = segment.class();
            if !self.visibility.may_show(class, category, oldest, newest) {
                continue;
            }
            // A segment may reach back to what is hidden already.
            let horizon = if self.visibility.is_restored(class) {
                oldest
            } else {
                self.visibility.horizon(category)
            };
            self.widen(category, oldest.max(horizon), newest);
            for entry in directory.files {
                let hash = self.hasher.hash_one(&entry.version);
                self.files.insert(hash);
                *self.events.entry(category).or_default() += entry.records;
                let Some(first) = met.get(&hash) else {
                    met.insert(
                        hash,
                        Met {
                            segment: segments.len(),
                            records: entry.records,
                        },
                    );
                    continue;
                };
                let FileEntry {
                    version, records, ..
                } = entry;
                let (_, share) = shares.entry(hash).or_insert_with(|| {
                    let by_segment = segments.get(first.segment).map(SegmentId::to_string);
                    let by_segment = by_segment.map(|name| (name, first.records));
                    let by_segment = by_segment.into_iter().collect();
                    (
                        version,
                        Share {
                            category,
                            by_segment,
                            counted: first.records,
                        },
                    )
                });
                share.by_segment.push((segment.to_string(), records));
                share.counted += records;
            }
            segments.push(segment);
        }
        for (version, share) in shares.into_values() {
            self.share(&version, share);
        }
        Ok(())
    }

    /// Notes a share, counted as the largest that one segment holds until it is settled.
    fn share(&mut self, version: &FileVersion, mut share: Share) {
        let largest = share.by_segment.iter().map(|(_, records)| *records).max();
        self.recount(&mut share, largest.unwrap_or_default());
        if let Ok(key) = ObjectKey::parse(&version.key) {
            let delivery = Delivery::from(&key);
            let partition = table::files(&delivery.account, &delivery.region, delivery.day);
            self.shared
                .entry((partition, version.sort()))
                .or_default()
                .push(share);
        }
    }

    fn recount(&mut self, share: &mut Share, records: u64) {
        let events = self.events.entry(share.category).or_default();
        *events = events.saturating_sub(share.counted) + records;
        share.counted = records;
    }

    /// Where the records of the files that several segments hold stand.
    pub(super) fn shared(&self) -> Vec<Place> {
        self.shared.keys().cloned().collect()
    }

    /// Counts a file by the segments that its record names.
    pub(super) fn settle(&mut self, place: &Place, segments: &[String]) {
        for mut share in self.shared.remove(place).unwrap_or_default() {
            let named = |(segment, _): &&(String, u64)| segments.contains(segment);
            let records = share
                .by_segment
                .iter()
                .filter(named)
                .map(|(_, records)| records)
                .sum();
            self.recount(&mut share, records);
        }
    }

    fn widen(&mut self, category: Category, oldest: i64, newest: i64) {
        let range = self.ranges.entry(category).or_insert((oldest, newest));
        *range = (range.0.min(oldest), range.1.max(newest));
    }

    /// How many files there are.
    pub(super) fn files(&self) -> u64 {
        self.files.len() as u64
    }

    /// How many events of a category there are.
    pub(super) fn events(&self, category: Category) -> u64 {
        self.events.get(&category).copied().unwrap_or_default()
    }

    /// The times of the oldest and newest event of a category.
    pub(super) fn range(&self, category: Category) -> Option<(i64, i64)> {
        self.ranges.get(&category).copied()
    }
}
