//! Turns a group of records into a segment's items.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use trail::Category;
use trail::digest::{Hash, sha256};

use super::group::{Entry, Group};
use super::paging::{Paging, sorted_terms};
use super::{NamedFile, Segment, Source, content_hash};
use crate::block::{Encoder, Stored};
use crate::day::Day;
use crate::directory::{BlockEntry, Directory, FileEntry};
use crate::file::FileVersion;
use crate::item::Item;
use crate::page::{Layout, Span};
use crate::retention::Class;
use crate::table::{self, SegmentId};
use crate::tally::{Section, Tally};
use crate::visibility::{Extent, Keeping, account_of};

/// The bytes of records that a block is filled with to see how well they compress.
const TRIAL_BYTES: usize = 40 * 1024;

/// How many such blocks are tried in a large segment.
const MOST_TRIALS: usize = 4;

/// The compressed bytes that a block is to have on average.
///
/// A lookup reads whole items and pays for each 4 KB begun, so that most blocks
/// should stay below 4 KB with their keys. Measured by `write_units` and
/// `lookup_cost` of the package `bench`: blocks three times as large take a
/// fifth fewer write units, and several times the read units wherever each match
/// is in a block of its own.
const BLOCK_BYTES: usize = 3_450;

/// Where a segment belongs.
pub(super) struct Place<'a> {
    pub(super) category: Category,
    pub(super) day: Day,
    pub(super) class: &'a Class,
    pub(super) keeping: &'a Keeping,
}

/// The order of the records in the segment.
struct Order<'g> {
    /// The entries that are kept, in order; their place is the record's number.
    kept: Vec<&'g Entry>,
    /// For each entry in order of arrival, the record that holds its content.
    record: Vec<u32>,
}

pub(super) fn seal(
    group: &Group,
    place: &Place<'_>,
    sources: &[Source],
    encoder: &mut Encoder,
) -> io::Result<Segment> {
    let files = Files::of(group, sources);
    let order = Order::of(group, &files);
    let stored: Vec<Stored<'_>> = order
        .kept
        .iter()
        .map(|entry| Stored {
            text: group.text(entry),
            file: files.number(entry),
        })
        .collect();
    let size = records_a_block(encoder, &stored)?;
    let bodies = stored
        .chunks(size)
        .map(|records| encoder.encode(records))
        .collect::<io::Result<Vec<_>>>()?;
    let hashes: Vec<Hash> = bodies.iter().map(|parts| sha256(&parts.concat())).collect();
    let stretches = files.stretches(group);
    let id = SegmentId::new(
        place.class,
        &content_hash(
            (place.category, place.day, place.class),
            &hashes,
            &files.named(),
            &stretches,
        ),
    );
    let layout = layout(order.kept.chunks(size));
    let terms = sorted_terms(&group.terms, &order.record);
    let records: Vec<u32> = terms.iter().map(|(_, record)| *record).collect();
    let paging = Paging::choose(&terms, &records, &layout);
    let extent = Extent {
        class: place.class.as_str(),
        category: place.category,
        day: place.day,
        oldest: layout.oldest(),
        newest: layout.newest(),
        accounts: files.accounts(),
    };
    let expires = place.keeping.expires(&extent);
    let item = |partition, sort, body| Item {
        partition,
        sort,
        body,
        expires,
    };
    let newest = table::newest(place.day, layout.newest(), &id);
    let page_sort = table::page(place.day, layout.newest(), &id);
    let directory = Directory {
        oldest: layout.oldest(),
        blocks: block_entries(&layout, &hashes),
        files: file_entries(group, &order, &files),
        level: paging.level(),
        frequent: paging.frequent_buckets(),
    };
    let delivered = files.delivered();
    let delivery_day = Day::of(delivered);
    Ok(Segment {
        header: Item {
            partition: table::days(place.category),
            sort: table::header(
                place.day,
                extent.class,
                directory.level,
                !directory.frequent.is_empty(),
            ),
            body: Vec::new(),
            expires: Keeping::header_expires(expires),
        },
        blocks: block_items(&id, bodies, expires),
        pages: paging
            .pages(&layout, place.day)
            .map(|(level, bucket, body)| {
                item(
                    table::terms(place.category, place.day, level, bucket),
                    page_sort.clone(),
                    body,
                )
            })
            .collect(),
        tally: item(
            table::tallies(delivery_day),
            table::tally(delivery_day, delivered, &id),
            tally(group, place, &files).encode(encoder)?,
        ),
        directory: item(
            table::segments(place.category, place.day),
            newest,
            directory.encode(encoder)?,
        ),
        id,
        category: place.category,
        day: place.day,
        level: directory.level,
        files: directory.files,
        records: order.kept.len() as u64,
        duplicates: (group.entries.len() - order.kept.len()) as u64,
    })
}

