//! Blocks: some hundred records of a segment, verbatim, compressed together.
//!
//! A block's body is `version, parts, dictionary (two bytes), content length
//! (four bytes)`, numbers with the low byte first, and a zstd frame.
//! Inside it stand the number of records, then for each its length and the
//! number of the log file it came from, then the records' bytes. A frame that
//! is too large for one item (records of 1 MB that do not compress) continues
//! in further items, which sort right behind the first.

use std::io;

use zstd::zstd_safe::CParameter;

use crate::dictionary::{self, DictionaryNumber};

/// The version byte that a block starts with.
const VERSION: u8 = 1;

/// The bytes before the frame.
const HEADER: usize = 8;

/// The largest body of one item, below DynamoDB's 400 KB with room for the key.
pub const LARGEST_BODY: usize = 350 * 1024;

/// The largest content a frame may claim; more is damage or an attack.
const LARGEST_CONTENT: usize = 64 * 1024 * 1024;

/// A record on its way into a block.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The record's text.
    pub text: &'a str,
    /// The number of its log file among the segment's.
    pub file: u32,
}

/// A block's content, decompressed.
#[derive(Debug)]
pub struct Block {
    content: String,
    records: Vec<(std::ops::Range<usize>, u32)>,
}

/// Says why a block's items cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The block is of a version, or needs a dictionary, that this program does not know.
    #[error(
        "the block is of version {version} with dictionary {dictionary}, which this program does not know"
    )]
    Unknown {
        /// The block's version.
        version: u8,
        /// The dictionary it names.
        dictionary: u16,
    },
    /// Some of the block's items are missing.
    #[error("the block has {found} of its {wanted} parts")]
    Incomplete {
        /// How many parts were given.
        found: usize,
        /// How many the first one promises.
        wanted: usize,
    },
    /// The content contradicts itself.
    #[error("the block is damaged")]
    Damaged,
}

/// Encodes blocks and other bodies, one after another: compression contexts are dear to make.
pub struct Encoder {
    compressor: zstd::bulk::Compressor<'static>,
    plain: zstd::bulk::Compressor<'static>,
    content: Vec<u8>,
}

impl Encoder {
    /// Makes an encoder; fails only where memory is short.
    pub fn new() -> io::Result<Self> {
        let mut compressor =
            zstd::bulk::Compressor::with_prepared_dictionary(dictionary::encoder())?;
        // The header names dictionary and length; each would be said twice.
        compressor.set_parameter(CParameter::DictIdFlag(false))?;
        compressor.set_parameter(CParameter::ContentSizeFlag(false))?;
        Ok(Self {
            compressor,
            plain: zstd::bulk::Compressor::default(),
            content: Vec::new(),
        })
    }

    /// Encodes what is JSON in a body of its own: a directory entry or a tally.
    pub(crate) fn encode_json(
        &mut self,
        value: &impl serde::Serialize,
        level: i32,
    ) -> io::Result<Vec<u8>> {
        self.content.clear();
        serde_json::to_writer(&mut self.content, value)?;
        self.plain.set_compression_level(level)?;
        self.plain.compress(&self.content)
    }

    /// Encodes records into the bodies of a block's items: one, or more where they are huge.
    pub fn encode(&mut self, records: &[Stored<'_>]) -> io::Result<Vec<Vec<u8>>> {
        let content = &mut self.content;
        content.clear();
        varint(content, records.len());
        for record in records {
            varint(content, record.text.len());
            varint(content, record.file as usize);
        }
        for record in records {
            content.extend_from_slice(record.text.as_bytes());
        }
        let length = u32::try_from(content.len())
            .ok()
            .filter(|_| content.len() <= LARGEST_CONTENT)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        let frame = self.compressor.compress(content)?;
        let chunks = frame.chunks(LARGEST_BODY - HEADER);
        let parts = u8::try_from(chunks.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        Ok(chunks
            .map(|chunk| {
                let mut body = Vec::with_capacity(HEADER + chunk.len());
                body.extend_from_slice(&[VERSION, parts]);
                body.extend_from_slice(&dictionary::CURRENT.0.to_le_bytes());
                body.extend_from_slice(&length.to_le_bytes());
                body.extend_from_slice(chunk);
                body
            })
            .collect())
    }
}

impl Block {
    /// Decodes a block from the bodies of its items, in the order of their keys.
    pub fn decode(parts: &[&[u8]]) -> Result<Self, BlockError> {
        let first = parts.first().ok_or(BlockError::Incomplete {
            found: 0,
            wanted: 1,
        })?;
        let [version, wanted, low, high, a, b, c, d, ..] = **first else {
            return Err(BlockError::Damaged);
        };
        let number = u16::from_le_bytes([low, high]);
        let unknown = BlockError::Unknown {
            version,
            dictionary: number,
        };
        let dictionary =
            dictionary::decoder(DictionaryNumber(number)).filter(|_| version == VERSION);
        let dictionary = dictionary.ok_or(unknown)?;
        if parts.len() != usize::from(wanted) {
            return Err(BlockError::Incomplete {
                found: parts.len(),
                wanted: wanted.into(),
            });
        }
        let mut frame = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            frame.extend_from_slice(part.get(HEADER..).ok_or(BlockError::Damaged)?);
        }
        let length = usize::try_from(u32::from_le_bytes([a, b, c, d]))
            .ok()
            .filter(|length| *length <= LARGEST_CONTENT)
            .ok_or(BlockError::Damaged)?;
        zstd::bulk::Decompressor::with_prepared_dictionary(dictionary)
            .and_then(|mut decompressor| decompressor.decompress(&frame, length))
            .ok()
            .filter(|content| content.len() == length)
            .and_then(Self::split)
            .ok_or(BlockError::Damaged)
    }

    fn split(mut content: Vec<u8>) -> Option<Self> {
        let mut at = 0;
        let count = read_varint(&content, &mut at)?;
        let mut lengths = Vec::new();
        for _ in 0..count {
            let length = read_varint(&content, &mut at)?;
            lengths.push((length, u32::try_from(read_varint(&content, &mut at)?).ok()?));
        }
        let content = String::from_utf8(content.split_off(at)).ok()?;
        let mut at = 0_usize;
        let mut records = Vec::with_capacity(lengths.len());
        for (length, file) in lengths {
            let end = at.checked_add(length)?;
            content.get(at..end)?;
            records.push((at..end, file));
            at = end;
        }
        (at == content.len()).then_some(Self { content, records })
    }

    /// How many records the block holds.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Tells whether the block holds nothing, which no writer writes.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// A record by its number in the block.
    pub fn record(&self, number: usize) -> Option<Stored<'_>> {
        let (range, file) = self.records.get(number)?;
        Some(Stored {
            text: self.content.get(range.clone())?,
            file: *file,
        })
    }

