//! Prints what a month of integrity and retention costs.
//!
//! `cargo run --release -p bench --bin upkeep_cost [ACCOUNTS] [REGIONS] [EVENTS_A_MONTH]`
//!
//! Runs a day of both functions, minute by minute, over the local cloud: a generated trail
//! of 5 accounts and 4 Regions by default, whose log files come every five minutes, as
//! those of 100 million events a month do. Notifications come in batches of a minute,
//! the sweep every hour and the walks of retention as the template schedules them. What
//! they ask of DynamoDB, S3 and Lambda is counted, multiplied to a month, and priced with
//! the prices of `trailkeep cost`.
//!
//! Accounts, Regions and hours decide, and the log files that they deliver. How many
//! events are in a file decides nothing, because no file is read again: the files have
//! few. Only the walk through the index goes by events, within a budget of read units;
//! it is measured over another trail with as many events a file as a month has, and how
//! long it takes once around is told.

use std::collections::BTreeMap;
use std::error::Error;

use bench::{Outcome, say};
use integrity_function::config::SCRUB_READ_UNITS;

mod month;
#[path = "../../../../cli/src/cost/price.rs"]
#[expect(dead_code, reason = "not all of them are on this bill")]
mod price;
mod stack;
mod trial;

use month::{Bill, Share};
use price::HOURS_A_MONTH;

/// How many log files a stream delivers in an hour: one every five minutes.
const FILES_AN_HOUR: f64 = 12.0;

/// What something asked of AWS.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    pub(crate) invocations: f64,
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
    /// Calls by operation, those of DynamoDB among them.
    pub(crate) calls: BTreeMap<String, f64>,
    /// Messages that were taken from a queue.
    pub(crate) messages: f64,
}

impl Usage {
    /// So many times of it.
    pub(crate) fn times(mut self, factor: f64) -> Self {
        for value in [
            &mut self.invocations,
            &mut self.read_units,
            &mut self.write_units,
            &mut self.messages,
        ] {
            *value *= factor;
        }
        self.calls.values_mut().for_each(|calls| *calls *= factor);
        self
    }

    /// Adds another one's.
    pub(crate) fn add(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.read_units += other.read_units;
        self.write_units += other.write_units;
        self.messages += other.messages;
        for (operation, calls) in &other.calls {
            *self.calls.entry(operation.clone()).or_default() += calls;
        }
    }

    /// How much more than another one's it is.
    fn beyond(&self, other: &Self) -> Self {
        let mut beyond = self.clone();
        beyond.add(&other.clone().times(-1.0));
        beyond
    }
}

#[tokio::main]
async fn main() -> Outcome {
    let accounts: usize = argument(1)?.unwrap_or(5);
    let regions: usize = argument(2)?.unwrap_or(4);
    let events: f64 = argument(3)?.unwrap_or(100e6);
    let day = trial::day(accounts, regions).await?;
    say!(
        "measured: a day of {} streams, {:.0} log files and {:.0} digests, {:.1} files an hour and stream",
        day.streams,
        day.files,
        day.digests,
        day.files / day.streams / 24.0
    );
    let files = events / HOURS_A_MONTH / day.streams / FILES_AN_HOUR;
    say!("{events:.0} events a month are {files:.0} a file at one every five minutes");
    let days = HOURS_A_MONTH / 24.0;
    show("deliveries of a day", &day.deliveries);
    show("24 sweeps", &day.sweeps);
    show("the daily walk, nothing kept", &day.empty_walk);
    let per_day = day.walk.beyond(&day.empty_walk).times(1.0 / day.days_kept);
    show("the daily walk, a kept day", &per_day);
    show("a call every five minutes", &day.idle);

    let scrub = trial::scrub(files).await?;
    let each = scrub.read_units / scrub.events;
    let hourly = f64::from(SCRUB_READ_UNITS);
    let around = events * price::MONTHS_KEPT * each;
    say!(
        "the walk through the index: {each:.3} read units an event ({:.0} events in {} segments), once around 90 days of events {around:.0}: {:.0} days at {hourly:.0} an hour, {:.2} USD for once a month",
        scrub.events,
        scrub.segments,
        around / hourly / 24.0,
        price::READS.of(around)
    );

    let mut walk = per_day.times(f64::from(stack::KEPT));
    walk.add(&day.empty_walk);
    let mut bill = Bill::default();
    bill.put(Share::Deliveries, &day.deliveries.times(days));
    bill.put(Share::Sweeps, &day.sweeps.times(days));
    let scrubbed = hourly.min(around) * HOURS_A_MONTH;
    let walked = Usage {
        read_units: scrubbed,
        calls: scrub_calls(&scrub, scrubbed),
        ..Usage::default()
    };
    bill.put(Share::Scrub, &walked);
    let mut retention = walk.times(days);
    retention.add(&day.idle.times(HOURS_A_MONTH * 12.0));
    bill.put(Share::Retention, &retention);
    bill.print();
    Ok(())
}

/// The calls that spend some read units of the walk through the index.
fn scrub_calls(scrub: &trial::Scrubbed, read_units: f64) -> BTreeMap<String, f64> {
    let calls = scrub.calls * read_units / scrub.read_units.max(1.0);
    BTreeMap::from([("Query".to_owned(), calls)])
}

fn show(what: &str, usage: &Usage) {
    let calls: Vec<String> = usage
        .calls
        .iter()
        .filter(|(_, calls)| **calls > 0.0)
        .map(|(operation, calls)| format!("{operation} {calls:.0}"))
        .collect();
    say!(
        "{what}: {:.0} invocations, {:.1} read units, {:.1} write units; {}",
        usage.invocations,
        usage.read_units,
        usage.write_units,
        calls.join(", ")
    );
}

fn argument<T: std::str::FromStr>(number: usize) -> Result<Option<T>, Box<dyn Error>>
where
    T::Err: Error + 'static,
{
    let text = std::env::args().nth(number);
    Ok(text.map(|text| text.parse()).transpose()?)
}
