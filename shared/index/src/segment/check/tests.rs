//! Tests of segments that were changed, and of the keys that name what is theirs.

use std::collections::BTreeSet;

use sample::Trail;
use trail::ObjectKey;

use super::*;
use crate::block::{Encoder, Stored as Text};
use crate::file::{Delivery, FileVersion};
use crate::item::Item;
use crate::retention::{Class, Retention};
use crate::segment::{Builder, Segment, Source, keys};
use crate::table::Key;

/// A segment of two files that share some records, and the larger of which has two stretches.
fn segment() -> Segment {
    let usual = Trail::default();
    let trail = Trail {
        events: 400,
        start: usual.end - jiff::Span::new().hours(20),
        ..usual
    };
    let records: Vec<String> = trail.records().map(|record| record.json).collect();
    let mut builder = Builder::new(Class::standard(), Retention::days(90));
    for (number, records) in [&records[..300], &records[250..]].into_iter().enumerate() {
        let key = format!(
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/13/\
             111122223333_CloudTrail_us-east-1_20261013T0{number}05Z_0123456789abcdef.json.gz"
        );
        let parsed = ObjectKey::parse(&key).expect("a log file's key");
        let delivered = Delivery::from(&parsed).time;
        let source = builder.source(Source {
            version: FileVersion {
                bucket: "logs".to_owned(),
                key,
                version: Some("v1".to_owned()),
            },
            sha256: sha256(&[u8::try_from(number).expect("small")]),
            delivered,
        });
        for (at, text) in records.iter().enumerate() {
            let record = Record::parse(text).expect("a sample record");
            if Category::of(&record) == Category::Management {
                let stretch = u32::from(number == 0 && at > 150);
                builder.add(source, stretch, &record);
            }
        }
    }
    let mut segments = builder.seal().expect("has memory");
    let last = segments.len() - 1;
    segments.swap_remove(last)
}

/// What is stored of a segment, to be changed.
struct Copy {
    id: SegmentId,
    category: Category,
    day: Day,
    sort: String,
    directory: Directory,
    blocks: Blocks,
    tally: Option<Vec<u8>>,
    pages: Pages,
}

impl Copy {
    fn of(segment: &Segment) -> Self {
        let mut blocks = Blocks::new();
        for item in &segment.blocks {
            let (number, _) = table::parse_block_part(&item.sort).expect("a block's key");
            blocks.entry(number).or_default().push(item.body.clone());
        }
        let day = segment.day;
        let directory = Directory::decode(&segment.directory.body, day).expect("own entry");
        let mut pages = Pages::new();
        let levels = [directory.level, Level::FREQUENT];
        let buckets = |level: Level| (0..=u16::MAX).take(level.buckets() as usize);
        for (level, bucket) in levels
            .into_iter()
            .flat_map(|level| buckets(level).map(move |bucket| (level, bucket)))
        {
            let partition = table::terms(segment.category, day, level, bucket);
            if let Some(page) = segment
                .pages
                .iter()
                .find(|page| page.partition == partition)
            {
                pages.insert((level, bucket), page.body.clone());
            }
        }
        assert_eq!(pages.len(), segment.pages.len());
        Self {
            id: segment.id.clone(),
            category: segment.category,
            day,
            sort: segment.directory.sort.clone(),
            directory,
            blocks,
            tally: Some(segment.tally.body.clone()),
            pages,
        }
    }

    fn check(&self) -> Vec<Contradiction> {
        let directory = self.directory.encode(&mut Encoder::new().expect("memory"));
        check(&Stored {
            id: &self.id,
            category: self.category,
            day: self.day,
            sort: &self.sort,
            directory: &directory.expect("has memory"),
            blocks: &self.blocks,
            tally: self.tally.as_deref(),
            pages: Some(&self.pages),
        })
    }

    /// Replaces the records of a block, with its hash, and names the segment anew: as one
    /// would who knows the format.
    fn forge(&mut self, number: usize, change: impl FnOnce(&mut Vec<(String, u32)>)) {
        let parts: Vec<&[u8]> = self.blocks[&number].iter().map(Vec::as_slice).collect();
        let block = Block::decode(&parts).expect("own block");
        let mut records: Vec<(String, u32)> = block
            .records()
            .map(|record| (record.text.to_owned(), record.file))
            .collect();
        change(&mut records);
        let texts: Vec<Text<'_>> = records
            .iter()
            .map(|(text, file)| Text { text, file: *file })
            .collect();
        let parts = Encoder::new().and_then(|mut encoder| encoder.encode(&texts));
        let parts = parts.expect("has memory");
        self.directory.blocks[number].sha256 = hex::encode(sha256(&parts.concat()));
        self.blocks.insert(number, parts);
        self.rename();
    }

