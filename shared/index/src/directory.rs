//! The directory entry of a segment: its commit point.
//!
//! The body is compressed JSON: what a segment holds and which files it came
//! from, with the hashes that let anyone check it without this program.

use std::io;

use serde::{Deserialize, Serialize};

use crate::block::Encoder;
use crate::day::Day;
use crate::file::FileVersion;
use crate::page::{Layout, Span};
use crate::term::Level;

/// The largest directory entry that is read, inflated.
const LARGEST: usize = 16 * 1024 * 1024;

/// What a segment holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// The time of its oldest event.
    pub oldest: i64,
    /// The blocks, oldest first.
    pub blocks: Vec<BlockEntry>,
    /// The log files that its events came from; blocks refer to them by number.
    pub files: Vec<FileEntry>,
    /// The level of its term pages, written as the number of buckets.
    pub level: Level,
    /// The buckets of its pages of frequent terms, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frequent: Vec<u16>,
}

/// A block of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockEntry {
    /// How many records it holds.
    pub records: u32,
    /// The time of its newest event.
    pub newest: i64,
    /// The SHA-256 of its body, hexadecimal, its parts joined.
    pub sha256: String,
}

/// A log file of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// The file.
    #[serde(flatten)]
    pub version: FileVersion,
    /// The SHA-256 of its inflated content, hexadecimal.
    pub sha256: String,
    /// How many of its records the segment holds.
    pub records: u64,
    /// How many of its records are copies of others that the segment holds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub duplicates: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Directory {
    /// The time of the segment's newest event.
    pub fn newest(&self) -> i64 {
        self.blocks.last().map_or(self.oldest, |block| block.newest)
    }

    /// How the segment's records fall into its blocks.
    pub fn layout(&self) -> Layout {
        let mut oldest = self.oldest;
        let span = |block: &BlockEntry| Span {
            records: block.records,
            oldest: std::mem::replace(&mut oldest, block.newest),
            newest: block.newest,
        };
        Layout {
            blocks: self.blocks.iter().map(span).collect(),
        }
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder) -> io::Result<Vec<u8>> {
        encoder.encode_json(self, 3)
    }

    /// Reads an entry's body; nothing where it is damaged.
    ///
    /// Blocks must be of the day that the entry stands under.
    pub fn decode(body: &[u8], day: Day) -> Option<Self> {
        let json = zstd::bulk::decompress(body, LARGEST).ok()?;
        let directory: Self = serde_json::from_slice(&json).ok()?;
        let mut before = directory.oldest;
        let ordered = directory.blocks.iter().all(|block| {
            let fits = before <= block.newest;
            before = block.newest;
            fits
        });
        (ordered && day.start() <= directory.oldest && before <= day.end()).then_some(directory)
    }
}
