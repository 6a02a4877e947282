//! Repairs: what contradicts the archive is taken away and indexed again.
//!
//! An operator, or the comparison of the index with the archive, names segments and files
//! that seem wrong. Nothing is believed: a segment goes only where it contradicts its own
//! name or the files that it says it is made of, and a file is forgotten only where its
//! record contradicts the object or names a segment that is not there. Where CloudTrail's
//! digests contradict the object, it is the archive that was changed: nothing is done.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use index::file::FileVersion;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Caller, Problem, Service, TIME};

mod file;
mod segment;
mod vouched;

/// Why nothing is done where a digest lists an object with another content.
const ALTERED: &str = "the archive has another content than the digest lists: restore the object";

/// The most segments of one request.
const MOST_SEGMENTS: usize = 50;

/// The most files of one request.
const MOST_FILES: usize = 500;

/// What seems wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wrong {
    #[serde(default)]
    segments: Vec<Place>,
    #[serde(default)]
    files: Vec<FileVersion>,
}

/// Where a segment stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    category: String,
    day: String,
    segment: String,
}

/// `POST /v1/operator/repair`
///
/// Answers what became of each. Those that a request has no time for are `unfinished`
/// and to be named again.
pub(super) async fn repair(
    State(service): State<Service>,
    caller: Caller,
    wrong: Result<Json<Wrong>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let Json(wrong) = wrong?;
    if wrong.segments.len() > MOST_SEGMENTS || wrong.files.len() > MOST_FILES {
        let detail = "expected at most 50 segments and 500 files in a request";
        return Err(Problem::bad_request(detail));
    }
    if wrong.segments.is_empty() && wrong.files.is_empty() {
        return Err(Problem::bad_request("expected segments or files"));
    }
    let custodian = &service.custodian;
    let run = custodian.run(service.now(), TIME);
    let keeping = custodian.kept().await?.keeping;
    if !custodian.finish_renewals(&keeping, &run).await? {
        let detail = "an earlier repair is not finished, try again later";
        return Err(Problem::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            detail,
        ));
    }
    let mut segments = Vec::new();
    for place in &wrong.segments {
        let verdict = custodian.repair_segment(place, &keeping, &run).await?;
        tracing::info!(by = %caller, segment = place.segment, ?verdict, "a segment was looked at");
        segments.push(json!({
            "category": place.category,
            "day": place.day,
            "segment": place.segment,
            "outcome": verdict.name(),
            "reason": verdict.reason(),
        }));
    }
    let mut files = Vec::new();
    for version in &wrong.files {
        let verdict = custodian.repair_file(version, &run).await?;
        tracing::info!(by = %caller, key = version.key, ?verdict, "a file was looked at");
        files.push(json!({
            "bucket": version.bucket,
            "key": version.key,
            "version": version.version,
            "outcome": verdict.name(),
            "reason": verdict.reason(),
        }));
    }
    Ok(Json(json!({ "segments": segments, "files": files })))
}
