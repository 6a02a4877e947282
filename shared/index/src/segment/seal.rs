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

/// The bytes of one write unit.
const UNIT_BYTES: f64 = 1024.0;

/// How many write units a page that is 1 KB smaller is worth.
///
/// A segment is written once and its pages are read by every lookup of a rare
/// value that reaches back that far.
const READ_WEIGHT: f64 = 1_000.0;

/// The write units an event that pages may take for that.
const MOST_PAGES_AN_EVENT: f64 = 0.088;

/// The pages that a small segment may have for each of its events, and at most.
const FEW_PAGES_AN_EVENT: f64 = 0.25;
const FEW_PAGES: f64 = 16.0;

/// The bits of a posting that always stays with the others of its bucket.
///
/// A longer one has a page to itself where it is more than half of what a page
/// holds: everybody else who reads the bucket pays for it.
const FREQUENT_BITS: u32 = 1_000;

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
        &content_hash(place, &hashes, &files.sources, &stretches),
    );
    let layout = layout(order.kept.chunks(size));
    let terms = sorted_terms(group, &order);
    let records: Vec<u32> = terms.iter().map(|(_, record)| *record).collect();
    let postings = postings(&terms, &records);
    let counts = layout.counts();
    let bits: Vec<u32> = postings
        .iter()
        .map(|posting| page::posting_bits(posting, counts))
        .collect();
    let (level, most_bits) = choose_level(&layout, &bits);
    let mut frequent = Vec::new();
    let mut rest = Vec::with_capacity(postings.len());
    for (posting, bits) in postings.into_iter().zip(bits) {
        if bits > most_bits {
            frequent.push(posting);
        } else {
            rest.push(posting);
        }
    }
    let item = |partition, sort, body| Item {
        partition,
        sort,
        body,
        expires: place.expires,
    };
    let newest = table::newest(place.day, layout.newest(), &id);
    let page_sort = table::page(place.day, layout.newest(), &id);
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
            table::header(place.day, place.class.as_str(), level, !frequent.is_empty()),
            Vec::new(),
        ),
        blocks: blocks.collect(),
        pages: buckets(&rest, level)
            .map(|part| (level, part))
            .chain(buckets(&frequent, Level::FREQUENT).map(|part| (Level::FREQUENT, part)))
            .map(|(level, (bucket, postings))| {
                item(
                    table::terms(place.category, place.day, level, bucket),
                    page_sort.clone(),
                    page::encode(&layout, place.day, level, postings),
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

/// The terms of the records, ascending, each with a record that holds it.
///
/// Divided by the first bits of their hashes first: those fall evenly, so that what is
/// left to sort fits a processor's nearest memory.
fn sorted_terms(group: &Group, order: &Order<'_>) -> Vec<(Term, u32)> {
    let level = Level::ALL[8];
    let mut ends = [0_usize; 256];
    for (term, _) in &group.terms {
        ends[usize::from(term.bucket(level))] += 1;
    }
    let mut end = 0;
    for count in &mut ends {
        // From here on where the part begins; it is moved to its end below.
        end += std::mem::replace(count, end);
    }
    let mut terms = vec![(Term::default(), 0); end];
    for (term, arrival) in &group.terms {
        let at = &mut ends[usize::from(term.bucket(level))];
        terms[*at] = (*term, order.record[*arrival as usize]);
        *at += 1;
    }
    let mut start = 0;
    for end in ends {
        terms[start..end].sort_unstable();
        start = end;
    }
    terms.dedup();
    terms
}

/// The postings of sorted terms, ascending; `records` are the terms' records one by one.
fn postings<'r>(terms: &[(Term, u32)], mut records: &'r [u32]) -> Vec<Posting<'r>> {
    terms
        .chunk_by(|(one, _), (other, _)| one == other)
        .map(|same| {
            let (own, behind) = records.split_at(same.len());
            records = behind;
            Posting {
                term: same[0].0,
                records: own,
            }
        })
        .collect()
}

/// The postings by bucket; ascending terms are ascending buckets.
fn buckets<'p, 'r>(
    postings: &'p [Posting<'r>],
    level: Level,
) -> impl Iterator<Item = (u16, &'p [Posting<'r>])> {
    postings
        .chunk_by(move |one, other| one.term.bucket(level) == other.term.bucket(level))
        .map(move |same| (same[0].term.bucket(level), same))
}

/// Chooses the level at which writing the pages and reading one of them weighs least, and
/// the bits from which on a posting has a page to itself, from the bits of each.
///
/// Writing alone would choose one large page, which rounds up to whole units
/// only once; every lookup of a rare value reads a page of every segment, and
/// with it whatever else falls into the bucket.
fn choose_level(layout: &Layout, bits: &[u32]) -> (Level, u32) {
    let large: Vec<f64> = bits
        .iter()
        .filter(|bits| **bits > FREQUENT_BITS)
        .map(|bits| f64::from(*bits))
        .collect();
    let total = bits.iter().map(|bits| u64::from(*bits)).sum::<u64>()
        + u64::from(page::HASH_BITS) * bits.len() as u64;
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (total, terms) = (total as f64, bits.len() as f64);
    let fixed = page::layout_bytes(layout);
    let records = f64::from(layout.records());
    let few = (FEW_PAGES_AN_EVENT * records).clamp(1.0, FEW_PAGES);
    let most = (MOST_PAGES_AN_EVENT * records).max(few);
    // What a page holds on average, were all terms on them.
    let average = |level: &Level| total / f64::from(level.buckets());
    let weight = |level: &Level| {
        let buckets = f64::from(level.buckets());
        let own = large.iter().filter(|bits| **bits > average(level) / 2.0);
        let (own, own_bits) = own.fold((0.0, 0.0), |(count, sum), bits| (count + 1.0, sum + bits));
        let page = (fixed + (total - own_bits) / 8.0 / buckets) / UNIT_BYTES;
        // Some buckets stay empty; a page takes half a unit more than its size, or one.
        let pages = buckets * -(-terms / buckets).exp_m1();
        let units = pages * (page + 0.5).max(1.0) + own;
        let over = if buckets > most { f64::INFINITY } else { 0.0 };
        units + READ_WEIGHT * page + over
    };
    let level = Level::ALL
        .into_iter()
        .min_by(|one, other| weight(one).total_cmp(&weight(other)))
        .unwrap_or(Level::ALL[0]);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bits of a page"
    )]
    let frequent = (average(&level) / 2.0) as u32;
    (level, frequent.max(FREQUENT_BITS))
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
        oldest: layout.oldest(),
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
