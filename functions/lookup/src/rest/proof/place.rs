//! Finds the log files that an event came from, and the digests that may list them.

use aws::Table;
use aws::table::{Marked, Range};
use index::block::Block;
use index::directory::Directory;
use index::file::FileVersion;
use index::table::{self, SegmentId, integrity as places};
use index::{Day, Event};
use integrity::DigestRecord;
use trail::ObjectKey;

use crate::fault::Fault;

/// How many directory entries are read at a time, and how often.
const PAGE: usize = 64;
const MOST_PAGES: usize = 64;

/// The most log files of one event that are told.
const MOST_PLACES: usize = 8;

/// How long after a file's delivery the digest that lists it ends, in seconds, and the
/// next one, and by how much a file's name may be late.
const AFTER: i64 = 4 * 3_600;
const BEFORE: i64 = 600;

/// A log file that an event came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The file.
    pub(super) version: FileVersion,
    /// Its account.
    account: String,
    /// Its Region, whose key its digest is signed with.
    pub(super) region: String,
    /// When it was delivered.
    delivered: i64,
}

/// Finds the log files of an event: those that the segments with its record name.
pub(super) async fn of(table: &Table, event: &Event) -> Result<Vec<Place>, Fault> {
    let time = event.key.time;
    let day = Day::of(time);
    let partition = table::segments(event.category, day);
    let mut from = table::newest_from(day, time);
    let mut found = Vec::new();
    for _ in 0..MOST_PAGES {
        let range = Range {
            partition: &partition,
            from: &from,
            until: "~",
            consistent: false,
        };
        let entries = table.list(range, PAGE).await?;
        let is_last = entries.len() < PAGE;
        for Marked { item, .. } in entries {
            let directory = Directory::decode(&item.body, day);
            let id = table::parse_newest(&item.sort);
            let (Some(directory), Some(id)) = (directory, id) else {
                return Err(Fault::damaged(&format!("directory entry {}", item.sort)));
            };
            if directory.oldest <= time {
                search(table, event, &id, &directory, &mut found).await?;
            }
            from = format!("{} ", item.sort);
        }
        if is_last || found.len() >= MOST_PLACES {
            break;
        }
    }
    Ok(found)
}

/// Searches the blocks of a segment for an event's record.
async fn search(
    table: &Table,
    event: &Event,
    id: &SegmentId,
    directory: &Directory,
    found: &mut Vec<Place>,
) -> Result<(), Fault> {
    let time = event.key.time;
    for (number, span) in directory.layout().blocks.iter().enumerate() {
        if time < span.oldest || span.newest < time {
            continue;
        }
        let partition = table::blocks(id);
        let (from, until) = table::block_range(number);
        let range = Range {
            partition: &partition,
            from: &from,
            until: &until,
            consistent: true,
        };
        let answer = table.query(range).await?;
        let parts: Vec<&[u8]> = answer
            .items
            .iter()
            .map(|item| item.body.as_slice())
            .collect();
        let block = Block::decode(&parts)
            .map_err(|error| Fault::damaged(&format!("block {number} of {id}: {error}")))?;
        for record in block.records().filter(|record| record.text == event.text) {
            let file = usize::try_from(record.file).ok();
            let file = file.and_then(|file| directory.files.get(file));
            let place = file.and_then(|file| Place::of(&file.version));
            found.extend(place.filter(|place| !found.contains(place)));
        }
    }
    Ok(())
}

/// Reads the records of the digests that may list a file, and of those that follow.
pub(super) async fn digests(table: &Table, place: &Place) -> Result<Vec<DigestRecord>, Fault> {
    let partition = places::digests(&place.account, &place.region);
    let (from, until) = (place.delivered - BEFORE, place.delivered + AFTER);
    let range = Range {
        partition: &partition,
        from: &places::digest_from(from),
        until: &places::digest_until(until),
        consistent: false,
    };
    let answer = table.query(range).await?;
    let read = |item: &index::Item| {
        DigestRecord::decode(&item.body)
            .ok_or_else(|| Fault::damaged(&format!("digest record {}", item.sort)))
    };
    answer.items.iter().map(read).collect()
}

impl Place {
    fn of(version: &FileVersion) -> Option<Self> {
        let key = ObjectKey::parse(&version.key).ok()?;
        let delivery = index::file::Delivery::from(&key);
        Some(Self {
            version: version.clone(),
            account: delivery.account,
            region: delivery.region,
            delivered: delivery.time,
        })
    }
}
