//! Errors of the operators' routes: problem JSON (RFC 9457).

use std::fmt;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::job::JobError;

/// An error as the routes tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    /// Tells an error: its status, and what is wrong in words.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }

    /// Tells what is wrong with a request.
    pub(super) fn bad_request(error: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl From<JobError> for Problem {
    /// Tells a failure and logs what is behind it, here and nowhere else.
    fn from(error: JobError) -> Self {
        tracing::error!(%error, "an operator's request failed");
        match error {
            JobError::Call(_) | JobError::Lost => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the table does not answer at the moment, try again later",
            ),
            JobError::Hold(_) | JobError::Checkpoint(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "what is stored is damaged, the log of this service names the place",
            ),
        }
    }
}

impl From<aws::Error> for Problem {
    fn from(error: aws::Error) -> Self {
        JobError::Call(error).into()
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            // No type of its own: the status says it all, as the RFC wants it put.
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
