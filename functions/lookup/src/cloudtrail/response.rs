//! The answer of `LookupEvents`.

use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use integrity::Counts;
use serde::Serialize;
use serde_json::value::RawValue;
use trail::{Record, resource};

use crate::cloudtrail::error::Error;
use crate::coverage;
use crate::fault::Fault;
use crate::fit::Fitted;

/// What AWS JSON 1.1 goes by.
pub(crate) const MEDIA_TYPE: &str = "application/x-amz-json-1.1";

/// The header that tells which hours of the time range are proven.
const COVERAGE: HeaderName = HeaderName::from_static("x-trailkeep-coverage");

/// An event as `LookupEvents` gives it back; what has no value is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Summary<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    event_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    resources: Vec<Resource>,
    cloud_trail_event: &'e str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    resource_name: String,
}

impl<'e> Summary<'e> {
    /// Summarises an event.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the record is made for this call"
    )]
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the same signature as the REST event's"
    )]
    pub(crate) fn of(
        event: &'e index::Event,
        record: Record<'e>,
    ) -> Result<Self, serde_json::Error> {
        let key = record
            .user_identity
            .as_ref()
            .and_then(|identity| identity.access_key());
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Ok(Self {
            event_id: owned(record.id()),
            event_name: owned(record.name()),
            read_only: record
                .read_only
                .map(|flag| if flag { "true" } else { "false" }),
            access_key_id: owned(key),
            event_time: record.time(),
            event_source: owned(record.source()),
            username: owned(record.user_name()),
            resources: resource::resources(&record)
                .into_iter()
                .map(|resource| Resource {
                    resource_type: resource.kind.map(Into::into),
                    resource_name: resource.name,
                })
                .collect(),
            cloud_trail_event: &event.text,
        })
    }
}

/// Answers a page.
pub(crate) fn answer(fitted: &Fitted, coverage: Option<&Counts>) -> Result<Response, Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<'f> {
        events: &'f [Box<RawValue>],
        #[serde(skip_serializing_if = "Option::is_none")]
        next_token: Option<&'f str>,
    }
    let answer = Answer {
        events: &fitted.events,
        next_token: fitted.cursor.as_deref(),
    };
    let body = serde_json::to_vec(&answer).map_err(|error| Fault::damaged(&error))?;
    let mut response = ([(CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
    // The body is CloudTrail's: what goes beyond it stands beside it.
    let coverage = coverage.and_then(|counts| coverage::header(counts).parse().ok());
    if let Some(coverage) = coverage {
        response.headers_mut().insert(COVERAGE, coverage);
    }
    Ok(response)
}
