//! A lookup: from a query to one page of events.
//!
//! The lookup decides what to read and what it means; its caller reads. It
//! alternates between [`Lookup::next`], which names reads to be made side by
//! side, and [`Lookup::answer`], until it has a page:
//!
//! 1. the headers and recent write marks of the category, and on suspicion the
//!    term pages of the days at the start of the scan,
//! 2. term pages of further days, as many as the matches met so far suggest
//!    (all of them where nothing was met), and the blocks already known,
//! 3. the blocks.
//!
//! A query without a wanted value reads directories instead of term pages.
//! Every record is judged by the query itself, so an index entry can only
//! widen the search, and by the visibility: the policy, holds and restored
//! segments decide by record what is shown. Behind the horizon only those days
//! are followed whose headers name a class that something may be shown of.
//!
//! Nothing is skipped by an eventually consistent read: days that were written
//! to within the last twenty minutes are read strongly, a block that is not
//! met is read again strongly, and one that is still missing although its
//! segment is committed fails the lookup, unless the segment has expired: the
//! table drops its items in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trail::{Category, Record};

use crate::block::{Block, BlockError};
use crate::cursor::{self, CursorError, Position};
use crate::day::Day;
use crate::event::{Event, EventKey};
use crate::item::Item;
use crate::page::PageError;
use crate::query::{Order, Query};
use crate::table::{self, SegmentId};
use crate::visibility::Visibility;

mod candidate;
mod days;
mod fetch;
mod found;
mod hint;
mod scan;

use candidate::Candidate;
use days::Days;
use found::Found;
pub use hint::Hint;
use scan::Scan;

/// What ends a page, besides the end of the history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The most events of a page.
    pub events: usize,
    /// The most bytes of its events, written as JSON strings.
    pub bytes: usize,
    /// The read units after which a page ends with what it has. A page always
    /// gets at least one second further, whatever that takes.
    pub read_units: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            events: 50,
            bytes: 5 * 1024 * 1024,
            read_units: 3_000.0,
        }
    }
}

/// A read: a range of one partition's items.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The partition key.
    pub partition: String,
    /// The first sort key that is wanted.
    pub from: String,
    /// The last sort key that is wanted.
    pub until: String,
    /// Whether the read must see every write that came before it.
    pub consistent: bool,
    purpose: Purpose,
}

#[derive(Clone, Debug, PartialEq)]
enum Purpose {
    Headers(Category),
    WriteMarks(Category),
    Terms(days::Pages),
    Directory {
        category: Category,
        day: Day,
    },
    Block(Box<Candidate>),
    /// Whether the segment of a block that is missing was committed.
    Committed(Box<Candidate>),
}

/// All items of a read, in the order of their sort keys, and what the read consumed.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The items.
    pub items: Vec<Item>,
    /// The read units.
    pub read_units: f64,
}

/// What a lookup does next.
#[derive(Debug)]
pub enum Step {
    /// Makes these reads, in any order or at once.
    Read(Vec<Read>),
    /// Ends.
    Done(Page),
}

/// A page of events.
#[derive(Debug)]
pub struct Page {
    /// The events, in the query's order.
    pub events: Vec<Event>,
    /// Where the next page goes on; absent at the end.
    pub cursor: Option<String>,
    /// Ids that events of this page share with others of different content.
    pub conflicts: BTreeSet<String>,
    /// What the page consumed.
    pub read_units: f64,
    /// How many rounds of reads it took, one behind the other.
    pub round_trips: u32,
    /// How many copies of events were met and dropped.
    pub duplicates: u64,
    /// What the next lookup may suppose.
    pub hint: Hint,
}

/// Says why a lookup cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The cursor is not one of this query.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// A block of a committed segment is not there.
    #[error("block {number} of the committed segment {segment} is missing")]
    MissingBlock {
        /// The segment.
        segment: SegmentId,
        /// The block's number.
        number: usize,
    },
    /// A block cannot be read.
    #[error("block {number} of segment {segment}: {error}")]
    Block {
        /// The segment.
        segment: SegmentId,
        /// The block's number.
        number: usize,
        /// What is wrong with it.
        error: BlockError,
    },
    /// A term page cannot be read.
    #[error("term page {sort} of {partition}: {error}")]
    Page {
        /// The page's partition.
        partition: String,
        /// The page's sort key.
        sort: String,
        /// What is wrong with it.
        error: PageError,
    },
    /// An item has a key or content that no writer makes.
    #[error("item {sort} of {partition} is damaged")]
    Damaged {
        /// The item's partition.
        partition: String,
        /// The item's sort key.
        sort: String,
    },
}

impl LookupError {
    fn damaged(item: &Item) -> Self {
        Self::Damaged {
            partition: item.partition.clone(),
            sort: item.sort.clone(),
        }
    }
}

