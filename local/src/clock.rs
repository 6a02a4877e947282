//! The wall clock, for what AWS stamps: modification and sending times.
//!
//! Fault decisions never look at it.

use std::time::{Duration, SystemTime};

/// Answers the milliseconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, milliseconds)
}

/// Converts a duration to whole milliseconds, saturating.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Writes a time as AWS does in its notifications: `2026-01-31T23:59:59.000Z`.
pub(crate) fn format(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_written_with_three_decimals() {
        assert_eq!(super::format(1_700_000_000_000), "2023-11-14T22:13:20.000Z");
        assert_eq!(super::format(1_700_000_000_120), "2023-11-14T22:13:20.120Z");
    }
}
