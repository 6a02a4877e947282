//! The table's keys: the only place that formats them.
//!
//! | item | partition | sort |
//! |---|---|---|
//! | header | `days#CATEGORY` | `DAY#CLASS#LEVEL`, with `+` behind it where terms have pages of their own |
//! | write mark | `writes#CATEGORY` | `SLOT#` and the header's sort key |
//! | block | `block#SEGMENT` | `NUMBER.PART` |
//! | term page | `terms#CATEGORY#WEEK#LEVEL#BUCKET` | `WEEKDAY NEWEST#SEGMENT` |
//! | tally | `tally#DELIVERY-DAY` | `MINUTE#SEGMENT` |
//! | directory | `segments#CATEGORY#DAY` | `NEWEST#SEGMENT` |
//! | file | `files#ACCOUNT#REGION#DELIVERY-DAY` | `BUCKET/KEY#VERSION`, of a restored one `#CLASS` behind it |
//! | finding | `findings` | `DELIVERY-DAY#KIND#BUCKET/KEY#VERSION` |
//!
//! `NEWEST` is the second of the day as five digits: a day's last is 86399.
//! `WEEK` is its Monday and `WEEKDAY` the days since, with nothing in between.

use std::collections::BTreeSet;
use std::fmt;

use trail::Category;

use crate::day::Day;
use crate::retention::{Class, restored_until};
use crate::term::Level;

pub mod alerting;
pub mod integrity;
pub mod retention;

/// The attribute that holds the partition key.
pub const PARTITION: &str = "pk";
/// The attribute that holds the sort key.
pub const SORT: &str = "sk";
/// The attribute that holds the content.
pub const BODY: &str = "body";
/// The attribute by which the table drops items, in seconds since 1970.
pub const EXPIRES: &str = "expires";

/// The prefixes of the partition keys that the indexer writes, for its policy.
pub const WRITTEN: [&str; 8] = [
    "days#",
    "writes#",
    "block#",
    "terms#",
    "tally#",
    "segments#",
    "files#",
    "findings",
];

/// The seconds of one slot of write marks.
pub const SLOT_SECONDS: i64 = 600;

/// The longest sort key that DynamoDB takes, in bytes.
const LONGEST_SORT: usize = 1024;

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The partition key.
    pub partition: String,
    /// The sort key.
    pub sort: String,
}

/// A segment's name: its retention class, and a hash of its content.
///
/// Named by content, the same batch indexed again writes the same items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId {
    name: String,
    class_length: usize,
}

impl SegmentId {
    /// Names a segment by the SHA-256 of its content, of which 80 bits are kept.
    pub fn new(class: &Class, content: &trail::digest::Hash) -> Self {
        let name = format!("{class}.{}", hex::encode(&content[..10]));
        Self {
            name,
            class_length: class.as_str().len(),
        }
    }

    /// Reads a segment's name out of a key.
    pub fn parse(name: &str) -> Option<Self> {
        let (class, hash) = name.split_once('.')?;
        class.parse::<Class>().ok()?;
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (hash.len() == 20 && hash.bytes().all(hexadecimal)).then(|| Self {
            name: name.to_owned(),
            class_length: class.len(),
        })
    }

    /// The retention class's token.
    pub fn class(&self) -> &str {
        &self.name[..self.class_length]
    }

