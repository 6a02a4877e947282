//! `GET /v1/integrity`: what was found wrong with digests, log files and the index.

use std::borrow::Cow;
use std::sync::Arc;

use alerts::Finding;
use aws::table::{Marked, Range};
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use index::Day;
use index::table::integrity::{self as places, Kept};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::Instant;
use trail::digest::sha256;

use crate::Service;
use crate::fault::Fault;
use crate::fit;
use crate::problem::Problem;
use crate::rest::coverage::times;
use crate::rest::iso;
use crate::rest::parameters::{ParameterError, check_encoding, limit, once, unknown};

/// The most findings of a page.
pub(crate) const MOST_FINDINGS: usize = 200;

/// How many findings a page has where it is not said.
pub(crate) const USUAL_FINDINGS: usize = 50;

/// How many findings are read at a time.
const ROUND: usize = 200;

/// The states that a finding can be in.
pub(crate) const STATES: [&str; 2] = ["open", "resolved"];

/// What a request asks for.
#[derive(Debug)]
struct Parameters {
    start: Option<i64>,
    end: Option<i64>,
    kind: Option<String>,
    state: Option<String>,
    account: Option<String>,
    limit: usize,
    /// The sort key of the last finding of the page before.
    behind: Option<String>,
    /// By what a cursor knows its parameters again.
    fingerprint: u64,
}

/// A cursor as it is written.
#[derive(Serialize, Deserialize)]
struct Cursor {
    v: u8,
    q: u64,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    end: Option<i64>,
    k: String,
}

const VERSION: u8 = 1;

/// A finding as the list shows it.
#[derive(Serialize)]
struct Listed<'f> {
    state: &'static str,
    id: &'f str,
    origin: &'static str,
    kind: &'f str,
    severity: &'f str,
    title: &'f str,
    detail: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'f str>,
    time: String,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<String>,
    respond: &'f str,
}

/// A page of findings.
#[derive(Default, Serialize)]
struct Page {
    findings: Vec<Box<RawValue>>,
    cursor: Option<String>,
}

/// Answers a page of findings.
pub(crate) async fn list(
    State(service): State<Arc<Service>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let now = service.clock.now();
    let parameters =
        Parameters::parse(uri.query().unwrap_or_default(), now).map_err(Problem::bad_request)?;
    Ok(Json(page(&service, &parameters).await?).into_response())
}

async fn page(service: &Service, parameters: &Parameters) -> Result<Page, Fault> {
    let history = &service.history;
    let over = Instant::now() + history.time();
    let from = places::finding_from(Day::of(parameters.start.unwrap_or(i64::MIN)));
    let end = places::finding_until(Day::of(parameters.end.unwrap_or(i64::MAX)));
    let mut until = parameters.behind.clone().unwrap_or(end);
    let mut page = Page::default();
    let mut bytes = 0;
    loop {
        let range = Range {
            partition: places::FINDINGS,
            from: &from,
            until: &until,
            consistent: false,
        };
        if from.as_str() > until.as_str() {
            return Ok(page);
        }
        // The range includes its end, which was given back already.
        let items = history.table().list_backwards(range, ROUND + 1).await?;
        let is_last = items.len() <= ROUND;
        let behind = until.clone();
        for Marked { item, .. } in items {
            if item.sort >= behind {
                continue;
            }
            let kept: Kept<Finding> = serde_json::from_slice(&item.body)
                .map_err(|_| Fault::damaged(&format!("finding {}", item.sort)))?;
            if parameters.takes(&kept) {
                let written = listed(&kept)?;
                bytes += fit::sent(written.get()) + 1;
                let is_full = page.findings.len() >= parameters.limit || bytes > fit::LARGEST;
                if is_full && !page.findings.is_empty() {
                    page.cursor = Some(parameters.next(until));
                    return Ok(page);
                }
                page.findings.push(written);
            }
            until = item.sort;
        }
        if is_last {
            return Ok(page);
        }
        if Instant::now() >= over {
            page.cursor = Some(parameters.next(until));
            return Ok(page);
        }
    }
}

