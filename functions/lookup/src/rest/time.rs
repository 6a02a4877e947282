//! Times as the REST parameters name them.

use jiff::civil::Date;

use crate::moment::Moment;

/// Which end of a range a time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// The first moment that is wanted.
    Start,
    /// The last moment that is wanted.
    End,
}

/// A time, and whether it depends on when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    /// The moment.
    pub(crate) moment: Moment,
    /// Whether it was named by how long ago it is.
    pub(crate) is_relative: bool,
}

/// Reads a time; nothing where it is none.
///
/// - `24h`, `90m`, `7d`, `2w`, `30s`: that long before `now`,
/// - `1791878400`, `1791878400.5`: seconds since 1970,
/// - `2026-10-13T08:00:00+02:00`: ISO 8601, without an offset UTC,
/// - `2026-10-13`: the whole day, so its start as a start and its last second
///   as an end.
pub(crate) fn parse(text: &str, edge: Edge, now: i64) -> Option<Time> {
    if let Some(second) = ago(text, now) {
        return Some(Time {
            moment: Moment::from_second(second)?,
            is_relative: true,
        });
    }
    let moment = if is_number(text) {
        // Whole numbers apart: floating point does not hold all of them.
        let whole = text.parse().ok().map(Moment::from_second);
        whole.unwrap_or_else(|| Moment::from_seconds(text.parse().ok()?))
    } else if text.len() == 10 {
        let day: Date = text.parse().ok()?;
        match edge {
            Edge::Start => Moment::start_of(day),
            Edge::End => Moment::end_of(day),
        }
    } else {
        Moment::parse(&with_plus(text))
    };
    Some(Time {
        moment: moment?,
        is_relative: false,
    })
}

/// Reads how long ago something is, as the second that it was; nothing where
/// the text is of another form. What is out of range ends up at the range's end.
fn ago(text: &str, now: i64) -> Option<i64> {
    let at = text.len().checked_sub(1)?;
    let (count, unit) = (text.get(..at)?, text.get(at..)?);
    let seconds: i64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let is_count = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let count: i64 = count.parse().unwrap_or(i64::MAX);
    is_count.then(|| now.saturating_sub(count.saturating_mul(seconds)))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Puts back the plus of an offset, which a query string turns into a space
/// unless it is written `%2B`.
fn with_plus(text: &str) -> String {
    match text.rsplit_once(' ') {
        Some((time, offset)) if time.contains(':') => format!("{time}+{offset}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-10-13T08:00:00Z.
    const NOW: i64 = 1_791_878_400;

    fn start(text: &str) -> Option<i64> {
        parse(text, Edge::Start, NOW).map(|time| time.moment.first_second())
    }

    #[test]
    fn times_are_read_in_every_form() {
        for (text, second) in [
            ("0s", NOW),
            ("90m", NOW - 5_400),
            ("24h", NOW - 86_400),
            ("7d", NOW - 604_800),
            ("2w", NOW - 1_209_600),
            ("1791878400", NOW),
            ("1791878399.5", NOW),
            ("-1.5", -1),
            ("2026-10-13T08:00:00Z", NOW),
            ("2026-10-13T10:00:00+02:00", NOW),
            ("2026-10-13T10:00:00 02:00", NOW),
            ("2026-10-13T08:00", NOW),
            ("2026-10-13 08:00:00", NOW),
            ("2026-10-13", NOW - 8 * 3_600),
        ] {
            assert_eq!(start(text), Some(second), "{text}");
        }
        assert!(parse("24h", Edge::Start, NOW).is_some_and(|time| time.is_relative));
        assert!(parse("2026-10-13", Edge::Start, NOW).is_some_and(|time| !time.is_relative));
    }

    #[test]
    fn a_day_as_an_end_is_the_whole_day() {
        let end = parse("2026-10-13", Edge::End, NOW).map(|time| time.moment.last_second());
        assert_eq!(end, Some(NOW + 16 * 3_600 - 1));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "h",
            "-24h",
            "1.5h",
            "24H",
            "24 h",
            "99999999999999999999h",
            "9223372036854775807w",
            "200000w",
            "1.2.3",
            "1e9",
            "inf",
            "nan",
            "2026-13-01",
            "2026-10-13T",
            "2026-10-13T25:00",
            "13.10.2026",
            "now",
            "ü",
            "9ü",
        ] {
            assert_eq!(start(text), None, "{text}");
        }
    }
}
