//! The bill of a month.

use bench::say;

use crate::Usage;
use crate::price::{self, Price};

/// The memory of the integrity function, as the template sets it, in GB.
const INTEGRITY_GIGABYTES: f64 = 1_769.0 / 1_024.0;

/// The memory of the retention function.
const RETENTION_GIGABYTES: f64 = 1.0;

/// How long a call takes, in seconds: assumed, for it cannot be measured here. All are
/// taken as made one behind the other, which they are not.
const CALL_SECONDS: f64 = 0.02;

/// How long an invocation takes besides: assumed.
const INVOCATION_SECONDS: f64 = 0.005;

/// What the bill is divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// Digests as they are delivered, with the notifications of log files.
    Deliveries,
    /// The hourly look for what is not there.
    Sweeps,
    /// The walk through the index.
    Scrub,
    /// Walks, purges and holds.
    Retention,
}

impl Share {
    const fn name(self) -> &'static str {
        match self {
            Self::Deliveries => "integrity, deliveries",
            Self::Sweeps => "integrity, hourly sweeps",
            Self::Scrub => "integrity, walk through the index",
            Self::Retention => "retention",
        }
    }

    const fn gigabytes(self) -> f64 {
        match self {
            Self::Retention => RETENTION_GIGABYTES,
            _ => INTEGRITY_GIGABYTES,
        }
    }
}

/// A month's bill.
#[derive(Debug, Default)]
pub(crate) struct Bill {
    lines: Vec<(Share, Price, f64)>,
}

impl Bill {
    /// Puts what a month of something uses onto the bill.
    pub(crate) fn put(&mut self, share: Share, month: &Usage) {
        let calls = |names: &[&str]| -> f64 {
            let calls = names.iter().filter_map(|name| month.calls.get(*name));
            calls.sum()
        };
        let all: f64 = month.calls.values().sum();
        let seconds = all * CALL_SECONDS + month.invocations * INVOCATION_SECONDS;
        for (price, quantity) in [
            (price::READS, month.read_units),
            (price::WRITES, month.write_units),
            (price::GETS, calls(&["GetObject", "HeadObject"])),
            (price::LISTS, calls(&["ListObjectsV2"])),
            (price::MESSAGES, month.messages * price::REQUESTS_A_MESSAGE),
            (price::INVOCATIONS, month.invocations),
            (price::DURATION, seconds * share.gigabytes()),
        ] {
            if quantity > 0.0 {
                self.lines.push((share, price, quantity));
            }
        }
    }

    /// Prints it, line by line.
    pub(crate) fn print(&self) {
        say!("");
        say!("a month, list prices of us-east-1 without free tiers");
        let mut whole = 0.0;
        for share in [
            Share::Deliveries,
            Share::Sweeps,
            Share::Scrub,
            Share::Retention,
        ] {
            let lines = || self.lines.iter().filter(|(of, ..)| *of == share);
            let sum: f64 = lines()
                .map(|(_, price, quantity)| price.of(*quantity))
                .sum();
            whole += sum;
            say!("{:<58} {sum:>8.2} USD", share.name());
            for (_, price, quantity) in lines() {
                let usd = price.of(*quantity);
                say!(
                    "  {:<22} {quantity:>14.0} {:<20} {usd:>6.2}",
                    price.what,
                    price.unit
                );
            }
        }
        say!("{:<58} {whole:>8.2} USD", "together");
        say!(
            "Lambda's duration is assumed: {CALL_SECONDS} s a call, one behind the other, and {INVOCATION_SECONDS} s an invocation"
        );
    }
}
