//! Whether a segment contradicts itself or the archive.

use std::collections::{BTreeMap, HashSet};

use aws::Error;
use aws::objects::GetError;
use aws::table::{Marks, Range};
use index::block::Block;
use index::directory::FileEntry;
use index::file::FileRecord;
use index::table::{self, SegmentId};
use index::{Day, Item, Keeping};
use trail::digest::sha256;
use trail::log_file::Entry as FileContent;
use trail::{Category, LogFile};

use super::{ALTERED, Place};
use crate::Custodian;
use crate::run::Run;
use crate::walk::Entry;

/// The largest log file, as compressed as it lies in the bucket.
pub(super) const MOST_COMPRESSED: usize = 64 * 1024 * 1024;

/// How many directory entries are read at once.
const PAGE: usize = 100;

/// What became of a segment that seemed wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::operator) enum Verdict {
    /// It was wrong and is gone; its files are indexed again.
    Removed(String),
    /// It is what the archive says.
    Sound,
    /// There is no such segment.
    Absent,
    /// The archive does not say: it stays.
    Unverifiable(String),
    /// There was no time for it.
    Unfinished,
}

impl Verdict {
    pub(in crate::operator) const fn name(&self) -> &'static str {
        match self {
            Self::Removed(_) => "removed",
            Self::Sound => "sound",
            Self::Absent => "absent",
            Self::Unverifiable(_) => "unverifiable",
            Self::Unfinished => "unfinished",
        }
    }

    pub(in crate::operator) fn reason(&self) -> Option<&str> {
        match self {
            Self::Removed(reason) | Self::Unverifiable(reason) => Some(reason),
            Self::Sound | Self::Absent | Self::Unfinished => None,
        }
    }
}

/// A file as the archive has it, against what a segment says of it.
enum Archived {
    Equal,
    Differs(String),
    Unknown(String),
}

impl Custodian {
    /// Looks at a segment, and has it written again where it is wrong.
    pub(super) async fn repair_segment(
        &self,
        place: &Place,
        keeping: &Keeping,
        run: &Run,
    ) -> Result<Verdict, Error> {
        if run.is_over() {
            return Ok(Verdict::Unfinished);
        }
        let Some((category, day, id)) = read(place) else {
            return Ok(Verdict::Absent);
        };
        let Some(item) = self.directory_of(category, day, &id).await? else {
            return Ok(Verdict::Absent);
        };
        let (partition, sort) = (item.partition.clone(), item.sort.clone());
        let Some(entry) = Entry::read(category, day, item) else {
            // Of what it consisted it does not say: the blocks stand by its name.
            let blocks = table::blocks(&id);
            let blocks = Range::partition(&blocks);
            let blocks = self.table.stamps(blocks, usize::MAX).await?;
            self.table
                .delete(&partition, &sort, &Marks::default())
                .await?;
            if !self.remove_all(blocks, run).await? {
                return Ok(Verdict::Unfinished);
            }
            return Ok(Verdict::Removed(
                "the directory entry is damaged".to_owned(),
            ));
        };
        let reason = match self.contradictions(&entry).await?.first() {
            Some(contradiction) => contradiction.to_string(),
            None if !self.has_header(&entry).await? => {
                "the header of its day is missing".to_owned()
            }
            None => match self.against_archive(&entry, run).await? {
                Some(Archived::Equal) => return Ok(Verdict::Sound),
                Some(Archived::Differs(reason)) => reason,
                Some(Archived::Unknown(reason)) => return Ok(Verdict::Unverifiable(reason)),
                None => return Ok(Verdict::Unfinished),
            },
        };
        if self.renew(&entry, keeping, run).await? {
            Ok(Verdict::Removed(reason))
        } else {
            Ok(Verdict::Unfinished)
        }
    }

    /// Tells whether the header is there by which lookups find the segment's pages.
    async fn has_header(&self, entry: &Entry) -> Result<bool, Error> {
        let partition = table::days(entry.category);
        let header = self.table.get(&partition, &entry.header()).await?;
        Ok(header.is_some())
    }

