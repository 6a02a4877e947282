//! Having the API repair what differs.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use index::file::FileVersion;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Progress;
use super::ledger::{Difference, Ledger, Listing};
use crate::api::parse;
use crate::archive::State;
use crate::endpoint::{Endpoint, SendError};
use crate::failure::Failure;
use crate::lookup_events::printable;

/// The route.
const ROUTE: &str = "/v1/operator/repair";

/// The most segments of a request: each may be made of many files, which are read.
const SEGMENTS: usize = 5;

/// The most files of a request.
const FILES: usize = 50;

/// How often a request is sent that does not get anywhere.
const ATTEMPTS: u32 = 8;

/// The pause before the second attempt; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(500);

/// The largest answer that is read.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// What became of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Repaired {
    /// Segments that were removed, and their files queued.
    pub(super) removed: u64,
    /// Files that were queued by themselves.
    pub(super) queued: u64,
    /// What was found right by now, or is not there any more.
    pub(super) sound: u64,
    /// What was not repaired.
    pub(super) left: u64,
    /// Why, of the first of them.
    pub(super) reasons: Vec<String>,
}

/// How many reasons are told.
const MOST_REASONS: usize = 20;

/// A request's content.
#[derive(Clone, Debug, Default, Serialize)]
struct Wrong {
    segments: Vec<Place>,
    files: Vec<FileVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    category: String,
    day: String,
    segment: String,
}

/// An answer.
#[derive(Debug, Deserialize)]
struct Answer {
    segments: Vec<Looked<Place>>,
    files: Vec<Looked<FileVersion>>,
}

/// What became of a segment or a file.
#[derive(Debug, Deserialize)]
struct Looked<T> {
    #[serde(flatten)]
    what: T,
    outcome: String,
    reason: Option<String>,
}

impl Wrong {
    const fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.files.is_empty()
    }

    const fn is_full(&self) -> bool {
        self.segments.len() >= SEGMENTS || self.files.len() >= FILES
    }

    fn add(&mut self, difference: Difference) {
        if !is_sent(&difference) {
            return;
        }
        match difference {
            Difference::Segment(segment) => self.segments.push(Place {
                category: segment.category,
                day: segment.day,
                segment: segment.segment,
            }),
            Difference::File(file) => self.files.push(file.version),
        }
    }
}

/// Tells whether the API is to look at it: not where a file comes back with its segment, nor
/// at a segment that no directory entry names, which its files write again.
fn is_sent(difference: &Difference) -> bool {
    match difference {
        Difference::Segment(segment) => segment.entry != Listing::Missing,
        Difference::File(file) => !file.is_in_segment,
    }
}

/// How many segments and files are sent.
pub(super) fn count(ledger: &Ledger) -> Result<(u64, u64), Failure> {
    let (mut segments, mut files) = (0, 0);
    ledger.read(0, |difference, _| {
        let is_sent = u64::from(is_sent(&difference));
        match difference {
            Difference::Segment(_) => segments += is_sent,
            Difference::File(_) => files += is_sent,
        }
        true
    })?;
    Ok((segments, files))
}

/// Sends what differs, batch by batch, and remembers after each how far it is.
pub(super) async fn repair(
    endpoint: &Endpoint,
    ledger: &Ledger,
    state: &mut State<Progress>,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    loop {
        let (batch, reached) = next(ledger, state.progress().sent)?;
        if reached == state.progress().sent {
            return Ok(());
        }
        let mut repaired = state.progress().repaired.clone();
        send(endpoint, batch, &mut repaired).await?;
        bar.set_position(repaired.removed + repaired.queued + repaired.sound + repaired.left);
        state.change(|progress| {
            progress.sent = reached;
            progress.repaired = repaired;
        })?;
    }
}

/// Gathers the next batch, and says up to where in the ledger it reaches.
fn next(ledger: &Ledger, from: u64) -> Result<(Wrong, u64), Failure> {
    let (mut batch, mut reached) = (Wrong::default(), from);
    ledger.read(from, |difference, behind| {
        batch.add(difference);
        reached = behind;
        !batch.is_full()
    })?;
    Ok((batch, reached))
}

