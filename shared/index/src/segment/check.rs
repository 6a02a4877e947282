//! Checks a stored segment against itself: everything that contradicts its name.
//!
//! A segment is named by a hash of its content, so that an item which was
//! changed, lost or slipped in contradicts the name or what follows from the
//! blocks. What this cannot tell is whether the records are those that CloudTrail
//! delivered: for that, the hashes of the files are compared with the digests.

use std::collections::BTreeMap;

use trail::digest::{Hash, sha256};
use trail::{Category, Record};

use super::{NamedFile, content_hash};
use crate::attribute::{UserAgents, each_value};
use crate::block::{Block, BlockError};
use crate::day::Day;
use crate::directory::Directory;
use crate::event;
use crate::table::{self, SegmentId};
use crate::term::{Level, Term};

mod pages;
mod tallied;

use tallied::Tallied;

/// The most contradictions that are told of one segment.
pub const MOST_CONTRADICTIONS: usize = 100;

/// The parts of a segment's blocks, by the block's number, in the order of their keys.
pub type Blocks = BTreeMap<usize, Vec<Vec<u8>>>;

/// The bodies of a segment's term pages, by level and bucket.
pub type Pages = BTreeMap<(Level, u16), Vec<u8>>;

/// A segment as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// Its name.
    pub id: &'a SegmentId,
    /// The category that its directory entry stands under.
    pub category: Category,
    /// The day that its directory entry stands under.
    pub day: Day,
    /// The sort key of its directory entry.
    pub sort: &'a str,
    /// The body of its directory entry.
    pub directory: &'a [u8],
    /// Everything in the partition of its blocks.
    pub blocks: &'a Blocks,
    /// The body of its tally, where there is one.
    pub tally: Option<&'a [u8]>,
    /// Its term pages; absent where they are not to be checked.
    pub pages: Option<&'a Pages>,
}

/// What contradicts a segment's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say what each is")]
pub enum Contradiction {
    #[error("the directory entry is damaged")]
    Directory,
    #[error("the directory entry stands under another time than that of the newest event")]
    Place,
    #[error("the directory entry's blocks, files and stretches do not give the segment's name")]
    Name,
    #[error("block {0} is missing")]
    BlockMissing(usize),
    #[error("block {0} is not listed by the directory entry")]
    BlockUnlisted(usize),
    #[error("block {0} has another hash than the directory entry lists")]
    BlockHash(usize),
    #[error("block {number}: {error}")]
    Block { number: usize, error: BlockError },
    #[error("block {0} holds another number of records than the directory entry lists")]
    BlockRecords(usize),
    #[error("block {0} ends at another time than the directory entry lists")]
    BlockTime(usize),
    #[error("record {record} of block {block} is not a record")]
    Record { block: usize, record: usize },
    #[error("record {record} of block {block} is of another day or category")]
    Elsewhere { block: usize, record: usize },
    #[error("record {record} of block {block} is out of order")]
    Order { block: usize, record: usize },
    #[error("record {record} of block {block} is of a file that the directory entry does not list")]
    File { block: usize, record: usize },
    #[error("file {0} of the directory entry has another number of records than it lists")]
    FileRecords(usize),
    #[error("the tally is missing")]
    TallyMissing,
    #[error("the tally counts otherwise than the records")]
    Tally,
    #[error("the buckets of frequent terms are others than the directory entry lists")]
    Frequent,
    #[error("the term page of bucket {bucket} of {buckets} is missing")]
    PageMissing { buckets: u32, bucket: u16 },
    #[error("the term page of bucket {bucket} of {buckets} lists otherwise than the records")]
    Page { buckets: u32, bucket: u16 },
    #[error("the term page of bucket {bucket} of {buckets} has no terms in the records")]
    PageUnlisted { buckets: u32, bucket: u16 },
}

/// Says everything that contradicts a segment's name; nothing where it is as it was written.
///
/// At most [`MOST_CONTRADICTIONS`]. Pages and counts follow from the blocks, and are only
/// checked where those are as they should be.
pub fn check(stored: &Stored<'_>) -> Vec<Contradiction> {
    let Some(directory) = Directory::decode(stored.directory, stored.day) else {
        return vec![Contradiction::Directory];
    };
    let mut check = Check {
        stored,
        directory: &directory,
        found: Vec::new(),
    };
    check.place();
    check.name();
    let records = check.blocks();
    if check.found.is_empty() {
        check.counts(&records);
        check.tally(&records.tallied);
        check.pages(&records.terms);
    }
    check.found.truncate(MOST_CONTRADICTIONS);
    check.found
}

/// A check under way.
struct Check<'c> {
    stored: &'c Stored<'c>,
    directory: &'c Directory,
    found: Vec<Contradiction>,
}

/// What the records of all blocks say.
#[derive(Default)]
struct Records {
    count: u32,
    /// How many there are of each file.
    files: BTreeMap<u32, u64>,
    tallied: Tallied,
    /// The terms of each, where pages are checked.
    terms: Vec<(Term, u32)>,
    user_agents: UserAgents,
    last: Option<(i64, String, u64, String)>,
}

