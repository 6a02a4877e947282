//! Looks for what is missing at the ends: the newest digest, any digest at all, and log
//! files that are ahead of their time.

use aws::table::Marks;
use index::table::integrity as places;
use index::{Day, Item};
use integrity::chain::{self, Window};
use integrity::{Finding, FindingKind};
use lambda::error::Failure;

use super::Order;
use crate::Integrity;
use crate::alert;
use crate::book::Place;
use crate::invocation::Invocation;
use crate::stream::{Folders, Stream};
use crate::summary::Told;

/// The hour of the day in which days ahead are looked for.
const TURN: i64 = 3;

impl Integrity {
    /// Looks whether the newest digest is there that is due by now.
    pub(super) async fn check_newest(
        &self,
        stream: &Stream,
        folders: &Folders,
        order: &Order,
        invocation: &Invocation,
    ) -> Result<Vec<Told>, Failure> {
        if !self.settings.expects_digests {
            return Ok(Vec::new());
        }
        let newest = self.newest_digests(stream).await?;
        self.check_any(stream, folders, newest.is_empty(), order, invocation)
            .await?;
        let window = Window {
            start: None,
            expected_until: Some(order.expected_until()),
            now: Some(order.newest()),
        };
        let records = newest.iter().map(|stored| &stored.record);
        let assessed = chain::assess(records, &window);
        let reach = assessed
            .values()
            .map(|assessment| assessment.covered_until)
            .max();
        let mut told = Vec::new();
        let mut alerts = Vec::new();
        for (id, assessment) in assessed {
            // A trail that another has taken over from is not missed.
            if Some(assessment.covered_until) != reach {
                continue;
            }
            let findings = assessment.findings.iter();
            let behind =
                findings.filter(|finding| finding.kind == FindingKind::DigestMissingNewest);
            alerts.extend(behind.map(alert::of));
            if assessment.covered_until < order.newest() {
                told.push(Told {
                    stream: id,
                    start: assessment.covered_until,
                    end: order.newest(),
                    hours: assessment.hours,
                });
            }
        }
        invocation.count(|counts| counts.behind += u64::from(!alerts.is_empty()));
        self.enter(&alerts, invocation).await?;
        Ok(told)
    }

    /// Looks whether an account and Region that deliver have any digests at all.
    async fn check_any(
        &self,
        stream: &Stream,
        folders: &Folders,
        has_none: bool,
        order: &Order,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let sort = format!("digestless#{}#{}", stream.account, stream.region);
        let kept = self.table.get(places::STATE, &sort).await;
        let kept = kept.map_err(Failure::retry)?;
        let since = kept.and_then(|item| String::from_utf8(item.body).ok()?.parse::<i64>().ok());
        let finding = |since: i64| {
            let detail = "log files are delivered, and no digest is there";
            let place = (Some(stream.account.as_str()), Some(stream.region.as_str()));
            Finding::of_hours(FindingKind::DigestsMissing, place.0, place.1, since, detail)
        };
        if !has_none {
            if let Some(since) = since {
                let place: Place = crate::book::place(&alert::of(&finding(since)));
                self.cross_out([&place], invocation).await?;
                let none = Marks::default();
                let deleted = self.table.delete(places::STATE, &sort, &none).await;
                deleted.map_err(Failure::retry)?;
            }
            return Ok(());
        }
        let since = match since {
            Some(since) => since,
            None => match self.first_log(stream, folders).await? {
                Some(first) if first < order.expected_until() => first,
                _ => return Ok(()),
            },
        };
        let item = Item {
            partition: places::STATE.to_owned(),
            sort,
            body: since.to_string().into_bytes(),
            expires: None,
        };
        // Kept before it is entered: the time is part of what the finding is known by.
        let put = self.table.put(&item).await;
        put.map_err(Failure::retry)?;
        self.enter(&[alert::of(&finding(since))], invocation).await
    }

    /// The time of the oldest log file of an account and Region, by its key.
    async fn first_log(&self, stream: &Stream, folders: &Folders) -> Result<Option<i64>, Failure> {
        let mut first = None;
        for (folder, kind) in &folders.logs {
            let prefix = format!("{folder}{}/{}/", kind.segment(), stream.region);
            let bucket = &self.settings.bucket;
            let page = self.objects.list(bucket, &prefix, None).await;
            let time = page.map_err(Failure::retry)?.iter().find_map(|object| {
                let key = trail::ObjectKey::parse(&object.key).ok()?;
                Some(index::file::Delivery::from(&key).time)
            });
            first = first.into_iter().chain(time).min();
        }
        Ok(first)
    }

    /// The days behind the newest under which log files lie: none of CloudTrail's.
    ///
    /// Looked for once a day, and where nothing is delivered any more.
    pub(super) async fn days_ahead(
        &self,
        folders: &Folders,
        stream: &Stream,
        order: &Order,
    ) -> Result<Vec<Day>, Failure> {
        let is_turn = order.now.div_euclid(3_600).rem_euclid(24) == TURN;
        if !is_turn && order.until.is_none() {
            return Ok(Vec::new());
        }
        let newest = Day::of(order.newest());
        let mut ahead = Vec::new();
        for (folder, kind) in &folders.logs {
            let mut prefix = format!("{folder}{}/{}/", kind.segment(), stream.region);
            // Year, month and day: of each the last.
            for _ in 0..3 {
                let bucket = &self.settings.bucket;
                let page = self.objects.folders(bucket, &prefix, None).await;
                let Some(last) = page.map_err(Failure::retry)?.prefixes.pop() else {
                    break;
                };
                prefix = last;
            }
            let day = prefix.trim_end_matches('/').rsplitn(4, '/').take(3);
            let mut parts: Vec<&str> = day.collect();
            parts.reverse();
            ahead.extend(
                parts
                    .join("-")
                    .parse::<Day>()
                    .ok()
                    .filter(|day| *day > newest),
            );
        }
        Ok(ahead)
    }
}
