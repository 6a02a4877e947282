//! Answers lookups: CloudTrail's `LookupEvents`, the REST routes, alerts and the status.
//!
//! [`router`] is the whole API. In Lambda it stands behind API Gateway, which
//! checks who calls; on loopback behind [`loopback_guard`]. Nothing in it
//! alters or deletes: it reads one table, and every method but `GET`, `HEAD`
//! and CloudTrail's `POST /` is answered 405.
//!
//! ```no_run
//! use std::time::Duration;
//! use lookup::{Clock, History, loopback_guard};
//!
//! # async fn serve(table: aws::Table, listener: tokio::net::TcpListener) -> std::io::Result<()> {
//! let history = History::new(table, index::Retention::OFF, 3_000.0, Duration::from_secs(8));
//! let router = lookup::router(history, Clock::system())
//!     .layer(axum::middleware::from_fn(loopback_guard));
//! axum::serve(listener, router).await
//! # }
//! ```

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;

mod attribute_value;
mod clock;
mod cloudtrail;
pub mod config;
mod coverage;
mod fault;
mod fit;
pub mod history;
mod loopback;
mod moment;
mod openapi;
mod problem;
mod rest;
mod status;

pub use clock::Clock;
pub use config::Config;
pub use history::{History, HistoryError};
pub use loopback::loopback_guard;

use coverage::Coverage;

/// The largest request body that is read. A `LookupEvents` request has a few
/// hundred bytes.
const LARGEST_REQUEST: usize = 1024 * 1024;

/// The most values that one lookup may name. Each one is looked for on every
/// day of the range.
const MOST_VALUES: usize = 50;

/// What the handlers share.
#[derive(Debug)]
struct Service {
    history: History,
    clock: Clock,
    coverage: Coverage,
}

/// Makes the API of a history.
pub fn router(history: History, clock: Clock) -> Router {
    Router::new()
        .route("/", get(rest::routes).post(cloudtrail::call))
        .route("/v1/events", get(rest::events))
        .route("/v1/events/{id}", get(rest::event))
        .route("/v1/events/{id}/proof", get(rest::proof::of_event))
        .route("/v1/alerts", get(rest::alerts::list))
        .route("/v1/coverage", get(rest::coverage::hours))
        .route("/v1/integrity", get(rest::findings::list))
        .route("/v1/status", get(rest::status))
        .route("/openapi.json", get(openapi::document))
        .fallback(rest::no_route)
        .method_not_allowed_fallback(rest::no_method)
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(map_response(keep_private))
        .with_state(Arc::new(Service {
            history,
            clock,
            coverage: Coverage::default(),
        }))
}

/// Keeps answers out of caches, and browsers from taking them for something else.
async fn keep_private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
