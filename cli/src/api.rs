//! Calling the API, and what to say where no answer comes.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Response;
use serde::Deserialize;

use crate::endpoint::{Endpoint, LOCAL, SendError};
use crate::failure::Failure;
use crate::lookup_events::printable;

/// The largest answer that is read. Lambda answers with at most 6 MB.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// How long to wait before each further attempt.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1_500),
];

/// Gets an answer.
///
/// Throttling, an overloaded gateway and lost connections are tried again.
pub(crate) async fn fetch(endpoint: &Endpoint, path: &str) -> Result<Vec<u8>, Failure> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let outcome = endpoint
            .send(Method::GET, path, HeaderMap::new(), Vec::new())
            .await;
        let pause = match &outcome {
            Ok(response) if is_passing(response.status()) => pauses.next(),
            Err(SendError::Request(error)) if !error.is_connect() && !error.is_timeout() => {
                pauses.next()
            }
            _ => None,
        };
        match (pause, outcome) {
            (Some(pause), _) => tokio::time::sleep(pause).await,
            (None, Ok(response)) => return read(endpoint, response).await,
            (None, Err(error)) => return Err(unanswered(endpoint, error)),
        }
    }
}

/// Posts JSON. Never tried again: whoever has it may have acted on it.
pub(crate) async fn post(
    endpoint: &Endpoint,
    path: &str,
    body: &serde_json::Value,
) -> Result<Vec<u8>, Failure> {
    let json = HeaderValue::from_static("application/json");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
    let body = body.to_string().into_bytes();
    match endpoint.send(Method::POST, path, headers, body).await {
        Ok(response) => read(endpoint, response).await,
        Err(error) => Err(unanswered(endpoint, error)),
    }
}

/// Reads an answer; fails where it is not of the API.
pub(crate) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        // The error names a place, and nothing of what stands there.
        Failure::new(format!("the answer is not one of Trailkeep's API: {error}"))
    })
}

fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502..=504)
}

fn unanswered(endpoint: &Endpoint, error: SendError) -> Failure {
    let base = endpoint.base();
    if !error.is_unreachable() {
        return Failure::from(error);
    }
    if base == LOCAL {
        return Failure::new(format!(
            "nobody answers at {base}: start the local cloud with `trailkeep up`, or name a deployed one with --stack"
        ));
    }
    let causes = crate::endpoint::with_causes(&error);
    Failure::new(format!(
        "nobody answers at {base}: is it the address that `trailkeep up` or the stack's output ApiUrl names? ({causes})"
    ))
}

/// Reads an answer's body, or what its error says.
async fn read(endpoint: &Endpoint, mut response: Response) -> Result<Vec<u8>, Failure> {
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Failure::new(
                "the answer is larger than any of Trailkeep's API",
            ));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        Ok(body)
    } else {
        Err(refused(endpoint, status, &body))
    }
}

/// An error as the API tells it (RFC 9457), or as API Gateway does.
#[derive(Default, Deserialize)]
struct Problem {
    detail: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

fn refused(endpoint: &Endpoint, status: StatusCode, body: &[u8]) -> Failure {
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let detail = problem.detail.or(problem.message);
    let detail = detail.map_or_else(
        || {
            status
                .canonical_reason()
                .unwrap_or("no reason given")
                .to_owned()
        },
        |detail| printable(&detail),
    );
    let base = endpoint.base();
    let code = status.as_u16();
    match code {
        401 | 403 if endpoint.is_signed() => Failure::new(format!(
            "{base} refuses these credentials ({code}): {detail}; check that they are those of the right account, that they may execute-api:Invoke this API, and the machine's clock"
        )),
        401 | 403 => Failure::new(format!(
            "{base} refuses the request ({code}): {detail}; it was not signed: name the API with --stack, or its Region with --aws-region"
        )),
        429 => Failure::new(format!(
            "{base} is throttled ({code}): {detail}; try again later"
        )),
        400..=499 => Failure::usage(detail),
        500..=599 if endpoint.is_signed() => Failure::new(format!(
            "{base} failed ({code}): {detail}; the log group of the stack's lookup function says more"
        )),
        500..=599 => Failure::new(format!(
            "{base} failed ({code}): {detail}; the output of `trailkeep up` says more"
        )),
        _ => Failure::new(format!("{base} answered {code}: it is not Trailkeep's API")),
    }
}
