//! Whether a failure is worth a retry.

use std::error::Error as StdError;
use std::fmt::Write as _;

/// Holds whatever error made a message fail.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// Classifies why a message has failed, by what a retry can do about it.
///
/// Either way the message fails: it is handed out again until it succeeds or
/// is in the dead-letter queue, where a rejected file stays for an operator to
/// look at. The difference is what is told about it: a retry is weather, a
/// rejection is a finding.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The input may be good, and the same call may succeed later: throttling,
    /// time-outs, an object that cannot be read yet.
    #[error("failed, and a retry may help")]
    Retry(#[source] Cause),
    /// The input is bad, and will be however often it is tried.
    #[error("rejected")]
    Reject(#[source] Cause),
}

impl Failure {
    /// Classifies an error as one that may pass.
    pub fn retry(cause: impl Into<Cause>) -> Self {
        Self::Retry(cause.into())
    }

    /// Classifies an error as one of the input.
    pub fn reject(cause: impl Into<Cause>) -> Self {
        Self::Reject(cause.into())
    }

    /// Tells whether the same input may succeed later.
    pub fn is_retry(&self) -> bool {
        matches!(self, Self::Retry(_))
    }

    /// Returns the error and everything that caused it in one line.
    pub fn reason(&self) -> String {
        let (Self::Retry(cause) | Self::Reject(cause)) = self;
        let mut reason = cause.to_string();
        let mut next = cause.source();
        while let Some(cause) = next {
            write!(reason, ": {cause}").expect("writing to a string does not fail");
            next = cause.source();
        }
        reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("page was not read")]
    struct Page(#[source] std::io::Error);

    #[test]
    fn a_reason_names_every_cause_once() {
        let error = Page(std::io::Error::other("connection closed"));
        let failure = Failure::retry(error);
        assert!(failure.is_retry());
        assert_eq!(failure.reason(), "page was not read: connection closed");
    }

    #[test]
    fn a_refused_notification_is_rejected() {
        let failure = Failure::from(crate::notice::Refusal::NotJson);
        assert!(!failure.is_retry());
        assert_eq!(failure.reason(), "message is not json");
    }
}
