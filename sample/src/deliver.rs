//! Log files as CloudTrail delivers them: grouped by account, Region and
//! time, named by delivery, late now and then, and at least once.

use std::collections::BTreeMap;
use std::io::{Read as _, Write};

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};

use crate::dice::{Dice, derive, derive_text, mix};
use crate::record::Record;
use crate::rhythm::{push_day, push_minute};
use crate::signer::sha256;

/// How CloudTrail delivers.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Draws the delays, the duplicates and the last part of the keys.
    pub seed: u64,
    /// What stands before `AWSLogs/`, without a slash at its end; may be empty.
    pub prefix: String,
    /// The `o-...` of an organization trail, which goes before the account.
    pub organization: Option<String>,
    /// Events of this many seconds share a file; 300 where there is enough
    /// traffic, more in a quiet account.
    pub window: u32,
    /// A file has at most this many records; what is more goes into another.
    pub records_per_file: usize,
    /// Of 1,000 records, how many are delivered hours late.
    pub late: u16,
    /// Of 1,000 records, how many are delivered twice, in two files.
    pub duplicates: u16,
    /// The level of compression, 0 to 9.
    pub level: u32,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            seed: 1,
            prefix: String::new(),
            organization: None,
            window: 300,
            records_per_file: 5000,
            late: 2,
            duplicates: 0,
            level: 6,
        }
    }
}

/// A log file, ready to be put into a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// The object's key.
    pub key: String,
    /// Exactly one gzip member that holds `{"Records":[...]}`.
    pub body: Vec<u8>,
    /// How many records are in it.
    pub records: usize,
    /// The bytes before compression.
    pub size: usize,
    /// When it was delivered, in seconds of the epoch.
    pub delivered: i64,
    /// The time of its oldest event.
    pub oldest: i64,
    /// The time of its newest event.
    pub newest: i64,
    /// The SHA-256 of the bytes before compression.
    pub sha256: [u8; 32],
}

/// Packs records, which come in about the order of time, into log files.
///
/// Works as it goes along: it keeps the windows of the last hour and what is
/// late, not the whole trail. Files come in about the order of delivery.
///
/// ```
/// use sample::{Delivery, Trail, deliver};
///
/// let trail = Trail { events: 200, ..Trail::default() };
/// let files: Vec<_> = deliver(trail.records(), Delivery::default()).collect();
/// assert!(files[0].key.starts_with("AWSLogs/") && files[0].key.ends_with(".json.gz"));
/// assert_eq!(files.iter().map(|file| file.records).sum::<usize>(), 200);
/// ```
pub fn deliver<I>(records: I, delivery: Delivery) -> LogFiles<I::IntoIter>
where
    I: IntoIterator<Item = Record>,
{
    LogFiles {
        records: records.into_iter(),
        delivery,
        open: BTreeMap::new(),
        done: Vec::new(),
        oldest: i64::MIN,
    }
}

