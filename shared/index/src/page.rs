//! Term pages: for every term of a segment in one bucket, the records that hold it.
//!
//! A page is one stream of bits. It starts with the segment's layout: how many
//! records there are, how many make a block, and until when each of at most 32
//! groups of blocks reaches, so that a page alone says which blocks to read and
//! in which order. Then come the terms by ascending hash: the gap to the one
//! before in the Rice code, and the posting. Of a term that one record holds the
//! block is named, for a block is read whole; of one that several hold, the
//! records, so that the intersection of two terms is all but exact. A term that
//! more than one record in four holds tells little: of it the blocks are listed
//! that hold it, or those that do not where they are fewer.
//!
//! Only as many hash bits are kept as make a false match rare: with `n` terms
//! on a page, `log2 n + 10` bits let one lookup in 1,024 pages find a term
//! that is not there, which costs reading a block and nothing else. A block is
//! about as much to read as some dozen pages, so that more bits cost more than
//! they save.

use std::borrow::Cow;

use crate::bits::{BitReader, BitWriter, gamma_length, rice_length};
use crate::day::Day;
use crate::term::{Level, Term};

/// The version byte that a page starts with.
const VERSION: u8 = 1;

/// Hash bits kept beyond the logarithm of a page's term count.
const SPARE_BITS: u32 = 10;

/// A term that more than one record in so many holds is listed by blocks.
const FREQUENT: u32 = 4;

/// The most groups of blocks whose times a page tells apart.
const MOST_GROUPS: u32 = 32;

/// More records than any segment holds; a page that claims more is damaged.
const MOST_RECORDS: u32 = 1 << 20;

/// How a segment's records, in ascending order, fall into its blocks.
///
/// All blocks hold as many records, but for the last, which may hold fewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The blocks, oldest first.
    pub blocks: Vec<Span>,
}

/// The extent of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many records the block holds.
    pub records: u32,
    /// A time that no record of it comes before.
    pub oldest: i64,
    /// A time that no record of it comes behind.
    pub newest: i64,
}

impl Layout {
    /// How many records the segment holds.
    pub fn records(&self) -> u32 {
        self.blocks.iter().map(|block| block.records).sum()
    }

    /// The time of the segment's first record.
    pub fn oldest(&self) -> i64 {
        self.blocks.first().map_or(0, |block| block.oldest)
    }

    /// The time of the segment's last record.
    pub fn newest(&self) -> i64 {
        self.blocks.last().map_or(0, |block| block.newest)
    }

    /// How many records make a block, and all of them.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            records: self.records(),
            block: self.blocks.first().map_or(1, |block| block.records),
        }
    }
}

/// How many records a segment has, and how many make a block.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    records: u32,
    block: u32,
}

impl Counts {
    const fn blocks(self) -> u32 {
        self.records.div_ceil(self.block)
    }

    /// How many blocks make a group.
    const fn group(self) -> u32 {
        self.blocks().div_ceil(MOST_GROUPS)
    }

    /// The records of a block.
    fn block(self, number: u32) -> std::ops::Range<u32> {
        number * self.block..self.records.min((number + 1) * self.block)
    }
}

/// A term and the records of the segment that hold it, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting<'r> {
    /// The term.
    pub term: Term,
    /// The numbers of the records in the segment, from zero.
    pub records: &'r [u32],
}

/// What a page says of a term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The records that may hold it, in ascending order; every one that does is among them.
    pub records: Vec<u32>,
    /// How many hold it.
    pub count: u32,
}

/// Says that a page's body cannot be read: it is damaged or of a later version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The page is of a version that this program does not know.
    #[error("the term page is of version {0}, which this program does not know")]
    Version(u8),
    /// The page ends early or contradicts itself.
    #[error("the term page is damaged")]
    Damaged,
}

