//! Scrubs the index: walks it at a bounded rate, and holds every item against what names it.
//!
//! A segment is named by a hash of its content, and a file record names its segments. So
//! an item that was changed, or is gone, contradicts another.

use aws::table::{Marked, Marks, Range};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use index::directory::Directory;
use index::segment::check::{Blocks, Contradiction, Pages, Stored, check};
use index::table::integrity as places;
use index::table::{self, Key, SegmentId};
use index::term::Level;
use index::{Day, Item, segment};
use integrity::{Finding, FindingKind, Location};
use lambda::error::Failure;
use trail::Category;

use crate::Integrity;
use crate::alert;
use crate::book::place;
use crate::invocation::Invocation;

mod headers;
mod records;

/// The name under which the scrub remembers how far it came.
const CURSOR: &str = "scrub";

/// How many directory entries are read at once.
const PAGE: usize = 32;

/// How many term pages are read side by side.
const AT_ONCE: usize = 32;

/// How many contradictions of one segment a finding names.
const NAMED: usize = 5;

/// Where the scrub stands: behind a directory entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    category: usize,
    day: Day,
    sort: String,
}

/// What one sweep may read of the index.
struct Budget {
    end: f64,
}

impl Budget {
    fn is_spent(&self, integrity: &Integrity, invocation: &Invocation) -> bool {
        integrity.table.consumed().read_units() >= self.end || invocation.is_over()
    }
}

impl Integrity {
    /// Walks on through the index until the read units of a sweep are spent, or once around.
    pub(crate) async fn scrub(&self, invocation: &Invocation) -> Result<(), Failure> {
        let units = f64::from(self.settings.scrub_read_units);
        let budget = Budget {
            end: self.table.consumed().read_units() + units,
        };
        if units <= 0.0 {
            return Ok(());
        }
        let start = self.position().await?;
        let mut position = start.clone();
        let mut is_around = false;
        while !budget.is_spent(self, invocation) {
            match self.next_day(&position).await? {
                Some((category, day, sort)) => {
                    if is_around && (category, day) > (start.category, start.day) {
                        break;
                    }
                    let behind = self
                        .scrub_day(category, day, &sort, &budget, invocation)
                        .await?;
                    position = Position {
                        category,
                        day,
                        sort: behind,
                    };
                }
                None if is_around || start == Position::first() => {
                    position = Position::first();
                    break;
                }
                None => {
                    is_around = true;
                    position = Position::first();
                }
            }
        }
        self.keep(&position).await?;
        self.scrub_records(&budget, invocation).await
    }

    /// The day on which the walk goes on, and behind which sort key.
    async fn next_day(&self, position: &Position) -> Result<Option<(usize, Day, String)>, Failure> {
        for (number, category) in Category::ALL
            .into_iter()
            .enumerate()
            .skip(position.category)
        {
            let is_same = number == position.category;
            let from = if is_same { position.day } else { Day::FIRST };
            let partition = table::days(category);
            let range = Range {
                partition: &partition,
                from: &table::header_from(from),
                until: "~",
                consistent: false,
            };
            let headers = self.table.query(range).await.map_err(Failure::retry)?;
            let days = headers.items.iter();
            let days = days.filter_map(|item| Some(table::parse_header(&item.sort)?.0));
            let is_done = |day: &Day| is_same && *day == position.day && position.sort == "~";
            if let Some(day) = days.filter(|day| !is_done(day)).min() {
                let sort = if is_same && day == position.day {
                    position.sort.clone()
                } else {
                    " ".to_owned()
                };
                return Ok(Some((number, day, sort)));
            }
        }
        Ok(None)
    }

    /// Checks the segments of a day behind a sort key; answers behind which it stopped, `~`
    /// where it came to the day's end.
    async fn scrub_day(
        &self,
        number: usize,
        day: Day,
        behind: &str,
        budget: &Budget,
        invocation: &Invocation,
    ) -> Result<String, Failure> {
        let Some(category) = Category::ALL.into_iter().nth(number) else {
            return Ok("~".to_owned());
        };
        let partition = table::segments(category, day);
        let mut from = behind.to_owned();
        loop {
            let range = Range {
                partition: &partition,
                from: &from,
                until: "~",
                consistent: true,
            };
            let entries = self.table.list(range, PAGE).await.map_err(Failure::retry)?;
            for Marked { item, .. } in &entries {
                if budget.is_spent(self, invocation) {
                    return Ok(from);
                }
                self.scrub_segment(category, day, item, invocation).await?;
                from = format!("{} ", item.sort);
            }
            if entries.len() < PAGE {
                return Ok("~".to_owned());
            }
        }
    }

    async fn scrub_segment(
        &self,
        category: Category,
        day: Day,
        item: &Item,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        // What expires is taken away piece by piece.
        if item
            .expires
            .is_some_and(|expires| expires <= invocation.now)
        {
            return Ok(());
        }
        invocation.count(|counts| counts.segments += 1);
        let found = self.contradictions(category, day, item).await?;
        let open = self.open_about(day, item).await?;
        if found.is_empty() {
            return self.cross_out(&open, invocation).await;
        }
        // It may have been taken away, or been repaired, while it was read.
        let again = self.table.get(&item.partition, &item.sort).await;
        if again
            .map_err(Failure::retry)?
            .as_ref()
            .map(|again| &again.body)
            != Some(&item.body)
        {
            return Ok(());
        }
        let finding = alert::of(&about(day, item, &found));
        let others: Vec<_> = open
            .into_iter()
            .filter(|open| *open != place(&finding))
            .collect();
        self.enter(&[finding], invocation).await?;
        self.cross_out(&others, invocation).await
    }