    /// The day until whose start the segment is restored; none where it is not.
    pub fn restored_until(&self) -> Option<Day> {
        restored_until(self.class())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

/// The partition of a category's headers.
pub fn days(category: Category) -> String {
    format!("days#{category}")
}

/// The sort key of a header: the day has pages of this class and level, and, where
/// `frequent`, terms with a page to themselves.
pub fn header(day: Day, class: &str, level: Level, frequent: bool) -> String {
    let mark = if frequent { FREQUENT_MARK } else { "" };
    format!("{day}#{class}#{}{mark}", level.buckets())
}

/// What stands behind the level of a header where some terms have a page to themselves.
const FREQUENT_MARK: &str = "+";

/// Reads a header's sort key: day, class, and the levels of pages.
pub fn parse_header(sort: &str) -> Option<(Day, &str, BTreeSet<Level>)> {
    let mut parts = sort.split('#');
    let day = parts.next()?.parse().ok()?;
    let class = parts.next()?;
    let level = parts.next()?;
    let (level, frequent) = match level.strip_suffix(FREQUENT_MARK) {
        Some(level) => (level, Some(Level::FREQUENT)),
        None => (level, None),
    };
    let level = Level::from_buckets(level.parse().ok()?)?;
    let levels = [level].into_iter().chain(frequent).collect();
    parts.next().is_none().then_some((day, class, levels))
}

/// The sort key from which headers of a day and later ones follow.
pub fn header_from(day: Day) -> String {
    day.to_string()
}

/// The sort key that follows the headers of a day and earlier ones.
pub fn header_until(day: Day) -> String {
    format!("{day}~")
}

/// The partition of a category's write marks.
pub fn writes(category: Category) -> String {
    format!("writes#{category}")
}

/// The slot that a time falls into.
pub const fn slot(now: i64) -> i64 {
    now.div_euclid(SLOT_SECONDS)
}

/// The sort key of a write mark: in this slot of time, what a header says was written to.
pub fn write_mark(slot: i64, header: &str) -> String {
    format!("{slot:010}#{header}")
}

/// The sort key from which the write marks of a slot and later ones follow.
pub fn write_mark_from(slot: i64) -> String {
    format!("{slot:010}")
}

/// Reads a write mark's sort key: the header's day, class and levels.
pub fn parse_write_mark(sort: &str) -> Option<(Day, &str, BTreeSet<Level>)> {
    parse_header(sort.split_once('#')?.1)
}

/// The partition of a segment's blocks.
pub fn blocks(segment: &SegmentId) -> String {
    format!("block#{segment}")
}

/// The sort key of a part of a block.
pub fn block_part(number: usize, part: usize) -> String {
    format!("{number:04}.{part:03}")
}

/// Reads number and part out of the sort key of a part of a block.
pub fn parse_block_part(sort: &str) -> Option<(usize, usize)> {
    let (number, part) = sort.split_once('.')?;
    let key = (number.parse().ok()?, part.parse().ok()?);
    (block_part(key.0, key.1) == sort).then_some(key)
}

/// The sort keys between which a block's parts stand, inclusive.
pub fn block_range(number: usize) -> (String, String) {
    (format!("{number:04}."), format!("{number:04}.~"))
}

/// The partition of a bucket's term pages of the week that a day belongs to.
///
/// A read is billed by what it reads in all, rounded up: a week of pages, of
/// which a day has few, is rounded once where they stand together.
pub fn terms(category: Category, day: Day, level: Level, bucket: u16) -> String {
    format!(
        "terms#{category}#{}#{}#{bucket}",
        day.week(),
        level.buckets()
    )
}

/// The sort key of a segment's term pages: the day in its week, the second of the
/// newest event, and the segment's name.
pub fn page(day: Day, newest: i64, segment: &SegmentId) -> String {
    format!("{}{:05}#{segment}", day.weekday(), day.second(newest))
}

/// The sort key from which a day's term pages follow whose newest event is at or after a time.
pub fn page_from(day: Day, time: i64) -> String {
    format!("{}{:05}", day.weekday(), day.second(time))
}

/// The sort key that follows a day's term pages.
pub fn page_until(day: Day) -> String {
    format!("{}~", day.weekday())
}

/// Reads day and segment out of the sort key of a term page of some day's week.
pub fn parse_page(week: Day, sort: &str) -> Option<(Day, SegmentId)> {
    let (time, segment) = sort.split_once('#')?;
    let weekday = u8::try_from(time.chars().next()?.to_digit(7)?).ok()?;
    Some((week.week().later(weekday), SegmentId::parse(segment)?))
}

/// The partition of a day's directory.
pub fn segments(category: Category, day: Day) -> String {
    format!("segments#{category}#{day}")
}

/// The sort key of a term page and of a directory entry.
pub fn newest(day: Day, newest: i64, segment: &SegmentId) -> String {
    format!("{:05}#{segment}", day.second(newest))
}

/// The sort key from which segments follow whose newest event is at or after a time.
pub fn newest_from(day: Day, time: i64) -> String {
    format!("{:05}", day.second(time))
}

/// Reads the segment out of a directory entry's sort key.
pub fn parse_newest(sort: &str) -> Option<SegmentId> {
    SegmentId::parse(sort.split_once('#')?.1)
}

/// The partition of the tallies of files delivered on a day.
pub fn tallies(delivery_day: Day) -> String {
    format!("tally#{delivery_day}")
}

/// The sort key of a segment's tally: the minute of its last delivery, and its name.
pub fn tally(delivery_day: Day, delivered: i64, segment: &SegmentId) -> String {
    format!("{:04}#{segment}", delivery_day.second(delivered) / 60)
}

/// The partition of the log files of an account, Region and delivery day.
pub fn files(account: &str, region: &str, delivery_day: Day) -> String {
    format!("files#{account}#{region}#{delivery_day}")
}

/// The sort key of a log file: a version of an object, hashed where DynamoDB would refuse it.
pub fn file(bucket: &str, key: &str, version: Option<&str>) -> String {
    fit(format!("{bucket}/{key}#{}", version.unwrap_or("null")))
}

/// The sort key of a log file in a class: files that are restored have records of their own.
pub fn file_in(bucket: &str, key: &str, version: Option<&str>, class: &Class) -> String {
    let sort = file(bucket, key, version);
    match class.restored_until() {
        Some(_) => fit(format!("{sort}#{class}")),
        None => sort,
    }
}

/// The day until whose start a log file is restored, by the sort key of its record; none
/// where it is not, or where the key is so long that it was hashed.
pub fn parse_restored_file(sort: &str) -> Option<Day> {
    restored_until(sort.rsplit_once('#')?.1)
}

/// The partition of findings.
pub const FINDINGS: &str = "findings";

/// The sort key of a finding about an object.
pub fn finding(delivery_day: Day, kind: &str, file: &str) -> String {
    fit(format!("{delivery_day}#{kind}#{file}"))
}

fn fit(sort: String) -> String {
    if sort.len() <= LONGEST_SORT {
        return sort;
    }
    // S3 keys have up to 1,024 bytes of their own. Cutting keeps the start, by
    // which people search; the hash keeps it one of a kind.
    let hash = hex::encode(trail::digest::sha256(sort.as_bytes()));
    let cut = sort.floor_char_boundary(LONGEST_SORT - hash.len() - 1);
    format!("{}#{hash}", &sort[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sort_keys_order_as_their_times_do() {
        let day = Day::of(1_791_849_600);
        let segment = SegmentId::new(&Class::standard(), &[7; 32]);
        let key = |second: i64| newest(day, day.start() + second, &segment);
        assert!(key(9) < key(10) && key(9_999) < key(10_000));
        assert!(newest_from(day, day.start() + 10) <= key(10));
        assert!(newest_from(day, day.start() + 11) > key(10));
        assert_eq!(parse_newest(&key(10)).as_ref(), Some(&segment));
        assert_eq!(segment.class(), "std");
    }

    #[test]
    fn the_pages_of_a_week_stand_together_in_the_order_of_their_times() {
        let level = Level::ALL[6];
        let monday: Day = "2026-10-12".parse().expect("a day");
        let days: Vec<Day> = (0..7).map(|days| monday.later(days)).collect();
        let segment = SegmentId::new(&Class::standard(), &[7; 32]);
        let partition = |day: Day| terms(Category::Management, day, level, 3);
        assert_eq!(partition(monday), "terms#Management#2026-10-12#64#3");
        for pair in days.windows(2) {
            let (one, other) = (pair[0], pair[1]);
            assert_eq!(partition(one), partition(other));
            let (last, first) = (
                page(one, one.end(), &segment),
                page(other, other.start(), &segment),
            );
            assert!(page_from(one, one.end()) <= last && last < page_until(one));
            assert!(page_until(one) < first && page_from(other, other.start()) <= first);
            assert_eq!(parse_page(monday, &first), Some((other, segment.clone())));
        }
        assert_ne!(partition(monday), partition(monday.previous()));
        assert_eq!(parse_page(monday, "712345#std.0123456789abcdef0123"), None);
    }

    #[test]
    fn headers_are_read_back() {
        let day: Day = "2026-10-13".parse().expect("a day");
        let level = Level::ALL[6];
        let sort = header(day, "std", level, false);
        assert_eq!(sort, "2026-10-13#std#64");
        assert_eq!(
            parse_header(&sort),
            Some((day, "std", BTreeSet::from([level])))
        );
        assert!(header_from(day) < sort && sort < header_until(day));
        let sort = header(day, "std", level, true);
        assert_eq!(sort, "2026-10-13#std#64+");
        let levels = BTreeSet::from([level, Level::FREQUENT]);
        assert_eq!(parse_header(&sort), Some((day, "std", levels)));
        for damaged in [
            "2026-10-13#std#63",
            "2026-10-13#std#+",
            "2026-10-13#std#65536",
        ] {
            assert_eq!(parse_header(damaged), None);
        }
        let mark = write_mark(slot(day.start()), &sort);
        assert!(write_mark_from(slot(day.start())) < mark);
        assert_eq!(parse_write_mark(&mark), parse_header(&sort));
    }

    #[test]
    fn blocks_of_one_number_stand_together() {
        let (from, until) = block_range(1);
        for part in [0, 1, 99, 255] {
            let sort = block_part(1, part);
            assert!(from <= sort && sort <= until);
        }
        assert!(block_part(2, 0) > until && block_part(0, 255) < from);
    }

    #[test]
    fn a_key_of_the_longest_kind_fits_and_stays_distinct() {
        let long = "k".repeat(1024);
        let (one, other) = (
            file("bucket", &long, Some("v1")),
            file("bucket", &long, Some("v2")),
        );
        assert!(one.len() <= LONGEST_SORT && one != other);
    }
}
