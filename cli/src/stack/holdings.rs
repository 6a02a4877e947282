//! What a table holds, told by its own records.
//!
//! Counted from the table and not while indexing, so that it is right also
//! after a kill, a redelivery or a file that came in two batches.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws::Table;
use aws::table::Range;
use index::Day;
use index::directory::Directory;
use index::file::{FileRecord, FileVersion};
use index::finding::{Finding, FindingKind};
use index::table;
use index::tally::Tally;
use trail::key::ObjectKind;
use trail::{Category, ObjectKey};

use super::Stack;
use super::resume::delivery_of;
use crate::failure::Failure;

/// What a table holds.
#[derive(Debug, Default)]
pub(crate) struct Holdings {
    /// Log files that are indexed.
    pub(crate) files: u64,
    /// Objects in the bucket that are no log files: digests and the like.
    pub(crate) other_objects: u64,
    /// The accounts and Regions that digests are of.
    pub(crate) digests: BTreeSet<(String, String)>,
    /// Elements of the files' `Records`.
    pub(crate) records: u64,
    /// Records that the files' segments hold.
    pub(crate) indexed: u64,
    /// Elements that are no record.
    pub(crate) quarantined: u64,
    /// Records past retention when they arrived.
    pub(crate) expired: u64,
    /// Segments with a record of some file.
    pub(crate) segments: u64,
    /// The time of the oldest event, in seconds since 1970.
    pub(crate) oldest: Option<i64>,
    /// The time of the newest event.
    pub(crate) newest: Option<i64>,
    /// The accounts whose history the events belong to.
    pub(crate) accounts: BTreeSet<String>,
    /// The events' Regions.
    pub(crate) regions: BTreeSet<String>,
    /// The days that have events.
    pub(crate) days: BTreeSet<Day>,
    /// The hours, since 1970, in which anything happened.
    pub(crate) hours: BTreeSet<i64>,
    /// What could not be indexed or contradicts what was, by its sort key.
    pub(crate) findings: BTreeMap<String, Finding>,
    /// The keys of log files that are neither indexed nor the subject of a finding.
    pub(crate) unindexed: BTreeSet<String>,
}

/// The files of a table while its segments are counted.
#[derive(Default)]
struct Files {
    /// The keys of the bucket's log files by partition and sort key of their records.
    expected: HashMap<String, HashMap<String, String>>,
    /// The records that are there.
    records: HashMap<String, FileRecord>,
    /// The days on which any was delivered.
    deliveries: BTreeSet<Day>,
}

impl Holdings {
    /// Records that came twice: what the files have more than went anywhere else.
    ///
    /// Nothing where more was counted out than in.
    pub(crate) fn duplicates(&self) -> Option<u64> {
        self.records
            .checked_sub(self.indexed + self.quarantined + self.expired)
    }

    /// Log files about which something was found that keeps them out of the index.
    pub(crate) fn rejected(&self) -> u64 {
        let is_rejected = |finding: &&Finding| finding.kind == FindingKind::Rejected;
        self.findings.values().filter(is_rejected).count() as u64
    }

    fn count_digest(&mut self, key: &str) {
        if let Ok(key) = ObjectKey::parse(key)
            && key.kind == ObjectKind::Digest
        {
            let stream = (key.account.to_owned(), key.region.to_owned());
            self.digests.insert(stream);
        }
    }

    async fn count_segments(&mut self, table: &Table, files: &Files) -> Result<(), Failure> {
        for category in Category::ALL {
            let headers = table
                .query(Range::partition(&table::days(category)))
                .await?;
            let days: BTreeSet<Day> = headers
                .items
                .iter()
                .filter_map(|item| Some(table::parse_header(&item.sort)?.0))
                .collect();
            self.days.extend(&days);
            for day in days {
                let partition = table::segments(category, day);
                for item in table.query(Range::partition(&partition)).await?.items {
                    let directory = Directory::decode(&item.body, day);
                    let (Some(segment), Some(directory)) =
                        (table::parse_newest(&item.sort), directory)
                    else {
                        return Err(Failure::new(format!(
                            "item {} of {partition} is damaged",
                            item.sort
                        )));
                    };
                    self.count_segment(segment.as_str(), &directory, files);
                }
            }
        }
        Ok(())
    }

