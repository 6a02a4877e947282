//! What indexing log files will take, before they are opened.

use std::fmt;

use indicatif::HumanCount;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
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
    restored: Option<Restored>,
}

/// What restored events take besides.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Restored {
    until: Date,
    days: i64,
    /// Storing them until then, with point-in-time recovery.
    storage: f64,
}

/// The most bytes that are stored for a write unit.
const BYTES_PER_WRITE_UNIT: f64 = 1_024.0;

impl Estimate {
    /// Estimates what indexing takes, and what restoring does: from now until a day.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub(super) fn of(survey: &Survey, restored: Option<(Timestamp, Date)>) -> Self {
        let [most, usual, fewest] =
            BYTES_PER_EVENT.map(|bytes_per_event| survey.bytes / bytes_per_event);
        Self {
            fewest,
            usual,
            most,
            writes: price::WRITES.of(usual as f64 * WRITE_UNITS_PER_EVENT),
            reads: price::GETS.of(survey.files as f64),
            restored: restored.map(|(now, until)| Restored::of(usual, now, until)),
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
            "table_storage_usd": self.restored.map(|restored| restored.storage),
        })
    }
}

impl Restored {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn of(events: u64, now: Timestamp, until: Date) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let days = until.duration_since(today).as_hours() / 24;
        let bytes = events as f64 * WRITE_UNITS_PER_EVENT * BYTES_PER_WRITE_UNIT;
        let months = days as f64 * 24.0 / price::HOURS_A_MONTH;
        let kept = bytes / price::GIGABYTE * months;
        let storage = price::STORAGE.of(kept) + price::RECOVERY.of(kept);
        Self {
            until,
            days,
            storage,
        }
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
        )?;
        if let Some(Restored {
            until,
            days,
            storage,
        }) = self.restored
        {
            let (storage, noun) = (Dollars(storage), if days == 1 { "day" } else { "days" });
            write!(
                formatter,
                ", and at most {storage} to store them for {days} {noun}; they go when {until} \
                 begins (UTC)"
            )?;
        }
        Ok(())
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
        let estimate = Estimate::of(&survey, None);
        assert_eq!(estimate.usual, 1_000_000_000);
        assert_eq!(
            (estimate.fewest, estimate.most),
            (750_000_000, 1_250_000_000)
        );
        let text = estimate.to_string();
        assert!(text.starts_with("about 1,000,000,000 events (750,000,000 to 1,250,000,000:"));
        assert!(text.contains("\n$156.25 to write") && text.ends_with("$0.40 to read the files"));

        let now = Timestamp::from_second(1_791_892_800).expect("a time");
        let until = jiff::civil::date(2026, 11, 13);
        let text = Estimate::of(&survey, Some((now, until))).to_string();
        // 238 GB for a month and a little, at 45 cents.
        assert!(text.ends_with(
            "and at most $109.35 to store them for 31 days; they go when 2026-11-13 begins (UTC)"
        ), "{text}");
        let little = Estimate::of(
            &Survey {
                files: 1,
                bytes: 1_500,
                others: 0,
            },
            None,
        )
        .to_string();
        assert!(little.contains("\nless than $0.01 to write"));
    }
}
