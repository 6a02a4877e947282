//! What a rule asks of the texts of a field.

use regex::bytes::Regex;

use crate::instant::{Instant, Unit};
use crate::literal::Literal;
use crate::pattern::{Part, Pattern};
use crate::text::TextKind;

mod network;
mod set;
mod wildcard;

pub(crate) use network::Network;
pub(crate) use set::{ExactSet, with_folded};
use wildcard::Wildcard;

/// A comparison of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `lt`
    Less,
    /// `lte`
    AtMost,
    /// `gt`
    Greater,
    /// `gte`
    AtLeast,
    /// `eq`
    Equal,
    /// `neq`
    NotEqual,
}

impl Comparison {
    /// Whether the comparison holds between two numbers.
    #[expect(clippy::float_cmp, reason = "equality is what the rule asks for")]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }

    /// Finds the comparison of Sigma's name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "lt" => Self::Less,
            "lte" => Self::AtMost,
            "gt" => Self::Greater,
            "gte" => Self::AtLeast,
            "eq" => Self::Equal,
            "neq" => Self::NotEqual,
            _ => return None,
        })
    }
}

/// A number of a rule: it matches the same text, and the same number written otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    pub(crate) text: String,
    pub(crate) value: f64,
}

/// One thing that a text may be.
#[derive(Clone, Debug)]
pub(crate) enum Matcher {
    /// Any text.
    Anything,
    Equals(Literal),
    Contains(Literal),
    Starts(Literal),
    Ends(Literal),
    Wildcard(Wildcard),
    Regex(Regex),
    Network(Network),
    Number(Number),
    Compare(Comparison, f64),
    /// A part of a time, compared with a number.
    TimePart(Unit, Comparison, f64),
    /// A time that is not before the instant.
    NotBefore(Instant),
}

impl Matcher {
    /// Compiles a pattern to the cheapest matcher that says the same.
    pub(crate) fn of_pattern(pattern: &Pattern, is_cased: bool) -> Self {
        let literal = |text: &str| Literal::new(text, is_cased);
        match pattern.parts() {
            [] => Self::Equals(literal("")),
            [Part::Text(text)] => Self::Equals(literal(text)),
            [Part::Any] => Self::Anything,
            [Part::Any, Part::Text(text)] => Self::Ends(literal(text)),
            [Part::Text(text), Part::Any] => Self::Starts(literal(text)),
            [Part::Any, Part::Text(text), Part::Any] => Self::Contains(literal(text)),
            parts => Self::Wildcard(Wildcard::new(parts, is_cased)),
        }
    }

    pub(crate) fn is_match(&self, kind: TextKind, text: &[u8]) -> bool {
        match self {
            Self::Anything => true,
            Self::Equals(literal) => literal.equals(text),
            Self::Contains(literal) => literal.is_in(text),
            Self::Starts(literal) => literal.starts(text),
            Self::Ends(literal) => literal.ends(text),
            Self::Wildcard(wildcard) => wildcard.is_match(text),
            Self::Regex(regex) => regex.is_match(text),
            Self::Network(network) => network.has(text),
            Self::Number(number) => {
                text == number.text.as_bytes()
                    || (kind == TextKind::Number
                        && as_number(text)
                            .is_some_and(|value| Comparison::Equal.holds(value, number.value)))
            }
            Self::Compare(comparison, bound) => {
                matches!(kind, TextKind::Number | TextKind::String)
                    && as_number(text).is_some_and(|value| comparison.holds(value, *bound))
            }
            Self::TimePart(unit, comparison, bound) => Instant::parse(text)
                .is_some_and(|instant| comparison.holds(instant.part(*unit), *bound)),
            Self::NotBefore(bound) => Instant::parse(text).is_none_or(|instant| instant >= *bound),
        }
    }

    /// What trying the matcher costs, roughly.
    pub(crate) const fn cost(&self) -> u32 {
        match self {
            Self::Anything | Self::Equals(_) | Self::Starts(_) | Self::Ends(_) => 1,
            Self::Number(_) | Self::Compare(..) | Self::Network(_) => 2,
            Self::Contains(_) | Self::TimePart(..) | Self::NotBefore(_) => 4,
            Self::Wildcard(_) => 8,
            Self::Regex(_) => 16,
        }
    }
}

/// Reads a decimal number as JSON writes it.
pub(crate) fn as_number(text: &[u8]) -> Option<f64> {
    let first = text.first()?;
    if !(first.is_ascii_digit() || *first == b'-') || text.len() > 64 {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
