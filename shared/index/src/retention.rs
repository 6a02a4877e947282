//! How long events are kept.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::Day;

/// How long events are kept, in whole days; forever where it is off.
///
/// Ordered by length: forever is the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Retention {
    days: Option<u32>,
}

impl Ord for Retention {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = |retention: &Self| retention.days.map_or(u64::MAX, u64::from);
        length(self).cmp(&length(other))
    }
}

impl PartialOrd for Retention {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
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

/// A retention class: events that are written together.
///
/// It only groups; how long an event is kept and whether it is shown, the record
/// decides ([`crate::Visibility`]). A short token of lower-case letters and digits,
/// because it is part of every segment's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(String);

impl Class {
    /// The class of events for which no exception is made: `std`.
    pub fn standard() -> Self {
        Self("std".to_owned())
    }

    /// The class of an account for which an exception is made: `a111122223333`.
    pub fn of_account(account: &str) -> Result<Self, NotAClass> {
        if is_account(account) {
            Ok(Self(format!("a{account}")))
        } else {
            Err(NotAClass)
        }
    }

    /// The class of events that were restored until the start of a day: `r20270115`.
    pub fn restored(until: Day) -> Self {
        Self(format!("r{}", until.to_string().replace('-', "")))
    }

    /// The day until whose start events of the class are restored; none where they are not.
    pub fn restored_until(&self) -> Option<Day> {
        restored_until(&self.0)
    }

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The day until whose start events of a class are restored, by the class's token.
pub(crate) fn restored_until(class: &str) -> Option<Day> {
    let digits = class.strip_prefix('r')?;
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (&digits[..4], &digits[4..6], &digits[6..]);
    format!("{year}-{month}-{day}").parse().ok()
}

/// Tells whether a text is an account's id: 12 digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forever_is_the_longest() {
        assert!(Retention::days(1) < Retention::days(2));
        assert!(Retention::days(u32::MAX) < Retention::OFF);
        assert_eq!(Retention::days(0), Retention::OFF);
    }

    #[test]
    fn classes_are_named_and_read_back() {
        let day: Day = "2027-01-15".parse().expect("a day");
        let restored = Class::restored(day);
        assert_eq!(restored.as_str(), "r20270115");
        assert_eq!(restored.restored_until(), Some(day));
        let account = Class::of_account("111122223333").expect("an account");
        assert_eq!(account.as_str(), "a111122223333");
        for class in [&restored, &account, &Class::standard()] {
            assert_eq!(class.as_str().parse().as_ref(), Ok(class));
        }
        for other in [
            "std",
            "r",
            "r2027011",
            "r20270230",
            "r2027-1-1",
            "a20270115",
        ] {
            assert_eq!(restored_until(other), None, "{other}");
        }
        for other in ["", "11112222333", "1111222233334", "11112222333a"] {
            assert_eq!(Class::of_account(other), Err(NotAClass), "{other}");
        }
    }
}
