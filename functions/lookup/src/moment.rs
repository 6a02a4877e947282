//! Moments that callers name: finer than the whole seconds that events have.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The first second of the year 0 and the last that any clock here can name.
const FIRST: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// A moment, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Timestamp);

impl Moment {
    /// The moment some whole seconds after 1970; nothing outside the years 0 to 9999.
    pub(crate) fn from_second(second: i64) -> Option<Self> {
        Timestamp::from_second(second).ok().and_then(Self::checked)
    }

    /// The moment some seconds after 1970; nothing outside the years 0 to 9999.
    pub(crate) fn from_seconds(seconds: f64) -> Option<Self> {
        let duration = SignedDuration::try_from_secs_f64(seconds).ok()?;
        Timestamp::from_duration(duration)
            .ok()
            .and_then(Self::checked)
    }

    /// Reads an ISO 8601 time; one without an offset is UTC.
    ///
    /// A date alone is no moment, see [`Moment::start_of`] and [`Moment::end_of`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // The offset comes first: a civil time would be read over it.
        let time = text.parse::<Timestamp>().ok().or_else(|| {
            // Of all that can follow a date, only a time makes it one.
            let rest = text.get(10..).filter(|rest| rest.contains(':'))?;
            let has_offset = rest.contains(['+', '-', 'Z', 'z', '[']);
            let civil = text.parse::<DateTime>().ok().filter(|_| !has_offset)?;
            Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
        })?;
        Self::checked(time)
    }

    /// The first moment of a UTC day.
    pub(crate) fn start_of(day: Date) -> Option<Self> {
        let midnight = day.to_zoned(TimeZone::UTC).ok()?;
        Self::checked(midnight.timestamp())
    }

    /// The last whole second of a UTC day.
    pub(crate) fn end_of(day: Date) -> Option<Self> {
        let start = Self::start_of(day)?;
        Self::from_second(start.0.as_second() + 86_399)
    }

    fn checked(time: Timestamp) -> Option<Self> {
        (time >= FIRST).then_some(Self(time))
    }

    /// The first whole second that is not before the moment.
    pub(crate) fn first_second(self) -> i64 {
        // `as_second` cuts towards 1970, and the rest has the same sign.
        self.0.as_second() + i64::from(self.0.subsec_nanosecond() > 0)
    }

    /// The last whole second that is not after the moment.
    pub(crate) fn last_second(self) -> i64 {
        self.0.as_second() - i64::from(self.0.subsec_nanosecond() < 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_a_second_narrows_the_range_from_both_sides() {
        for (seconds, first, last) in [
            (10.5, 11, 10),
            (10.0, 10, 10),
            (-10.5, -10, -11),
            (-0.25, 0, -1),
        ] {
            let moment = Moment::from_seconds(seconds).expect("in range");
            assert_eq!(
                (moment.first_second(), moment.last_second()),
                (first, last),
                "{seconds}"
            );
        }
    }

    #[test]
    fn times_are_read_with_and_without_an_offset() {
        let moment = Moment::from_second(1_791_878_400);
        for text in [
            "2026-10-13T08:00:00Z",
            "2026-10-13T08:00:00.000Z",
            "2026-10-13T10:00:00+02:00",
            "2026-10-13T08:00:00",
            "2026-10-13T08:00",
            "2026-10-13 08:00",
        ] {
            assert_eq!(Moment::parse(text), moment, "{text}");
        }
        for text in [
            "",
            "2026-10-13",
            "2026-10-13T08:00:00+2600",
            "08:00",
            "yesterday",
            "2026-02-30T08:00",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_no_record_can_name_is_refused() {
        assert_eq!(Moment::from_second(i64::MAX), None);
        assert_eq!(Moment::from_second(-62_167_219_201), None);
        assert_eq!(Moment::from_seconds(f64::INFINITY), None);
        assert_eq!(Moment::from_seconds(f64::NAN), None);
        assert_eq!(Moment::from_seconds(1e30), None);
    }
}
