//! Walks the file records, and looks whether the segments that they name are there, and the
//! headers that lead to those.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use aws::objects::GetError;
use aws::table::{Marks, Range};
use index::block::Block;
use index::table::{self, SegmentId, integrity as places};
use index::{Day, Item};
use integrity::{Finding, FindingKind, Location};
use lambda::error::Failure;
use trail::log_file::Entry;
use trail::{Category, LogFile, Record};

use super::Budget;
use super::headers::Listed;
use crate::Integrity;
use crate::alert;
use crate::book::place;
use crate::invocation::Invocation;
use crate::listing::Indexed;
use crate::log_file::MOST_COMPRESSED;
use crate::stream::Stream;

/// The name under which the walk remembers how far it came.
const CURSOR: &str = "records";

/// How long before its events expire a segment may be gone, in seconds: it is taken away
/// piece by piece.
const ABOUT_TO_EXPIRE: i64 = 2 * 86_400;

/// The most segments of one day of an account and Region that are told apart.
const MOST_FINDINGS: usize = 50;

/// What directories list, by the day of their events.
type Directories = BTreeMap<Day, Listed>;

impl Integrity {
    /// Walks on through the file records, the newest days first, until the read units of a
    /// sweep are spent, or once around.
    pub(super) async fn scrub_records(
        &self,
        budget: &Budget,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let (streams, oldest) = self.known_streams(invocation).await?;
        let newest = Day::of(invocation.now);
        let kept = self.table.get(places::STATE, CURSOR).await;
        let kept = kept.map_err(Failure::retry)?;
        let start = kept.and_then(|item| {
            let text = String::from_utf8(item.body).ok()?;
            let (day, number) = text.split_once('\n')?;
            Some((day.parse::<Day>().ok()?, number.parse::<usize>().ok()?))
        });
        let start = start.filter(|(day, _)| (oldest..=newest).contains(day));
        let (mut day, mut number) = start.unwrap_or((newest, 0));
        let mut directories = Directories::new();
        let mut days_left = (newest.start() - oldest.start()) / 86_400 + 1;
        while days_left > 0 && !budget.is_spent(self, invocation) {
            if let Some(stream) = streams.get(number) {
                self.check_records(stream, day, &mut directories, invocation)
                    .await?;
                number += 1;
            } else {
                number = 0;
                days_left -= 1;
                directories.remove(&day);
                day = if day <= oldest {
                    newest
                } else {
                    day.previous()
                };
            }
        }
        let item = Item {
            partition: places::STATE.to_owned(),
            sort: CURSOR.to_owned(),
            body: format!("{day}\n{number}").into_bytes(),
            expires: None,
        };
        let put = self.table.overwrite(&item, &Marks::default()).await;
        put.map_err(Failure::retry)
    }

    /// The accounts and Regions whose hours are known, and the oldest day of those.
    async fn known_streams(&self, invocation: &Invocation) -> Result<(Vec<Stream>, Day), Failure> {
        let (summary, _) = self.summary().await?;
        let streams: BTreeSet<Stream> = summary
            .streams()
            .iter()
            .map(|known| Stream {
                account: known.stream.account.clone(),
                region: known.stream.region.clone(),
            })
            .collect();
        let hours = summary.streams().iter();
        let first = hours.filter_map(|known| Some(known.hours.runs().first()?.first));
        let first = first.min().map_or(invocation.now, |hour| hour * 3_600);
        let limit = self.settings.policy.longest().limit();
        let kept = limit.map_or(i64::MIN, |days| invocation.now - i64::from(days) * 86_400);
        Ok((streams.into_iter().collect(), Day::of(first.max(kept))))
    }

