//! What is wrong with a rule file, and where.

use std::fmt;

use crate::yaml::Mark;

/// Says whether a problem keeps a rule from loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The rule loads, and may not do what its author thinks.
    Warning,
    /// The rule does not load.
    Error,
}

/// Names one fault of a rule file: where it stands, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as its [`Source`](crate::Source) was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// Whether the rule still loads.
    pub severity: Severity,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl Problem {
    /// Whether the rule that it is about did not load.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            severity,
            message,
        } = self;
        write!(formatter, "{file}:{line}:{column}: {severity}: {message}")
    }
}

/// Gathers the problems of one file, and whether the rule at hand has an error.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    file: &'a str,
    problems: &'a mut Vec<Problem>,
    errors: usize,
}

impl<'a> Report<'a> {
    pub(crate) const fn new(file: &'a str, problems: &'a mut Vec<Problem>) -> Self {
        Self {
            file,
            problems,
            errors: 0,
        }
    }

    pub(crate) const fn file(&self) -> &'a str {
        self.file
    }

    pub(crate) fn error(&mut self, mark: Mark, message: impl Into<String>) {
        self.errors += 1;
        self.add(mark, Severity::Error, message.into());
    }

    pub(crate) fn warning(&mut self, mark: Mark, message: impl Into<String>) {
        self.add(mark, Severity::Warning, message.into());
    }

    /// Whether something was found wrong since the report was made.
    pub(crate) const fn has_errors(&self) -> bool {
        self.errors > 0
    }

    fn add(&mut self, mark: Mark, severity: Severity, message: String) {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line: mark.line,
            column: mark.column,
            severity,
            message,
        });
    }
}
