//! UTC days, by which segments and retention are cut.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

const SECONDS: i64 = 86_400;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// A UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The first day that a record's `eventTime` can name.
    pub const FIRST: Self = Self(-719_528);
    /// The last day that a record's `eventTime` can name.
    pub const LAST: Self = Self(2_932_896);

    /// The day that a time, in seconds since 1970, falls on.
    pub fn of(time: i64) -> Self {
        let day = time.div_euclid(SECONDS);
        i32::try_from(day).map_or(if day < 0 { Self::FIRST } else { Self::LAST }, |day| {
            Self(day).clamp(Self::FIRST, Self::LAST)
        })
    }

    /// The day's first second.
    pub fn start(self) -> i64 {
        i64::from(self.0) * SECONDS
    }

    /// The day's last second.
    pub fn end(self) -> i64 {
        self.start() + SECONDS - 1
    }

    /// The day before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0 - 1).clamp(Self::FIRST, Self::LAST)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1).clamp(Self::FIRST, Self::LAST)
    }

    /// The Monday of the day's week.
    pub(crate) fn week(self) -> Self {
        // 1970 began on a Thursday.
        Self((self.0 + 3).div_euclid(7) * 7 - 3)
    }

    /// The days since the Monday of the day's week, 0 to 6.
    pub(crate) fn weekday(self) -> u8 {
        u8::try_from((self.0 + 3).rem_euclid(7)).unwrap_or_default()
    }

    /// The day so many days later.
    pub(crate) fn later(self, days: u8) -> Self {
        Self(self.0 + i32::from(days)).clamp(Self::FIRST, Self::LAST)
    }

    /// The seconds from the day's start to a time on it.
    pub fn second(self, time: i64) -> u32 {
        u32::try_from((time - self.start()).clamp(0, SECONDS - 1)).unwrap_or(0)
    }

    fn date(self) -> Date {
        EPOCH
            .checked_add(jiff::Span::new().days(self.0))
            .unwrap_or(EPOCH)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self::of(date.duration_since(EPOCH).as_secs())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(formatter)
    }
}

/// Says that a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day: expected YYYY-MM-DD")]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        text.parse::<Date>().map(Self::from).map_err(|_| NotADay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_and_read_back_from_the_first_to_the_last() {
        for (day, name) in [
            (Day::FIRST, "0000-01-01"),
            (Day::of(-1), "1969-12-31"),
            (Day::of(0), "1970-01-01"),
            (Day::of(1_791_849_599), "2026-10-12"),
            (Day::of(1_791_849_600), "2026-10-13"),
            (Day::LAST, "9999-12-31"),
        ] {
            assert_eq!(day.to_string(), name);
            assert_eq!(name.parse(), Ok(day));
        }
        assert_eq!(
            (Day::of(i64::MIN), Day::of(i64::MAX)),
            (Day::FIRST, Day::LAST)
        );
        assert_eq!("2026-02-30".parse::<Day>(), Err(NotADay));
    }

    #[test]
    fn weeks_begin_on_monday() {
        let day = |name: &str| name.parse::<Day>().expect("a day");
        for (name, week, weekday) in [
            ("2026-10-12", "2026-10-12", 0),
            ("2026-10-18", "2026-10-12", 6),
            ("2026-10-19", "2026-10-19", 0),
            ("1970-01-01", "1969-12-29", 3),
        ] {
            assert_eq!(
                (day(name).week(), day(name).weekday()),
                (day(week), weekday)
            );
            assert_eq!(day(week).later(weekday), day(name));
        }
    }

    #[test]
    fn midnight_belongs_to_the_day_that_it_begins() {
        let day = Day::of(1_791_849_600);
        assert_eq!(day.start(), 1_791_849_600);
        assert_eq!(Day::of(day.end()), day);
        assert_eq!(Day::of(day.end() + 1), day.next());
        assert_eq!(day.second(day.end()), 86_399);
    }
}