    /// The records, in ascending order.
    pub fn records(&self) -> impl Iterator<Item = Stored<'_>> {
        (0..self.len()).filter_map(|number| self.record(number))
    }
}

/// Appends a number, seven bits a byte, the lowest first.
fn varint(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push(0x80 | low_bits(value));
        value >>= 7;
    }
    bytes.push(low_bits(value));
}

#[expect(clippy::cast_possible_truncation, reason = "masked to seven bits")]
const fn low_bits(value: usize) -> u8 {
    (value & 0x7f) as u8
}

fn read_varint(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut value = 0_usize;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn encode(records: &[Stored<'_>]) -> Vec<Vec<u8>> {
        Encoder::new()
            .expect("has memory")
            .encode(records)
            .expect("encodes")
    }

    fn decode(bodies: &[Vec<u8>]) -> Result<Block, BlockError> {
        Block::decode(&bodies.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn records_come_back_byte_for_byte(texts in proptest::collection::vec((".{0,80}", 0_u32..5_000), 1..40)) {
            let stored: Vec<Stored<'_>> =
                texts.iter().map(|(text, file)| Stored { text, file: *file }).collect();
            let block = decode(&encode(&stored)).expect("own block");
            let read: Vec<(String, u32)> =
                block.records().map(|record| (record.text.to_owned(), record.file)).collect();
            prop_assert_eq!(read, texts);
        }

        #[test]
        fn damaged_blocks_never_panic(flip in any::<u16>(), cut in any::<u16>()) {
            let stored = [Stored { text: "{\"eventTime\":\"2026-10-13T08:00:00Z\"}", file: 0 }; 9];
            let mut bodies = encode(&stored);
            let bit = usize::from(flip) % (bodies[0].len() * 8);
            bodies[0][bit / 8] ^= 1 << (bit % 8);
            let _ = decode(&bodies);
            let length = usize::from(cut) % bodies[0].len();
            bodies[0].truncate(length);
            prop_assert!(decode(&bodies).is_err());
        }
    }

    #[test]
    fn a_block_too_large_for_one_item_is_cut_and_joined() {
        // Hexadecimal noise halves at best, so that 3 MB do not fit into 350 KB.
        let mut noise = String::new();
        let mut state = 1_u64;
        while noise.len() < 3_000_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            write!(noise, "{:08x}", state >> 32).expect("a string takes all");
        }
        let stored = [
            Stored {
                text: &noise,
                file: 3,
            },
            Stored {
                text: "{}",
                file: 4,
            },
        ];
        let bodies = encode(&stored);
        assert!(bodies.len() > 1 && bodies.iter().all(|body| body.len() <= LARGEST_BODY));
        let block = decode(&bodies).expect("own block");
        assert_eq!(
            block.record(0).map(|record| record.text),
            Some(noise.as_str())
        );
        assert_eq!(block.record(1).map(|record| record.file), Some(4));
        assert_eq!(
            decode(&bodies[..1]).err(),
            Some(BlockError::Incomplete {
                found: 1,
                wanted: bodies.len()
            })
        );
    }

    #[test]
    fn an_unknown_dictionary_is_named() {
        let mut bodies = encode(&[Stored {
            text: "{}",
            file: 0,
        }]);
        bodies[0][2] = 77;
        assert_eq!(
            decode(&bodies).err(),
            Some(BlockError::Unknown {
                version: 1,
                dictionary: 77
            })
        );
    }
}
