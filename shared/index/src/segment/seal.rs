//! Turns a group of records into a segment's items.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use trail::Category;
use trail::digest::{Hash, sha256};

use super::group::{Entry, Group};
use super::{Segment, Source, content_hash};
use crate::block::{Encoder, Stored};
use crate::day::Day;
use crate::directory::{BlockEntry, Directory, FileEntry};
use crate::file::FileVersion;
use crate::item::Item;
use crate::page::{self, Layout, Posting, Span};
use crate::retention::Class;
use crate::table::{self, SegmentId};
use crate::tally::{Section, Tally};
use crate::term::{Level, Term};

/// The bytes of records that a block is filled with.
///
/// Measured by `cargo run --release -p bench --bin write_units`: halving it
/// costs a tenth more write units, doubling it doubles what a lookup of one
/// event reads.
const BLOCK_BYTES: usize = 160 * 1024;

/// The bytes of one write unit.
const UNIT_BYTES: f64 = 1024.0;

/// How many write units a page that is 1 KB smaller is worth.
///
/// Measured by `write_units` and `lookup_cost` of the package `bench`: the
/// smallest weight at which a value that 1 event in a million has is found in
/// 90 days of 10 million events within 300 read units.
const READ_WEIGHT: f64 = 320.0;

/// Where a segment belongs.
pub(super) struct Place<'a> {
    pub(super) category: Category,
    pub(super) day: Day,
    pub(super) class: &'a Class,
    pub(super) expires: Option<i64>,
}

/// The order of the records in the segment.
struct Order<'g> {
    /// The entries that are kept, in order; their place is the record's number.
    kept: Vec<&'g Entry>,
    /// For each entry in order of arrival, the record that holds its content.
    record: Vec<u32>,
}

