//! Walks what there is: categories, days by their headers, segments by their directories.

use aws::Error;
use aws::table::{Range, Stamp};
use index::directory::Directory;
use index::table::{self, SegmentId};
use index::{Day, Extent, Item};
use trail::Category;

use crate::Custodian;

/// How many directory entries are read at once: some hundred kilobytes.
const PAGE: usize = 100;

/// A segment as its directory entry tells it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) category: Category,
    pub(crate) day: Day,
    pub(crate) id: SegmentId,
    pub(crate) item: Item,
    pub(crate) directory: Directory,
}

/// A page of a day's directory.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The segments.
    pub(crate) entries: Vec<Entry>,
    /// How many entries could not be read.
    pub(crate) damaged: u64,
    /// Behind what the next page begins; nothing behind the last.
    pub(crate) next: Option<String>,
}

impl Entry {
    /// Reads a directory entry; nothing where it is damaged.
    pub(crate) fn read(category: Category, day: Day, item: Item) -> Option<Self> {
        let id = table::parse_newest(&item.sort)?;
        let directory = Directory::decode(&item.body, day)?;
        Some(Self {
            category,
            day,
            id,
            item,
            directory,
        })
    }

    /// What decides until when the segment is kept.
    pub(crate) fn extent(&self) -> Extent<'_> {
        Extent::of(&self.id, self.category, self.day, &self.directory)
    }

    /// The sort key of the header that leads to the segment.
    pub(crate) fn header(&self) -> String {
        let has_frequent = !self.directory.frequent.is_empty();
        table::header(
            self.day,
            self.id.class(),
            self.directory.level,
            has_frequent,
        )
    }
}

impl Custodian {
    /// Finds the first day of a category that has headers, from a day on, with its headers.
    pub(crate) async fn first_day(
        &self,
        category: Category,
        from: Option<Day>,
    ) -> Result<Option<(Day, Vec<Stamp>)>, Error> {
        let partition = table::days(category);
        let mut from = from.map_or_else(|| " ".to_owned(), table::header_from);
        loop {
            let range = Range {
                partition: &partition,
                from: &from,
                until: "~",
                consistent: true,
            };
            let first = self.table.stamps(range, 1).await?;
            let Some(first) = first.first() else {
                return Ok(None);
            };
            if let Some((day, _, _)) = table::parse_header(&first.sort) {
                return Ok(Some((day, self.headers(category, day).await?)));
            }
            tracing::error!(sort = first.sort, "a header cannot be read");
            from = format!("{} ", first.sort);
        }
    }

    /// Lists the headers of a day.
    pub(crate) async fn headers(&self, category: Category, day: Day) -> Result<Vec<Stamp>, Error> {
        let range = Range {
            partition: &table::days(category),
            from: &table::header_from(day),
            until: &table::header_until(day),
            consistent: true,
        };
        self.table.stamps(range, usize::MAX).await
    }

    /// Reads a page of a day's directory.
    pub(crate) async fn page(
        &self,
        category: Category,
        day: Day,
        from: Option<&str>,
        consistent: bool,
    ) -> Result<Page, Error> {
        let partition = table::segments(category, day);
        let range = Range {
            partition: &partition,
            from: from.unwrap_or(" "),
            until: "~",
            consistent,
        };
        let items = self.table.list(range, PAGE).await?;
        let mut page = Page::default();
        if items.len() == PAGE {
            page.next = items.last().map(|last| format!("{} ", last.item.sort));
        }
        for marked in items {
            let sort = marked.item.sort.clone();
            if let Some(entry) = Entry::read(category, day, marked.item) {
                page.entries.push(entry);
            } else {
                tracing::error!(partition, sort, "a directory entry is damaged");
                page.damaged += 1;
            }
        }
        Ok(page)
    }
}