    fn rename(&mut self) {
        let directory = self.directory.clone();
        let stored = Stored {
            id: &self.id,
            category: self.category,
            day: self.day,
            sort: "",
            directory: &[],
            blocks: &Blocks::new(),
            tally: None,
            pages: None,
        };
        let check = Check {
            stored: &stored,
            directory: &directory,
            found: Vec::new(),
        };
        let tally = self.tally.as_deref().expect("has a tally");
        self.id = check.named(tally).expect("is read");
        self.sort = table::newest(self.day, self.directory.newest(), &self.id);
    }
}

/// What is found after a change, of a segment in which nothing is before.
fn after(change: impl FnOnce(&mut Copy)) -> Vec<Contradiction> {
    let mut copy = Copy::of(&segment());
    change(&mut copy);
    copy.check()
}

#[test]
fn a_segment_as_it_was_written_contradicts_nothing() {
    let segment = segment();
    assert!(segment.duplicates > 0 && segment.blocks.len() > 3 && segment.pages.len() > 3);
    assert_eq!(Copy::of(&segment).check(), []);
}

#[test]
fn a_block_that_was_changed_lost_or_added_is_named() {
    assert_eq!(
        after(|copy| drop(copy.blocks.remove(&1))),
        [Contradiction::BlockMissing(1)]
    );
    let moved = after(|copy| {
        let other = copy.blocks[&2].clone();
        copy.blocks.insert(1, other);
    });
    assert!(moved.contains(&Contradiction::BlockHash(1)), "{moved:?}");
    let flipped = after(|copy| copy.blocks.get_mut(&1).expect("block 1")[0][40] ^= 1);
    assert_eq!(flipped[0], Contradiction::BlockHash(1));
    let cut = after(|copy| copy.blocks.get_mut(&1).expect("block 1").clear());
    let error = BlockError::Incomplete {
        found: 0,
        wanted: 1,
    };
    assert_eq!(cut[1], Contradiction::Block { number: 1, error });
    let added = after(|copy| {
        copy.blocks.insert(900, vec![Vec::new()]);
    });
    assert_eq!(added, [Contradiction::BlockUnlisted(900)]);
}

#[test]
fn a_directory_entry_that_was_changed_does_not_give_the_name() {
    let name = [Contradiction::Name];
    assert_eq!(
        after(|copy| copy.directory.files[0].sha256 = "00".repeat(32)),
        name
    );
    assert_eq!(
        after(|copy| copy.directory.files[0].version.version = None)[0],
        Contradiction::Name
    );
    assert_eq!(
        after(|copy| copy.directory.blocks[1].sha256 = "00".repeat(32))[0],
        Contradiction::Name
    );
    assert_eq!(
        after(|copy| copy.category = Category::Data)[0],
        Contradiction::Name
    );
    assert_eq!(
        after(|copy| copy.day = copy.day.next()),
        [Contradiction::Directory]
    );
    assert_eq!(
        after(|copy| copy.sort.replace_range(..1, "9")),
        [Contradiction::Place]
    );
    let other = SegmentId::new(&Class::standard(), &[7; 32]);
    let other = after(|copy| copy.id = other);
    assert_eq!(other, [Contradiction::Place, Contradiction::Name]);
    let counts = after(|copy| copy.directory.files[0].records += 1);
    assert_eq!(counts[0], Contradiction::FileRecords(0));
    let times = after(|copy| copy.directory.blocks[0].newest -= 1);
    assert_eq!(times, [Contradiction::BlockTime(0)]);
    let times = after(|copy| copy.directory.oldest -= 1);
    assert_eq!(
        times,
        [Contradiction::Order {
            block: 0,
            record: 0
        }]
    );
    let records = after(|copy| copy.directory.blocks[1].records -= 1);
    assert_eq!(records, [Contradiction::BlockRecords(1)]);
}

