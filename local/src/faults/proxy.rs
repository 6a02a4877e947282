//! The proxy that carries DynamoDB calls through the faults to the engine, and
//! to the settings that the engine does not know.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::json;

use super::stale::Read;
use super::unprocessed::{self, Withheld};
use super::{Fault, Faults, lock};
use crate::loopback::{self, Answer};
use crate::tables::Tables;

const JSON: &str = "application/x-amz-json-1.0";

/// What the engine wants to see of a caller who signs nothing.
const ANONYMOUS: &str = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
                         SignedHeaders=host, Signature=none";

/// A proxy in front of the engine at one address.
#[derive(Clone)]
pub(crate) struct Proxy {
    client: Client<HttpConnector, Full<Bytes>>,
    engine: Uri,
    tables: Tables,
    faults: Arc<Faults>,
}

impl Proxy {
    /// Creates a proxy to the engine at `url`.
    pub(crate) fn new(
        url: &str,
        tables: Tables,
        faults: Arc<Faults>,
    ) -> Result<Proxy, http::uri::InvalidUri> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Proxy {
            client,
            engine: url.parse()?,
            tables,
            faults,
        })
    }

    /// Answers one call.
    pub(crate) async fn handle(self, request: Request<Bytes>) -> Answer {
        let operation = loopback::text(request.headers(), "x-amz-target")
            .and_then(|target| target.split_once('.'))
            .map_or("", |(_, operation)| operation)
            .to_owned();
        let _flight = self.faults.fly();
        self.faults
            .carry(&operation, throttle, |fault| {
                self.call(&operation, request, fault == Some(Fault::Unprocessed))
            })
            .await
    }

    async fn call(
        &self,
        operation: &str,
        request: Request<Bytes>,
        is_split: bool,
    ) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        if let Some(answer) = self.tables.answer(operation, &body).await {
            return answer;
        }
        let mut sent = body.clone();
        let mut withheld = None;
        if is_split && let Some((part, rest)) = unprocessed::split(operation, &sent) {
            sent = part;
            withheld = Some(rest);
        }
        let is_stale = lock(&self.faults.recent).is_on();
        let mut read = None;
        if is_stale && let Some((eventual, rewritten)) = Read::parse(operation, &sent) {
            sent = rewritten.unwrap_or(sent);
            read = Some(eventual);
        }
        let mut request = Request::new(Full::new(sent));
        *request.method_mut() = parts.method;
        *request.uri_mut() = self.target(&parts.uri);
        *request.headers_mut() = forwarded(parts.headers);
        let answer = match self.send(request).await {
            Ok(answer) => answer,
            Err(error) => return unreachable_engine(&error),
        };
        if answer.status() == StatusCode::OK {
            self.note(operation, &body, answer.body(), is_stale);
            self.falsify(answer, read.as_ref(), withheld)
        } else {
            answer
        }
    }

    fn target(&self, uri: &Uri) -> Uri {
        let mut parts = self.engine.clone().into_parts();
        parts.path_and_query = uri.path_and_query().cloned();
        Uri::from_parts(parts).unwrap_or_else(|_| self.engine.clone())
    }

    async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
        let (mut parts, body) = self.client.request(request).await?.into_parts();
        parts.headers.remove(header::CONNECTION);
        Ok(Response::from_parts(
            parts,
            body.collect().await?.to_bytes(),
        ))
    }

    /// Counts and remembers what took effect.
    fn note(&self, operation: &str, request: &[u8], answer: &[u8], is_stale: bool) {
        if is_stale && operation == "PutItem" {
            lock(&self.faults.recent).remember(request);
        }
        if operation == "DeleteTable" {
            self.tables.forget(request);
        }
        if asks_for_capacity(request) {
            lock(&self.faults.counters).consume(operation, answer);
        }
    }

    fn falsify(
        &self,
        answer: Response<Bytes>,
        read: Option<&Read>,
        withheld: Option<Withheld>,
    ) -> Response<Bytes> {
        let (mut parts, body) = answer.into_parts();
        let seen = read.and_then(|read| lock(&self.faults.recent).hide(read, &body));
        let given =
            withheld.and_then(|withheld| withheld.give_back(seen.as_ref().unwrap_or(&body)));
        let Some(changed) = given.or(seen) else {
            return Response::from_parts(parts, body);
        };
        // boto3 verifies the checksum where there is one.
        parts.headers.remove("x-amz-crc32");
        parts.headers.remove(header::CONTENT_LENGTH);
        Response::from_parts(parts, changed)
    }
}

/// Whether a request asks for consumed capacity, told without decoding it:
/// requests can be long, and the answer decides anyway.
fn asks_for_capacity(request: &[u8]) -> bool {
    memchr::memmem::find(request, b"\"ReturnConsumedCapacity\"").is_some()
}

fn forwarded(mut headers: HeaderMap) -> HeaderMap {
    for name in [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::EXPECT,
    ] {
        headers.remove(name);
    }
    if !headers.contains_key(header::AUTHORIZATION) {
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static(ANONYMOUS));
        headers.insert("x-amz-date", HeaderValue::from_static("20260101T000000Z"));
    }
    headers
}

fn throttle(fault: Fault) -> Response<Bytes> {
    let (kind, message) = if fault == Fault::ThroughputExceeded {
        (
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded",
        )
    } else {
        (
            "com.amazon.coral.availability#ThrottlingException",
            "Rate of requests exceeds the allowed throughput",
        )
    };
    let body = json!({"__type": kind, "message": message}).to_string();
    loopback::answer(StatusCode::BAD_REQUEST, JSON, body)
}

fn unreachable_engine(error: &dyn std::fmt::Display) -> Response<Bytes> {
    tracing::error!(%error, "the dynamodb engine does not answer");
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError",
        "message": "the local engine does not answer",
    });
    loopback::answer(StatusCode::INTERNAL_SERVER_ERROR, JSON, body.to_string())
}
