//! What indexing log files will take, before they are opened.

use std::fmt;

use indicatif::HumanCount;
use serde_json::{Value, json};

use super::survey::Survey;
use crate::cost::price;

/// Compressed bytes of log files per event they hold: fewest, usual, most.
///
/// Measured on real log files, 140 over all of them: large ones of one busy account
/// compress to 120, small ones to 200 and worse.
const BYTES_PER_EVENT: [u64; 3] = [120, 150, 200];

/// Write units that an event takes where ten and more log files share a segment, as they
/// do in a backfill: what the index is held to, not its best.
const WRITE_UNITS_PER_EVENT: f64 = 0.25;

/// An estimate of events and cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    fewest: u64,
    usual: u64,
    most: u64,
    writes: f64,
    reads: f64,
}

impl Estimate {
    /// Estimates what indexing takes.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub(super) fn of(survey: &Survey) -> Self {
        let [most, usual, fewest] =
            BYTES_PER_EVENT.map(|bytes_per_event| survey.bytes / bytes_per_event);
        Self {
            fewest,
            usual,
            most,
            writes: price::WRITES.of(usual as f64 * WRITE_UNITS_PER_EVENT),
            reads: price::GETS.of(survey.files as f64),
        }
    }

    /// The estimate for programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "events": self.usual,
            "events_at_least": self.fewest,
            "events_at_most": self.most,
            "table_writes_usd": self.writes,
            "object_reads_usd": self.reads,
        })
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [usual, fewest, most] = [self.usual, self.fewest, self.most].map(HumanCount);
        let [low, _, high] = BYTES_PER_EVENT;
        let (writes, reads) = (Dollars(self.writes), Dollars(self.reads));
        write!(
            formatter,
            "about {usual} events ({fewest} to {most}: an event takes {high} to {low} compressed bytes)\n\
             {writes} to write them to the table ({WRITE_UNITS_PER_EVENT} write units an event, \
             ${} a million, us-east-1) and {reads} to read the files",
            price::WRITES.of(1e6)
        )
    }
}

/// An amount, to the cent.
struct Dollars(f64);

impl fmt::Display for Dollars {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0.0 && self.0 < 0.01 {
            formatter.write_str("less than $0.01")
        } else {
            write!(formatter, "${:.2}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_cost_follow_from_bytes_and_files() {
        let survey = Survey {
            files: 1_000_000,
            bytes: 150_000_000_000,
            others: 0,
        };
        let estimate = Estimate::of(&survey);
        assert_eq!(estimate.usual, 1_000_000_000);
        assert_eq!(
            (estimate.fewest, estimate.most),
            (750_000_000, 1_250_000_000)
        );
        let text = estimate.to_string();
        assert!(text.starts_with("about 1,000,000,000 events (750,000,000 to 1,250,000,000:"));
        assert!(text.contains("\n$156.25 to write") && text.ends_with("$0.40 to read the files"));
        let little = Estimate::of(&Survey {
            files: 1,
            bytes: 1_500,
            others: 0,
        })
        .to_string();
        assert!(little.contains("\nless than $0.01 to write"));
    }
}