/// Sends a batch until all of it was looked at.
async fn send(
    endpoint: &Endpoint,
    mut batch: Wrong,
    repaired: &mut Repaired,
) -> Result<(), Failure> {
    let (mut attempt, mut pause) = (0, PAUSE);
    while !batch.is_empty() {
        let answer = post(endpoint, &batch).await?;
        let before = batch.segments.len() + batch.files.len();
        if let Some(answer) = answer {
            batch = repaired.note(answer);
        }
        if batch.segments.len() + batch.files.len() < before {
            (attempt, pause) = (0, PAUSE);
            continue;
        }
        attempt += 1;
        if attempt >= ATTEMPTS {
            return Err(Failure::new(
                "the API does not get on with the repair: try again later, it goes on where it was",
            ));
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    Ok(())
}

/// Sends a request; no answer where it is to be sent again.
async fn post(endpoint: &Endpoint, batch: &Wrong) -> Result<Option<Answer>, Failure> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = serde_json::to_vec(batch)?;
    // Sent twice, it finds nothing wrong the second time.
    let mut response = match endpoint.send(Method::POST, ROUTE, headers, body).await {
        Ok(response) => response,
        Err(error) if error.is_unreachable() => {
            return Err(Failure::new(format!(
                "nobody answers at {}: {}",
                endpoint.base(),
                crate::endpoint::with_causes(&error)
            )));
        }
        // The connection broke: what was done is done.
        Err(SendError::Request(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let status = response.status();
    if matches!(status.as_u16(), 429 | 502..=504) {
        return Ok(None);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Failure::new("the answer is larger than any of Trailkeep's"));
        }
        body.extend_from_slice(&chunk);
    }
    if status == StatusCode::OK {
        return parse(&body).map(Some);
    }
    let problem: Value = serde_json::from_slice(&body).unwrap_or(json!({}));
    let detail = problem["detail"].as_str().or(problem["message"].as_str());
    Err(Failure::new(format!(
        "{} refuses to repair ({}): {}",
        endpoint.base(),
        status.as_u16(),
        printable(detail.unwrap_or("no reason given"))
    )))
}

impl Repaired {
    /// Notes an answer, and gives back what is to be sent again.
    fn note(&mut self, answer: Answer) -> Wrong {
        let mut again = Wrong::default();
        for looked in answer.segments {
            let name = format!("segment {}", looked.what.segment);
            if self.settle(&name, &looked.outcome, looked.reason.as_deref()) {
                again.segments.push(looked.what);
            }
        }
        for looked in answer.files {
            let name = format!("s3://{}/{}", looked.what.bucket, looked.what.key);
            if self.settle(&name, &looked.outcome, looked.reason.as_deref()) {
                again.files.push(looked.what);
            }
        }
        again
    }

    /// Tells whether something is to be sent again.
    fn settle(&mut self, name: &str, outcome: &str, reason: Option<&str>) -> bool {
        match outcome {
            "unfinished" => return true,
            "removed" => self.removed += 1,
            "queued" => self.queued += 1,
            "sound" | "absent" => self.sound += 1,
            other => {
                self.left += 1;
                if self.reasons.len() < MOST_REASONS {
                    let reason = reason.unwrap_or(match other {
                        "unserved" => "there is no indexer to ask",
                        other => other,
                    });
                    self.reasons.push(printable(&format!("{name}: {reason}")));
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unfinished_is_sent_again_and_the_rest_counted() {
        let file = |key: &str, outcome: &str, reason: Option<&str>| {
            json!({
                "bucket": "logs", "key": key, "version": null,
                "outcome": outcome, "reason": reason,
            })
        };
        let answer = json!({
            "segments": [
                {"category": "Data", "day": "2026-10-13", "segment": "s1", "outcome": "removed",
                 "reason": "block 0 is missing"},
                {"category": "Data", "day": "2026-10-13", "segment": "s2", "outcome": "unfinished",
                 "reason": null},
                {"category": "Data", "day": "2026-10-13", "segment": "s3", "outcome": "absent",
                 "reason": null},
            ],
            "files": [
                file("a", "queued", Some("it is not indexed")),
                file("b", "sound", None),
                file("c", "unverifiable", Some("the object is not there")),
                file("d", "unserved", None),
                file("e", "unfinished", None),
            ],
        });
        let answer: Answer = serde_json::from_value(answer).expect("an answer");
        let mut repaired = Repaired::default();
        let again = repaired.note(answer);
        assert_eq!(again.segments.len(), 1);
        assert_eq!(again.segments[0].segment, "s2");
        assert_eq!(again.files.len(), 1);
        assert_eq!(again.files[0].key, "e");
        let Repaired {
            removed,
            queued,
            sound,
            left,
            reasons,
        } = repaired;
        assert_eq!((removed, queued, sound, left), (1, 1, 2, 2));
        assert_eq!(
            reasons,
            [
                "s3://logs/c: the object is not there",
                "s3://logs/d: there is no indexer to ask"
            ]
        );
    }
}
