//! Term pages: for every term of a segment in one bucket, the records that hold it.
//!
//! A page is one stream of bits, about one write unit large. It starts with the
//! segment's layout (how its records fall into blocks, and until when each
//! block reaches), so that a page alone says which blocks to read and in which
//! order. Then come the terms by ascending hash: the gap to the one before in
//! the Rice code, and the posting. A posting of one record is its number in
//! plain bits; a longer one is the gaps between its records. A term that more
//! than one record in four holds tells little, so that its records need not be
//! known one by one: of it the runs of 16 records are listed that hold it, or
//! those that do not where they are fewer.
//!
//! Only as many hash bits are kept as make a false match rare: with `n` terms
//! on a page, `log2 n + 12` bits let one lookup in 4,096 pages find a term
//! that is not there, which costs reading a block and nothing else.

use crate::bits::{BitReader, BitWriter, gamma_length, rice_length};
use crate::day::Day;
use crate::term::{Level, Term};

/// The version byte that a page starts with.
const VERSION: u8 = 1;

/// Hash bits kept beyond the logarithm of a page's term count.
const SPARE_BITS: u32 = 12;

/// A term that more than one record in so many holds is listed by runs.
const FREQUENT: u32 = 4;

/// The records of a run.
const RUN: u32 = 16;

/// More records than any segment holds; a page that claims more is damaged.
const MOST_RECORDS: u32 = 1 << 20;

/// How a segment's records, in ascending order, fall into its blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The time of the segment's first record.
    pub oldest: i64,
    /// The blocks, oldest first.
    pub blocks: Vec<Span>,
}

/// The extent of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many records the block holds.
    pub records: u32,
    /// The time of its last record.
    pub newest: i64,
}

impl Layout {
    /// How many records the segment holds.
    pub fn records(&self) -> u32 {
        self.blocks.iter().map(|block| block.records).sum()
    }

    /// The time of the segment's last record.
    pub fn newest(&self) -> i64 {
        self.blocks.last().map_or(self.oldest, |block| block.newest)
    }
}

/// A term and the records of the segment that hold it, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The term.
    pub term: Term,
    /// The numbers of the records in the segment, from zero.
    pub records: Vec<u32>,
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
pub(crate) fn posting_bits(posting: &Posting, records: u32) -> u32 {
    let count = length(&posting.records);
    if count == 1 {
        return 1 + record_bits(records);
    }
    let list_bits = match Listed::of(&posting.records, records) {
        Listed::All => 0,
        Listed::Records(list) => list.bits(),
        Listed::Runs(list) => gamma_length(list.of - list.present) + list.bits(),
    };
    1 + gamma_length(count - 2) + list_bits
}

/// How many bits a term's hash takes on a page, on average.
pub(crate) const HASH_BITS: f64 = SPARE_BITS as f64 + 2.0;

/// How many bytes every page of a segment takes before its terms, its key included.
pub(crate) fn layout_bytes(layout: &Layout) -> f64 {
    // Version, time and counts; the key, the attribute names and the expiry.
    let fixed = 9.0 + 90.0;
    // Block size as usual in one bit, time since the one before in about 13.
    fixed + f64::from(length(&layout.blocks)) * 14.0 / 8.0
}

/// Encodes the page of one bucket: its postings, ascending by term.
pub(crate) fn encode(layout: &Layout, day: Day, level: Level, postings: &[Posting]) -> Vec<u8> {
    let records = layout.records();
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
        encode_posting(&mut writer, &posting.records, records);
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
    let layout = decode_layout(reader, day)?;
    let records = layout.records();
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
        let posting = decode_posting(reader, records)?;
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
    writer.bits(u64::from(day.second(layout.oldest)), 17);
    writer.gamma(length(&layout.blocks));
    let usual = layout.blocks.first().map_or(0, |block| block.records);
    writer.gamma(usual);
    let mut newest = layout.oldest;
    for block in &layout.blocks {
        writer.gamma(zigzag(block.records, usual));
        writer.gamma(day.second(block.newest) - day.second(newest));
        newest = block.newest;
    }
}

