//! `GET /v1/alerts`: what was alerted on, the newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::value::RawValue;

use self::parameters::Parameters;
use self::walk::Walk;
use crate::Service;
use crate::problem::Problem;

mod cursor;
mod days;
mod parameters;
mod walk;

pub(crate) use parameters::{MOST_ALERTS, USUAL_ALERTS};

/// Answers a page of alerts.
pub(crate) async fn list(
    State(service): State<Arc<Service>>,
    uri: Uri,
) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Answer {
        alerts: Vec<Box<RawValue>>,
        cursor: Option<String>,
    }
    let now = service.clock.now();
    let parameters =
        Parameters::parse(uri.query().unwrap_or_default(), now).map_err(Problem::bad_request)?;
    let page = Walk::new(&service.history, &parameters, now).page().await?;
    let answer = Answer {
        alerts: page.alerts,
        cursor: page.position.map(|position| parameters.next(position)),
    };
    Ok(Json(answer).into_response())
}
