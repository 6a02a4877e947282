//! What can go wrong with a call.

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A call that failed.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed{}: {message}", code.as_deref().map(|code| format!(" with {code}")).unwrap_or_default())]
pub struct Error {
    /// The call, such as `PutItem`.
    pub operation: &'static str,
    /// The service's error code, where it answered with one.
    pub code: Option<String>,
    /// The service's or the client's words; they hold no content of ours.
    pub message: String,
}

impl Error {
    /// Makes an error of what a client answered.
    pub(crate) fn new<E>(operation: &'static str, error: &E) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata,
    {
        let message = error.message().map_or_else(|| chain(error), str::to_owned);
        Self {
            operation,
            code: error.code().map(str::to_owned),
            message,
        }
    }

    /// Makes an error of an answer that is not what the service promises.
    pub(crate) fn unexpected(operation: &'static str, message: &str) -> Self {
        Self {
            operation,
            code: None,
            message: message.to_owned(),
        }
    }

    /// Tells whether the service answered with one of some codes.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.code
            .as_deref()
            .is_some_and(|code| codes.contains(&code))
    }
}

/// An error and everything behind it; the outermost alone says little.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