impl Check<'_> {
    fn place(&mut self) {
        let (day, newest) = (self.stored.day, self.directory.newest());
        if self.stored.sort != table::newest(day, newest, self.stored.id) {
            self.found.push(Contradiction::Place);
        }
    }

    fn name(&mut self) {
        let Some(tally) = self.stored.tally else {
            // It says which stretches of the files there are, without which the name
            // cannot be told.
            self.found.push(Contradiction::TallyMissing);
            return;
        };
        if self.named(tally).as_ref() != Some(self.stored.id) {
            self.found.push(Contradiction::Name);
        }
    }

    /// The name that the directory entry gives, with the stretches that the tally lists.
    fn named(&self, tally: &[u8]) -> Option<SegmentId> {
        let hash = |text: &str| -> Option<Hash> { hex::decode(text).ok()?.try_into().ok() };
        let directory = self.directory;
        let blocks = directory.blocks.iter().map(|block| hash(&block.sha256));
        let blocks: Vec<Hash> = blocks.collect::<Option<_>>()?;
        let files = directory.files.iter().map(|file| {
            Some(NamedFile {
                sort: file.version.sort(),
                sha256: hash(&file.sha256)?,
            })
        });
        let files: Vec<NamedFile> = files.collect::<Option<_>>()?;
        let class = self.stored.id.class().parse().ok()?;
        let place = (self.stored.category, self.stored.day, &class);
        let stretches = tallied::stretches(tally, directory)?;
        let content = content_hash(place, &blocks, &files, &stretches);
        Some(SegmentId::new(&class, &content))
    }

    fn blocks(&mut self) -> Records {
        let mut records = Records::default();
        let listed = self.directory.blocks.len();
        for number in 0..listed {
            if self.found.len() >= MOST_CONTRADICTIONS {
                break;
            }
            match self.stored.blocks.get(&number) {
                Some(parts) => self.block(number, parts, &mut records),
                None => self.found.push(Contradiction::BlockMissing(number)),
            }
        }
        let unlisted = self.stored.blocks.range(listed..);
        let unlisted = unlisted.map(|(number, _)| Contradiction::BlockUnlisted(*number));
        self.found.extend(unlisted.take(MOST_CONTRADICTIONS));
        records
    }

    fn block(&mut self, number: usize, parts: &[Vec<u8>], records: &mut Records) {
        let entry = &self.directory.blocks[number];
        if hex::encode(sha256(&parts.concat())) != entry.sha256 {
            self.found.push(Contradiction::BlockHash(number));
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let block = match Block::decode(&parts) {
            Ok(block) => block,
            Err(error) => {
                self.found.push(Contradiction::Block { number, error });
                return;
            }
        };
        // All blocks hold as many, but for the last, which may hold fewer.
        let full = self.directory.blocks[0].records;
        let is_last = number + 1 == self.directory.blocks.len();
        let is_even = entry.records == full || (is_last && entry.records < full);
        if !is_even || entry.records == 0 || block.len() != entry.records as usize {
            self.found.push(Contradiction::BlockRecords(number));
        }
        let mut newest = None;
        for (at, stored) in block.records().enumerate() {
            if self.found.len() >= MOST_CONTRADICTIONS {
                return;
            }
            newest = self.record(number, at, stored.text, stored.file, records);
        }
        if newest != Some(entry.newest) {
            self.found.push(Contradiction::BlockTime(number));
        }
    }

    /// Checks a record, and answers its time.
    fn record(
        &mut self,
        block: usize,
        record: usize,
        text: &str,
        file: u32,
        records: &mut Records,
    ) -> Option<i64> {
        let Ok(read) = Record::parse(text) else {
            self.found.push(Contradiction::Record { block, record });
            return None;
        };
        let time = read.time();
        let is_here =
            Day::of(time) == self.stored.day && Category::of(&read) == self.stored.category;
        if !is_here {
            self.found.push(Contradiction::Elsewhere { block, record });
        }
        if file as usize >= self.directory.files.len() {
            self.found.push(Contradiction::File { block, record });
        }
        let key = (
            time,
            read.id().unwrap_or_default().to_owned(),
            event::content_hash(text),
            text.to_owned(),
        );
        let is_first = records.last.is_none();
        if records.last.as_ref().is_some_and(|last| *last >= key)
            || (is_first && time != self.directory.oldest)
        {
            self.found.push(Contradiction::Order { block, record });
        }
        records.last = Some(key);
        *records.files.entry(file).or_default() += 1;
        records.tallied.add(file, self.stored.day, &read);
        if self.stored.pages.is_some() {
            let (terms, number) = (&mut records.terms, records.count);
            each_value(&read, &mut records.user_agents, |attribute, value| {
                terms.push((Term::new(attribute, value), number));
            });
        }
        records.count += 1;
        Some(time)
    }

    fn counts(&mut self, records: &Records) {
        for (number, file) in (0..).zip(&self.directory.files) {
            let held = records.files.get(&number).copied().unwrap_or_default();
            if held != file.records {
                self.found.push(Contradiction::FileRecords(number as usize));
            }
        }
    }

    fn tally(&mut self, tallied: &Tallied) {
        let tally = self.stored.tally.unwrap_or_default();
        if !tallied.agrees(tally, self.stored.category, self.stored.day, self.directory) {
            self.found.push(Contradiction::Tally);
        }
    }

    fn pages(&mut self, terms: &[(Term, u32)]) {
        if let Some(stored) = self.stored.pages {
            let found = pages::check(stored, terms, self.directory, self.stored.day);
            self.found.extend(found);
        }
    }
}

#[cfg(test)]
mod tests;