/// A lookup under way.
#[derive(Debug)]
pub struct Lookup {
    query: Query,
    limits: Limits,
    visibility: Arc<Visibility>,
    scan: Scan,
    days: Days,
    candidates: Vec<Candidate>,
    found: Found,
    read_units: f64,
    rounds: u32,
    in_flight: usize,
}

impl Lookup {
    /// Starts a lookup of what is visible, or goes on where a cursor left off.
    pub fn new(
        query: Query,
        cursor: Option<&str>,
        limits: Limits,
        visibility: Visibility,
        hint: &Hint,
    ) -> Result<Self, LookupError> {
        let position = cursor
            .map(|cursor| cursor::read(&query, cursor))
            .transpose()?;
        let visibility = Arc::new(visibility);
        let scan = Scan::new(&query, position);
        let days = Days::new(&query, &scan, hint, Arc::clone(&visibility));
        Ok(Self {
            found: Found::new(query.order, limits),
            query,
            limits,
            visibility,
            scan,
            days,
            candidates: Vec::new(),
            read_units: 0.0,
            rounds: 0,
            in_flight: 0,
        })
    }

    /// Names the next reads, or ends with a page.
    ///
    /// All reads named before must have been answered. Where `out_of_time`, the
    /// page ends as soon as it has got any further.
    pub fn next(&mut self, out_of_time: bool) -> Result<Step, LookupError> {
        debug_assert_eq!(self.in_flight, 0, "every read is answered");
        if self.days.are_known() {
            // Only now is it known whether anything was restored from behind the horizon.
            self.scan.clip(self.days.horizon());
            let candidates = self.days.settle();
            self.take_candidates(candidates);
        }
        if self.days.are_known() && (self.scan.is_empty() || self.is_finished(out_of_time)) {
            return Ok(Step::Done(self.page()));
        }
        let reads = self.plan();
        if reads.is_empty() {
            return Ok(Step::Done(self.page()));
        }
        self.rounds += 1;
        self.in_flight = reads.len();
        Ok(Step::Read(reads))
    }

    fn plan(&mut self) -> Vec<Read> {
        if !self.days.are_known() {
            return self.days.first_reads();
        }
        let wanted = count(self.limits.events + 1);
        let left = (self.limits.read_units - self.read_units).max(0.0);
        let mut reads = Vec::new();
        // Days are read out of order where a hint missed one: what lies behind an
        // unread day cannot fill the page.
        if let Some(unread) = self.days.first_unread() {
            let before = self.expected_before(unread);
            if before < wanted {
                let expected = count(self.found.len()) + fetch::expected(&self.candidates);
                reads = self.days.further_reads(wanted - before, expected, left);
            }
        }
        let missing = wanted - count(self.found.len());
        let average = self.found.average_block_units();
        let blocks = fetch::choose(&mut self.candidates, &self.scan, missing, left / average);
        reads.extend(blocks.into_iter().map(read_block));
        reads
    }

    /// The matches that are found or promised before a second, in the order of the scan.
    fn expected_before(&self, second: i64) -> f64 {
        let before = self.candidates.iter().filter(|block| {
            self.scan
                .compare(self.scan.first(block.oldest, block.newest), second)
                .is_lt()
        });
        count(self.found.settled(Some(second), &self.scan))
            + before.map(|block| block.expected).sum::<f64>()
    }

    /// Takes the answer to a read.
    pub fn answer(&mut self, read: Read, answer: &Answer) -> Result<(), LookupError> {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.read_units += answer.read_units;
        match read.purpose {
            Purpose::Headers(category) => self.days.take_headers(category, &answer.items),
            Purpose::WriteMarks(category) => self.days.take_write_marks(category, &answer.items),
            Purpose::Terms(pages) => self.days.take_pages(&pages, answer),
            Purpose::Directory { category, day } => {
                let candidates = self.days.take_directory(category, day, answer)?;
                self.take_candidates(candidates);
                Ok(())
            }
            Purpose::Block(candidate) => self.take_block(*candidate, answer),
            Purpose::Committed(candidate) => {
                let now = self.visibility.now();
                if answer.items.iter().all(|item| item.is_past(now)) {
                    // Left behind by a writer that stopped before it committed, or going.
                    return Ok(());
                }
                Err(candidate.missing())
            }
        }
    }

    fn take_candidates(&mut self, candidates: Vec<Candidate>) {
        let (scan, visibility) = (&self.scan, &self.visibility);
        self.candidates
            .extend(candidates.into_iter().filter(|block| {
                let class = block.segment.class();
                scan.overlaps(block.oldest, block.newest)
                    && visibility.may_show(class, block.category, block.oldest, block.newest)
            }));
    }