fn decode_layout(reader: &mut BitReader<'_>, day: Day) -> Option<Layout> {
    let oldest = day.start() + i64::from(reader.bits(17)?);
    let count = reader.gamma()?;
    let usual = reader.gamma()?;
    let mut newest = oldest;
    let mut total = 0_u32;
    let mut blocks = Vec::new();
    for _ in 0..count {
        let records = unzigzag(reader.gamma()?, usual)?;
        total = total
            .checked_add(records)
            .filter(|total| *total <= MOST_RECORDS)?;
        newest += i64::from(reader.gamma()?);
        blocks.push(Span { records, newest });
    }
    Some(Layout { oldest, blocks })
}

/// Codes a value by its distance from the usual one.
const fn zigzag(value: u32, usual: u32) -> u32 {
    if value > usual {
        (value - usual) * 2 - 1
    } else {
        (usual - value) * 2
    }
}

fn unzigzag(code: u32, usual: u32) -> Option<u32> {
    if code % 2 == 1 {
        usual.checked_add(code / 2 + 1)
    } else {
        usual.checked_sub(code / 2)
    }
}

/// How a posting of two or more records is listed; its count and the segment's decide.
enum Listed {
    /// Every record holds the term.
    All,
    /// The records are listed.
    Records(List),
    /// The runs of records are listed.
    Runs(List),
}

/// Numbers below a bound: listed, or those that are absent where they are fewer.
struct List {
    /// How many numbers there could be.
    of: u32,
    /// How many there are.
    present: u32,
    /// The numbers that are written, in ascending order.
    written: Vec<u32>,
}

impl Listed {
    fn of(present: &[u32], records: u32) -> Self {
        match Shape::of(length(present), records) {
            Shape::All => Self::All,
            Shape::Records => Self::Records(List::new(present.to_vec(), records)),
            Shape::Runs => {
                let mut runs: Vec<u32> = present.iter().map(|record| record / RUN).collect();
                runs.dedup();
                Self::Runs(List::new(runs, records.div_ceil(RUN)))
            }
        }
    }
}

/// What a posting of so many records is listed by.
enum Shape {
    All,
    Records,
    Runs,
}

impl Shape {
    const fn of(count: u32, records: u32) -> Self {
        if count == records {
            Self::All
        } else if count > records / FREQUENT {
            Self::Runs
        } else {
            Self::Records
        }
    }
}

impl List {
    fn new(numbers: Vec<u32>, of: u32) -> Self {
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

fn encode_posting(writer: &mut BitWriter, present: &[u32], records: u32) {
    if let [record] = present {
        writer.bits(0, 1);
        writer.bits(u64::from(*record), record_bits(records));
        return;
    }
    writer.bits(1, 1);
    writer.gamma(length(present) - 2);
    match Listed::of(present, records) {
        Listed::All => {}
        Listed::Records(list) => list.encode(writer),
        Listed::Runs(list) => {
            writer.gamma(list.of - list.present);
            list.encode(writer);
        }
    }
}

fn decode_posting(reader: &mut BitReader<'_>, records: u32) -> Option<Found> {
    if reader.bits(1)? == 0 {
        let record = reader.bits(record_bits(records))?;
        return (record < records).then(|| Found {
            records: vec![record],
            count: 1,
        });
    }
    let count = reader
        .gamma()?
        .checked_add(2)
        .filter(|count| *count <= records)?;
    let records = match Shape::of(count, records) {
        Shape::All => (0..records).collect(),
        Shape::Records => List::decode(reader, count, records)?,
        Shape::Runs => {
            let of = records.div_ceil(RUN);
            let present = of.checked_sub(reader.gamma()?)?;
            let runs = List::decode(reader, present, of)?;
            runs.into_iter()
                .flat_map(|run| run * RUN..records.min((run + 1) * RUN))
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

/// How many bits the number of a record takes.
const fn record_bits(records: u32) -> u32 {
    if records <= 1 {
        0
    } else {
        (records - 1).ilog2() + 1
    }
}

/// A list's length; segments are bounded far below what a `u32` counts.
fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
