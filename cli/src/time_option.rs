//! Times that are given as options: ISO 8601, or a day (UTC).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::failure::Failure;

/// Which second of a day a day stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge {
    /// Its first.
    First,
    /// Its last.
    Last,
}

/// Reads an option's time, in seconds since 1970; nothing where it is not given.
pub(crate) fn seconds(
    option: &str,
    text: Option<&str>,
    edge: Edge,
) -> Result<Option<i64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    parse(text, edge).map(Some).ok_or_else(|| {
        Failure::usage(format!(
            "{option} {text} is not a time: expected 2026-10-13 or 2026-10-13T08:00:00Z"
        ))
    })
}

fn parse(text: &str, edge: Edge) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_second());
    }
    let day: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    let start = |day: Date| day.to_zoned(TimeZone::UTC).ok();
    Some(match edge {
        Edge::First => start(day)?.timestamp().as_second(),
        Edge::Last => start(day.tomorrow().ok()?)?.timestamp().as_second() - 1,
    })
}
