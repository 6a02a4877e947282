//! What an audit answers.

use serde::Serialize;

use crate::coverage::Summary;
use crate::finding::Finding;

/// How an audit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything of the range is there and unaltered.
    Proven,
    /// What is there is unaltered, but no end was given: whether newer digests are missing
    /// cannot be told.
    TailUnproven,
    /// What is there is unaltered, but part of the range is not vouched for: it is before
    /// a trail's first digest, or its digests are not due yet.
    Unproven,
    /// There are findings.
    Findings,
}

impl Verdict {
    /// The verdict's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::TailUnproven => "tail-unproven",
            Self::Unproven => "unproven",
            Self::Findings => "findings",
        }
    }
}

/// What an audit answers.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// How it ends.
    pub verdict: Verdict,
    /// The first second of the range, as it was asked for.
    pub start: Option<i64>,
    /// The second up to which, as it was asked for.
    pub end: Option<i64>,
    /// How many digests of the range were checked.
    pub digests_checked: u64,
    /// How many of them have no finding of their own.
    pub digests_valid: u64,
    /// How many log files the digests of the range list.
    pub files_checked: u64,
    /// How many of them are there unaltered.
    pub files_valid: u64,
    /// What is wrong, by time.
    pub findings: Vec<Finding>,
    /// The hours of every stream.
    pub coverage: Summary,
    /// What the reader should know, in sentences.
    pub notes: Vec<String>,
}
