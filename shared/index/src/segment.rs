//! Segments: what one batch of log files contributes to a day of a category.
//!
//! [`Builder::add`] takes the records of a file, a stretch at a time;
//! [`Builder::seal`] turns what was gathered into [`Segment`]s, whose items are
//! put in this order: write mark and header, blocks, term pages, tally,
//! directory. After all segments of a file, its file record is put. A crash in
//! between leaves items that no directory names: readers meet their events
//! again under the segment that is written next and drop what is twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use trail::digest::{Hash, sha256};
use trail::{Category, Record};

use crate::block::Encoder;
use crate::day::Day;
use crate::directory::FileEntry;
use crate::file::FileVersion;
use crate::item::Item;
use crate::retention::Class;
use crate::table::{self, SegmentId};
use crate::term::Level;
use crate::visibility::Keeping;

pub mod check;
mod group;
mod keys;
mod paging;
mod seal;

use group::Group;
pub use keys::{Keys, UnreadableKey, keys};

/// The bytes of inflated content after which a file is divided into stretches.
///
/// Divided by its own bytes alone, a file falls into the same stretches in
/// whichever batch it comes, which lets tallies be counted once.
pub const STRETCH_BYTES: usize = 8 * 1024 * 1024;

/// The bytes of records after which a batch should be sealed before more is added.
pub const FULL_BYTES: usize = 24 * 1024 * 1024;

/// A log file that a segment's records come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub version: FileVersion,
    /// The SHA-256 of its inflated content.
    pub sha256: Hash,
    /// When it was delivered, in seconds since 1970.
    pub delivered: i64,
}

/// Gathers records into segments.
pub struct Builder {
    class: Class,
    keeping: Keeping,
    sources: Vec<Source>,
    groups: BTreeMap<(Category, Day), Group>,
    bytes: usize,
}

/// A segment, ready to be put.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name.
    pub id: SegmentId,
    /// Its category.
    pub category: Category,
    /// Its day.
    pub day: Day,
    /// The level of its term pages.
    pub level: Level,
    /// The header: the day has pages of this level. The same for many segments.
    pub header: Item,
    /// The blocks' parts.
    pub blocks: Vec<Item>,
    /// The term pages.
    pub pages: Vec<Item>,
    /// The tally.
    pub tally: Item,
    /// The directory entry: with it the segment is committed.
    pub directory: Item,
    /// The files it holds records of, and how many.
    pub files: Vec<FileEntry>,
    /// How many records it holds.
    pub records: u64,
    /// How many records came twice and are held once.
    pub duplicates: u64,
}

impl Builder {
    /// Starts a batch of one retention class, kept by a policy and by holds.
    pub fn new(class: Class, keeping: impl Into<Keeping>) -> Self {
        Self {
            class,
            keeping: keeping.into(),
            sources: Vec::new(),
            groups: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Names a file that records will come from.
    pub fn source(&mut self, source: Source) -> SourceNumber {
        self.sources.push(source);
        SourceNumber(u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX))
    }

    /// Adds a record that stands in some stretch of a file.
    pub fn add(&mut self, source: SourceNumber, stretch: u32, record: &Record<'_>) {
        self.bytes += record.text().len();
        self.groups
            .entry((Category::of(record), Day::of(record.time())))
            .or_default()
            .add(source.0, stretch, record);
    }

    /// How many bytes of records were added since the batch was begun.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Tells whether the batch should be sealed before the next stretch is added.
    pub const fn is_full(&self) -> bool {
        self.bytes >= FULL_BYTES
    }

    /// Ends the batch and makes its segments; what is added later starts the next.
    ///
    /// Fails only where memory for compression is short.
    pub fn seal(&mut self) -> io::Result<Vec<Segment>> {
        let sources = std::mem::take(&mut self.sources);
        let groups = std::mem::take(&mut self.groups);
        self.bytes = 0;
        let mut encoder = Encoder::new()?;
        groups
            .into_iter()
            .map(|((category, day), group)| {
                let place = seal::Place {
                    category,
                    day,
                    class: &self.class,
                    keeping: &self.keeping,
                };
                seal::seal(&group, &place, &sources, &mut encoder)
            })
            .collect()
    }
}

/// The number of a file among a batch's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceNumber(u32);

impl Segment {
    /// The mark that the day is written to now, so that lookups read it strongly for a while
    /// and know of its pages before the header is seen everywhere.
    pub fn write_mark(&self, now: i64) -> Item {
        let slot = table::slot(now);
        Item {
            partition: table::writes(self.category),
            sort: table::write_mark(slot, &self.header.sort),
            body: Vec::new(),
            // Kept longer than any reader looks back, and free to delete.
            expires: Some((slot + 1) * table::SLOT_SECONDS + 86_400),
        }
    }

    /// The write units that putting the segment's own items consumes.
    pub fn write_units(&self) -> usize {
        let own = self
            .blocks
            .iter()
            .chain(&self.pages)
            .chain([&self.tally, &self.directory]);
        own.map(Item::write_units).sum()
    }
}

/// The stretch of a file that an offset of its content lies in.
pub const fn stretch_of(offset: usize) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "files are bounded far below 2^32 stretches"
    )]
    let stretch = (offset / STRETCH_BYTES) as u32;
    stretch
}

/// Hashes what a segment is named by.
///
/// The stretches of its files are part of it, because its tally counts by them: a
/// large file may hold the same records at both ends, and those go into two segments.
fn content_hash(
    (category, day, class): (Category, Day, &Class),
    blocks: &[Hash],
    files: &[NamedFile],
    stretches: &BTreeSet<(u32, u32)>,
) -> Hash {
    let mut content = format!("{category}#{day}#{class}\n").into_bytes();
    for block in blocks {
        content.extend_from_slice(block);
    }
    for file in files {
        content.extend_from_slice(file.sort.as_bytes());
        content.push(b'\n');
        content.extend_from_slice(&file.sha256);
    }
    for (file, stretch) in stretches {
        content.extend_from_slice(&file.to_be_bytes());
        content.extend_from_slice(&stretch.to_be_bytes());
    }
    sha256(&content)
}

/// A log file, as a segment's name has it.
struct NamedFile {
    sort: String,
    sha256: Hash,
}
