//! Log files as they are delivered, with the records that are in them.

use index::Day;
use index::segment::stretch_of;
use jiff::Timestamp;
use sample::Trail;
use trail::log_file::Entry;
use trail::{LogFile, ObjectKey};

/// The account of files that are written by hand.
pub(crate) const ACCOUNT: &str = "111122223333";

/// A delivered file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) key: String,
    pub(crate) body: Vec<u8>,
    /// The texts of its records, and the stretch of the file that each stands in.
    pub(crate) records: Vec<(u32, String)>,
}

impl File {
    /// Takes a delivered body apart; elements that are no record are left out.
    pub(crate) fn new(key: impl Into<String>, body: Vec<u8>) -> Self {
        let log = LogFile::inflate(&body, usize::MAX).expect("a log file");
        let entries = log.entries().expect("records").into_iter();
        let records = entries.filter_map(|entry| match entry {
            Entry::Record(record) => {
                Some((stretch_of(log.offset_of(&record)), record.text().to_owned()))
            }
            Entry::Quarantined(_) => None,
        });
        let records = records.collect();
        Self {
            key: key.into(),
            body,
            records,
        }
    }

    /// Writes records into a file that is delivered at some time.
    pub(crate) fn of(name: &str, delivered: i64, records: &[impl AsRef<str>]) -> Self {
        let records: Vec<&str> = records.iter().map(AsRef::as_ref).collect();
        let content = format!("{{\"Records\":[{}]}}", records.join(","));
        Self::new(
            key(name, delivered),
            sample::compress(content.as_bytes(), 1),
        )
    }

    /// Any bytes under a log file's key.
    pub(crate) fn raw(name: &str, delivered: i64, body: Vec<u8>) -> Self {
        Self {
            key: key(name, delivered),
            body,
            records: Vec::new(),
        }
    }

    pub(crate) fn delivery_day(&self) -> Day {
        ObjectKey::parse(&self.key)
            .expect("a log file's key")
            .delivery_day
            .into()
    }

    /// The texts of the records.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &String> {
        self.records.iter().map(|(_, text)| text)
    }
}

/// The key of a log file that is delivered at some time.
pub(crate) fn key(name: &str, delivered: i64) -> String {
    let time = Timestamp::from_second(delivered).expect("a time");
    let (day, minute) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%dT%H%MZ"));
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/{day}/{ACCOUNT}_CloudTrail_us-east-1_{minute}_{name}.json.gz"
    )
}

/// A small record of a call.
pub(crate) fn record(id: &str, time: i64, name: &str) -> String {
    let time = Timestamp::from_second(time).expect("a time");
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","readOnly":false,"eventID":"{id}","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{ACCOUNT}","eventCategory":"Management"}}"#
    )
}

/// The files of a trail of a few busy days in two accounts, all categories in
/// it; some records come late, and some twice in different files.
pub(crate) fn delivered(seed: u64, events: u64) -> Vec<File> {
    let trail = Trail {
        seed,
        events,
        accounts: vec![ACCOUNT.to_owned(), "444455556666".to_owned()],
        regions: vec!["us-east-1".to_owned(), "eu-west-1".to_owned()],
        start: Timestamp::from_second(crate::stack::NOW - 3 * 86_400).expect("a time"),
        end: Timestamp::from_second(crate::stack::NOW - 3_600).expect("a time"),
        principals: 12,
        data: 250,
        network: 60,
        insights: 20,
        ..Trail::default()
    };
    let delivery = sample::Delivery {
        seed,
        window: 4 * 3_600,
        late: 20,
        duplicates: 80,
        level: 1,
        ..sample::Delivery::default()
    };
    sample::deliver(trail.records(), delivery)
        .map(|file| File::new(file.key, file.body))
        .collect()
}

/// Numbers that are drawn the same way every time.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a bound, or zero where the bound is.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound.max(1)).expect("a length");
        usize::try_from((mixed ^ (mixed >> 31)) % bound).expect("below a length")
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place + 1));
        }
    }

    /// Cuts items into runs of 1 to `most`.
    pub(crate) fn cut<'t, T>(&mut self, items: &'t [T], most: usize) -> Vec<&'t [T]> {
        let mut runs = Vec::new();
        let mut rest = items;
        while !rest.is_empty() {
            let (run, behind) = rest.split_at((1 + self.below(most)).min(rest.len()));
            runs.push(run);
            rest = behind;
        }
        runs
    }
}
