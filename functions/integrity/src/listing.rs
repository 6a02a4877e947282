//! What is there of a day of an account and Region: in the bucket, and in the table.

use std::collections::BTreeMap;

use aws::objects::Listed;
use aws::table::Range;
use index::Day;
use index::file::FileRecord;
use index::table::{self, integrity as places};
use integrity::location::name_hash;
use lambda::error::Failure;
use trail::key::ObjectKind;

use crate::Integrity;
use crate::examine::Stored;
use crate::stream::{Folders, Stream};

/// The most objects of one day of one folder that are looked at.
const MOST_OBJECTS: usize = 300_000;

/// How many objects a page of a listing has, unless it is the last.
const PAGE: usize = 1_000;

/// How long before and after a day digests begin and end that may list its files, in seconds.
const BEFORE: i64 = 7_200;
const AFTER: i64 = 3 * 3_600;

/// A file record, with what its key says.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    pub(crate) record: FileRecord,
}

impl Integrity {
    /// Lists the log files that lie in the bucket under a day.
    pub(crate) async fn day_logs(
        &self,
        stream: &Stream,
        folders: &Folders,
        day: Day,
    ) -> Result<Vec<Listed>, Failure> {
        let mut objects = Vec::new();
        for (folder, kind) in &folders.logs {
            let prefix = prefix(folder, *kind, stream, day);
            self.list_into(&prefix, &mut objects).await?;
        }
        Ok(objects)
    }

    /// Lists the digests that lie in the bucket under a day.
    pub(crate) async fn day_digests(
        &self,
        stream: &Stream,
        folders: &Folders,
        day: Day,
    ) -> Result<Vec<Listed>, Failure> {
        let mut objects = Vec::new();
        for folder in &folders.digests {
            let prefix = prefix(folder, ObjectKind::Digest, stream, day);
            self.list_into(&prefix, &mut objects).await?;
        }
        objects.retain(|object| integrity::StreamId::of_digest("", &object.key).is_some());
        Ok(objects)
    }

    async fn list_into(&self, prefix: &str, objects: &mut Vec<Listed>) -> Result<(), Failure> {
        let mut after: Option<String> = None;
        let before = objects.len();
        loop {
            let page = self
                .objects
                .list(&self.settings.bucket, prefix, after.as_deref())
                .await
                .map_err(Failure::retry)?;
            let is_last = page.len() < PAGE;
            after = page.last().map(|object| object.key.clone());
            objects.extend(page.into_iter().filter(|object| !object.key.ends_with('/')));
            if is_last {
                return Ok(());
            }
            if objects.len() - before > MOST_OBJECTS {
                tracing::error!(prefix, "a day has more log files than are looked at");
                return Ok(());
            }
        }
    }

    /// Reads the file records of a day, by the hashes of their objects' names.
    ///
    /// Not those of restored files: their segments go before the day's own do.
    pub(crate) async fn day_records(
        &self,
        stream: &Stream,
        day: Day,
    ) -> Result<BTreeMap<u64, Vec<Indexed>>, Failure> {
        let partition = table::files(&stream.account, &stream.region, day);
        // One that is not seen yet is asked for again, which is harmless.
        let range = Range {
            consistent: false,
            ..Range::partition(&partition)
        };
        let answer = self.table.query(range).await;
        let bucket = &self.settings.bucket;
        let mut records: BTreeMap<u64, Vec<Indexed>> = BTreeMap::new();
        for item in answer.map_err(Failure::retry)?.items {
            if table::parse_restored_file(&item.sort).is_some() {
                continue;
            }
            let Some((key, version)) = places::parse_file(bucket, &item.sort) else {
                continue;
            };
            let Some(record) = FileRecord::from_body(&item.body) else {
                tracing::error!(sort = item.sort, "a file record cannot be read");
                continue;
            };
            let indexed = Indexed {
                key: key.to_owned(),
                version: version.map(str::to_owned),
                record,
            };
            records
                .entry(name_hash(bucket, key))
                .or_default()
                .push(indexed);
        }
        Ok(records)
    }

    /// Reads the digests that end in a time, and on either side those next to it.
    pub(crate) async fn digests(
        &self,
        stream: &Stream,
        from: i64,
        until: i64,
    ) -> Result<Vec<Stored>, Failure> {
        /// How many beside the range: several trails may deliver, and digests lie twice.
        const BESIDE: usize = 6;
        let partition = places::digests(&stream.account, &stream.region);
        let (first, last) = (places::digest_from(from), places::digest_until(until));
        let range = |from, until| Range {
            partition: &partition,
            from,
            until,
            consistent: true,
        };
        let before = self.table.list_backwards(range(" ", &first), BESIDE).await;
        let within = self.table.query(range(&first, &last)).await;
        let behind = self.table.list(range(&last, "~"), BESIDE).await;
        let beside = before.map_err(Failure::retry)?.into_iter();
        let beside = beside.chain(behind.map_err(Failure::retry)?);
        let items = within.map_err(Failure::retry)?.items.into_iter();
        let items = items.chain(beside.map(|marked| marked.item));
        let mut stored = Vec::new();
        for item in items {
            let Some(digest) = Stored::of(&item) else {
                tracing::error!(sort = item.sort, "a digest's record cannot be read");
                continue;
            };
            stored.push(digest);
        }
        Ok(stored)
    }

    /// Reads the digests that may list files which were delivered on a day.
    pub(crate) async fn day_of_digests(
        &self,
        stream: &Stream,
        day: Day,
    ) -> Result<Vec<Stored>, Failure> {
        let (from, until) = (day.start() - BEFORE, day.end() + AFTER);
        self.digests(stream, from, until).await
    }

    /// Reads the newest digests of a stream.
    pub(crate) async fn newest_digests(&self, stream: &Stream) -> Result<Vec<Stored>, Failure> {
        /// As many as several trails may have delivered in some hours.
        const NEWEST: usize = 12;
        let partition = places::digests(&stream.account, &stream.region);
        let range = Range::partition(&partition);
        let newest = self.table.list_backwards(range, NEWEST).await;
        let newest = newest.map_err(Failure::retry)?.into_iter();
        Ok(newest
            .filter_map(|marked| Stored::of(&marked.item))
            .collect())
    }
}

/// What the keys of a day begin with.
fn prefix(folder: &str, kind: ObjectKind, stream: &Stream, day: Day) -> String {
    let (kind, region) = (kind.segment(), &stream.region);
    let day = day.to_string().replace('-', "/");
    format!("{folder}{kind}/{region}/{day}/")
}