    async fn check_records(
        &self,
        stream: &Stream,
        day: Day,
        directories: &mut Directories,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let records = self.day_records(stream, day).await?;
        let mut named: BTreeMap<&str, &Indexed> = BTreeMap::new();
        for indexed in records.values().flatten() {
            for segment in &indexed.record.segments {
                named.insert(segment, indexed);
            }
        }
        if named.is_empty() {
            return Ok(());
        }
        for near in [day, day.previous()] {
            self.read_directories(near, directories, invocation).await?;
        }
        let is_listed = |directories: &Directories, segment: &str| {
            directories.values().any(|listed| listed.lists(segment))
        };
        let segments: Vec<&str> = named.keys().copied().collect();
        named.retain(|segment, _| !is_listed(directories, segment));
        let mut alerts = Vec::new();
        for (segment, indexed) in named {
            let Some(id) = SegmentId::parse(segment) else {
                continue;
            };
            let is_over = id
                .restored_until()
                .is_some_and(|day| day.start() <= invocation.now);
            if is_over || invocation.is_over() || alerts.len() >= MOST_FINDINGS {
                continue;
            }
            let detail = match self.day_of_segment(&id).await? {
                None => "its blocks are not there",
                Some(of) => {
                    self.read_directories(of, directories, invocation).await?;
                    if is_listed(directories, segment) {
                        continue;
                    }
                    "its directory entry is not there"
                }
            };
            if self.is_expected(indexed, invocation).await? {
                let detail = format!("{detail}; the record of {} names it", indexed.key);
                let object = Location::new("index", format!("segment {segment}"));
                let subject = (Some(stream.account.as_str()), Some(stream.region.as_str()));
                let kind = FindingKind::IndexMissing;
                let finding = Finding::about(kind, object, subject, day.start(), detail);
                alerts.push(alert::of(&finding));
            }
        }
        for (of, listed) in directories {
            let segments = segments.iter().copied();
            self.check_headers(*of, listed, segments, invocation)
                .await?;
        }
        self.enter(&alerts, invocation).await?;
        let open = self.open_findings(stream, day.start(), day.start()).await?;
        let is_segment = |object: &Option<String>| {
            object
                .as_ref()
                .is_some_and(|object| object.starts_with("segment "))
        };
        let mended = open
            .iter()
            .filter(|open| open.kind() == Some(FindingKind::IndexMissing))
            .filter(|open| is_segment(&open.finding.object))
            .filter(|open| alerts.iter().all(|alert| place(alert) != open.place));
        self.cross_out(mended.map(|open| &open.place), invocation)
            .await
    }

    /// Reads what the directories of a day list, unless it was read.
    async fn read_directories(
        &self,
        day: Day,
        directories: &mut Directories,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        if let btree_map::Entry::Vacant(vacant) = directories.entry(day) {
            vacant.insert(self.read_listed(day, invocation).await?);
        }
        Ok(())
    }

    /// The day of a segment's events, told by its first block; nothing where that is not there.
    async fn day_of_segment(&self, id: &SegmentId) -> Result<Option<Day>, Failure> {
        let partition = table::blocks(id);
        let (from, until) = table::block_range(0);
        let range = Range {
            partition: &partition,
            from: &from,
            until: &until,
            consistent: true,
        };
        let answer = self.table.query(range).await.map_err(Failure::retry)?;
        let parts: Vec<&[u8]> = answer
            .items
            .iter()
            .map(|item| item.body.as_slice())
            .collect();
        let Ok(block) = Block::decode(&parts) else {
            return Ok(None);
        };
        let first = block.record(0);
        let time = first.and_then(|first| Some(Record::parse(first.text).ok()?.time()));
        Ok(time.map(Day::of))
    }

    /// Tells whether a log file has events that the index is to hold for some time yet: of
    /// late ones the segments expire before the record does.
    async fn is_expected(
        &self,
        indexed: &Indexed,
        invocation: &Invocation,
    ) -> Result<bool, Failure> {
        let (bucket, key) = (&self.settings.bucket, &indexed.key);
        let version = indexed.version.as_deref();
        let got = self
            .objects
            .get(bucket, key, version, MOST_COMPRESSED)
            .await;
        let object = match got {
            Ok(object) => object,
            Err(error @ GetError::Call(_)) => return Err(Failure::retry(error)),
            Err(_) => return Ok(true),
        };
        let Ok(log) = LogFile::inflate(&object.bytes, self.settings.max_file_bytes) else {
            return Ok(true);
        };
        let Ok(entries) = log.entries() else {
            return Ok(true);
        };
        let now = invocation.now.saturating_add(ABOUT_TO_EXPIRE);
        let policy = &self.settings.policy;
        Ok(entries.iter().all(|entry| match entry {
            Entry::Record(record) => {
                let account = record.account().unwrap_or_default();
                let retention = policy.retention(Category::of(record), account);
                record.time() >= retention.horizon(now)
            }
            Entry::Quarantined(_) => true,
        }))
    }
}
