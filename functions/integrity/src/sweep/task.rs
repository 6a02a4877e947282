//! What a sweep is to look at, and in which order.

use std::collections::BTreeMap;

use aws::table::{Marked, Marks, Range};
use index::table::integrity as places;
use index::{Day, Item};
use lambda::error::Failure;

use super::Order;
use crate::Integrity;
use crate::stream::{Folders, Stream};

/// The most days that are marked and followed by one sweep.
const MOST_MARKS: usize = 5_000;

/// How long after midnight the day before is still looked at, in seconds.
const LATE: i64 = 6 * 3_600;

/// How far back older days are looked at in turn where events are kept forever, in days.
const OLDEST: i64 = 365;

/// The name under which the sweep remembers how far it came.
const CURSOR: &str = "sweep";

/// An account and Region, with what is to be looked at.
pub(super) struct Task {
    pub(super) stream: Stream,
    pub(super) folders: Folders,
    /// The days, with the marks that are followed by looking at them.
    pub(super) days: BTreeMap<Day, Option<Marked>>,
}

impl Integrity {
    /// Gathers what is to be looked at, beginning behind where the last sweep ended.
    pub(super) async fn tasks(&self, order: &Order) -> Result<Vec<Task>, Failure> {
        let (bucket, prefix) = (&self.settings.bucket, &self.settings.prefix);
        let listed = crate::stream::list(&self.objects, bucket, prefix).await;
        let mut streams = listed.map_err(Failure::retry)?;
        // Of those that are known, all objects may be gone.
        let (summary, _) = self.summary().await?;
        for known in summary.streams() {
            let stream = Stream {
                account: known.stream.account.clone(),
                region: known.stream.region.clone(),
            };
            streams.entry(stream).or_default();
        }
        let marks = self.marks().await?;
        for (stream, _) in marks.keys() {
            streams.entry(stream.clone()).or_default();
        }
        let newest = order.newest();
        let mut usual = vec![Day::of(newest)];
        if newest - Day::of(newest).start() < LATE || order.until.is_some() {
            usual.push(Day::of(newest).previous());
        }
        usual.push(self.in_turn(order));
        let mut tasks: Vec<Task> = streams
            .into_iter()
            .map(|(stream, folders)| Task {
                days: usual.iter().map(|day| (*day, None)).collect(),
                stream,
                folders,
            })
            .collect();
        for ((stream, day), mark) in marks {
            let at = tasks.binary_search_by(|task| task.stream.cmp(&stream));
            if let Some(task) = at.ok().and_then(|at| tasks.get_mut(at)) {
                task.days.insert(day, Some(mark));
            }
        }
        let cursor = self.table.get(places::STATE, CURSOR).await;
        let cursor = cursor.map_err(Failure::retry)?;
        if let Some(cursor) = cursor.and_then(|item| String::from_utf8(item.body).ok())
            && let Some((account, region)) = cursor.split_once('#')
        {
            let behind = (account, region);
            let at = tasks.partition_point(|task| {
                (task.stream.account.as_str(), task.stream.region.as_str()) <= behind
            });
            tasks.rotate_left(at);
        }
        Ok(tasks)
    }

    /// An older day: each in its turn, one with every sweep of an hour.
    fn in_turn(&self, order: &Order) -> Day {
        let kept = self
            .settings
            .policy
            .longest()
            .limit()
            .map_or(OLDEST, i64::from);
        let days = kept.clamp(1, OLDEST);
        let turn = order.now.div_euclid(3_600).rem_euclid(days);
        Day::of(order.newest() - (turn + 2) * 86_400)
    }

    /// The days of which something was heard.
    async fn marks(&self) -> Result<BTreeMap<(Stream, Day), Marked>, Failure> {
        let (from, until) = places::all_hours();
        let range = Range {
            partition: places::STATE,
            from: &from,
            until: &until,
            consistent: true,
        };
        let marks = self.table.list(range, MOST_MARKS).await;
        let read = |mark: Marked| {
            let (account, region, day) = places::parse_hours(&mark.item.sort)?;
            let stream = Stream {
                account: account.to_owned(),
                region: region.to_owned(),
            };
            Some(((stream, day), mark))
        };
        Ok(marks
            .map_err(Failure::retry)?
            .into_iter()
            .filter_map(read)
            .collect())
    }

    /// Notes behind which account and Region the next sweep begins.
    pub(super) async fn remember(&self, last: Option<Stream>) -> Result<(), Failure> {
        let Some(Stream { account, region }) = last else {
            let none = Marks::default();
            let deleted = self.table.delete(places::STATE, CURSOR, &none).await;
            return deleted.map_err(Failure::retry);
        };
        let item = Item {
            partition: places::STATE.to_owned(),
            sort: CURSOR.to_owned(),
            body: format!("{account}#{region}").into_bytes(),
            expires: None,
        };
        let put = self.table.overwrite(&item, &Marks::default()).await;
        put.map_err(Failure::retry)
    }
}
