//! AWS JSON, as CloudTrail and KMS speak it: reading calls and answering them.

use std::fmt::Display;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::{REGION, loopback};

const JSON: &str = "application/x-amz-json-1.1";

/// The longest request of these services.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// Why a call is refused, as the SDKs tell errors apart.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    /// A refusal that is the caller's fault.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
        }
    }

    /// The refusal of what this repository does not call.
    pub(crate) fn not_implemented(operation: &str) -> Refusal {
        Refusal {
            status: StatusCode::NOT_IMPLEMENTED,
            code: "UnsupportedOperation",
            message: format!("the operation {operation} is not implemented here"),
        }
    }

    /// A refusal that is the store's or the engine's fault.
    pub(crate) fn failed(error: &dyn Display) -> Refusal {
        Refusal {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalFailure",
            message: format!("the local cloud failed: {error}"),
        }
    }

    /// Writes the refusal; some services put a `namespace` before the code.
    pub(crate) fn respond(&self, content_type: &'static str, namespace: &str) -> Response<Bytes> {
        let body = json!({
            "__type": format!("{namespace}{}", self.code),
            "message": self.message,
        });
        loopback::answer(self.status, content_type, body.to_string())
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Refusal {
        Refusal::failed(&error)
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Refusal {
        Refusal::new("SerializationException", error.to_string())
    }
}

/// Reads a call's parameters; no body is none.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    Ok(serde_json::from_slice(body)?)
}

/// Writes an answer.
pub(crate) fn respond(answer: Result<Value, Refusal>) -> Response<Bytes> {
    match answer {
        Ok(answer) => loopback::answer(StatusCode::OK, JSON, answer.to_string()),
        Err(refusal) => refusal.respond(JSON, ""),
    }
}

/// Refuses a call that the fault injector throttles.
pub(crate) fn throttle(_: Fault) -> Response<Bytes> {
    Refusal::new("ThrottlingException", "Rate exceeded").respond(JSON, "")
}

/// Names the operation of a call: what follows the last dot of its target,
/// whichever of the service's names stands before it.
pub(crate) fn operation<'a>(headers: &'a HeaderMap, services: &[&str]) -> &'a str {
    let target = loopback::text(headers, "x-amz-target").unwrap_or("none");
    match target.rsplit_once('.') {
        Some((service, operation)) if services.contains(&service) => operation,
        _ => target,
    }
}

/// Reads the Region that a call is signed for,
/// `.../20260131/eu-west-1/cloudtrail/aws4_request`.
pub(crate) fn region(headers: &HeaderMap) -> &str {
    loopback::text(headers, "authorization")
        .and_then(|header| header.split_once("Credential="))
        .and_then(|(_, scope)| scope.split(',').next())
        .and_then(|scope| scope.rsplit('/').nth(2))
        .unwrap_or(REGION)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{operation, region};

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn the_region_is_the_one_a_call_is_signed_for() {
        let signed = headers(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260131/eu-west-1/cloudtrail/aws4_request, \
             SignedHeaders=host, Signature=00",
        );
        assert_eq!(region(&signed), "eu-west-1");
        for unsigned in ["", "Credential=", "Credential=a/b"] {
            assert_eq!(region(&headers("authorization", unsigned)), crate::REGION);
        }
        assert_eq!(region(&HeaderMap::new()), crate::REGION);
    }

    #[test]
    fn the_operation_follows_the_name_of_its_service() {
        let services = ["com.example.v1.A_1", "A_1"];
        for target in ["com.example.v1.A_1.Get", "A_1.Get"] {
            assert_eq!(
                operation(&headers("x-amz-target", target), &services),
                "Get"
            );
        }
        assert_eq!(
            operation(&headers("x-amz-target", "B_1.Get"), &services),
            "B_1.Get"
        );
    }
}