/// The files of a group, numbered in the order of their keys, whatever order they came in.
struct Files<'s> {
    sources: Vec<&'s Source>,
    numbers: BTreeMap<u32, u32>,
}

impl<'s> Files<'s> {
    fn of(group: &Group, sources: &'s [Source]) -> Self {
        let mut used: Vec<u32> = group.entries.iter().map(|entry| entry.source).collect();
        used.sort_unstable();
        used.dedup();
        used.sort_by_key(|number| sources[*number as usize].version.sort());
        Self {
            sources: used
                .iter()
                .map(|number| &sources[*number as usize])
                .collect(),
            numbers: used.into_iter().zip(0..).collect(),
        }
    }

    fn number(&self, entry: &Entry) -> u32 {
        self.numbers.get(&entry.source).copied().unwrap_or_default()
    }

    /// The stretches of the files that the group has records of.
    fn stretches(&self, group: &Group) -> BTreeSet<(u32, u32)> {
        group
            .entries
            .iter()
            .map(|entry| (self.number(entry), entry.stretch))
            .collect()
    }

    /// The files as the segment's name has them.
    fn named(&self) -> Vec<NamedFile> {
        let files = self.sources.iter();
        files
            .map(|source| NamedFile {
                sort: source.version.sort(),
                sha256: source.sha256,
            })
            .collect()
    }

    /// The accounts that they belong to.
    fn accounts(&self) -> BTreeSet<&'s str> {
        let keys = self.sources.iter().map(|source| &source.version.key);
        keys.filter_map(|key| account_of(key)).collect()
    }

    /// When the last of them was delivered.
    fn delivered(&self) -> i64 {
        self.sources
            .iter()
            .map(|source| source.delivered)
            .max()
            .unwrap_or_default()
    }
}

impl<'g> Order<'g> {
    fn of(group: &'g Group, files: &Files<'_>) -> Self {
        let mut arrivals: Vec<(u32, &Entry)> = (0..).zip(&group.entries).collect();
        arrivals.sort_unstable_by(|(_, one), (_, other)| {
            group
                .order(one)
                .cmp(&group.order(other))
                .then_with(|| files.number(one).cmp(&files.number(other)))
        });
        let mut kept: Vec<&Entry> = Vec::with_capacity(arrivals.len());
        let mut record = vec![0; arrivals.len()];
        for (arrival, entry) in arrivals {
            if kept
                .last()
                .is_none_or(|last| group.order(last) != group.order(entry))
            {
                kept.push(entry);
            }
            record[arrival as usize] = u32::try_from(kept.len() - 1).unwrap_or(u32::MAX);
        }
        Self { kept, record }
    }
}

