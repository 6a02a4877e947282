//! The table's keys: the only place that formats them.
//!
//! | item | partition | sort |
//! |---|---|---|
//! | header | `days#CATEGORY` | `DAY#CLASS#LEVEL` |
//! | write mark | `writes#CATEGORY` | `SLOT#DAY` |
//! | block | `block#SEGMENT` | `NUMBER.PART` |
//! | term page | `terms#CATEGORY#DAY#LEVEL#BUCKET` | `NEWEST#SEGMENT` |
//! | tally | `tally#DELIVERY-DAY` | `MINUTE#SEGMENT` |
//! | directory | `segments#CATEGORY#DAY` | `NEWEST#SEGMENT` |
//! | file | `files#ACCOUNT#REGION#DELIVERY-DAY` | `BUCKET/KEY#VERSION` |
//! | finding | `findings` | `DELIVERY-DAY#KIND#BUCKET/KEY#VERSION` |
//!
//! `NEWEST` is the second of the day as five digits: a day's last is 86399.

use std::fmt;

use trail::Category;

use crate::day::Day;
use crate::retention::Class;
use crate::term::Level;

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

/// The sort key of a header: the day has pages of this class and level.
pub fn header(day: Day, class: &str, level: Level) -> String {
    format!("{day}#{class}#{}", level.buckets())
}

/// Reads a header's sort key.
pub fn parse_header(sort: &str) -> Option<(Day, &str, Level)> {
    let mut parts = sort.split('#');
    let day = parts.next()?.parse().ok()?;
    let class = parts.next()?;
    let level = Level::from_buckets(parts.next()?.parse().ok()?)?;
    parts.next().is_none().then_some((day, class, level))
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

/// The sort key of a write mark: in this slot of time, the day was written to.
pub fn write_mark(slot: i64, day: Day) -> String {
    format!("{slot:010}#{day}")
}

/// The sort key from which the write marks of a slot and later ones follow.
pub fn write_mark_from(slot: i64) -> String {
    format!("{slot:010}")
}

/// Reads the day out of a write mark's sort key.
pub fn parse_write_mark(sort: &str) -> Option<Day> {
    sort.split_once('#')?.1.parse().ok()
}

/// The partition of a segment's blocks.
pub fn blocks(segment: &SegmentId) -> String {
    format!("block#{segment}")
}

/// The sort key of a part of a block.
pub fn block_part(number: usize, part: usize) -> String {
    format!("{number:04}.{part:03}")
}

/// The sort keys between which a block's parts stand, inclusive.
pub fn block_range(number: usize) -> (String, String) {
    (format!("{number:04}."), format!("{number:04}.~"))
}

/// The partition of a bucket's term pages.
pub fn terms(category: Category, day: Day, level: Level, bucket: u16) -> String {
    format!("terms#{category}#{day}#{}#{bucket}", level.buckets())
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

/// Reads the segment out of the sort key of a term page or directory entry.
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
    fn headers_are_read_back() {
        let day: Day = "2026-10-13".parse().expect("a day");
        let level = Level::ALL[3];
        let sort = header(day, "std", level);
        assert_eq!(sort, "2026-10-13#std#64");
        assert_eq!(parse_header(&sort), Some((day, "std", level)));
        assert!(header_from(day) < sort && sort < header_until(day));
        assert_eq!(parse_header("2026-10-13#std#63"), None);
        assert_eq!(
            parse_write_mark(&write_mark(slot(day.start()), day)),
            Some(day)
        );
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
