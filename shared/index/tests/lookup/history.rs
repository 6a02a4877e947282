//! A table in memory that indexes records and answers reads, with the faults of a real one.

use std::collections::{BTreeMap, HashSet, VecDeque};

use index::file::FileVersion;
use index::lookup::{Answer, Read};
use index::segment::{Builder, Segment, Source};
use index::tally::{Counts, Tally};
use index::{Class, Item, Keeping, Retention};
use sample::{Plant, Trail};
use trail::Record;
use trail::digest::sha256;

type Key = (String, String);

/// Records of a few days with some of them twice, in no order.
pub(crate) fn corpus(seed: u64, events: u64) -> Vec<String> {
    let trail = Trail {
        seed,
        events,
        principals: 12,
        insights: 20,
        data: 250,
        network: 60,
        ..Trail::default()
    };
    let mut texts: Vec<String> = trail.records().map(|record| record.json).collect();
    // Records without an id, or with a malformed one, are kept like any other.
    for (number, text) in texts.iter_mut().enumerate().step_by(37) {
        let at = text.find("\"eventID\":\"").expect("samples have ids");
        let end = at + 11 + text[at + 11..].find('"').expect("closing quote") + 1;
        let replacement = if number % 2 == 0 {
            "\"eventID\":null"
        } else {
            "\"eventID\":\"?\""
        };
        text.replace_range(at..end, replacement);
    }
    let copies: Vec<String> = texts.iter().step_by(17).cloned().collect();
    texts.extend(copies);
    let middle = texts.len() / 2;
    texts.rotate_left(middle);
    texts
}

/// Records of one busy day, among which some values are frequent.
pub(crate) fn busy_day(seed: u64) -> Vec<String> {
    let usual = Trail::default();
    let trail = Trail {
        seed,
        events: 2_500,
        principals: 60,
        plants: vec![
            Plant::fitting(sample::Attribute::EventName, 6),
            Plant::fitting(sample::Attribute::SourceIp, 6),
        ],
        start: usual.end - jiff::Span::new().hours(20),
        ..usual
    };
    trail.records().map(|record| record.json).collect()
}

/// The table.
#[derive(Default)]
pub(crate) struct History {
    items: BTreeMap<Key, Item>,
    written: Vec<Key>,
    hidden: HashSet<Key>,
    arriving: VecDeque<Vec<Item>>,
}

fn source(key: &str, records: &[&String]) -> Source {
    let content = records
        .iter()
        .map(|text| text.as_str())
        .collect::<Vec<_>>()
        .concat();
    Source {
        version: FileVersion {
            bucket: "logs".to_owned(),
            key: key.to_owned(),
            version: None,
        },
        sha256: sha256(content.as_bytes()),
        delivered: 1_791_849_600,
    }
}

/// One file a batch of records, two files a segment: records come from several files.
fn segments(records: &[&String], batch: usize) -> Vec<Segment> {
    let mut builder = Builder::new(Class::standard(), Retention::OFF);
    let (first, second) = records.split_at(records.len() / 2);
    for (file, records) in [first, second].into_iter().enumerate() {
        let source = builder.source(source(&format!("file-{batch}-{file}"), records));
        for text in records {
            builder.add(source, 0, &Record::parse(text).expect("a sample record"));
        }
    }
    builder.seal().expect("has memory")
}

/// The key of an account's log file.
fn log_file(account: &str, number: usize) -> String {
    format!(
        "AWSLogs/{account}/CloudTrail/us-east-1/2026/10/13/\
         {account}_CloudTrail_us-east-1_20261013T0000Z_{number:016}.json.gz"
    )
}

/// The segments of a batch in which each account's records come from a file of its own.
pub(crate) fn kept_segments(
    records: &[&String],
    batch: usize,
    keeping: &Keeping,
    restored: Option<&Class>,
) -> Vec<Segment> {
    let mut files: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for text in records {
        let record = Record::parse(text).expect("a sample record");
        let account = record.account().unwrap_or("000000000000").to_owned();
        files.entry(account).or_default().push(text);
    }
    let mut builders: BTreeMap<Class, Builder> = BTreeMap::new();
    for (account, records) in files {
        let class = restored.cloned();
        let class = class.unwrap_or_else(|| keeping.policy().class(&account));
        let builder = builders
            .entry(class.clone())
            .or_insert_with(|| Builder::new(class, keeping.clone()));
        let source = builder.source(source(&log_file(&account, batch), &records));
        for text in records {
            builder.add(source, 0, &Record::parse(text).expect("a sample record"));
        }
    }
    let sealed = builders.values_mut();
    sealed
        .flat_map(|builder| builder.seal().expect("has memory"))
        .collect()
}

pub(crate) fn batches<'c>(corpus: &'c [String], cuts: &[usize]) -> Vec<Vec<&'c String>> {
    let mut batches = Vec::new();
    let mut rest = corpus;
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let (batch, behind) = rest.split_at((*cuts.next().expect("cycles")).min(rest.len()));
        batches.push(batch.iter().collect());
        rest = behind;
    }
    batches
}

/// The items of a segment in the order in which a writer puts them.
fn items(segment: &Segment, now: i64) -> Vec<Item> {
    [segment.write_mark(now), segment.header.clone()]
        .into_iter()
        .chain(segment.blocks.iter().cloned())
        .chain(segment.pages.iter().cloned())
        .chain([segment.tally.clone(), segment.directory.clone()])
        .collect()
}

