//! Why a message is refused.

use crate::error::Failure;

/// Says why a message is not a notification that we can act on.
///
/// A refusal never becomes acceptable by trying again: it is the input that is
/// wrong, or a queue that gets what it should not. The texts name fields of
/// AWS's formats and quote nothing of the message, so that they can be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The body is neither JSON nor one of the texts that AWS sends.
    #[error("message is not json")]
    NotJson,
    /// JSON of no shape that a notification has.
    #[error("message has the shape of no notification")]
    Unrecognised,
    /// Envelopes in envelopes, deeper than any chain of AWS services makes them.
    #[error("envelopes are nested too deeply")]
    TooDeep,
    /// A list without elements, where every element would be a notification.
    #[error("list is empty: {0}")]
    Empty(&'static str),
    /// A field that the shape requires is not there or is the empty string.
    #[error("field is missing: {0}")]
    Missing(&'static str),
    /// A field is there and of another type than the shape has.
    #[error("field has the wrong type: {0}")]
    Malformed(&'static str),
    /// An object key that is not UTF-8 once it is decoded; S3 keys always are.
    #[error("object key is not utf-8 after decoding: {0}")]
    Key(&'static str),
    /// The notification of a service other than S3 and CloudTrail.
    #[error("notification is of another service: {0}")]
    Service(&'static str),
    /// S3 tells of something that neither creates nor deletes an object, a
    /// restore or a change of storage class, for example.
    #[error("s3 event neither creates nor deletes an object: {0}")]
    Event(&'static str),
    /// S3 announces by another major version that its fields have changed in
    /// an incompatible way.
    #[error("major version of the s3 event is not supported: {0}")]
    Version(&'static str),
    /// SNS asks to confirm or to renew the subscription of our queue. Nothing
    /// arrives until an operator confirms it.
    #[error("sns subscription awaits confirmation")]
    Unconfirmed,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::reject(refusal)
    }
}
