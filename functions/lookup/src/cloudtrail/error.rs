//! Errors as CloudTrail answers them.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::cloudtrail::response::MEDIA_TYPE;
use crate::fault::Fault;

/// An error code; SDKs turn most of them into exceptions of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    InternalFailure,
    InvalidEventCategory,
    InvalidLookupAttributes,
    InvalidMaxResults,
    InvalidNextToken,
    InvalidTimeRange,
    MalformedHttpRequest,
    RequestEntityTooLarge,
    Serialization,
    ServiceUnavailable,
    Throttling,
    UnknownOperation,
    UnsupportedOperation,
    Validation,
}

impl Code {
    /// The code's name, and the status that it is answered with.
    const fn told(self) -> (&'static str, StatusCode) {
        match self {
            Self::InternalFailure => ("InternalFailure", StatusCode::INTERNAL_SERVER_ERROR),
            Self::InvalidEventCategory => {
                ("InvalidEventCategoryException", StatusCode::BAD_REQUEST)
            }
            Self::InvalidLookupAttributes => {
                ("InvalidLookupAttributesException", StatusCode::BAD_REQUEST)
            }
            Self::InvalidMaxResults => ("InvalidMaxResultsException", StatusCode::BAD_REQUEST),
            Self::InvalidNextToken => ("InvalidNextTokenException", StatusCode::BAD_REQUEST),
            Self::InvalidTimeRange => ("InvalidTimeRangeException", StatusCode::BAD_REQUEST),
            Self::MalformedHttpRequest => {
                ("MalformedHttpRequestException", StatusCode::BAD_REQUEST)
            }
            Self::RequestEntityTooLarge => (
                "RequestEntityTooLargeException",
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
            Self::Serialization => ("SerializationException", StatusCode::BAD_REQUEST),
            Self::ServiceUnavailable => ("ServiceUnavailable", StatusCode::SERVICE_UNAVAILABLE),
            Self::Throttling => ("ThrottlingException", StatusCode::BAD_REQUEST),
            Self::UnknownOperation => ("UnknownOperationException", StatusCode::NOT_FOUND),
            Self::UnsupportedOperation => {
                ("UnsupportedOperationException", StatusCode::BAD_REQUEST)
            }
            Self::Validation => ("ValidationError", StatusCode::BAD_REQUEST),
        }
    }
}

/// An error with its code, and what is wrong in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    code: Code,
    message: String,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    #[cfg(test)]
    pub(crate) const fn code(&self) -> Code {
        self.code
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let code = match fault {
            Fault::Cursor(_) => Code::InvalidNextToken,
            Fault::Throttled => Code::Throttling,
            Fault::Unavailable => Code::ServiceUnavailable,
            Fault::Damaged => Code::InternalFailure,
        };
        Self::new(code, fault.to_string())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (name, status) = self.code.told();
        let body = json!({ "__type": name, "message": self.message }).to_string();
        (status, [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}