impl History {
    fn put(&mut self, item: Item) {
        let key = (item.partition.clone(), item.sort.clone());
        if let Some(present) = self.items.get(&key) {
            assert_eq!(present.body, item.body, "what is there is equal");
            return;
        }
        self.written.push(key.clone());
        self.items.insert(key, item);
    }

    fn put_all(&mut self, items: impl IntoIterator<Item = Item>) {
        for item in items {
            self.put(item);
        }
    }

    /// Indexes files of some sizes, so many of them together.
    pub(crate) fn index_files(&mut self, corpus: &[String], files: &[usize], together: &[usize]) {
        let files: Vec<_> = batches(corpus, files).into_iter().enumerate().collect();
        let mut rest = files.as_slice();
        let mut together = together.iter().cycle();
        while !rest.is_empty() {
            let count = (*together.next().expect("cycles")).min(rest.len());
            let mut builder = Builder::new(Class::standard(), Retention::OFF);
            for (number, records) in &rest[..count] {
                let source = builder.source(source(&format!("file-{number}"), records));
                for text in records {
                    builder.add(source, 0, &Record::parse(text).expect("a sample record"));
                }
            }
            for segment in builder.seal().expect("has memory") {
                self.put_all(items(&segment, super::NOW));
            }
            rest = &rest[count..];
        }
    }

    pub(crate) fn index_in_batches(&mut self, corpus: &[String], cuts: &[usize]) {
        for (number, batch) in batches(corpus, cuts).iter().enumerate() {
            for segment in segments(batch, number) {
                self.put_all(items(&segment, super::NOW));
            }
        }
    }

    /// Indexes the first batch and stops after so many writes of its last segment.
    pub(crate) fn index_until_crash(&mut self, corpus: &[String], cuts: &[usize], writes: usize) {
        if let Some(batch) = batches(corpus, cuts).first() {
            for segment in segments(batch, 0) {
                self.put_all(items(&segment, super::NOW).into_iter().take(writes));
            }
        }
    }

    /// Hides the last writes from reads that are only eventually consistent.
    pub(crate) fn hide_last_writes(&mut self, count: usize) {
        let start = self.written.len().saturating_sub(count);
        self.hidden = self.written[start..].iter().cloned().collect();
    }

    /// Indexes one more batch with every read, as if files arrived meanwhile.
    pub(crate) fn arrive_while_reading(&mut self, corpus: &[String], cuts: &[usize]) {
        for (number, batch) in batches(corpus, cuts).iter().enumerate() {
            for segment in segments(batch, 1_000 + number) {
                self.arriving.push_back(items(&segment, super::NOW));
            }
        }
    }

    /// How many partitions of term pages some level has.
    pub(crate) fn partitions(&self, level: index::term::Level) -> usize {
        let level = level.buckets().to_string();
        let mut partitions: Vec<&String> = self
            .items
            .keys()
            .map(|(partition, _)| partition)
            .filter(|partition| partition.starts_with("terms#"))
            .filter(|partition| partition.split('#').nth(3) == Some(level.as_str()))
            .collect();
        partitions.dedup();
        partitions.len()
    }

    /// Indexes batches as the indexer does: a file for each account, grouped by class.
    ///
    /// They are restored where a class is given.
    pub(crate) fn index_kept(
        &mut self,
        corpus: &[String],
        cuts: &[usize],
        keeping: &Keeping,
        restored: Option<&Class>,
    ) {
        for (number, batch) in batches(corpus, cuts).iter().enumerate() {
            for segment in kept_segments(batch, number, keeping, restored) {
                self.put_all(items(&segment, super::NOW));
            }
        }
    }

    /// Drops expired items as the table does: any of them, in no order.
    pub(crate) fn expire(&mut self, now: i64, dropped: &[bool]) {
        let mut dropped = dropped.iter().cycle();
        self.items
            .retain(|_, item| !(item.is_past(now) && dropped.next() == Some(&true)));
    }

    pub(crate) fn lose_blocks(&mut self) {
        self.items
            .retain(|(partition, _), _| !partition.starts_with("block#"));
    }

    pub(crate) fn read(&mut self, read: &Read) -> Answer {
        let from = (read.partition.clone(), read.from.clone());
        let until = (read.partition.clone(), read.until.clone());
        let items: Vec<Item> = self
            .items
            .range(from..=until)
            .filter(|(key, _)| read.consistent || !self.hidden.contains(*key))
            .map(|(_, item)| item.clone())
            .collect();
        let bytes: usize = items.iter().map(Item::size).sum();
        let units = f64::from(u32::try_from(bytes.div_ceil(4096).max(1)).expect("small"));
        for item in self.arriving.pop_front().unwrap_or_default() {
            self.put(item);
        }
        Answer {
            items,
            read_units: if read.consistent { units } else { units / 2.0 },
        }
    }

    /// The calls per minute that the tallies say.
    pub(crate) fn tallied(&self) -> Counts {
        let mut counts = Counts::default();
        for ((partition, _), item) in &self.items {
            if partition.starts_with("tally#") {
                assert!(counts.add(Tally::decode(&item.body).expect("own tally")));
            }
        }
        counts
    }
}
