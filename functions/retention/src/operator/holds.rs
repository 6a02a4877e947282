//! Legal holds: set, listed, and lifted by those who may.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use aws::table::{Created, Marks};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use index::{Class, Hold, Scope};
use serde::Deserialize;
use serde_json::{Value, json};

use super::time::{self, Edge};
use super::{Caller, Problem, Service};
use crate::Custodian;

/// The longest reason, in bytes.
const LONGEST_REASON: usize = 2_000;

/// The longest name of a principal, in bytes: IAM's ARNs have less.
const LONGEST_PRINCIPAL: usize = 2_048;

/// The most holds that are active at once: every indexer reads them.
const MOST_ACTIVE: usize = 200;

/// The mark of a hold that was lifted.
const LIFTED: &str = "lifted";

/// The mark of a hold that was not.
const ACTIVE: &str = "active";

/// A hold as it is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    scope: Scope,
    start: String,
    #[serde(default)]
    end: Option<String>,
    reason: String,
}

/// The hold that a route names; by name, because whoever mounts the routes below one of
/// theirs adds parameters.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    id: String,
}

impl Wanted {
    /// Makes the hold, or says what is wrong with what is asked.
    fn hold(self, caller: &Caller, now: i64) -> Result<Hold, Problem> {
        let bad = |text: &str| Err(Problem::bad_request(text));
        let reason = self.reason.trim();
        if reason.is_empty() || reason.len() > LONGEST_REASON {
            return bad("reason: say in at most 2,000 bytes why the events are held");
        }
        match &self.scope {
            Scope::Everything => {}
            Scope::Account(account) => {
                if Class::of_account(account).is_err() {
                    return bad("scope.account: expected an account id of 12 digits");
                }
            }
            Scope::Principal(name) => {
                if name.trim().is_empty() || name.len() > LONGEST_PRINCIPAL {
                    return bad("scope.principal: expected an arn or a name");
                }
            }
        }
        let form = |name: &str| {
            Problem::bad_request(format!("{name}: expected an ISO 8601 time or a day"))
        };
        let start = time::parse(&self.start, Edge::Start).ok_or_else(|| form("start"))?;
        let end = match &self.end {
            Some(end) => Some(time::parse(end, Edge::End).ok_or_else(|| form("end"))?),
            None => None,
        };
        if end.is_some_and(|end| end <= start) {
            return bad("start: expected a time before end");
        }
        Ok(Hold {
            id: new_id(now),
            scope: self.scope,
            start,
            end,
            reason: reason.to_owned(),
            set_by: caller.to_string(),
            set_at: now,
            lifted_by: None,
            lifted_at: None,
        })
    }
}

/// An id that stands in the order in which holds are set.
fn new_id(now: i64) -> String {
    let text = time::text(now).replace(['-', ':'], "");
    let drawn = RandomState::new().hash_one(now);
    format!("{text}-{:08x}", drawn >> 32)
}

/// `GET /v1/operator/holds`
pub(super) async fn list(
    State(service): State<Service>,
    _caller: Caller,
) -> Result<Json<Value>, Problem> {
    let holds = service.custodian.holds().await?;
    let holds: Vec<Value> = holds.iter().map(told).collect();
    Ok(Json(json!({ "holds": holds })))
}

/// `POST /v1/operator/holds`
pub(super) async fn set(
    State(service): State<Service>,
    caller: Caller,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(wanted) = wanted?;
    let hold = wanted.hold(&caller, service.now())?;
    let active = service.custodian.holds().await?;
    if active.iter().filter(|hold| hold.is_active()).count() >= MOST_ACTIVE {
        let detail = "there are 200 active holds: lift some, or hold more with one";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    let marks = Marks {
        state: Some(ACTIVE.to_owned()),
        ..Marks::default()
    };
    let table = &service.custodian.table;
    if let Created::Present(present) = table.create(&hold.item(), &marks).await?
        && present.item != hold.item()
    {
        let detail = "a hold of the same id was set this very second, try again";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    tracing::info!(hold = hold.id, by = hold.set_by, "a hold was set");
    apply(&service.custodian, service.now()).await;
    Ok((StatusCode::CREATED, Json(told(&hold))))
}

/// `POST /v1/operator/holds/{id}/lift`
pub(super) async fn lift(
    State(service): State<Service>,
    caller: Caller,
    Path(Named { id }): Path<Named>,
) -> Result<Json<Value>, Problem> {
    let table = &service.custodian.table;
    let no_hold = || Problem::new(StatusCode::NOT_FOUND, "there is no such hold");
    let lifted_before = || Problem::new(StatusCode::CONFLICT, "the hold was lifted before");
    if id.is_empty() || id.len() > 200 {
        return Err(no_hold());
    }
    let key = index::table::retention::hold(&id);
    let found = table.get(index::table::retention::HOLDS, &key).await?;
    let hold = Hold::from_item(&found.ok_or_else(no_hold)?).map_err(crate::job::JobError::from)?;
    if !hold.is_active() {
        return Err(lifted_before());
    }
    let lifted = Hold {
        lifted_by: Some(caller.to_string()),
        lifted_at: Some(service.now()),
        ..hold
    };
    let mark = |state: &str| Marks {
        state: Some(state.to_owned()),
        ..Marks::default()
    };
    let item = lifted.item();
    if !table.replace(&item, &mark(LIFTED), &mark(ACTIVE)).await? {
        // The answer to an attempt that was cut off looks like another's lift.
        let found = table.get(&item.partition, &item.sort).await?;
        if found.is_none_or(|found| found.body != item.body) {
            return Err(lifted_before());
        }
    }
    tracing::info!(hold = lifted.id, by = caller.0, "a hold was lifted");
    apply(&service.custodian, service.now()).await;
    Ok(Json(told(&lifted)))
}

/// Notes the change, so that the next invocation begins with applying it.
///
/// That it is noted already matters little: whoever comes next sees it in the holds.
async fn apply(custodian: &Custodian, now: i64) {
    let run = custodian.run(now, super::TIME);
    if let Err(error) = custodian.begin_restamp(&run).await {
        tracing::warn!(%error, "a change of holds waits for the next invocation");
    }
}

/// A hold as operators read it.
fn told(hold: &Hold) -> Value {
    let mut members = BTreeMap::from([
        ("id", json!(hold.id)),
        ("scope", json!(hold.scope)),
        ("start", json!(time::text(hold.start))),
        ("end", json!(hold.end.map(time::text))),
        ("reason", json!(hold.reason)),
        ("set_by", json!(hold.set_by)),
        ("set_at", json!(time::text(hold.set_at))),
        ("active", json!(hold.is_active())),
    ]);
    if let Some(by) = &hold.lifted_by {
        members.insert("lifted_by", json!(by));
    }
    if let Some(at) = hold.lifted_at {
        members.insert("lifted_at", json!(time::text(at)));
    }
    json!(members)
}