/// How many records make a block, judging by how well some compress.
///
/// All blocks hold as many, so that a page need not say how many each has.
fn records_a_block(encoder: &mut Encoder, records: &[Stored<'_>]) -> io::Result<usize> {
    let bytes: usize = records.iter().map(|record| record.text.len()).sum();
    let trial = (records.len() * TRIAL_BYTES)
        .div_ceil(bytes.max(1))
        .clamp(1, records.len().max(1));
    let size = try_blocks(encoder, records, trial)?;
    // Smaller blocks compress worse than the larger ones that were tried.
    if size * 5 < trial * 4 {
        return try_blocks(encoder, records, size);
    }
    Ok(size)
}

/// How many records make a block, judging by some blocks of so many.
fn try_blocks(encoder: &mut Encoder, records: &[Stored<'_>], trial: usize) -> io::Result<usize> {
    let trials = (records.len() / trial / 8).clamp(1, MOST_TRIALS);
    let mut compressed = 0;
    for number in 0..trials {
        // In the middle of each of as many parts.
        let middle = records.len() * (2 * number + 1) / (2 * trials);
        let start = middle.saturating_sub(trial / 2).min(records.len() - trial);
        let parts = encoder.encode(&records[start..start + trial])?;
        compressed += parts.iter().map(Vec::len).sum::<usize>();
    }
    Ok((trial * trials * BLOCK_BYTES / compressed.max(1)).max(1))
}

fn layout<'e>(blocks: impl Iterator<Item = &'e [&'e Entry]>) -> Layout {
    let mut before = None;
    let blocks = blocks.filter_map(|block| {
        let (first, last) = (block.first()?, block.last()?);
        Some(Span {
            records: u32::try_from(block.len()).unwrap_or(u32::MAX),
            oldest: before.replace(last.time).unwrap_or(first.time),
            newest: last.time,
        })
    });
    Layout {
        blocks: blocks.collect(),
    }
}

fn block_items(id: &SegmentId, bodies: Vec<Vec<Vec<u8>>>, expires: Option<i64>) -> Vec<Item> {
    let partition = table::blocks(id);
    let mut items = Vec::with_capacity(bodies.len());
    for (number, parts) in bodies.into_iter().enumerate() {
        items.extend(parts.into_iter().enumerate().map(|(part, body)| Item {
            partition: partition.clone(),
            sort: table::block_part(number, part),
            body,
            expires,
        }));
    }
    items
}

fn block_entries(layout: &Layout, hashes: &[Hash]) -> Vec<BlockEntry> {
    let blocks = layout.blocks.iter().zip(hashes);
    blocks
        .map(|(block, hash)| BlockEntry {
            records: block.records,
            newest: block.newest,
            sha256: hex::encode(hash),
        })
        .collect()
}

fn file_entries(group: &Group, order: &Order<'_>, files: &Files<'_>) -> Vec<FileEntry> {
    let count = |entries: &mut dyn Iterator<Item = &Entry>| {
        let mut counts = vec![0_u64; files.sources.len()];
        entries.for_each(|entry| counts[files.number(entry) as usize] += 1);
        counts
    };
    let arrived = count(&mut group.entries.iter());
    let kept = count(&mut order.kept.iter().copied());
    files
        .sources
        .iter()
        .zip(arrived.into_iter().zip(kept))
        .map(|(source, (arrived, kept))| FileEntry {
            version: source.version.clone(),
            sha256: hex::encode(source.sha256),
            records: kept,
            duplicates: arrived - kept,
        })
        .collect()
}

/// Counts each file's own records, so that the counts do not depend on what shares its batch.
fn tally(group: &Group, place: &Place<'_>, files: &Files<'_>) -> Tally {
    let mut entries: Vec<&Entry> = group.entries.iter().collect();
    let file = |entry: &Entry| (files.number(entry), entry.stretch);
    entries.sort_unstable_by(|one, other| {
        file(one)
            .cmp(&file(other))
            .then_with(|| group.order(one).cmp(&group.order(other)))
    });
    entries
        .dedup_by(|one, other| file(one) == file(other) && group.order(one) == group.order(other));
    let sections = entries
        .chunk_by(|one, other| file(one) == file(other))
        .map(|stretch| {
            let mut minutes: BTreeMap<u32, BTreeMap<u16, u32>> = BTreeMap::new();
            for entry in stretch {
                let minute = u16::try_from(place.day.second(entry.time) / 60).unwrap_or_default();
                *minutes
                    .entry(entry.series)
                    .or_default()
                    .entry(minute)
                    .or_default() += 1;
            }
            let mut series: Vec<_> = minutes
                .into_iter()
                .filter_map(|(number, minutes)| {
                    Some((
                        group.series.name(number)?.clone(),
                        minutes.into_iter().collect(),
                    ))
                })
                .collect();
            series.sort_unstable();
            Section {
                file: file_hash(&files.sources[files.number(stretch[0]) as usize].version),
                stretch: stretch[0].stretch,
                series,
            }
        });
    Tally {
        category: place.category.to_string(),
        day: place.day.to_string(),
        sections: sections.collect(),
    }
}

/// A file's name in tallies: 64 bits of a hash of its key and version.
pub(super) fn file_hash(version: &FileVersion) -> String {
    hex::encode(&sha256(version.sort().as_bytes())[..8])
}