    /// Finds a directory entry by its segment's name, damaged or not.
    async fn directory_of(
        &self,
        category: Category,
        day: Day,
        id: &SegmentId,
    ) -> Result<Option<Item>, Error> {
        let partition = table::segments(category, day);
        let mut from = " ".to_owned();
        loop {
            let range = Range {
                partition: &partition,
                from: &from,
                until: "~",
                consistent: true,
            };
            let items = self.table.list(range, PAGE).await?;
            let Some(last) = items.last().map(|last| format!("{} ", last.item.sort)) else {
                return Ok(None);
            };
            let is_last = items.len() < PAGE;
            let is_named = |item: &Item| table::parse_newest(&item.sort).as_ref() == Some(id);
            let mut items = items.into_iter().map(|marked| marked.item);
            if let Some(found) = items.find(is_named) {
                return Ok(Some(found));
            }
            if is_last {
                return Ok(None);
            }
            from = last;
        }
    }

    /// Holds every record of a segment against the file that it is said to come from.
    async fn against_archive(&self, entry: &Entry, run: &Run) -> Result<Option<Archived>, Error> {
        let partition = table::blocks(&entry.id);
        let parts = self.table.query(Range::partition(&partition)).await?.items;
        let mut blocks: BTreeMap<usize, Vec<Item>> = BTreeMap::new();
        for part in parts {
            if let Some((number, _)) = table::parse_block_part(&part.sort) {
                blocks.entry(number).or_default().push(part);
            }
        }
        let mut hashes: Vec<HashSet<[u8; 32]>> = vec![HashSet::new(); entry.directory.files.len()];
        for parts in blocks.values() {
            let bodies: Vec<&[u8]> = parts.iter().map(|part| part.body.as_slice()).collect();
            let block = match Block::decode(&bodies) {
                Ok(block) => block,
                Err(error) => return Ok(Some(Archived::Differs(error.to_string()))),
            };
            for record in block.records() {
                if let Some(hashes) = hashes.get_mut(record.file as usize) {
                    hashes.insert(sha256(record.text.as_bytes()));
                }
            }
        }
        for (file, hashes) in entry.directory.files.iter().zip(hashes) {
            if run.is_over() {
                return Ok(None);
            }
            match self.file_against_archive(file, hashes).await? {
                Archived::Equal => {}
                other => return Ok(Some(other)),
            }
        }
        Ok(Some(Archived::Equal))
    }

    async fn file_against_archive(
        &self,
        file: &FileEntry,
        mut hashes: HashSet<[u8; 32]>,
    ) -> Result<Archived, Error> {
        let (bucket, key) = (&file.version.bucket, &file.version.key);
        let version = file.version.version.as_deref();
        let object = self.objects.get(bucket, key, version, MOST_COMPRESSED);
        let object = match object.await {
            Ok(object) => object,
            Err(GetError::Call(error)) => return Err(error),
            Err(error @ (GetError::Missing | GetError::TooLarge { .. } | GetError::Archived)) => {
                return Ok(Archived::Unknown(format!("{key}: {error}")));
            }
        };
        let log = match LogFile::inflate(&object.bytes, self.settings.max_file_bytes) {
            Ok(log) => log,
            Err(error) => return Ok(Archived::Unknown(format!("{key}: {error}"))),
        };
        if self.is_contradicted(&file.version, log.sha256()).await? {
            return Ok(Archived::Unknown(format!("{key}: {ALTERED}")));
        }
        if FileRecord::hash_text(log.sha256()) != file.sha256 {
            return Ok(Archived::Differs(format!(
                "{key} has another hash in the archive"
            )));
        }
        let entries = match log.entries() {
            Ok(entries) => entries,
            Err(error) => return Ok(Archived::Unknown(format!("{key}: {error}"))),
        };
        for entry in entries {
            if let FileContent::Record(record) = entry {
                hashes.remove(&sha256(record.text().as_bytes()));
            }
        }
        Ok(if hashes.is_empty() {
            Archived::Equal
        } else {
            let foreign = hashes.len();
            Archived::Differs(format!("{foreign} records are not in {key} of the archive"))
        })
    }
}

fn read(place: &Place) -> Option<(Category, Day, SegmentId)> {
    Some((
        place.category.parse().ok()?,
        place.day.parse().ok()?,
        SegmentId::parse(&place.segment)?,
    ))
}
