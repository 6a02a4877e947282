//! The REST routes.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use index::lookup::Limits;
use index::{Attribute, Query};
use serde_json::json;
use trail::Category;

use crate::fault::Fault;
use crate::problem::Problem;
use crate::rest::answer::Found;
use crate::rest::parameters::Parameters;
use crate::{Service, attribute_value, fit};

pub(crate) mod alerts;
mod answer;
pub(crate) mod coverage;
pub(crate) mod findings;
mod parameters;
pub(crate) mod proof;
mod time;

pub(crate) use answer::iso;
pub(crate) use parameters::{MOST_EVENTS, USUAL_EVENTS};

/// The most events that one answer about a single id holds.
const MOST_OF_ONE_ID: usize = 1_000;

/// Every route, with what it answers.
pub(crate) const ROUTES: [(&str, &str, &str); 10] = [
    ("GET", "/", "this list"),
    ("POST", "/", "CloudTrail's LookupEvents, AWS JSON 1.1"),
    (
        "GET",
        "/v1/events",
        "events that meet all given conditions, a page at a time",
    ),
    (
        "GET",
        "/v1/events/{id}",
        "every event of an id, in any category",
    ),
    (
        "GET",
        "/v1/events/{id}/proof",
        "the document that proves an event, to be checked offline",
    ),
    (
        "GET",
        "/v1/alerts",
        "alerts, the newest first, a page at a time",
    ),
    ("GET", "/v1/coverage", "which hours are proven complete"),
    (
        "GET",
        "/v1/integrity",
        "what was found wrong with digests, log files and the index",
    ),
    ("GET", "/v1/status", "what is indexed"),
    ("GET", "/openapi.json", "the description of this API"),
];

/// Answers which routes there are.
pub(crate) async fn routes() -> Response {
    let routes = ROUTES.map(|(method, path, description)| {
        json!({ "method": method, "path": path, "description": description })
    });
    Json(json!({ "name": "trailkeep", "version": env!("CARGO_PKG_VERSION"), "routes": routes }))
        .into_response()
}

/// Answers a page of events.
pub(crate) async fn events(
    State(service): State<Arc<Service>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let now = service.clock.now();
    let parameters =
        Parameters::parse(uri.query().unwrap_or_default(), now).map_err(Problem::bad_request)?;
    let query = &parameters.query;
    let bytes = Limits::default().bytes;
    let mut found = Found::default();
    let page = service
        .history
        .page(
            query.clone(),
            parameters.cursor.as_deref(),
            parameters.limit,
            bytes,
            now,
        )
        .await
        .map_err(Fault::from)?;
    let cursor = found.add(page);
    let fitted = fit::fit(&found.events, cursor, query, answer::Summary::of)?;
    let table = service.history.table();
    let coverage = service.coverage.of_query(table, query, now).await;
    Ok(found.answer(fitted, coverage, |cursor| parameters.next(cursor)))
}

/// Answers every event of an id.
///
/// Usually that is one event and one page. Where the history is too large to
/// be searched at once, or has more of the id than an answer holds, the answer
/// has a cursor, and it is not over before one comes without.
pub(crate) async fn event(
    State(service): State<Arc<Service>>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|_| Problem::bad_request("the event id is not valid UTF-8"))?;
    attribute_value::check(Attribute::EventId, &id)
        .map_err(|error| Problem::bad_request(format!("the event id {error}")))?;
    let first =
        parameters::cursor_only(uri.query().unwrap_or_default()).map_err(Problem::bad_request)?;
    let mut query = Query::default();
    query.categories = Category::ALL.into();
    query.require(Attribute::EventId, id);
    let is_first = first.is_none();
    let (started, now) = (Instant::now(), service.clock.now());
    let mut found = Found::default();
    let mut cursor = first;
    loop {
        let events = MOST_OF_ONE_ID - found.events.len();
        let bytes = Limits::default().bytes.saturating_sub(found.bytes());
        let page = service
            .history
            .page(query.clone(), cursor.as_deref(), events, bytes, now)
            .await
            .map_err(Fault::from)?;
        cursor = found.add(page);
        let is_full =
            found.events.len() >= MOST_OF_ONE_ID || found.bytes() >= Limits::default().bytes;
        if cursor.is_none() || is_full || started.elapsed() >= service.history.time() {
            break;
        }
    }
    if found.events.is_empty() && cursor.is_none() && is_first {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            "no event of this id is kept",
        ));
    }
    let fitted = fit::fit(&found.events, cursor, &query, answer::Summary::of)?;
    let times = || found.events.iter().map(|event| event.key.time);
    query.start = times().min();
    query.end = times().max();
    let table = service.history.table();
    let coverage = match query.start {
        Some(_) => service.coverage.of_query(table, &query, now).await,
        None => None,
    };
    Ok(found.answer(fitted, coverage, |cursor| cursor))
}

/// Answers what is indexed.
pub(crate) async fn status(
    State(service): State<Arc<Service>>,
    uri: Uri,
) -> Result<Response, Problem> {
    if uri.query().is_some_and(|query| !query.is_empty()) {
        return Err(Problem::bad_request("this route takes no parameters"));
    }
    let status = crate::status::read(&service.history, service.clock.now()).await?;
    Ok(Json(status).into_response())
}

/// Answers what stands nowhere; what could only change something, as everywhere, with 405.
pub(crate) async fn no_route(method: Method) -> Response {
    if matches!(method, Method::GET | Method::HEAD) {
        let detail = "there is no such route, GET / lists those there are";
        return Problem::new(StatusCode::NOT_FOUND, detail).into_response();
    }
    let mut response = no_method().await.into_response();
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
    response
}

/// Answers a method that a route does not have.
pub(crate) async fn no_method() -> Problem {
    let detail = "nothing can be changed through this API";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}
