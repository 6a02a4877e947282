//! The keys of everything that a segment consists of.

use trail::{Category, ObjectKey};

use crate::day::Day;
use crate::directory::{Directory, FileEntry};
use crate::file::Delivery;
use crate::retention::Class;
use crate::table::{self, Key, SegmentId};
use crate::term::Level;

/// The keys of a segment's items, and of those that it shares with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The day's header, which segments of the same day, class and level share.
    pub header: Key,
    /// The partition of the blocks, in which nothing else stands. How many parts each has
    /// is not listed anywhere: their keys are to be queried.
    pub blocks: String,
    /// The term pages: one for each bucket of the segment's level, of which a few may be
    /// empty and have none, and those of frequent terms.
    pub pages: Vec<Key>,
    /// The tally.
    pub tally: Key,
    /// The directory entry.
    pub directory: Key,
    /// The records of its log files, which segments of other days and categories share.
    pub files: Vec<Key>,
}

/// Says that a directory entry names a file that no log file of CloudTrail's is called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("segment {segment} names a file whose key is not that of a log file")]
pub struct UnreadableKey {
    /// The segment.
    pub segment: SegmentId,
}

/// Names everything that a segment consists of, by its directory entry.
pub fn keys(
    segment: &SegmentId,
    category: Category,
    day: Day,
    directory: &Directory,
) -> Result<Keys, UnreadableKey> {
    let unreadable = || UnreadableKey {
        segment: segment.clone(),
    };
    let class: Class = segment.class().parse().map_err(|_| unreadable())?;
    let deliveries: Vec<(&FileEntry, Delivery)> = directory
        .files
        .iter()
        .map(|file| {
            let key = ObjectKey::parse(&file.version.key).ok()?;
            Some((file, Delivery::from(&key)))
        })
        .collect::<Option<_>>()
        .ok_or_else(unreadable)?;
    let delivered = deliveries.iter().map(|(_, delivery)| delivery.time).max();
    let delivered = delivered.ok_or_else(unreadable)?;
    let delivery_day = Day::of(delivered);
    let newest = directory.newest();
    let page = |level: Level, bucket: u16| Key {
        partition: table::terms(category, day, level, bucket),
        sort: table::page(day, newest, segment),
    };
    // No level of a segment has more buckets than a number of them counts.
    let usual = (0..directory.level.buckets()).filter_map(|bucket| u16::try_from(bucket).ok());
    let usual = usual.map(|bucket| page(directory.level, bucket));
    let frequent = directory.frequent.iter();
    let frequent = frequent.map(|bucket| page(Level::FREQUENT, *bucket));
    Ok(Keys {
        header: Key {
            partition: table::days(category),
            sort: table::header(
                day,
                segment.class(),
                directory.level,
                !directory.frequent.is_empty(),
            ),
        },
        blocks: table::blocks(segment),
        pages: usual.chain(frequent).collect(),
        tally: Key {
            partition: table::tallies(delivery_day),
            sort: table::tally(delivery_day, delivered, segment),
        },
        directory: Key {
            partition: table::segments(category, day),
            sort: table::newest(day, newest, segment),
        },
        files: deliveries
            .iter()
            .map(|(file, delivery)| Key {
                partition: table::files(&delivery.account, &delivery.region, delivery.day),
                sort: file.version.sort_in(&class),
            })
            .collect(),
    })
}
