//! Tells the detector what the indexer has found: files that it rejected, records that it
//! set aside, content that contradicts what is stored.
//!
//! The indexer writes its findings under keys of its own, which nobody alters. They are
//! entered in the book, which tells each once.

use alerts::finding::Origin;
use alerts::{Finding as Alert, Level};
use aws::table::{Marked, Marks, Range};
use index::finding::{Finding, FindingKind};
use index::table::{self, integrity as places};
use index::{Day, Item};
use integrity::{DIGEST_LENGTH, DIGEST_SLACK};
use lambda::error::Failure;
use trail::ObjectKey;

use crate::Integrity;
use crate::book::place;
use crate::invocation::Invocation;

/// How far back the findings of recent days reach, in days.
const RECENT: i64 = 3;

/// The most findings of recent days that one sweep looks at, and of all others.
const MOST_RECENT: usize = 2_000;
const MOST_OTHERS: usize = 100;

/// The name under which the sweep remembers how far it came with the others.
const CURSOR: &str = "indexed";

impl Integrity {
    /// Enters what the indexer has found, of recent days and of others in turn.
    pub(crate) async fn tell_indexed(&self, invocation: &Invocation) -> Result<(), Failure> {
        let recent = Day::of(invocation.now - RECENT * 86_400).to_string();
        let found = self.indexed(&recent, "~", MOST_RECENT).await?;
        self.enter_indexed(found, invocation).await?;
        let cursor = self.table.get(places::STATE, CURSOR).await;
        let cursor = cursor.map_err(Failure::retry)?;
        let cursor = cursor.and_then(|item| String::from_utf8(item.body).ok());
        let from = cursor.filter(|cursor| !cursor.is_empty());
        let from = from.unwrap_or_else(|| " ".to_owned());
        let others = self.indexed(&from, &recent, MOST_OTHERS).await?;
        let next = match others.last() {
            Some(last) if others.len() == MOST_OTHERS => format!("{} ", last.item.sort),
            _ => " ".to_owned(),
        };
        self.enter_indexed(others, invocation).await?;
        if next == from {
            return Ok(());
        }
        let item = Item {
            partition: places::STATE.to_owned(),
            sort: CURSOR.to_owned(),
            body: next.into_bytes(),
            expires: None,
        };
        let put = self.table.overwrite(&item, &Marks::default()).await;
        put.map_err(Failure::retry)
    }

    async fn indexed(&self, from: &str, until: &str, most: usize) -> Result<Vec<Marked>, Failure> {
        if from > until {
            return Ok(Vec::new());
        }
        let range = Range {
            partition: table::FINDINGS,
            from,
            until,
            consistent: true,
        };
        self.table.list(range, most).await.map_err(Failure::retry)
    }

    async fn enter_indexed(
        &self,
        found: Vec<Marked>,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let mut alerts = Vec::new();
        for Marked { item, .. } in found {
            let Some(finding) = Finding::from_body(&item.body) else {
                tracing::error!(sort = item.sort, "a finding of the indexer cannot be read");
                continue;
            };
            let alert = alert(&finding, &item.sort);
            let is_known = self.table.get(places::FINDINGS, &place(&alert)).await;
            if is_known.map_err(Failure::retry)?.is_some()
                || self.is_told_otherwise(&finding, &alert, invocation).await?
            {
                continue;
            }
            alerts.push(alert);
        }
        self.enter(&alerts, invocation).await
    }

    /// Tells whether a rejected file is, or may yet be, in a finding that says more.
    ///
    /// A file that cannot be read is compared with its digest within some hours, which
    /// tells what was done to it.
    async fn is_told_otherwise(
        &self,
        finding: &Finding,
        alert: &Alert,
        invocation: &Invocation,
    ) -> Result<bool, Failure> {
        if finding.kind != FindingKind::Rejected || !self.settings.expects_digests {
            return Ok(false);
        }
        let Ok(key) = ObjectKey::parse(&finding.file.key) else {
            return Ok(false);
        };
        let due = alert.time.saturating_add(2 * DIGEST_LENGTH + DIGEST_SLACK);
        if invocation.now < due {
            return Ok(true);
        }
        let range = Range {
            partition: places::FINDINGS,
            from: &places::finding_from(Day::from(key.delivery_day)),
            until: &places::finding_until(Day::from(key.delivery_day)),
            consistent: true,
        };
        let answer = self.table.query(range).await.map_err(Failure::retry)?;
        Ok(answer.items.iter().any(|item| {
            crate::book::read(item).is_some_and(|kept| {
                kept.finding.origin == Origin::Integrity
                    && kept.finding.object.as_deref() == Some(&finding.file.key)
            })
        }))
    }
}

fn alert(finding: &Finding, sort: &str) -> Alert {
    let (kind, level, title, respond) = match finding.kind {
        FindingKind::Rejected => (
            "rejected",
            Level::High,
            "A log file cannot be indexed",
            "Look at the object and its versions; once it is as CloudTrail delivered it, index it again with trailkeep backfill.",
        ),
        FindingKind::Quarantined => (
            "quarantined",
            Level::Medium,
            "Records of a log file cannot be indexed",
            "Look at the named places of the log file; its other records are indexed.",
        ),
        FindingKind::Conflict => (
            "conflict",
            Level::Critical,
            "Stored content differs from what is to be stored under its name",
            "Nothing was overwritten. Run trailkeep rebuild with --check for the day, and find out who wrote to the table or to the bucket.",
        ),
    };
    let key = ObjectKey::parse(&finding.file.key).ok();
    let time = key
        .as_ref()
        .map(|key| index::file::Delivery::from(key).time);
    // One whose key names no day stands under the day on which it was met.
    let day = sort
        .split('#')
        .next()
        .and_then(|day| day.parse::<Day>().ok());
    let time = time.or(day.map(Day::start)).unwrap_or_default();
    let detail = match finding.count {
        0 => finding.reason.clone(),
        count => format!("{count} {}", finding.reason),
    };
    let (account, region) = key.as_ref().map(|key| (key.account, key.region)).unzip();
    Alert::new(Origin::Index, kind, level, &[&finding.file.sort()], time)
        .titled(title)
        .in_detail(&detail)
        .in_place(account, region)
        .of_object(&finding.file.key)
        .to_respond(respond)
}
