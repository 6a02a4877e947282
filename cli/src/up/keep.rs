//! How long events are kept, as it is written on the command line.

use index::{Policy, Retention};

/// Reads a time like `90d`, `12w` or `1y`, of whole days, or days by category.
pub(super) fn parse(text: &str) -> Result<Policy, String> {
    if text.contains('=') {
        return Policy::parse(text, "").map_err(|error| error.to_string());
    }
    let wrong = || {
        "expected a number of days, weeks or years, like 90d, 12w or 1y, or days by category"
            .to_owned()
    };
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
        Some(days) => Ok(Policy::from(Retention::days(days))),
    }
}

/// Checks exceptions by account; they are read with the rest of the policy.
pub(super) fn parse_exceptions(text: &str) -> Result<String, String> {
    Policy::parse("0", text)
        .map(|policy| policy.exceptions())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_weeks_and_years_are_read() {
        for (text, days) in [("90d", 90), ("12w", 84), ("1y", 365)] {
            assert_eq!(parse(text), Ok(Retention::days(days).into()), "{text}");
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

    #[test]
    fn categories_and_exceptions_are_read_as_the_functions_read_them() {
        let text = "Management=90,Data=30,NetworkActivity=90,Insight=0";
        assert_eq!(
            parse(text).map(|policy| policy.to_string()),
            Ok(text.to_owned())
        );
        let error = parse("Management=90").expect_err("is not all");
        assert_eq!(error, "retention: nothing is said about Data");
        let exceptions = "111122223333:Data=30,444455556666=365";
        assert_eq!(parse_exceptions(exceptions), Ok(exceptions.to_owned()));
        assert!(parse_exceptions("444455556666=1y").is_err());
    }
}