    /// Counts what a segment holds of files that name it: one that was left
    /// behind by a killed process is named by none.
    fn count_segment(&mut self, segment: &str, directory: &Directory, files: &Files) {
        let mut is_named = false;
        for entry in &directory.files {
            let Some(record) = files.records.get(&entry.version.sort()) else {
                continue;
            };
            if record.segments.iter().any(|named| named == segment) {
                self.indexed += entry.records;
                is_named = true;
            }
        }
        if is_named {
            self.segments += 1;
            let newest = directory.blocks.iter().map(|block| block.newest).max();
            self.oldest = self.oldest.into_iter().chain([directory.oldest]).min();
            self.newest = self.newest.into_iter().chain(newest).max();
        }
    }

    fn count_tally(&mut self, tally: &Tally) {
        let Ok(day) = tally.day.parse::<Day>() else {
            return;
        };
        for (series, minutes) in tally.sections.iter().flat_map(|section| &section.series) {
            if !series.account.is_empty() && !self.accounts.contains(&series.account) {
                self.accounts.insert(series.account.clone());
            }
            if !series.region.is_empty() && !self.regions.contains(&series.region) {
                self.regions.insert(series.region.clone());
            }
            let hours = minutes.iter().map(|(minute, _)| i64::from(minute / 60));
            self.hours
                .extend(hours.map(|hour| day.start() / 3_600 + hour));
        }
    }
}

impl Stack {
    /// Counts what a table holds of the bucket's log files.
    pub(crate) async fn holdings(&self, table: &Table) -> Result<Holdings, Failure> {
        let mut holdings = Holdings::default();
        let mut files = Files::default();
        let mut position = Some((None, None));
        while let Some(from) = position.take() {
            let (page, next) = self.versions(from).await?;
            position = next;
            for stored in page {
                holdings.count_digest(&stored.version.key);
                holdings.other_objects += u64::from(!files.expect(stored.version));
            }
        }
        for (partition, mut expected) in std::mem::take(&mut files.expected) {
            for item in table.query(Range::partition(&partition)).await?.items {
                let record = FileRecord::from_body(&item.body).ok_or_else(|| {
                    Failure::new(format!("item {} of {partition} is damaged", item.sort))
                })?;
                holdings.files += 1;
                holdings.records += record.records;
                holdings.quarantined += record.quarantined;
                holdings.expired += record.expired;
                expected.remove(&item.sort);
                files.records.insert(item.sort, record);
            }
            holdings.unindexed.extend(expected.into_values());
        }
        holdings.count_segments(table, &files).await?;
        for day in files.deliveries {
            let partition = table::tallies(day);
            for item in table.query(Range::partition(&partition)).await?.items {
                let tally = Tally::decode(&item.body).ok_or_else(|| {
                    Failure::new(format!("item {} of {partition} is damaged", item.sort))
                })?;
                holdings.count_tally(&tally);
            }
        }
        holdings.findings = self.findings(table).await?;
        for finding in holdings.findings.values() {
            holdings.unindexed.remove(&finding.file.key);
        }
        Ok(holdings)
    }

    /// Reads what could not be indexed, by sort key.
    pub(crate) async fn findings(
        &self,
        table: &Table,
    ) -> Result<BTreeMap<String, Finding>, Failure> {
        let items = table.query(Range::partition(table::FINDINGS)).await?.items;
        let finding = |item: index::Item| Some((item.sort, Finding::from_body(&item.body)?));
        Ok(items.into_iter().filter_map(finding).collect())
    }

    /// Counts the messages that were given up: each of a file that is not indexed.
    pub(crate) fn dead_letters(&self) -> Result<u64, Failure> {
        Ok(self.dead_letters.depth()?.visible)
    }
}

impl Files {
    /// Notes that an object's record is expected, and answers whether it is a log file.
    fn expect(&mut self, version: FileVersion) -> bool {
        let Some(delivery) = delivery_of(&version.key) else {
            return false;
        };
        let partition = table::files(&delivery.account, &delivery.region, delivery.day);
        self.deliveries.insert(delivery.day);
        let expected = self.expected.entry(partition).or_default();
        expected.insert(version.sort(), version.key);
        true
    }
}
