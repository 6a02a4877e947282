//! Segments as the index has them.

use std::collections::BTreeMap;

use aws::Table;
use aws::table::Range;
use futures::{StreamExt as _, TryStreamExt as _};
use index::block::Block;
use index::directory::Directory;
use index::segment::check::{Blocks, Pages, Stored, check};
use index::table::{self, Key, SegmentId};
use index::term::Level;
use index::{Day, Extent, Item};
use trail::{Category, Record};

use super::ledger::Listing;
use crate::failure::Failure;

/// How many pages are read at once.
const AT_ONCE: usize = 16;

/// How many directory entries are read at once.
const PAGE: usize = 100;

/// A segment as it is stored.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) id: SegmentId,
    pub(super) category: Category,
    pub(super) day: Day,
    pub(super) entry: Option<Entry>,
    pub(super) blocks: Blocks,
}

/// A directory entry.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) item: Item,
    /// What it says; nothing where it is damaged.
    pub(super) directory: Option<Directory>,
}

impl Entry {
    /// Reads an entry of a day.
    pub(super) fn of(item: Item, day: Day) -> Self {
        let directory = Directory::decode(&item.body, day);
        Self { item, directory }
    }
}

impl Segment {
    /// Reads a segment by its name; nothing where there is nothing of it.
    ///
    /// Where it stands its records say, and where there are none, its directory entry is
    /// looked for in `places`.
    pub(super) async fn read(
        table: &Table,
        id: &SegmentId,
        places: impl IntoIterator<Item = (Category, Day)>,
    ) -> Result<Option<Self>, Failure> {
        let blocks = read_blocks(table, id).await?;
        let told = place_of(&blocks);
        if let Some((category, day, newest)) = told {
            let partition = table::segments(category, day);
            let item = table
                .get(&partition, &table::newest(day, newest, id))
                .await?;
            if let Some(item) = item {
                return Ok(Some(Self::of(id, category, day, item, blocks)));
            }
        }
        let told = told.map(|(category, day, _)| (category, day));
        for (category, day) in told.into_iter().chain(places) {
            if let Some(item) = find(table, category, day, id).await? {
                return Ok(Some(Self::of(id, category, day, item, blocks)));
            }
        }
        Ok(told.map(|(category, day)| Self {
            id: id.clone(),
            category,
            day,
            entry: None,
            blocks,
        }))
    }

    fn of(id: &SegmentId, category: Category, day: Day, item: Item, blocks: Blocks) -> Self {
        Self {
            id: id.clone(),
            category,
            day,
            entry: Some(Entry::of(item, day)),
            blocks,
        }
    }

    /// What the directory entry says.
    pub(super) fn directory(&self) -> Option<&Directory> {
        self.entry.as_ref()?.directory.as_ref()
    }

    /// What its directory entry is.
    pub(super) const fn listing(&self) -> Listing {
        match &self.entry {
            None => Listing::Missing,
            Some(entry) if entry.directory.is_none() => Listing::Damaged,
            Some(_) => Listing::Readable,
        }
    }