#[test]
fn records_that_were_forged_with_the_name_contradict_what_follows_from_them() {
    let swapped = after(|copy| copy.forge(1, |records| records.swap(1, 2)));
    assert_eq!(
        swapped[0],
        Contradiction::Order {
            block: 1,
            record: 2
        }
    );
    let twice = after(|copy| copy.forge(1, |records| records[1] = records[0].clone()));
    assert_eq!(
        twice[0],
        Contradiction::Order {
            block: 1,
            record: 1
        }
    );
    let fewer = after(|copy| copy.forge(1, |records| drop(records.remove(1))));
    assert_eq!(fewer, [Contradiction::BlockRecords(1)]);
    let file = after(|copy| copy.forge(1, |records| records[0].1 = 2));
    assert_eq!(
        file,
        [Contradiction::File {
            block: 1,
            record: 0
        }]
    );
    let file = after(|copy| copy.forge(1, |records| records[0].1 = 1 - records[0].1));
    assert_eq!(
        file[..2],
        [Contradiction::FileRecords(0), Contradiction::FileRecords(1)]
    );
    let broken = after(|copy| copy.forge(1, |records| records[0].0.truncate(9)));
    assert_eq!(
        broken,
        [Contradiction::Record {
            block: 1,
            record: 0
        }]
    );
    let elsewhere = after(|copy| {
        copy.forge(0, |records| {
            let text = &mut records[0].0;
            let at = text.find("\"eventTime\":\"").expect("a time") + 13;
            text.replace_range(at..at + 4, "2025");
        });
    });
    assert_eq!(
        elsewhere[0],
        Contradiction::Elsewhere {
            block: 0,
            record: 0
        }
    );
    // A record with another caller is where it was; its terms and its calls are not.
    let renamed = after(|copy| {
        copy.forge(1, |records| {
            let text = &mut records[0].0;
            *text = text.replace("\"eventName\":\"", "\"eventName\":\"No");
        });
    });
    let is_page = |found: &Contradiction| {
        matches!(
            found,
            Contradiction::Page { .. } | Contradiction::PageMissing { .. }
        )
    };
    let is_order = |found: &Contradiction| matches!(found, Contradiction::Order { .. });
    assert!(
        renamed
            .iter()
            .any(|found| is_page(found) || is_order(found)),
        "{renamed:?}"
    );
}

#[test]
fn a_tally_that_was_lost_or_changed_is_named() {
    assert_eq!(
        after(|copy| copy.tally = None),
        [Contradiction::TallyMissing]
    );
    let change = |change: fn(&mut crate::tally::Tally)| {
        after(|copy| {
            let tally = copy.tally.as_deref().expect("a tally");
            let mut tally = crate::tally::Tally::decode(tally).expect("own tally");
            change(&mut tally);
            let encoded = Encoder::new().and_then(|mut encoder| tally.encode(&mut encoder));
            copy.tally = Some(encoded.expect("has memory"));
        })
    };
    assert_eq!(change(|_| ()), []);
    assert_eq!(
        change(|tally| tally.sections[0].series[0].1[0].1 += 100),
        [Contradiction::Tally]
    );
    assert_eq!(
        change(|tally| tally.day = "2026-10-01".to_owned()),
        [Contradiction::Tally]
    );
    assert_eq!(
        change(|tally| drop(tally.sections.remove(0)))[0],
        Contradiction::Name
    );
    assert_eq!(
        change(|tally| tally.sections[0].stretch = 9)[0],
        Contradiction::Name
    );
}

#[test]
fn a_page_that_was_lost_changed_or_added_is_named() {
    let first = |copy: &Copy| *copy.pages.keys().next().expect("a page");
    let (level, bucket) = first(&Copy::of(&segment()));
    let buckets = level.buckets();
    let missing = after(|copy| drop(copy.pages.remove(&first(copy))));
    assert_eq!(missing, [Contradiction::PageMissing { buckets, bucket }]);
    let changed = after(|copy| {
        let key = first(copy);
        let page = copy.pages.get_mut(&key).expect("a page");
        let last = page.len() - 1;
        page[last] ^= 0x80;
    });
    assert_eq!(changed, [Contradiction::Page { buckets, bucket }]);
    let added = after(|copy| {
        copy.pages.insert((Level::FREQUENT, 7), Vec::new());
    });
    let (buckets, bucket) = (65_536, 7);
    assert_eq!(added, [Contradiction::PageUnlisted { buckets, bucket }]);
    let frequent = after(|copy| copy.directory.frequent.push(9));
    assert_eq!(frequent, [Contradiction::Frequent]);
}

#[test]
fn every_item_of_a_segment_is_named_by_its_directory_entry() {
    let segment = segment();
    let copy = Copy::of(&segment);
    let named = keys(&segment.id, segment.category, segment.day, &copy.directory);
    let named = named.expect("log files of CloudTrail's");
    let key = |item: &Item| Key {
        partition: item.partition.clone(),
        sort: item.sort.clone(),
    };
    assert_eq!(named.header, key(&segment.header));
    assert_eq!(named.tally, key(&segment.tally));
    assert_eq!(named.directory, key(&segment.directory));
    assert!(
        segment
            .blocks
            .iter()
            .all(|block| block.partition == named.blocks)
    );
    let pages: BTreeSet<Key> = named.pages.iter().cloned().collect();
    assert_eq!(pages.len(), named.pages.len());
    let stored: BTreeSet<Key> = segment.pages.iter().map(key).collect();
    assert!(stored.is_subset(&pages));
    let partition = "files#111122223333#us-east-1#2026-10-13";
    assert!(named.files.len() == 2 && named.files.iter().all(|file| file.partition == partition));
    assert_eq!(named.files[0].sort, copy.directory.files[0].version.sort());

    let mut other = copy.directory.clone();
    other.files[1].version.key = "not/a/log/file".to_owned();
    assert!(keys(&segment.id, segment.category, segment.day, &other).is_err());
}
