//! A month's bill.

use serde::Serialize;

use super::measure::{Level, ratio};
use super::price::{self, Price};

/// How many events a month has, and how that is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Volume {
    pub(super) events: u64,
    pub(super) basis: String,
}

/// What a month costs, line by line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Bill {
    pub(super) events: u64,
    /// How the number of events is known.
    pub(super) basis: String,
    /// The bytes of the events' records.
    pub(super) gigabytes: f64,
    /// The level that was measured and is billed.
    pub(super) files_per_segment: usize,
    pub(super) lines: Vec<Line>,
    /// What Trailkeep's lines come to.
    pub(super) trailkeep_usd: f64,
    /// What others ask for taking the same events in.
    pub(super) others: Vec<Line>,
}

/// A line of a bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Line {
    pub(super) what: &'static str,
    pub(super) quantity: f64,
    pub(super) unit: &'static str,
    pub(super) usd: f64,
}

impl Line {
    fn new(price: Price, quantity: f64) -> Self {
        Self {
            what: price.what,
            quantity,
            unit: price.unit,
            usd: price.of(quantity),
        }
    }
}

impl Volume {
    /// Takes the volume that was given.
    pub(super) fn given(events: u64) -> Self {
        Self {
            events,
            basis: "as given".to_owned(),
        }
    }

    /// Extrapolates from the hours in which anything happened.
    ///
    /// The time from the first event to the last would say little of logs
    /// that were taken here and there.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "counts of events are positive and far below 2^52"
    )]
    pub(super) fn measured(events: u64, hours: usize) -> Self {
        let per_hour = events as f64 / hours.max(1) as f64;
        Self {
            events: (per_hour * price::HOURS_A_MONTH).round() as u64,
            basis: format!(
                "{events} events in {hours} clock hours with any event, times {} hours a month; \
                 give --events-per-month for another volume",
                price::HOURS_A_MONTH
            ),
        }
    }
}

/// Makes the bill of a month with a volume of events like those that were measured.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and sizes are far below 2^52"
)]
pub(super) fn of(volume: Volume, level: &Level, content_bytes: u64) -> Bill {
    let Volume {
        events: whole,
        basis,
    } = volume;
    let events = whole as f64;
    let gigabytes = events * ratio(content_bytes as f64, level.events) / price::GIGABYTE;
    let files = events * ratio(level.files as f64, level.events);
    let batches = events * ratio(level.batches as f64, level.events);
    // What is stored once the first events are as old as they get.
    let stored = events * ratio(level.stored_bytes as f64, level.events) / price::GIGABYTE
        * price::MONTHS_KEPT;
    let seconds = batches * price::INVOCATION_SECONDS + events / price::EVENTS_A_SECOND;
    let lines = vec![
        Line::new(price::WRITES, events * level.write_units_per_event),
        Line::new(price::STORAGE, stored),
        Line::new(price::RECOVERY, stored),
        Line::new(price::GETS, files),
        Line::new(price::PUBLISHES, files),
        Line::new(price::MESSAGES, files * price::REQUESTS_A_MESSAGE),
        Line::new(price::INVOCATIONS, batches),
        Line::new(price::DURATION, seconds * price::INDEXER_GIGABYTES),
    ];
    Bill {
        events: whole,
        basis,
        gigabytes,
        files_per_segment: level.files_per_segment,
        trailkeep_usd: lines.iter().map(|line| line.usd).sum(),
        lines,
        others: vec![
            Line::new(price::LAKE, gigabytes),
            Line::new(price::LOG_EVENTS, gigabytes),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level() -> Level {
        Level {
            files_per_segment: 10,
            files_per_segment_measured: 10,
            files: 100,
            batches: 10,
            segments: 12,
            events: 10_000,
            write_units: 2_000.0,
            write_units_per_event: 0.2,
            write_units_per_million_events: 200_000.0,
            stored_bytes: 2_500_000,
        }
    }

    #[test]
    fn a_bill_adds_up() {
        let bill = of(Volume::given(100_000_000), &level(), 12_000_000);
        let writes = &bill.lines[0];
        assert!((writes.quantity - 20_000_000.0).abs() < 1e-3, "{writes:?}");
        assert!((writes.usd - 12.5).abs() < 1e-9, "{writes:?}");
        let sum: f64 = bill.lines.iter().map(|line| line.usd).sum();
        assert!((bill.trailkeep_usd - sum).abs() < 1e-9);
        let gigabytes = 120e9 / price::GIGABYTE;
        assert!((bill.gigabytes - gigabytes).abs() < 1e-6);
        assert!((bill.others[0].usd - 0.75 * gigabytes).abs() < 1e-6);
    }

    #[test]
    fn a_volume_is_extrapolated_from_the_hours_that_have_events() {
        let volume = Volume::measured(200, 4);
        assert_eq!(volume.events, 36_500);
        assert_eq!(Volume::measured(0, 0).events, 0);
    }
}
