//! Times as operators name and read them.

use index::Day;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Which end of a range a time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// The first second that is meant.
    Start,
    /// The last second that is meant.
    End,
}

/// Reads an ISO 8601 time, without an offset UTC, or a day, which is all of it; nothing
/// where the text is neither, or no event could be of that time.
pub(super) fn parse(text: &str, edge: Edge) -> Option<i64> {
    let second = if let Ok(day) = text.parse::<Date>().map(Day::from)
        && text.len() == 10
    {
        match edge {
            Edge::Start => day.start(),
            Edge::End => day.end(),
        }
    } else if let Ok(time) = text.parse::<Timestamp>() {
        time.as_second()
    } else {
        let has_offset = text.get(10..)?.contains(['+', '-', 'Z', 'z', '[']);
        let civil: DateTime = text.parse().ok().filter(|_| !has_offset)?;
        civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()
    };
    (Day::FIRST.start()..=Day::LAST.end())
        .contains(&second)
        .then_some(second)
}

/// Writes a time as ISO 8601.
pub(super) fn text(second: i64) -> String {
    let time = Timestamp::from_second(second);
    time.map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_are_read() {
        for (text, start, end) in [
            ("2026-10-13", 1_791_849_600, 1_791_935_999),
            ("2026-10-13T08:00:00Z", 1_791_878_400, 1_791_878_400),
            ("2026-10-13T10:00:00+02:00", 1_791_878_400, 1_791_878_400),
            ("2026-10-13T08:00:00", 1_791_878_400, 1_791_878_400),
        ] {
            assert_eq!(parse(text, Edge::Start), Some(start), "{text}");
            assert_eq!(parse(text, Edge::End), Some(end), "{text}");
        }
        for other in [
            "",
            "soon",
            "2026-02-30",
            "2026-10-13T08:00:00+2600",
            "1791878400",
        ] {
            assert_eq!(parse(other, Edge::Start), None, "{other}");
        }
        assert_eq!(text(1_791_878_400), "2026-10-13T08:00:00Z");
    }
}