    /// Reads a segment whole, and says what contradicts its name.
    async fn contradictions(
        &self,
        category: Category,
        day: Day,
        item: &Item,
    ) -> Result<Vec<Contradiction>, Failure> {
        let Some(id) = table::parse_newest(&item.sort) else {
            return Ok(vec![Contradiction::Place]);
        };
        let blocks = self.blocks(&id).await?;
        let directory = Directory::decode(&item.body, day);
        let keys = directory
            .as_ref()
            .and_then(|directory| segment::keys(&id, category, day, directory).ok());
        let mut tally = None;
        let mut pages = None;
        if let (Some(directory), Some(keys)) = (&directory, &keys) {
            let kept = self
                .table
                .get(&keys.tally.partition, &keys.tally.sort)
                .await;
            tally = kept.map_err(Failure::retry)?.map(|item| item.body);
            pages = Some(self.pages(directory, keys).await?);
        }
        let stored = Stored {
            id: &id,
            category,
            day,
            sort: &item.sort,
            directory: &item.body,
            blocks: &blocks,
            tally: tally.as_deref(),
            pages: pages.as_ref(),
        };
        Ok(check(&stored))
    }

    async fn blocks(&self, id: &SegmentId) -> Result<Blocks, Failure> {
        let partition = table::blocks(id);
        let answer = self.table.query(Range::partition(&partition)).await;
        let mut blocks = Blocks::new();
        for item in answer.map_err(Failure::retry)?.items {
            // One with a key that no block has contradicts the name as one too many does.
            let number = item
                .sort
                .split('.')
                .next()
                .and_then(|number| number.parse().ok());
            let parts = blocks.entry(number.unwrap_or(usize::MAX)).or_default();
            parts.push(item.body);
        }
        Ok(blocks)
    }

    async fn pages(&self, directory: &Directory, keys: &segment::Keys) -> Result<Pages, Failure> {
        let usual = (0..directory.level.buckets())
            .filter_map(|bucket| u16::try_from(bucket).ok())
            .map(|bucket| (directory.level, bucket));
        let frequent = directory.frequent.iter();
        let frequent = frequent.map(|bucket| (Level::FREQUENT, *bucket));
        let mut left = usual.chain(frequent).zip(&keys.pages);
        let mut pages = Pages::new();
        let mut under_way = FuturesUnordered::new();
        under_way.extend(left.by_ref().take(AT_ONCE).map(|page| self.page(page)));
        while let Some(read) = under_way.next().await {
            let (name, page) = read?;
            if let Some(page) = page {
                pages.insert(name, page.body);
            }
            under_way.extend(left.next().map(|page| self.page(page)));
        }
        Ok(pages)
    }

    async fn page(
        &self,
        (name, key): ((Level, u16), &Key),
    ) -> Result<((Level, u16), Option<Item>), Failure> {
        let page = self.table.get(&key.partition, &key.sort).await;
        Ok((name, page.map_err(Failure::retry)?))
    }

    /// The places of what was found of a segment before, and is not mended.
    async fn open_about(&self, day: Day, item: &Item) -> Result<Vec<String>, Failure> {
        let mut open = Vec::new();
        for contradictions in [
            &[Contradiction::Directory][..],
            &[Contradiction::BlockMissing(0)],
        ] {
            let place = place(&alert::of(&about(day, item, contradictions)));
            let kept = self.table.get(places::FINDINGS, &place).await;
            let kept = kept.map_err(Failure::retry)?;
            let kept = kept.as_ref().and_then(crate::book::read);
            if kept.is_some_and(|kept| kept.resolved.is_none()) {
                open.push(place);
            }
        }
        Ok(open)
    }

    async fn position(&self) -> Result<Position, Failure> {
        let kept = self.table.get(places::STATE, CURSOR).await;
        let kept = kept.map_err(Failure::retry)?;
        Ok(kept
            .and_then(|item| Position::read(&item.body))
            .unwrap_or_else(Position::first))
    }

    async fn keep(&self, position: &Position) -> Result<(), Failure> {
        let Position {
            category,
            day,
            sort,
        } = position;
        let item = Item {
            partition: places::STATE.to_owned(),
            sort: CURSOR.to_owned(),
            body: format!("{category}\n{day}\n{sort}").into_bytes(),
            expires: None,
        };
        let put = self.table.overwrite(&item, &Marks::default()).await;
        put.map_err(Failure::retry)
    }
}

impl Position {
    fn first() -> Self {
        Self {
            category: 0,
            day: Day::FIRST,
            sort: " ".to_owned(),
        }
    }

    fn read(body: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(body).ok()?.split('\n');
        Some(Self {
            category: lines.next()?.parse().ok()?,
            day: lines.next()?.parse().ok()?,
            sort: lines.next()?.to_owned(),
        })
    }
}

/// Makes the finding about a segment.
fn about(day: Day, item: &Item, contradictions: &[Contradiction]) -> Finding {
    let is_missing = |contradiction: &Contradiction| {
        matches!(
            contradiction,
            Contradiction::BlockMissing(_)
                | Contradiction::TallyMissing
                | Contradiction::PageMissing { .. }
        )
    };
    let kind = if contradictions.iter().all(is_missing) {
        FindingKind::IndexMissing
    } else {
        FindingKind::IndexDamaged
    };
    let named: Vec<String> = contradictions
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    let mut detail = named.join("; ");
    if contradictions.len() > NAMED {
        detail.push_str("; and more");
    }
    let object = Location::new(&item.partition, &item.sort);
    Finding::about(kind, object, (None, None), day.start(), detail)
}
