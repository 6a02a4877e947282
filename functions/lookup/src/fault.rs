//! Why a lookup was not answered, as callers are told it.

use index::cursor::CursorError;
use index::lookup::LookupError;

use crate::history::HistoryError;

/// The codes by which DynamoDB says that it is asked too much at once.
const THROTTLED: [&str; 4] = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "LimitExceededException",
];

/// Says why a lookup was not answered.
///
/// It holds nothing of what is stored: that is in the log, where operators look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// The cursor is not one of this query.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The table is asked too much; a later retry helps.
    #[error("the history is being read too much at the moment, try again later")]
    Throttled,
    /// The table did not answer; a retry may help.
    #[error("the history cannot be read at the moment, try again later")]
    Unavailable,
    /// What is stored is damaged; a retry does not help.
    #[error("the stored history is damaged, the log of this service names the place")]
    Damaged,
}

impl From<HistoryError> for Fault {
    /// Tells a fault and logs what is behind it, here and nowhere else.
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Lookup(LookupError::Cursor(error)) => Self::Cursor(error),
            HistoryError::Lookup(error) => Self::damaged(&error),
            HistoryError::Hold(error) => Self::damaged(&error),
            HistoryError::Table(error) => error.into(),
        }
    }
}

impl From<aws::Error> for Fault {
    fn from(error: aws::Error) -> Self {
        tracing::warn!(%error, code = error.code, "table was not read");
        if error.has_code(&THROTTLED) {
            Self::Throttled
        } else {
            Self::Unavailable
        }
    }
}

impl Fault {
    /// Logs which stored thing is damaged, and tells the fault.
    pub(crate) fn damaged(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "history is damaged");
        Self::Damaged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_told_from_other_failures_of_the_table() {
        let failed = |code: Option<&str>| aws::Error {
            operation: "Query",
            code: code.map(str::to_owned),
            message: "no".to_owned(),
        };
        for code in THROTTLED {
            assert_eq!(Fault::from(failed(Some(code))), Fault::Throttled);
        }
        assert_eq!(
            Fault::from(failed(Some("AccessDeniedException"))),
            Fault::Unavailable
        );
        assert_eq!(Fault::from(failed(None)), Fault::Unavailable);
    }

    #[test]
    fn only_a_bad_cursor_is_the_callers_doing() {
        let cursor = HistoryError::Lookup(LookupError::Cursor(CursorError::OtherQuery));
        assert_eq!(Fault::from(cursor), Fault::Cursor(CursorError::OtherQuery));
        let damaged = LookupError::Damaged {
            partition: "p".into(),
            sort: "s".into(),
        };
        assert_eq!(Fault::from(HistoryError::Lookup(damaged)), Fault::Damaged);
    }
}
