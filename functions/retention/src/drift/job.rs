//! Tells of drift, once, and forgets it when the protection is right again.
//!
//! What has drifted has an item from when it was seen first until it is right. It is
//! written before the detector is told and marked after it: whoever stops in between
//! tells it again, under the same id, by which the detector knows it. A protection that
//! drifts again later has another id.

use alerts::finding::Origin;
use alerts::{Finding, Level};
use aws::table::{Marks, Range};
use index::Item;
use index::table::retention::{self, RETENTION};
use serde::{Deserialize, Serialize};

use super::{Check, Verdict, look};
use crate::Custodian;
use crate::job::{Held, JobError};
use crate::run::Run;

/// The job's name.
pub(crate) const DRIFT: &str = "drift";

/// The mark of drift that the detector was told of.
const TOLD: &str = "told";

/// How far the look at the protections is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DriftState {
    /// When the protections were looked at last.
    pub(crate) at: Option<i64>,
    /// What the looks came to.
    pub(crate) checks: Vec<Looked>,
    /// Whether something could not be told, and is to be told again.
    pub(crate) is_open: bool,
}

/// What a look came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looked {
    /// The check's name.
    pub(crate) check: String,
    /// What it came to.
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    /// Since when it has drifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<i64>,
}

/// A protection that has drifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Drifted {
    check: String,
    since: i64,
    finding: Finding,
}

impl Custodian {
    /// Looks at the protections where that is wanted, and tells what was not told; answers
    /// whether something is left.
    pub(crate) async fn watch(&self, is_wanted: bool, run: &Run) -> Result<bool, JobError> {
        let known: DriftState = crate::job::look(&self.table, DRIFT).await?;
        if !is_wanted && !known.is_open {
            return Ok(false);
        }
        let Some((mut held, mut state)) = Held::take::<DriftState>(&self.table, DRIFT, run).await?
        else {
            return Ok(true);
        };
        // Whoever stops before everything is told is gone on from.
        state.is_open = true;
        held.save(&state, run).await?;
        let watched = self.watch_all(&mut state, run).await;
        state.is_open = watched.is_err();
        held.leave(&state, run).await?;
        watched.map(|()| false)
    }

    async fn watch_all(&self, state: &mut DriftState, run: &Run) -> Result<(), JobError> {
        let verdicts = look(self).await;
        let mut checks = Vec::new();
        let mut failed = None;
        let mut unknown = 0;
        for (check, verdict) in verdicts {
            let noted = match &verdict {
                Verdict::Right => self.forget(check).await.map(|()| None),
                Verdict::Drifted(detail) => self.note(check, detail, run).await.map(Some),
                Verdict::Unknown(error) => {
                    tracing::warn!(check = check.name, %error, "a protection could not be looked at");
                    unknown += 1;
                    Ok(None)
                }
            };
            // One that cannot be told does not keep the others from being told.
            let since = noted.unwrap_or_else(|error| {
                failed = Some(error);
                None
            });
            checks.push(Looked {
                check: check.name.to_owned(),
                verdict,
                since,
            });
        }
        let is_drifted = |looked: &&Looked| matches!(looked.verdict, Verdict::Drifted(_));
        let drifted = checks.iter().filter(is_drifted).count() as u64;
        run.count(|counts| {
            counts.drifted = Some(drifted);
            counts.unknown = unknown;
        });
        state.at = Some(run.now());
        state.checks = checks;
        failed.map_or(Ok(()), Err)
    }

    /// Notes that a protection has drifted and tells of it, unless that was done; answers since when.
    async fn note(&self, check: Check, detail: &str, run: &Run) -> Result<i64, JobError> {
        let sort = retention::drift(check.name);
        let found = self.table.find(RETENTION, &sort).await?;
        let known = found.as_ref().and_then(|found| {
            let drifted: Drifted = serde_json::from_slice(&found.item.body).ok()?;
            Some((drifted, found.marks.state.as_deref() == Some(TOLD)))
        });
        let (drifted, is_told) =
            known.unwrap_or_else(|| (drifted(check, detail, run.now()), false));
        if is_told {
            return Ok(drifted.since);
        }
        let item = Item {
            partition: RETENTION.to_owned(),
            sort,
            body: serde_json::to_vec(&drifted)?,
            expires: None,
        };
        self.table.overwrite(&item, &Marks::default()).await?;
        let Some(queue) = &self.alert_queue else {
            return Ok(drifted.since);
        };
        queue.send(&[drifted.finding.message()]).await?;
        let told = Marks {
            state: Some(TOLD.to_owned()),
            ..Marks::default()
        };
        self.table
            .mark(&item.partition, &item.sort, &told, &Marks::default())
            .await?;
        Ok(drifted.since)
    }

    /// Forgets that a protection had drifted, now that it is right.
    async fn forget(&self, check: Check) -> Result<(), JobError> {
        let sort = retention::drift(check.name);
        if self.table.get(RETENTION, &sort).await?.is_some() {
            self.table
                .delete(RETENTION, &sort, &Marks::default())
                .await?;
            tracing::info!(check = check.name, "a protection is right again");
        }
        Ok(())
    }

    /// Names the protections that have drifted, and since when.
    pub(crate) async fn drifted(&self) -> Result<Vec<(String, i64, String)>, JobError> {
        let (from, until) = (retention::drift(" "), retention::drift("~"));
        let range = Range {
            partition: RETENTION,
            from: &from,
            until: &until,
            consistent: true,
        };
        let items = self.table.query(range).await?.items;
        let drifted = items.iter().filter_map(|item| {
            let drifted: Drifted = serde_json::from_slice(&item.body).ok()?;
            Some((drifted.check, drifted.since, drifted.finding.detail))
        });
        Ok(drifted.collect())
    }
}

fn drifted(check: Check, detail: &str, now: i64) -> Drifted {
    // The occasion is part of the id: drift that was mended and comes again is told again.
    let since = now.to_string();
    let kind = format!("drift-{}", check.name);
    let finding = Finding::new(
        Origin::Retention,
        &kind,
        Level::High,
        &[check.name, since.as_str()],
        now,
    )
    .titled(check.title)
    .in_detail(detail)
    .to_respond(check.respond);
    Drifted {
        check: check.name.to_owned(),
        since: now,
        finding,
    }
}