fn listed(kept: &Kept<Finding>) -> Result<Box<RawValue>, Fault> {
    let finding = &kept.finding;
    let listed = Listed {
        state: state(kept),
        id: &finding.id,
        origin: finding.origin.as_str(),
        kind: &finding.kind,
        severity: finding.severity.as_str(),
        title: &finding.title,
        detail: &finding.detail,
        account: finding.account.as_deref(),
        region: finding.region.as_deref(),
        object: finding.object.as_deref(),
        time: iso(finding.time),
        found: iso(kept.found),
        resolved: kept.resolved.map(iso),
        respond: &finding.respond,
    };
    to_raw_value(&listed).map_err(|error| Fault::damaged(&error))
}

fn state(kept: &Kept<Finding>) -> &'static str {
    STATES[usize::from(kept.resolved.is_some())]
}

impl Parameters {
    fn parse(text: &str, now: i64) -> Result<Self, ParameterError> {
        let names = [
            "start", "end", "kind", "state", "account", "limit", "cursor",
        ];
        let mut values: [Option<Cow<'_, str>>; 7] = Default::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            check_encoding(&name, &value)?;
            let at = names.iter().position(|known| *known == name);
            let at = at.ok_or_else(|| unknown(&name))?;
            once(names[at], &mut values[at], value)?;
        }
        let fingerprint = fingerprint(&values[..5]);
        let [start, end, kind, state, account, most, cursor] = values;
        if state
            .as_deref()
            .is_some_and(|state| !STATES.contains(&state))
        {
            return Err(ParameterError::FindingState);
        }
        let (start, end) = times(start.as_deref(), end.as_deref(), now)?;
        let mut parameters = Self {
            start,
            end,
            kind: kind.map(Cow::into_owned),
            state: state.map(Cow::into_owned),
            account: account.map(Cow::into_owned),
            limit: limit(most.as_deref(), USUAL_FINDINGS, MOST_FINDINGS)?,
            behind: None,
            fingerprint,
        };
        if let Some(cursor) = cursor {
            let read = Cursor::read(&cursor, fingerprint).ok_or(ParameterError::Cursor)?;
            (parameters.start, parameters.end) = (read.start, read.end);
            parameters.behind = Some(read.k);
        }
        Ok(parameters)
    }

    fn takes(&self, kept: &Kept<Finding>) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == value
        };
        let time = kept.finding.time;
        self.start.is_none_or(|start| start <= time)
            && self.end.is_none_or(|end| time <= end)
            && is(&self.kind, Some(&kept.finding.kind))
            && is(&self.state, Some(state(kept)))
            && is(&self.account, kept.finding.account.as_deref())
    }

    fn next(&self, behind: String) -> String {
        let cursor = Cursor {
            v: VERSION,
            q: self.fingerprint,
            start: self.start,
            end: self.end,
            k: behind,
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }
}

impl Cursor {
    fn read(text: &str, fingerprint: u64) -> Option<Self> {
        let cursor: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (cursor.v == VERSION && cursor.q == fingerprint && !cursor.k.is_empty()).then_some(cursor)
    }
}

/// Hashes what must be the same on every page.
fn fingerprint(values: &[Option<Cow<'_, str>>]) -> u64 {
    let mut bytes = Vec::new();
    for text in values {
        let text = text.as_deref().unwrap_or_default();
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    let hash = sha256(&bytes);
    hash[..8]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_791_878_400;

    #[test]
    fn what_is_wrong_is_named() {
        use ParameterError as E;
        for (text, error) in [
            ("rule=x", E::Unknown("rule".into())),
            ("kind=a&kind=b", E::Repeated("kind")),
            ("state=sent", E::FindingState),
            ("limit=201", E::Limit(200)),
            ("cursor=x", E::Cursor),
            ("start=2&end=1", E::Range),
        ] {
            assert_eq!(Parameters::parse(text, NOW).err(), Some(error), "{text}");
        }
    }

    #[test]
    fn a_cursor_keeps_the_range_and_fits_its_parameters_only() {
        let first = Parameters::parse("start=24h&state=open", NOW).expect("is valid");
        let cursor = first.next("2026-10-13#digest-missing#a".to_owned());
        let text = format!("state=open&start=24h&limit=3&cursor={cursor}");
        let second = Parameters::parse(&text, NOW + 600).expect("is valid");
        assert_eq!((second.start, second.limit), (Some(NOW - 86_400), 3));
        assert_eq!(
            second.behind.as_deref(),
            Some("2026-10-13#digest-missing#a")
        );
        let other = Parameters::parse(&format!("start=24h&cursor={cursor}"), NOW);
        assert_eq!(other.err(), Some(ParameterError::Cursor));
    }
}