/// What makes a file: window, account, Region, folder.
type Group = (i64, String, String, &'static str);

/// A record's time and text.
type Timed = (i64, String);

/// The files of [`deliver`], one after the other.
#[derive(Debug)]
pub struct LogFiles<I> {
    records: I,
    delivery: Delivery,
    open: BTreeMap<Group, Vec<Timed>>,
    /// Files in reverse order.
    done: Vec<LogFile>,
    /// Windows before this one are closed.
    oldest: i64,
}

impl<I: Iterator<Item = Record>> Iterator for LogFiles<I> {
    type Item = LogFile;

    fn next(&mut self) -> Option<LogFile> {
        loop {
            if let Some(file) = self.done.pop() {
                return Some(file);
            }
            if let Some(record) = self.records.next() {
                self.accept(record);
            } else {
                let (group, records) = self.open.pop_first()?;
                self.close(&group, records);
            }
        }
    }
}

impl<I> LogFiles<I> {
    fn accept(&mut self, record: Record) {
        let length = i64::from(self.delivery.window.max(1));
        let window = record.time.div_euclid(length);
        // An hour is more than an insight is reported late.
        let settled = window - 3600 / length - 1;
        if settled > self.oldest {
            self.oldest = settled;
            while let Some(entry) = self.open.first_entry() {
                if entry.key().0 >= settled {
                    break;
                }
                let (group, records) = entry.remove_entry();
                self.close(&group, records);
            }
            self.done.reverse();
        }
        let mut dice = Dice::new(derive_text(self.delivery.seed, &record.id));
        let hours = |dice: &mut Dice| 1 + i64::try_from(dice.below(5)).unwrap_or(0);
        let mut at = window.max(self.oldest);
        if dice.per_mille(self.delivery.late) {
            at += hours(&mut dice) * 3600 / length;
        }
        let group = |at| {
            (
                at,
                record.account.clone(),
                record.region.clone(),
                record.category.folder(),
            )
        };
        if dice.per_mille(self.delivery.duplicates) {
            let again = at + 1 + hours(&mut dice) * 600 / length;
            self.open
                .entry(group(again))
                .or_default()
                .push((record.time, record.json.clone()));
        }
        let group = group(at);
        self.open
            .entry(group)
            .or_default()
            .push((record.time, record.json));
    }

    fn close(&mut self, group: &Group, mut records: Vec<Timed>) {
        let (window, account, region, folder) = group;
        let seed = derive(
            derive_text(
                derive_text(derive_text(self.delivery.seed, account), region),
                folder,
            ),
            window.unsigned_abs(),
        );
        // CloudTrail promises no order.
        let mut dice = Dice::new(seed);
        for place in (1..records.len()).rev() {
            records.swap(place, dice.below(place + 1));
        }
        let per_file = self.delivery.records_per_file.max(1);
        for (chunk, part) in records.chunks(per_file).zip(0..) {
            let mut dice = Dice::new(derive(seed, part));
            // Two to ten minutes after the window: two to fifteen after the event.
            let delay = 60 * i64::try_from(2 + dice.below(8)).unwrap_or(5);
            let delivered = (window + 1) * i64::from(self.delivery.window.max(1)) + delay;
            let key = self.key(account, region, folder, delivered, dice.roll());
            let texts: Vec<&str> = chunk.iter().map(|(_, text)| text.as_str()).collect();
            let body = format!("{{\"Records\":[{}]}}", texts.join(","));
            let times = || chunk.iter().map(|(time, _)| *time);
            self.done.push(LogFile {
                key,
                records: chunk.len(),
                size: body.len(),
                body: compress(body.as_bytes(), self.delivery.level),
                delivered,
                oldest: times().min().unwrap_or(delivered),
                newest: times().max().unwrap_or(delivered),
                sha256: sha256(body.as_bytes()),
            });
        }
    }

    fn key(
        &self,
        account: &str,
        region: &str,
        folder: &str,
        delivered: i64,
        unique: u64,
    ) -> String {
        let mut key = String::new();
        if !self.delivery.prefix.is_empty() {
            key.push_str(&self.delivery.prefix);
            key.push('/');
        }
        key.push_str("AWSLogs/");
        if let Some(organization) = &self.delivery.organization {
            key.push_str(organization);
            key.push('/');
        }
        for part in [account, folder, region] {
            key.push_str(part);
            key.push('/');
        }
        push_day(&mut key, delivered);
        key.push('/');
        for part in [account, folder, region] {
            key.push_str(part);
            key.push('_');
        }
        // CloudTrail names files by the five minutes that they were closed in.
        push_minute(&mut key, delivered - delivered.rem_euclid(300));
        key.push('_');
        push_unique(&mut key, unique);
        key.push_str(".json.gz");
        key
    }
}

fn push_unique(out: &mut String, unique: u64) {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut bits = unique;
    for _ in 0..16 {
        bits = mix(bits.wrapping_add(1));
        out.push(char::from(LETTERS[(bits % 62) as usize]));
    }
}

/// Compresses into exactly one gzip member with no time and no name in it.
pub fn compress(body: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::new(level.min(9)));
    // Writing into memory does not fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

/// Inflates one gzip member; nothing where there is none or it is damaged.
pub(crate) fn inflate(body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    GzDecoder::new(body).read_to_end(&mut content).ok()?;
    Some(content)
}
