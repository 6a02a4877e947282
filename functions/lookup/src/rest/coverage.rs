//! `GET /v1/coverage`: which hours are proven complete.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use integrity::coverage::Run;
use integrity::{Counts, Hour, Summary};
use serde::Serialize;

use crate::Service;
use crate::coverage::{self, HOUR};
use crate::moment::Moment;
use crate::problem::Problem;
use crate::rest::iso;
use crate::rest::parameters::{ParameterError, check_encoding, once, unknown};
use crate::rest::time::{self, Edge};

/// The most runs of hours that one answer lists.
const MOST_RUNS: usize = 20_000;

/// What a request asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parameters {
    start: Option<i64>,
    end: Option<i64>,
    account: Option<String>,
    region: Option<String>,
}

/// The hours of a time.
#[derive(Debug, Serialize)]
struct Answer {
    /// When they were told; absent where nobody has told any.
    made_at: Option<String>,
    start: String,
    end: String,
    hours: Counts,
    /// Whether all runs are listed.
    complete: bool,
    streams: Vec<Stream>,
}

/// The hours of an account and Region.
#[derive(Debug, Serialize)]
struct Stream {
    account: String,
    region: String,
    hours: Counts,
    runs: Vec<Stretch>,
}

/// Hours in one state, one after the other; hours in between are unknown.
#[derive(Debug, Serialize)]
struct Stretch {
    start: String,
    end: String,
    state: Hour,
}

/// Answers which hours are proven.
pub(crate) async fn hours(
    State(service): State<Arc<Service>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let now = service.clock.now();
    let parameters =
        Parameters::parse(uri.query().unwrap_or_default(), now).map_err(Problem::bad_request)?;
    let summary = service.coverage.summary(service.history.table()).await;
    let nothing = Summary::default();
    let known = summary.as_deref().unwrap_or(&nothing);
    let (start, end) = coverage::range(known, parameters.start, parameters.end, now);
    let (account, region) = (parameters.account.as_deref(), parameters.region.as_deref());
    let mut answer = Answer {
        made_at: summary.as_ref().map(|summary| iso(summary.made_at)),
        start: iso(start),
        end: iso(end),
        hours: known.over(start, end, account, region),
        complete: true,
        streams: Vec::new(),
    };
    let mut left = MOST_RUNS;
    for ((account, region), hours) in known.by_place(account, region) {
        let clipped = hours.runs().iter().filter_map(|run| clip(run, start, end));
        let runs: Vec<Stretch> = clipped.clone().take(left).collect();
        answer.complete &= runs.len() == clipped.count();
        left -= runs.len();
        answer.streams.push(Stream {
            hours: known.over(start, end, Some(account), Some(region)),
            account: account.to_owned(),
            region: region.to_owned(),
            runs,
        });
    }
    Ok(Json(answer).into_response())
}

/// What of a run lies in the hours that a time touches.
fn clip(run: &Run, start: i64, end: i64) -> Option<Stretch> {
    let first = run.first.max(start.div_euclid(HOUR));
    let behind = run.end.min(end.saturating_sub(1).div_euclid(HOUR) + 1);
    (first < behind && start < end).then(|| Stretch {
        start: iso(first * HOUR),
        end: iso(behind * HOUR),
        state: run.state,
    })
}

impl Parameters {
    fn parse(text: &str, now: i64) -> Result<Self, ParameterError> {
        let (mut start, mut end) = (None, None);
        let (mut account, mut region) = (None, None);
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            check_encoding(&name, &value)?;
            match &*name {
                "start" => once("start", &mut start, value)?,
                "end" => once("end", &mut end, value)?,
                "account" => once("account", &mut account, value)?,
                "region" => once("region", &mut region, value)?,
                _ => return Err(unknown(&name)),
            }
        }
        let (start, end) = times(start.as_deref(), end.as_deref(), now)?;
        Ok(Self {
            start,
            end,
            account: account.map(Cow::into_owned),
            region: region.map(Cow::into_owned),
        })
    }
}

/// Reads the first and the last second of a range.
pub(super) fn times(
    start: Option<&str>,
    end: Option<&str>,
    now: i64,
) -> Result<(Option<i64>, Option<i64>), ParameterError> {
    let time = |name, text: Option<&str>, edge| {
        let parse = |text| time::parse(text, edge, now).ok_or(ParameterError::Time(name));
        text.map(parse).transpose()
    };
    let start = time("start", start, Edge::Start)?.map(|time| time.moment);
    let end = time("end", end, Edge::End)?.map(|time| time.moment);
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err(ParameterError::Range);
    }
    Ok((
        start.map(Moment::first_second),
        end.map(Moment::last_second),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read() {
        let now = 1_791_878_400;
        assert_eq!(Parameters::parse("", now), Ok(Parameters::default()));
        let parameters = Parameters::parse("start=24h&account=1&region=eu-west-1", now);
        let expected = Parameters {
            start: Some(now - 86_400),
            end: None,
            account: Some("1".to_owned()),
            region: Some("eu-west-1".to_owned()),
        };
        assert_eq!(parameters, Ok(expected));
        for (text, error) in [
            ("start=2&end=1", ParameterError::Range),
            ("end=soon", ParameterError::Time("end")),
            ("user=x", ParameterError::Unknown("user".to_owned())),
            ("account=1&account=2", ParameterError::Repeated("account")),
        ] {
            assert_eq!(Parameters::parse(text, now), Err(error), "{text}");
        }
    }

    #[test]
    fn a_run_is_clipped_to_the_hours_that_are_touched() {
        let run = Run {
            first: 10,
            end: 20,
            state: Hour::Proven,
        };
        let clipped = |start, end| {
            let stretch = clip(&run, start, end)?;
            Some((stretch.start, stretch.end))
        };
        let hours = |first: i64, end: i64| Some((iso(first * HOUR), iso(end * HOUR)));
        assert_eq!(clipped(0, 100 * HOUR), hours(10, 20));
        assert_eq!(clipped(12 * HOUR + 1, 13 * HOUR + 1), hours(12, 14));
        assert_eq!(clipped(12 * HOUR, 13 * HOUR), hours(12, 13));
        assert_eq!(clipped(20 * HOUR, 30 * HOUR), None);
        assert_eq!(clipped(15 * HOUR, 15 * HOUR), None);
    }
}