    fn take_block(&mut self, mut candidate: Candidate, answer: &Answer) -> Result<(), LookupError> {
        self.found.count_block(answer.read_units);
        let parts: Vec<&[u8]> = answer
            .items
            .iter()
            .map(|item| item.body.as_slice())
            .collect();
        let block = match Block::decode(&parts) {
            Ok(block) => block,
            Err(BlockError::Incomplete { .. }) if !candidate.consistent => {
                candidate.consistent = true;
                self.candidates.push(candidate);
                return Ok(());
            }
            Err(BlockError::Incomplete { .. }) if !candidate.is_committed => {
                self.candidates.push(Candidate {
                    is_missing: true,
                    ..candidate
                });
                return Ok(());
            }
            Err(BlockError::Incomplete { .. }) => return Err(candidate.missing()),
            Err(error) => return Err(candidate.error(error)),
        };
        let numbers = candidate.records.take();
        let count = block.len();
        let chosen: &mut dyn Iterator<Item = usize> = match &numbers {
            Some(numbers) => &mut numbers.iter().map(|number| *number as usize),
            None => &mut (0..count),
        };
        for number in chosen {
            let damaged = || candidate.error(BlockError::Damaged);
            let text = block.record(number).ok_or_else(damaged)?.text;
            let record = Record::parse(text).map_err(|_| damaged())?;
            let (class, category) = (candidate.segment.class(), candidate.category);
            if self.scan.covers(&record)
                && self.query.matches(category, &record)
                && self.visibility.shows(class, category, &record)
            {
                let key = EventKey::of(&record);
                if self.scan.is_ahead(&key) {
                    self.found.insert(Event {
                        key,
                        category,
                        text: text.to_owned(),
                        restored_until: candidate.segment.restored_until(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The second, in the order of the scan, from which on something is unread.
    fn unread(&self) -> Option<i64> {
        let blocks = self
            .candidates
            .iter()
            .map(|block| self.scan.first(block.oldest, block.newest));
        let days = self.days.first_unread();
        blocks
            .chain(days)
            .min_by(|one, other| self.scan.compare(*one, *other))
    }

    fn is_finished(&self, out_of_time: bool) -> bool {
        let Some(unread) = self.unread() else {
            return true;
        };
        if self.found.is_full_before(unread, &self.scan) {
            return true;
        }
        (out_of_time || self.read_units >= self.limits.read_units) && self.scan.is_progress(unread)
    }

    fn page(&mut self) -> Page {
        let unread = if self.scan.is_empty() {
            None
        } else {
            self.unread()
        };
        let (events, more) = self.found.take_before(unread, &self.scan);
        let position = match (more, unread, events.last()) {
            (true, _, Some(last)) => Some(Position::Behind(last.key.clone())),
            (_, Some(unread), _) => Some(Position::At(unread)),
            _ => None,
        };
        Page {
            conflicts: found::conflicts(&events, self.scan.position()),
            cursor: position.map(|position| cursor::write(&self.query, &position)),
            events,
            read_units: self.read_units,
            round_trips: self.rounds,
            duplicates: self.found.duplicates(),
            hint: self.days.hint(),
        }
    }
}

/// A number of events, to reckon with.
#[expect(clippy::cast_precision_loss, reason = "a page has few events")]
const fn count(events: usize) -> f64 {
    events as f64
}

/// The read of a block; of one that was not there, that of its segment's directory entry.
fn read_block(candidate: Candidate) -> Read {
    if candidate.is_missing {
        let sort = table::newest(candidate.day, candidate.segment_newest, &candidate.segment);
        return Read {
            partition: table::segments(candidate.category, candidate.day),
            from: sort.clone(),
            until: sort,
            consistent: true,
            purpose: Purpose::Committed(Box::new(candidate)),
        };
    }
    let (from, until) = table::block_range(candidate.number);
    Read {
        partition: table::blocks(&candidate.segment),
        from,
        until,
        consistent: candidate.consistent,
        purpose: Purpose::Block(Box::new(candidate)),
    }
}

/// The terms that narrow a query, by the condition that asks for them.
type Terms = BTreeMap<usize, Vec<crate::term::Term>>;

fn terms(query: &Query) -> Terms {
    let wanted = query
        .conditions()
        .iter()
        .enumerate()
        .filter(|(_, condition)| !condition.negated);
    wanted
        .map(|(number, condition)| {
            let term = |value: &String| crate::term::Term::new(condition.attribute, value);
            (number, condition.values.iter().map(term).collect())
        })
        .collect()
}

impl Order {
    /// Tells whether the scan goes from the newest event to the oldest.
    const fn is_descending(self) -> bool {
        matches!(self, Self::NewestFirst)
    }
}
