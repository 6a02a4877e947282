//! `POST /`: CloudTrail's own API, as far as it looks events up.
//!
//! AWS JSON 1.1, as the aws cli, boto3 and the SDKs speak it. It goes beyond
//! CloudTrail in what it takes: more categories, further attribute keys, and
//! more than one attribute (different keys AND, the same key OR). It is
//! stricter in one thing: CloudTrail ignores members of the request that it
//! does not know, and here they are refused with `ValidationError`, because a
//! condition that is left out of a search for evidence is worse than an error.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use index::lookup::Limits;

use crate::Service;
use crate::cloudtrail::error::{Code, Error};
use crate::cloudtrail::request::Request;
use crate::fault::Fault;
use crate::fit;

mod error;
mod request;
mod response;

/// The service's name and version, which every operation's target ends its prefix with.
const SERVICE: &str = "CloudTrail_20131101";

/// The verbs of CloudTrail's operations that change something.
const WRITING: [&str; 15] = [
    "Add",
    "Cancel",
    "Create",
    "Delete",
    "Deregister",
    "Disable",
    "Enable",
    "Put",
    "Register",
    "Remove",
    "Restore",
    "Send",
    "Start",
    "Stop",
    "Update",
];

/// Answers a call.
pub(crate) async fn call(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let target = headers
        .get("x-amz-target")
        .map(|target| target.to_str().unwrap_or_default());
    let answer = match operation(target) {
        Ok(()) => look_up(&service, body).await,
        Err(error) => Err(error),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// Checks that a target names the operation that is offered.
///
/// Two spellings are in use: botocore's `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents`
/// and the Smithy SDKs' `CloudTrail_20131101.LookupEvents`.
fn operation(target: Option<&str>) -> Result<(), Error> {
    let unknown = |message: &str| Err(Error::new(Code::UnknownOperation, message));
    let Some(target) = target else {
        return unknown("the header X-Amz-Target is missing");
    };
    let Some((prefix, operation)) = target.rsplit_once('.') else {
        return unknown("X-Amz-Target names no operation");
    };
    if prefix.rsplit('.').next() != Some(SERVICE) {
        return unknown("X-Amz-Target names another service than CloudTrail_20131101");
    }
    if operation == "LookupEvents" {
        return Ok(());
    }
    let changes = |verb: &&'static str| {
        let rest = operation.strip_prefix(*verb);
        rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
    };
    if WRITING.iter().any(changes) {
        let message = "nothing can be changed through this service";
        return Err(Error::new(Code::UnsupportedOperation, message));
    }
    unknown("the operation is not offered: only LookupEvents is")
}

async fn look_up(
    service: &Service,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    let body = body.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Error::new(
                Code::RequestEntityTooLarge,
                "the request is larger than 1 MB",
            )
        } else {
            Error::new(
                Code::MalformedHttpRequest,
                "the request's body could not be read",
            )
        }
    })?;
    let Request {
        query,
        events,
        cursor,
    } = Request::parse(&body)?;
    let bytes = Limits::default().bytes;
    let now = service.clock.now();
    let page = service
        .history
        .page(query.clone(), cursor.as_deref(), events, bytes, now)
        .await
        .map_err(Fault::from)?;
    let fitted = fit::fit(&page.events, page.cursor, &query, response::Summary::of)?;
    let table = service.history.table();
    let coverage = service.coverage.of_query(table, &query, now).await;
    response::answer(&fitted, coverage.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(target: &str) -> Option<Code> {
        operation(Some(target)).err().map(|error| error.code())
    }

    #[test]
    fn both_spellings_of_the_target_are_understood() {
        assert_eq!(code("CloudTrail_20131101.LookupEvents"), None);
        let long = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
        assert_eq!(code(long), None);
    }

    #[test]
    fn other_targets_are_unknown() {
        for target in [
            "",
            "LookupEvents",
            ".LookupEvents",
            "CloudTrail_20131101.",
            "CloudTrail_20131101.lookupevents",
            "CloudTrail_20131101.DescribeTrails",
            "CloudTrail_20131101.Startle",
            "CloudTrail_20141101.LookupEvents",
            "NotCloudTrail_20131101.LookupEvents",
            "DynamoDB_20120810.GetItem",
        ] {
            assert_eq!(code(target), Some(Code::UnknownOperation), "{target}");
        }
        assert!(operation(None).is_err());
    }

    #[test]
    fn what_would_change_something_is_unsupported() {
        for operation in [
            "PutEventSelectors",
            "DeleteTrail",
            "StopLogging",
            "StartQuery",
        ] {
            let target = format!("{SERVICE}.{operation}");
            assert_eq!(
                code(&target),
                Some(Code::UnsupportedOperation),
                "{operation}"
            );
        }
    }
}
