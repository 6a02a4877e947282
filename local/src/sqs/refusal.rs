//! Errors, as the SDKs tell them apart.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::JSON;
use crate::loopback;
use crate::queues::QueueError;

/// Why a call is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("{0}")]
    Queue(#[from] QueueError),
    #[error("the operation {0} is not implemented here")]
    NotImplemented(String),
    #[error("the request is not understood: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("there should be at least one entry in the request")]
    EmptyBatch,
    #[error("maximum number of entries per request are 10")]
    TooManyEntries,
    #[error("two or more batch entries have the same id")]
    EntryIdsNotDistinct,
    #[error("unknown attribute {0}")]
    InvalidAttribute(String),
}

impl Refusal {
    /// The error's name in the JSON protocol, and in the query protocol that
    /// older programs compare with.
    pub(super) fn names(&self) -> (&'static str, &'static str) {
        match self {
            Refusal::Queue(QueueError::NoSuchQueue) => (
                "QueueDoesNotExist",
                "AWS.SimpleQueueService.NonExistentQueue",
            ),
            Refusal::Queue(QueueError::Exists(_)) => ("QueueNameExists", "QueueAlreadyExists"),
            Refusal::Queue(QueueError::InvalidHandle) => {
                ("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid")
            }
            Refusal::Queue(QueueError::NotInFlight) => (
                "MessageNotInflight",
                "AWS.SimpleQueueService.MessageNotInflight",
            ),
            Refusal::Queue(QueueError::InvalidParameter(_) | QueueError::TooLong) => {
                ("InvalidParameterValueException", "InvalidParameterValue")
            }
            Refusal::Queue(QueueError::Store(_)) => ("InternalFailure", "InternalFailure"),
            Refusal::NotImplemented(_) => ("UnsupportedOperation", "NotImplemented"),
            Refusal::Malformed(_) => ("SerializationException", "SerializationException"),
            Refusal::EmptyBatch => (
                "EmptyBatchRequest",
                "AWS.SimpleQueueService.EmptyBatchRequest",
            ),
            Refusal::TooManyEntries => (
                "TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            ),
            Refusal::EntryIdsNotDistinct => (
                "BatchEntryIdsNotDistinct",
                "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            ),
            Refusal::InvalidAttribute(_) => ("InvalidAttributeName", "InvalidAttributeName"),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Refusal::NotImplemented(_) => StatusCode::NOT_IMPLEMENTED,
            Refusal::Queue(QueueError::Store(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let (name, query) = self.names();
        let body = json!({
            "__type": format!("com.amazonaws.sqs#{name}"),
            "message": self.to_string(),
        });
        let mut response = loopback::answer(self.status(), JSON, body.to_string());
        if let Ok(query) = HeaderValue::try_from(format!("{query};Sender")) {
            response.headers_mut().insert("x-amzn-query-error", query);
        }
        response
    }
}
