//! How a command fails: in words on standard error, and by its exit code.

use std::error::Error;
use std::process::ExitCode;

/// A command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// The command was given something wrong: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 2,
        }
    }

    /// The command could not do its work: exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// Says on standard error what went wrong, and answers the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        anstream::eprintln!("trailkeep: {}", self.message);
        ExitCode::from(self.code)
    }
}

impl<E: Error> From<E> for Failure {
    /// Tells an error with everything behind it.
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !message.contains(&cause_text) {
                message.push_str(": ");
                message.push_str(&cause_text);
            }
            source = cause.source();
        }
        Self::new(message)
    }
}