/// How many bits a posting takes on any page, from which the level is chosen.
pub(crate) fn posting_bits(posting: &Posting<'_>, counts: Counts) -> u32 {
    let count = length(posting.records);
    if count == 1 {
        return 1 + number_bits(counts.blocks());
    }
    let list_bits = match Listed::of(posting.records, counts) {
        Listed::All => 0,
        Listed::Records(list) => list.bits(),
        Listed::Blocks(list) => gamma_length(list.of - list.present) + list.bits(),
    };
    1 + gamma_length(count - 2) + list_bits
}

/// How many bits a term's hash takes on a page, on average.
pub(crate) const HASH_BITS: u32 = SPARE_BITS + 2;

/// How many bytes every page of a segment takes before its terms, its key included.
pub(crate) fn layout_bytes(layout: &Layout) -> f64 {
    // Version, times and counts; the key, the attribute names and the expiry.
    let fixed = 12.0 + 90.0;
    let counts = layout.counts();
    let groups = counts.blocks().div_ceil(counts.group().max(1));
    // The logarithm of the mean gap, and about 1.5.
    let seconds = (layout.newest() - layout.oldest()) / i64::from(groups.max(1));
    let gap = f64::from(u32::try_from(seconds).unwrap_or(0).max(1).ilog2()) + 1.5;
    fixed + f64::from(groups) * gap / 8.0
}

