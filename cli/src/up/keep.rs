//! How long events are kept, as it is written on the command line.

use index::Retention;

/// Reads a time like `90d`, `12w` or `1y`, of whole days.
pub(super) fn parse(text: &str) -> Result<Retention, String> {
    let wrong = || "expected a number of days, weeks or years, like 90d, 12w or 1y".to_owned();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let days = match unit {
        'd' => 1,
        'w' => 7,
        'y' => 365,
        _ => return Err(wrong()),
    };
    let count = text[..text.len() - 1].parse::<u32>().map_err(|_| wrong())?;
    match count.checked_mul(days) {
        None => Err("that is longer than any event is old".to_owned()),
        Some(0) => Err(
            "events must be kept for a day at least; leave it out to keep them for ever".to_owned(),
        ),
        Some(days) => Ok(Retention::days(days)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_weeks_and_years_are_read() {
        for (text, days) in [("90d", 90), ("12w", 84), ("1y", 365)] {
            assert_eq!(parse(text), Ok(Retention::days(days)), "{text}");
        }
        for text in [
            "",
            "d",
            "90",
            "-1d",
            "0d",
            "1.5y",
            "90ü",
            "4294967295y",
            "90 d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