pub(super) fn seal(group: &Group, place: &Place<'_>, sources: &[Source]) -> io::Result<Segment> {
    let files = Files::of(group, sources);
    let order = Order::of(group, &files);
    let cuts = cut(group, &order.kept);
    let mut encoder = Encoder::new()?;
    let mut bodies = Vec::with_capacity(cuts.len());
    for records in &cuts {
        let stored: Vec<Stored<'_>> = records
            .iter()
            .map(|entry| Stored {
                text: group.text(entry),
                file: files.number(entry),
            })
            .collect();
        bodies.push(encoder.encode(&stored)?);
    }
    let hashes: Vec<Hash> = bodies.iter().map(|parts| sha256(&parts.concat())).collect();
    let stretches = files.stretches(group);
    let id = SegmentId::new(
        place.class,
        &content_hash(place, &hashes, &files.sources, &stretches),
    );
    let layout = layout(&cuts);
    let postings = postings(group, &order);
    let level = choose_level(&layout, &postings);
    let item = |partition, sort, body| Item {
        partition,
        sort,
        body,
        expires: place.expires,
    };
    let newest = table::newest(place.day, layout.newest(), &id);
    let directory = directory(group, &order, &files, &layout, &hashes);
    let delivered = files.delivered();
    let delivery_day = Day::of(delivered);
    let blocks = bodies.into_iter().enumerate().flat_map(|(number, parts)| {
        let partition = table::blocks(&id);
        parts
            .into_iter()
            .enumerate()
            .map(move |(part, body)| item(partition.clone(), table::block_part(number, part), body))
    });
    Ok(Segment {
        header: item(
            table::days(place.category),
            table::header(place.day, place.class.as_str(), level),
            Vec::new(),
        ),
        blocks: blocks.collect(),
        pages: buckets(&postings, level)
            .map(|(bucket, postings)| {
                item(
                    table::terms(place.category, place.day, level, bucket),
                    newest.clone(),
                    page::encode(&layout, place.day, level, postings),
                )
            })
            .collect(),
        tally: item(
            table::tallies(delivery_day),
            table::tally(delivery_day, delivered, &id),
            tally(group, place, &files).encode()?,
        ),
        directory: item(
            table::segments(place.category, place.day),
            newest,
            directory.encode()?,
        ),
        id,
        category: place.category,
        day: place.day,
        level,
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

/// Cuts the records into blocks of about equal bytes.
fn cut<'k, 'g>(group: &Group, kept: &'k [&'g Entry]) -> Vec<&'k [&'g Entry]> {
    let total: usize = kept.iter().map(|entry| group.text(entry).len()).sum();
    let share = total.div_ceil(total.div_ceil(BLOCK_BYTES).max(1));
    let mut cuts = Vec::new();
    let mut start = 0;
    let mut bytes = 0;
    for (at, entry) in kept.iter().enumerate() {
        bytes += group.text(entry).len();
        if bytes >= share {
            cuts.push(&kept[start..=at]);
            start = at + 1;
            bytes = 0;
        }
    }
    if start < kept.len() {
        cuts.push(&kept[start..]);
    }
    cuts
}

fn layout(cuts: &[&[&Entry]]) -> Layout {
    let oldest = cuts
        .first()
        .and_then(|cut| cut.first())
        .map_or(0, |entry| entry.time);
    let blocks = cuts.iter().map(|cut| Span {
        records: u32::try_from(cut.len()).unwrap_or(u32::MAX),
        newest: cut.last().map_or(oldest, |entry| entry.time),
    });
    Layout {
        oldest,
        blocks: blocks.collect(),
    }
}

/// The postings of all terms, ascending by term.
fn postings(group: &Group, order: &Order<'_>) -> Vec<Posting> {
    let mut terms: Vec<(Term, u32)> = group
        .terms
        .iter()
        .map(|(term, arrival)| (*term, order.record[*arrival as usize]))
        .collect();
    terms.sort_unstable();
    terms.dedup();
    terms
        .chunk_by(|(one, _), (other, _)| one == other)
        .map(|same| Posting {
            term: same[0].0,
            records: same.iter().map(|(_, record)| *record).collect(),
        })
        .collect()
}

/// The postings by bucket; ascending terms are ascending buckets.
fn buckets(postings: &[Posting], level: Level) -> impl Iterator<Item = (u16, &[Posting])> {
    postings
        .chunk_by(move |one, other| one.term.bucket(level) == other.term.bucket(level))
        .map(move |same| (same[0].term.bucket(level), same))
}

/// Chooses the level at which writing the pages and reading one of them weighs least.
///
/// Writing alone would choose one large page, which rounds up to whole units
/// only once; every lookup of a rare value reads a page of every segment.
fn choose_level(layout: &Layout, postings: &[Posting]) -> Level {
    let records = layout.records();
    let bits: Vec<f64> = postings
        .iter()
        .map(|posting| f64::from(page::posting_bits(posting, records)) + page::HASH_BITS)
        .collect();
    let fixed = page::layout_bytes(layout);
    let weight = |level: Level| -> f64 {
        let mut at = 0;
        let mut units = 0.0;
        for (_, same) in buckets(postings, level) {
            let bytes = bits[at..at + same.len()].iter().sum::<f64>() / 8.0;
            at += same.len();
            units += ((fixed + bytes) / UNIT_BYTES).ceil();
        }
        let page = fixed + bits.iter().sum::<f64>() / 8.0 / f64::from(level.buckets());
        units + READ_WEIGHT * page / UNIT_BYTES
    };
    let weights = Level::ALL.map(|level| (level, weight(level)));
    let lightest = weights
        .iter()
        .min_by(|(_, one), (_, other)| one.total_cmp(other));
    lightest.map_or(Level::ALL[0], |(level, _)| *level)
}

fn directory(
    group: &Group,
    order: &Order<'_>,
    files: &Files<'_>,
    layout: &Layout,
    hashes: &[Hash],
) -> Directory {
    let count = |entries: &mut dyn Iterator<Item = &Entry>| {
        let mut counts = vec![0_u64; files.sources.len()];
        entries.for_each(|entry| counts[files.number(entry) as usize] += 1);
        counts
    };
    let arrived = count(&mut group.entries.iter());
    let kept = count(&mut order.kept.iter().copied());
    Directory {
        oldest: layout.oldest,
        blocks: layout
            .blocks
            .iter()
            .zip(hashes)
            .map(|(block, hash)| BlockEntry {
                records: block.records,
                newest: block.newest,
                sha256: hex::encode(hash),
            })
            .collect(),
        files: files
            .sources
            .iter()
            .zip(arrived.into_iter().zip(kept))
            .map(|(source, (arrived, kept))| FileEntry {
                version: source.version.clone(),
                sha256: hex::encode(source.sha256),
                records: kept,
                duplicates: arrived - kept,
            })
            .collect(),
    }
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
fn file_hash(version: &FileVersion) -> String {
    hex::encode(&sha256(version.sort().as_bytes())[..8])
}