/// Encodes the page of one bucket: its postings, ascending by term.
pub(crate) fn encode(layout: &Layout, day: Day, level: Level, postings: &[Posting<'_>]) -> Vec<u8> {
    let counts = layout.counts();
    let mut writer = BitWriter::default();
    writer.bits(u64::from(VERSION), 8);
    encode_layout(&mut writer, layout, day);
    let count = length(postings);
    writer.gamma(count);
    let (kept, low_bits) = hash_bits(count);
    let mut before = 0;
    for posting in postings {
        let remainder = posting.term.remainder(level, kept);
        writer.rice(remainder - before, low_bits);
        before = remainder;
        encode_posting(&mut writer, posting.records, counts);
    }
    writer.finish()
}

/// Finds terms on the page of their bucket; an absent term has no records.
///
/// Answers the layout, and for each of `wanted` what the page says of it.
pub fn find(
    body: &[u8],
    day: Day,
    level: Level,
    wanted: &[Term],
) -> Result<(Layout, Vec<Found>), PageError> {
    match body.first() {
        Some(&VERSION) => {}
        Some(&version) => return Err(PageError::Version(version)),
        None => return Err(PageError::Damaged),
    }
    read(&mut BitReader::new(&body[1..]), day, level, wanted).ok_or(PageError::Damaged)
}

fn read(
    reader: &mut BitReader<'_>,
    day: Day,
    level: Level,
    wanted: &[Term],
) -> Option<(Layout, Vec<Found>)> {
    let (layout, counts) = decode_layout(reader, day)?;
    let count = reader.gamma()?;
    let (kept, low_bits) = hash_bits(count);
    let wanted: Vec<u32> = wanted
        .iter()
        .map(|term| term.remainder(level, kept))
        .collect();
    let mut found = vec![Found::default(); wanted.len()];
    let mut remainder = 0_u32;
    for _ in 0..count {
        remainder = remainder.checked_add(reader.rice(low_bits)?)?;
        let posting = decode_posting(reader, counts)?;
        for (wanted, found) in wanted.iter().zip(&mut found) {
            if *wanted == remainder {
                // Two terms of one remainder stand side by side: either may be meant.
                found.records.extend_from_slice(&posting.records);
                found.count += posting.count;
            }
        }
    }
    for found in &mut found {
        found.records.sort_unstable();
        found.records.dedup();
    }
    Some((layout, found))
}

/// How many hash bits are kept, and how many of them the Rice code writes plainly.
const fn hash_bits(count: u32) -> (u32, u32) {
    let kept = if count == 0 { 0 } else { count.ilog2() + 1 } + SPARE_BITS;
    let kept = if kept > 30 { 30 } else { kept };
    (kept, SPARE_BITS)
}

fn encode_layout(writer: &mut BitWriter, layout: &Layout, day: Day) {
    let counts = layout.counts();
    writer.gamma(counts.records);
    writer.gamma(counts.block);
    let (oldest, newest) = (day.second(layout.oldest()), day.second(layout.newest()));
    writer.bits(u64::from(oldest), 17);
    writer.bits(u64::from(newest - oldest), 17);
    let low_bits = gap_bits(newest - oldest, counts);
    let mut before = oldest;
    // The end of the last group is that of the segment.
    let ends = layout.blocks.chunks(counts.group().max(1) as usize);
    for group in ends.rev().skip(1).rev() {
        let newest = group
            .last()
            .map_or(before, |block| day.second(block.newest));
        writer.rice(newest - before, low_bits);
        before = newest;
    }
}

/// The low bits of the Rice code of the seconds between the ends of two groups.
fn gap_bits(seconds: u32, counts: Counts) -> u32 {
    let groups = counts.blocks().div_ceil(counts.group().max(1));
    low_bits(groups, seconds.saturating_add(groups))
}

fn decode_layout(reader: &mut BitReader<'_>, day: Day) -> Option<(Layout, Counts)> {
    let counts = Counts {
        records: reader
            .gamma()
            .filter(|records| (1..=MOST_RECORDS).contains(records))?,
        block: reader
            .gamma()
            .filter(|records| (1..=MOST_RECORDS).contains(records))?,
    };
    let first = reader.bits(17)?;
    let last = first.checked_add(reader.bits(17)?)?;
    let low_bits = gap_bits(last - first, counts);
    let (count, group) = (counts.blocks(), counts.group());
    let mut blocks = Vec::with_capacity(count as usize);
    let mut before = first;
    for start in (0..count).step_by(group as usize) {
        let end = count.min(start + group);
        let newest = if end == count {
            last
        } else {
            before.checked_add(reader.rice(low_bits)?)?
        };
        if newest < before || newest > last {
            return None;
        }
        let time = |second: u32| day.start() + i64::from(second);
        blocks.extend((start..end).map(|number| {
            let records = counts.block(number);
            Span {
                records: records.end - records.start,
                oldest: time(before),
                newest: time(newest),
            }
        }));
        before = newest;
    }
    Some((Layout { blocks }, counts))
}

/// How a posting of two or more records is listed; its count and the segment's decide.
enum Listed<'r> {
    /// Every record holds the term.
    All,
    /// The records are listed.
    Records(List<'r>),
    /// The blocks that hold such a record are listed.
    Blocks(List<'r>),
}

/// Numbers below a bound: listed, or those that are absent where they are fewer.
struct List<'r> {
    /// How many numbers there could be.
    of: u32,
    /// How many there are.
    present: u32,
    /// The numbers that are written, in ascending order.
    written: Cow<'r, [u32]>,
}

impl<'r> Listed<'r> {
    fn of(present: &'r [u32], counts: Counts) -> Self {
        match Shape::of(length(present), counts.records) {
            Shape::All => Self::All,
            Shape::Records => Self::Records(List::new(Cow::Borrowed(present), counts.records)),
            Shape::Blocks => {
                let block = |record: &u32| record / counts.block;
                let mut blocks: Vec<u32> = present.iter().map(block).collect();
                blocks.dedup();
                Self::Blocks(List::new(Cow::Owned(blocks), counts.blocks()))
            }
        }
    }
}

/// What a posting of so many records is listed by.
enum Shape {
    All,
    Records,
    Blocks,
}

impl Shape {
    const fn of(count: u32, records: u32) -> Self {
        if count == records {
            Self::All
        } else if count > records / FREQUENT {
            Self::Blocks
        } else {
            Self::Records
        }
    }
}

impl<'r> List<'r> {
    fn new(numbers: Cow<'r, [u32]>, of: u32) -> Self {
        let present = length(&numbers);
        let written = if present > of / 2 {
            absent(&numbers, of).collect()
        } else {
            numbers
        };
        Self {
            of,
            present,
            written,
        }
    }

    fn bits(&self) -> u32 {
        let low_bits = low_bits(length(&self.written), self.of);
        gaps(self.written.iter().copied())
            .map(|gap| rice_length(gap, low_bits))
            .sum()
    }

    fn encode(&self, writer: &mut BitWriter) {
        let low_bits = low_bits(length(&self.written), self.of);
        gaps(self.written.iter().copied()).for_each(|gap| writer.rice(gap, low_bits));
    }

    /// Reads a list of so many numbers.
    fn decode(reader: &mut BitReader<'_>, present: u32, of: u32) -> Option<Vec<u32>> {
        let is_absent = present > of / 2;
        let count = if is_absent { of - present } else { present };
        let low_bits = low_bits(count, of);
        let mut numbers = Vec::with_capacity(count as usize);
        let mut next = 0_u32;
        for _ in 0..count {
            let number = next.checked_add(reader.rice(low_bits)?)?;
            if number >= of {
                return None;
            }
            numbers.push(number);
            next = number + 1;
        }
        Some(if is_absent {
            absent(&numbers, of).collect()
        } else {
            numbers
        })
    }
}

/// The low bits that the Rice code of a list's gaps does best with: 0.69 of their mean.
const fn low_bits(count: u32, of: u32) -> u32 {
    if count == 0 {
        return 0;
    }
    ((of - count) as u64 * 69 / (count as u64 * 100) + 1).ilog2()
}

fn encode_posting(writer: &mut BitWriter, present: &[u32], counts: Counts) {
    if let [record] = present {
        writer.bits(0, 1);
        let block = record / counts.block;
        writer.bits(u64::from(block), number_bits(counts.blocks()));
        return;
    }
    writer.bits(1, 1);
    writer.gamma(length(present) - 2);
    match Listed::of(present, counts) {
        Listed::All => {}
        Listed::Records(list) => list.encode(writer),
        Listed::Blocks(list) => {
            writer.gamma(list.of - list.present);
            list.encode(writer);
        }
    }
}

fn decode_posting(reader: &mut BitReader<'_>, counts: Counts) -> Option<Found> {
    let blocks = counts.blocks();
    if reader.bits(1)? == 0 {
        let block = reader.bits(number_bits(blocks))?;
        return (block < blocks).then(|| Found {
            records: counts.block(block).collect(),
            count: 1,
        });
    }
    let count = reader
        .gamma()?
        .checked_add(2)
        .filter(|count| *count <= counts.records)?;
    let records = match Shape::of(count, counts.records) {
        Shape::All => (0..counts.records).collect(),
        Shape::Records => List::decode(reader, count, counts.records)?,
        Shape::Blocks => {
            let present = blocks.checked_sub(reader.gamma()?)?;
            let listed = List::decode(reader, present, blocks)?;
            listed
                .into_iter()
                .flat_map(|number| counts.block(number))
                .collect()
        }
    };
    Some(Found { records, count })
}

/// The numbers below `records` that an ascending list lacks.
fn absent(present: &[u32], records: u32) -> impl Iterator<Item = u32> {
    let mut present = present.iter().copied().peekable();
    (0..records).filter(move |number| present.next_if_eq(number).is_none())
}

/// The numbers skipped before each of an ascending list.
fn gaps(numbers: impl Iterator<Item = u32>) -> impl Iterator<Item = u32> {
    let mut next = 0;
    numbers.map(move |number| {
        let gap = number - next;
        next = number + 1;
        gap
    })
}

/// How many bits a number below a bound takes.
const fn number_bits(of: u32) -> u32 {
    if of <= 1 { 0 } else { (of - 1).ilog2() + 1 }
}

/// A list's length; segments are bounded far below what a `u32` counts.
fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