    /// What decides until when it is kept.
    pub(super) fn extent(&self) -> Option<Extent<'_>> {
        let directory = self.directory()?;
        Some(Extent::of(&self.id, self.category, self.day, directory))
    }

    /// Says what contradicts the segment's name; reads its tally, its pages and its header.
    pub(super) async fn contradictions(&self, table: &Table) -> Result<Vec<String>, Failure> {
        let Some(entry) = &self.entry else {
            return Ok(vec!["the directory entry is missing".to_owned()]);
        };
        let (mut pages, mut tally, mut has_header) = (Pages::new(), None, true);
        if let Some(directory) = &entry.directory {
            pages = self.pages(table, directory).await?;
            if let Ok(keys) = index::segment::keys(&self.id, self.category, self.day, directory) {
                let Key { partition, sort } = &keys.tally;
                tally = table.get(partition, sort).await?;
                let Key { partition, sort } = &keys.header;
                has_header = table.get(partition, sort).await?.is_some();
            }
        }
        let found = check(&Stored {
            id: &self.id,
            category: self.category,
            day: self.day,
            sort: &entry.item.sort,
            directory: &entry.item.body,
            blocks: &self.blocks,
            tally: tally.as_ref().map(|tally| tally.body.as_slice()),
            pages: Some(&pages),
        });
        let mut found: Vec<String> = found.iter().map(ToString::to_string).collect();
        if !has_header {
            // Others of the day need it, too: without it, lookups know of none of them.
            found.push("the header that leads to it is missing".to_owned());
        }
        Ok(found)
    }

    async fn pages(&self, table: &Table, directory: &Directory) -> Result<Pages, Failure> {
        let usual = (0..directory.level.buckets())
            .filter_map(|bucket| Some((directory.level, u16::try_from(bucket).ok()?)));
        let frequent = directory.frequent.iter();
        let places = usual.chain(frequent.map(|bucket| (Level::FREQUENT, *bucket)));
        let sort = table::page(self.day, directory.newest(), &self.id);
        let reads: Vec<_> = places
            .map(|(level, bucket)| {
                let partition = table::terms(self.category, self.day, level, bucket);
                let sort = sort.as_str();
                async move {
                    let page = table.get(&partition, sort).await?;
                    Ok::<_, aws::Error>(page.map(|page| ((level, bucket), page.body)))
                }
            })
            .collect();
        let pages: Vec<_> = futures::stream::iter(reads)
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(pages.into_iter().flatten().collect())
    }

    /// Tells every record that can be read, with its file's number.
    pub(super) fn each_record(&self, mut take: impl FnMut(u32, &Record<'_>)) {
        for parts in self.blocks.values() {
            for stored in decode(parts).iter().flat_map(Block::records) {
                if let Ok(record) = Record::parse(stored.text) {
                    take(stored.file, &record);
                }
            }
        }
    }
}

async fn read_blocks(table: &Table, id: &SegmentId) -> Result<Blocks, Failure> {
    let partition = table::blocks(id);
    let parts = table.query(Range::partition(&partition)).await?.items;
    let mut blocks: Blocks = BTreeMap::new();
    for part in parts {
        // A key that is none of a block's leaves the block without a part: damage.
        if let Some((number, _)) = table::parse_block_part(&part.sort) {
            blocks.entry(number).or_default().push(part.body);
        }
    }
    Ok(blocks)
}

fn decode(parts: &[Vec<u8>]) -> Option<Block> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Block::decode(&parts).ok()
}

/// Where a segment stands, and the time of its newest event, by its records.
fn place_of(blocks: &Blocks) -> Option<(Category, Day, i64)> {
    let mut place = None;
    for parts in blocks.values() {
        let Some(block) = decode(parts) else {
            continue;
        };
        let last = block
            .len()
            .checked_sub(1)
            .and_then(|last| block.record(last));
        let record = last.and_then(|stored| Record::parse(stored.text).ok());
        if let Some((time, category)) = record.map(|record| (record.time(), Category::of(&record)))
        {
            place = Some((category, Day::of(time), time));
        }
    }
    place
}

/// Finds a segment's directory entry on a day, wherever on it it stands.
async fn find(
    table: &Table,
    category: Category,
    day: Day,
    id: &SegmentId,
) -> Result<Option<Item>, Failure> {
    let mut entries = Entries::of(category, day);
    while let Some(items) = entries.next(table).await? {
        let is_named = |item: &Item| table::parse_newest(&item.sort).as_ref() == Some(id);
        if let Some(item) = items.into_iter().find(is_named) {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// The directory entries of a day, page by page.
#[derive(Debug)]
pub(super) struct Entries {
    partition: String,
    from: Option<String>,
}

impl Entries {
    /// Starts with the first.
    pub(super) fn of(category: Category, day: Day) -> Self {
        Self {
            partition: table::segments(category, day),
            from: Some(" ".to_owned()),
        }
    }

    /// Reads the next page; nothing at the end.
    pub(super) async fn next(&mut self, table: &Table) -> Result<Option<Vec<Item>>, Failure> {
        let Some(from) = self.from.take() else {
            return Ok(None);
        };
        let range = Range {
            partition: &self.partition,
            from: &from,
            until: "~",
            consistent: true,
        };
        let items = table.list(range, PAGE).await?;
        if items.len() == PAGE {
            self.from = items.last().map(|last| format!("{} ", last.item.sort));
        }
        Ok(Some(items.into_iter().map(|marked| marked.item).collect()))
    }
}
