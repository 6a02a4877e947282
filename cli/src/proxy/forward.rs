//! Forwarding one request.

use std::io::Write as _;
use std::sync::Arc;

use axum::body::{self, Body};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode, Uri};
use serde_json::json;
use tokio::sync::Semaphore;

use super::headers;
use crate::endpoint::{Endpoint, SendError, with_causes};

/// The largest body that is forwarded; a lookup has a few hundred bytes.
const LARGEST_BODY: usize = 1024 * 1024;

/// How many requests are under way at once; more wait.
const AT_ONCE: usize = 32;

/// Where requests go.
#[derive(Clone, Debug)]
pub(super) struct Forward {
    endpoint: Arc<Endpoint>,
    turns: Arc<Semaphore>,
}

impl Forward {
    /// Forwards to an API.
    pub(super) fn to(endpoint: Endpoint) -> Self {
        Self {
            endpoint: Arc::new(endpoint),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// Forwards a request, signed anew, and streams the answer back.
pub(super) async fn forward(State(to): State<Forward>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let is_call = parts.method == Method::POST && parts.uri.path() == "/";
    if !is_call && parts.method != Method::GET {
        let mut response = refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and POST / are forwarded",
        );
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, POST"));
        return response;
    }
    // It is closed by nobody; without a turn the request only waits less.
    let _turn = to.turns.acquire().await;
    let Ok(body) = body::to_bytes(body, LARGEST_BODY).await else {
        return refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is incomplete or larger than 1 MB",
        );
    };
    let headers = headers::request(&parts.headers);
    match to
        .endpoint
        .send(parts.method, &path(&parts.uri), headers, body)
        .await
    {
        Ok(answer) => pass_on(answer),
        Err(error) => fail(&error),
    }
}

/// The path and the query to forward: without a signature of the caller's, and with
/// spaces in the one form that no checker of signatures takes for a plus.
fn path(uri: &Uri) -> String {
    let query: Vec<_> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !headers::is_of_signature(pair))
        .map(|pair| pair.replace('+', "%20"))
        .collect();
    if query.is_empty() {
        return uri.path().to_owned();
    }
    format!("{}?{}", uri.path(), query.join("&"))
}

fn pass_on(answer: reqwest::Response) -> Response {
    let status = answer.status();
    if status == StatusCode::FORBIDDEN {
        note(
            "the API refused a request (403): check that your credentials may execute-api:Invoke it, and the machine's clock",
        );
    }
    let kept = headers::response(answer.headers());
    let chunks = stream::try_unfold(answer, |mut answer| async move {
        let chunk = answer.chunk().await?;
        Ok::<_, reqwest::Error>(chunk.map(|chunk| (chunk, answer)))
    });
    let mut response = Response::new(Body::from_stream(chunks));
    *response.status_mut() = status;
    *response.headers_mut() = kept;
    response
}

fn fail(error: &SendError) -> Response {
    let causes = with_causes(error);
    note(&format!("a request was not forwarded: {causes}"));
    let status = match error {
        SendError::Address => StatusCode::BAD_REQUEST,
        SendError::Request(error) if error.is_timeout() => StatusCode::GATEWAY_TIMEOUT,
        SendError::Request(_) => StatusCode::BAD_GATEWAY,
        SendError::Signer(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refuse(status, &causes)
}

/// Tells the operator; that nobody listens any more is no reason to stop forwarding.
fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Answers with an error that browsers (RFC 9457) and AWS's SDKs (`__type`, `message`) read.
fn refuse(status: StatusCode, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": detail,
        "__type": if status.is_server_error() { "ProxyFailure" } else { "ProxyRefusal" },
        "message": detail,
    });
    let content_type = [(CONTENT_TYPE, "application/problem+json")];
    (status, content_type, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_forwarded_without_the_callers_signature() {
        for (uri, forwarded) in [
            ("/", "/"),
            ("/v1/events?", "/v1/events"),
            (
                "/v1/events?user=a+b&event_name%21=C%2B",
                "/v1/events?user=a%20b&event_name%21=C%2B",
            ),
            (
                "/v1/events?X-Amz-Signature=0&limit=5&x-amz-date=1",
                "/v1/events?limit=5",
            ),
        ] {
            assert_eq!(path(&Uri::from_static(uri)), forwarded);
        }
    }
}
