//! The time that is looked at.

use std::ops::RangeInclusive;

use crate::failure::Failure;
use crate::time_option::{Edge, seconds};

/// The times between which events count.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What")]
pub(super) struct Period {
    /// Leaves out matches before this time: ISO 8601, or a day (UTC).
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Leaves out matches after this time, or after this day.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl Period {
    /// The seconds since 1970 that count; nothing where all do.
    pub(super) fn seconds(&self) -> Result<Option<RangeInclusive<i64>>, Failure> {
        let from = seconds("--from", self.from.as_deref(), Edge::First)?;
        let to = seconds("--to", self.to.as_deref(), Edge::Last)?;
        match (from, to) {
            (None, None) => Ok(None),
            (Some(from), Some(to)) if from > to => {
                Err(Failure::usage("--from is after --to: no event counts"))
            }
            (from, to) => Ok(Some(from.unwrap_or(i64::MIN)..=to.unwrap_or(i64::MAX))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(from: &str, to: &str) -> Option<RangeInclusive<i64>> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let period = Period {
            from: some(from),
            to: some(to),
        };
        period.seconds().expect("times")
    }

    #[test]
    fn a_day_is_all_of_it() {
        let day = 1_791_849_600;
        assert_eq!(
            counted("2026-10-13", "2026-10-13"),
            Some(day..=day + 86_399)
        );
        assert_eq!(
            counted("2026-10-13T08:00:00+02:00", ""),
            Some(day + 6 * 3_600..=i64::MAX)
        );
        assert_eq!(counted("", ""), None);
    }

    #[test]
    fn what_is_no_time_is_wrong_usage() {
        for (from, to) in [
            ("yesterday", ""),
            ("", "2026-13-01"),
            ("2026-10-14", "2026-10-13"),
        ] {
            let period = Period {
                from: Some(from.to_owned()).filter(|text| !text.is_empty()),
                to: Some(to.to_owned()).filter(|text| !text.is_empty()),
            };
            assert!(period.seconds().is_err(), "{from} {to}");
        }
    }
}
