//! Until when events are restored.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan as _, tz::TimeZone};

use crate::failure::Failure;

/// The longest that events may be restored, in days: as long as any are kept.
const MOST_DAYS: i32 = 3_660;

/// How long events are restored, as it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Restore {
    /// For so many days.
    For(i32),
    /// Until the start of this day.
    Until(Date),
}

/// Says that a text is no time to restore events for.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("expected a number of days as 30d, or the day on which they go as 2027-01-15")]
pub(super) struct NotATime;

impl FromStr for Restore {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let days = |days: &str| days.parse().ok().filter(|days| *days > 0).map(Self::For);
        let day = || {
            text.parse()
                .ok()
                .filter(|_| text.len() == 10)
                .map(Self::Until)
        };
        let read = match text.strip_suffix('d') {
            Some(text) => days(text),
            None => day(),
        };
        read.ok_or(NotATime)
    }
}

impl Restore {
    /// The day (UTC) on which the events go, where they are restored now.
    ///
    /// Events that are restored for a number of days go at the first midnight thereafter.
    pub(super) fn until(self, now: Timestamp) -> Result<Date, Failure> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let last = today.saturating_add(Span::new().days(MOST_DAYS));
        let until = match self {
            Self::For(days) if days <= MOST_DAYS => today.saturating_add((days + 1).days()),
            Self::For(_) => Date::MAX,
            Self::Until(day) => day,
        };
        if until <= today {
            return Err(Failure::usage(format!(
                "--restore {until} is over: events would be gone at once"
            )));
        }
        if until > last.saturating_add(1.day()) {
            return Err(Failure::usage("--restore is for ten years at most"));
        }
        Ok(until)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_restore_is_for_days_or_until_a_day() {
        for (text, restore) in [
            ("30d", Some(Restore::For(30))),
            ("2027-01-15", Some(Restore::Until(date(2027, 1, 15)))),
            ("0d", None),
            ("-1d", None),
            ("30", None),
            ("30h", None),
            ("2027-01-15T00:00:00", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Restore>().ok(), restore, "{text}");
        }
    }

    #[test]
    fn restored_events_are_there_for_all_of_the_time() {
        // Noon of 2026-10-13.
        let now = Timestamp::from_second(1_791_892_800).expect("a time");
        let until = |restore: Restore| restore.until(now).ok();
        assert_eq!(until(Restore::For(1)), Some(date(2026, 10, 15)));
        assert_eq!(until(Restore::For(30)), Some(date(2026, 11, 13)));
        assert_eq!(
            until(Restore::Until(date(2026, 10, 14))),
            Some(date(2026, 10, 14))
        );
        assert_eq!(until(Restore::Until(date(2026, 10, 13))), None);
        assert!(until(Restore::For(MOST_DAYS)).is_some());
        assert_eq!(until(Restore::For(MOST_DAYS + 1)), None);
        assert_eq!(until(Restore::For(i32::MAX)), None);
        assert_eq!(until(Restore::Until(date(2100, 1, 1))), None);
    }
}
