//! The book of findings: each is entered once, told once, and crossed out when it is mended.
//!
//! A finding is entered before it is told, and whoever found it goes on only once it
//! is told. So one that a crash left untold is found again, entered already, and told
//! then. The detector publishes a finding once, however often it is told.

use alerts::Finding;
use aws::table::{Created, Marked, Marks, Range};
use aws::{Queue, Table};
use index::table::integrity::{self as keys, Kept};
use index::{Day, Item, Retention};
use lambda::error::Failure;

/// The mark of a finding that the detector was not told of yet.
const NEW: &str = "new";
/// The mark of a finding that it was told of.
const TOLD: &str = "told";

/// The most findings of recent days that one sweep looks through for untold ones.
const MOST_RECENT: usize = 2_000;

/// Findings, the table they are kept in, and the queue of the detector.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) queue: Queue,
    pub(crate) retention: Retention,
}

/// Where a finding stands: its sort key.
pub(crate) type Place = String;

/// The place of a finding, by which it is crossed out.
pub(crate) fn place(finding: &Finding) -> Place {
    keys::finding(Day::of(finding.time), &finding.kind, &finding.id)
}

impl Book {
    /// Enters findings and tells those that are new; answers the kinds of those.
    ///
    /// Fails where one may not be told yet: then all are to be entered again.
    pub(crate) async fn enter(
        &self,
        table: &Table,
        findings: &[Finding],
        now: i64,
    ) -> Result<Vec<String>, Failure> {
        let mut untold = Vec::new();
        for finding in findings {
            let entry = Kept {
                finding: finding.clone(),
                found: now,
                resolved: None,
            };
            let item = self.item(&entry);
            let marks = state(NEW);
            match table.create(&item, &marks).await.map_err(Failure::retry)? {
                Created::Written => untold.push(item),
                Created::Present(present) => {
                    self.reopen(table, &present).await?;
                    if !is_told(&present) {
                        untold.push(present.item);
                    }
                }
            }
        }
        self.tell(table, &untold).await?;
        let kind = |item| Some(read(item)?.finding.kind);
        Ok(untold.iter().filter_map(kind).collect())
    }

    /// Crosses findings out that are mended; those that are not there, or crossed out
    /// already, are left as they are.
    pub(crate) async fn cross_out(
        &self,
        table: &Table,
        places: impl IntoIterator<Item = &Place>,
        now: i64,
    ) -> Result<u64, Failure> {
        let mut count = 0;
        for place in places {
            let found = table.find(keys::FINDINGS, place).await;
            let Some(found) = found.map_err(Failure::retry)? else {
                continue;
            };
            let Some(mut entry) = read(&found.item) else {
                continue;
            };
            if entry.resolved.is_some() {
                continue;
            }
            entry.resolved = Some(now);
            let item = self.item(&entry);
            let replaced = table.replace(&item, &found.marks, &found.marks).await;
            count += u64::from(replaced.map_err(Failure::retry)?);
        }
        Ok(count)
    }

    /// Enters a finding anew that was crossed out; it is not told twice.
    async fn reopen(&self, table: &Table, present: &Marked) -> Result<(), Failure> {
        let Some(mut entry) = read(&present.item) else {
            return Ok(());
        };
        if entry.resolved.take().is_none() {
            return Ok(());
        }
        let item = self.item(&entry);
        let replaced = table.replace(&item, &present.marks, &present.marks).await;
        replaced.map(|_| ()).map_err(Failure::retry)
    }

    /// Tells what nobody was told of: the findings since a day; answers how many those were.
    pub(crate) async fn tell_untold(&self, table: &Table, since: Day) -> Result<u64, Failure> {
        let range = Range {
            partition: keys::FINDINGS,
            from: &keys::finding_from(since),
            until: "~",
            consistent: true,
        };
        let recent = table.list_backwards(range, MOST_RECENT).await;
        let untold: Vec<Item> = recent
            .map_err(Failure::retry)?
            .into_iter()
            .filter(|marked| !is_told(marked))
            .map(|marked| marked.item)
            .filter(|item| read(item).is_some_and(|entry| entry.resolved.is_none()))
            .collect();
        self.tell(table, &untold).await?;
        Ok(untold.len() as u64)
    }

    async fn tell(&self, table: &Table, untold: &[Item]) -> Result<(), Failure> {
        for items in untold.chunks(aws::queue::BATCH) {
            let bodies: Vec<String> = items
                .iter()
                .filter_map(|item| Some(read(item)?.finding.message()))
                .collect();
            if !bodies.is_empty() {
                self.queue.send(&bodies).await.map_err(Failure::retry)?;
            }
            for item in items {
                // A no means that somebody else has told it, which is as good.
                let (told, new) = (state(TOLD), state(NEW));
                let marked = table.mark(&item.partition, &item.sort, &told, &new).await;
                marked.map_err(Failure::retry)?;
            }
        }
        Ok(())
    }

    fn item(&self, entry: &Kept<Finding>) -> Item {
        Item {
            partition: keys::FINDINGS.to_owned(),
            sort: place(&entry.finding),
            body: serde_json::to_vec(entry).unwrap_or_default(),
            expires: self.retention.expires(Day::of(entry.found)),
        }
    }
}

fn state(state: &str) -> Marks {
    Marks {
        state: Some(state.to_owned()),
        ..Marks::default()
    }
}

fn is_told(marked: &Marked) -> bool {
    marked.marks.state.as_deref() == Some(TOLD)
}

/// Reads a finding's item.
pub(crate) fn read(item: &Item) -> Option<Kept<Finding>> {
    serde_json::from_slice(&item.body).ok()
}
