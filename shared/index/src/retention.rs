//! How long events are kept.

use std::fmt;
use std::str::FromStr;

use crate::Day;

/// How long events of a class are kept, in whole days; forever where it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    days: Option<u32>,
}

impl Retention {
    /// Keeps events forever.
    pub const OFF: Self = Self { days: None };

    /// Keeps events for some days; none means forever.
    pub const fn days(days: u32) -> Self {
        Self {
            days: if days == 0 { None } else { Some(days) },
        }
    }

    /// The days that events are kept, where there is a limit.
    pub const fn limit(self) -> Option<u32> {
        self.days
    }

    fn seconds(self) -> Option<i64> {
        self.days.map(|days| i64::from(days) * 86_400)
    }

    /// The time of the oldest event that is still kept: lookups hide what is older, to the second.
    pub fn horizon(self, now: i64) -> i64 {
        self.seconds()
            .map_or(i64::MIN, |kept| now.saturating_sub(kept))
    }

    /// When the items of a day may go: once no event of the day is kept any more.
    ///
    /// It does not depend on when they were written, so that indexing a file
    /// again writes the same.
    pub fn expires(self, day: Day) -> Option<i64> {
        self.seconds().map(|kept| day.end() + 1 + kept)
    }
}

/// A retention class: events that are kept by one policy.
///
/// A short token of lower-case letters and digits, because it is part of every
/// segment's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(String);

impl Class {
    /// The class of events for which no exception is made.
    pub fn standard() -> Self {
        Self("std".to_owned())
    }

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Says that a text names no retention class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a retention class: expected 1 to 16 lower-case letters and digits")]
pub struct NotAClass;

impl FromStr for Class {
    type Err = NotAClass;

    fn from_str(text: &str) -> Result<Self, NotAClass> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if (1..=16).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAClass)
        }
    }
}
