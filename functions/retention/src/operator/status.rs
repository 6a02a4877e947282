//! What is kept, how far the jobs are, and what has drifted.

use aws::table::Range;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use index::Day;
use index::table::retention::{self, RETENTION};
use serde_json::{Map, Value, json};

use super::{Caller, Problem, Service, TIME, time};
use crate::Custodian;
use crate::drift::{self, DRIFT, DriftState, Verdict};
use crate::job::look;
use crate::purge::{PURGE, PurgeState};
use crate::report::{Ages, DayReport};
use crate::restamp::{RESTAMP, RestampState};

/// `GET /v1/operator/retention`
pub(super) async fn status(
    State(service): State<Service>,
    _caller: Caller,
) -> Result<Json<Value>, Problem> {
    Ok(Json(tell(&service.custodian).await?))
}

/// `POST /v1/operator/retention/run`
///
/// Begins everything, and works on it for as long as a request may; the schedule goes on.
pub(super) async fn run(
    State(service): State<Service>,
    caller: Caller,
) -> Result<(StatusCode, Json<Value>), Problem> {
    tracing::info!(by = %caller, "the jobs were begun by hand");
    let run = service.custodian.run(service.now(), TIME);
    let failed = service.custodian.work(true, &run).await;
    if !failed.is_empty() {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not everything was done, the log of this service says why; the next run goes on",
        ));
    }
    let counts = run.into_counts(service.custodian.table.consumed());
    let mut answer = tell(&service.custodian).await?;
    answer["done"] = json!({
        "segments": counts.segments,
        "segments_stamped": counts.stamped_segments,
        "segments_purged": counts.purged_segments,
        "orphans_purged": counts.orphans,
        "write_units": counts.write_units,
        "open_jobs": counts.open_jobs,
    });
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

async fn tell(custodian: &Custodian) -> Result<Value, Problem> {
    let policy = &custodian.settings.policy;
    let holds = custodian.holds().await?;
    let restamp: RestampState = look(&custodian.table, RESTAMP).await?;
    let purge: PurgeState = look(&custodian.table, PURGE).await?;
    let drift: DriftState = look(&custodian.table, DRIFT).await?;
    let report = last_report(custodian).await?;
    Ok(json!({
        "policy": {
            "retention": policy.to_string(),
            "exceptions": policy.exceptions(),
            "purge_after_days": custodian.settings.purge_after_days,
        },
        "active_holds": holds.iter().filter(|hold| hold.is_active()).count(),
        "report": report.map(|report| json!({
            "at": time::text(report.at),
            "categories": report.categories.iter().map(|(category, ages)| {
                (category.clone(), told(ages))
            }).collect::<Map<_, _>>(),
        })),
        "jobs": { "restamp": told_restamp(&restamp), "purge": told_purge(&purge) },
        "drift": custodian.drifted().await?.into_iter().map(|(check, since, detail)| json!({
            "title": drift::check(&check).map(|check| check.title),
            "check": check,
            "since": time::text(since),
            "detail": detail,
        })).collect::<Vec<_>>(),
        "protections": {
            "at": drift.at.map(time::text),
            "checks": drift.checks.iter().map(|looked| match &looked.verdict {
                Verdict::Right => json!({ "check": looked.check, "state": "right" }),
                Verdict::Drifted(detail) => {
                    json!({ "check": looked.check, "state": "drifted", "detail": detail })
                }
                Verdict::Unknown(detail) => {
                    json!({ "check": looked.check, "state": "unknown", "detail": detail })
                }
            }).collect::<Vec<_>>(),
        },
    }))
}

/// The report of the last walk that was finished.
async fn last_report(custodian: &Custodian) -> Result<Option<DayReport>, Problem> {
    let range = Range {
        partition: RETENTION,
        from: &retention::report(Day::FIRST),
        until: &retention::report(Day::LAST),
        consistent: false,
    };
    let last = custodian.table.list_backwards(range, 1).await?;
    Ok(last
        .first()
        .and_then(|last| DayReport::from_item(&last.item)))
}

fn told(ages: &Ages) -> Value {
    json!({
        "segments": ages.segments,
        "events": ages.events,
        "oldest": ages.oldest.map(time::text),
        "newest": ages.newest.map(time::text),
        "held_segments": ages.held,
        "restored_segments": ages.restored,
        "segments_past_deadline": ages.past_deadline,
    })
}

fn told_restamp(state: &RestampState) -> Value {
    json!({
        "state": if state.walk.is_some() {
            "running"
        } else if state.applied.is_none() {
            "settling"
        } else {
            "applied"
        },
        "changed": (state.since > 0).then(|| time::text(state.since)),
        "applied": state.applied.map(time::text),
        "walk": state.walk.as_ref().map(|walk| json!({
            "began": time::text(walk.began),
            "category": walk.category,
            "day": walk.day,
            "segments_stamped": walk.found.stamped,
        })),
        "last": state.last.as_ref().map(|last| json!({
            "began": time::text(last.began),
            "ended": time::text(last.ended),
            "segments_stamped": last.found.stamped,
            "damaged": last.found.damaged,
        })),
    })
}

fn told_purge(state: &PurgeState) -> Value {
    let days: usize = state
        .days
        .values()
        .map(std::collections::BTreeSet::len)
        .sum();
    json!({
        "state": if state.is_open() { "running" } else { "done" },
        "days_left": days,
        "segments_purged": state.segments,
        "orphans_purged": state.orphans,
        "ended": state.ended.map(time::text),
    })
}
