//! Prints what it takes to keep events for longer, and to purge a day.
//!
//! `cargo run --release -p bench --bin retention_cost [EVENTS] [DAYS]`
//!
//! Fills a local table with the sample generator's events (10 million over 90 days by
//! default, ten log files a segment) as kept for 90 days, has the retention function apply
//! a policy of 365, and then purges the oldest day when its time is over: write and read
//! units as the table answers them, and the time, which is the local table's more than the
//! function's. At the function's default rate the units alone decide. Figures for 10
//! million events are extrapolated where fewer are asked for, and said to be.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws::{Objects, Table};
use bench::{Outcome, say};
use futures::{StreamExt as _, TryStreamExt as _};
use index::file::{Delivery, FileRecord, FileVersion};
use index::segment::{Builder, Source};
use index::{Class, Day, Item, Keeping, Policy, Retention};
use retention::config::WRITE_UNITS_PER_SECOND;
use retention::{Clients, Counts, Custodian, Settings};
use sample::Trail;
use serde_json::json;
use trail::{ObjectKey, Record};

/// The events of a segment: ten files of an account that is neither quiet nor busy.
const SEGMENT: u64 = 3_500;

/// The events that the figures are wanted for.
const WANTED: u64 = 10_000_000;

/// The end of the sample trail.
const NOW: i64 = 1_791_849_600;

const DAY: i64 = 86_400;

#[tokio::main]
async fn main() -> Outcome {
    let events: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(WANTED), |text| text.parse())?;
    let days: i64 = std::env::args()
        .nth(2)
        .map_or(Ok(90), |text| text.parse())?;
    let (cloud, table) = bench::cloud::start().await?;
    let usual = Trail::default();
    let trail = Trail {
        events,
        start: usual.end - jiff::Span::new().hours(24 * days),
        ..usual
    };
    let segments = fill(&table, &trail).await?;
    let written = table.consumed().write_units();
    say!("{events} events over {days} days in {segments} segments");
    line("indexed", events, written, None);

    let (stamped, time) = walk(&table, cloud.s3(), 365, NOW).await?;
    say!(
        "kept for 365 days instead of 90: {} segments, {} items",
        stamped.stamped_segments,
        stamped.stamped_items
    );
    line("re-stamped", events, stamped.write_units, Some(time));
    if events != WANTED {
        let whole = stamped.write_units * ratio(WANTED, events);
        say!("extrapolated to {WANTED} events: {whole:.0} write units");
    }

    let oldest = Day::of(trail.start.as_second());
    let past = oldest.end() + 1 + (365 + 2) * DAY;
    let (purged, time) = walk(&table, cloud.s3(), 365, past).await?;
    let of_day = events / days.unsigned_abs().max(1);
    say!(
        "purged {oldest}: {} segments, {} items, {} without a directory entry",
        purged.purged_segments,
        purged.purged_items,
        purged.orphans
    );
    line("purged", of_day, purged.write_units, Some(time));
    cloud.stop().await;
    Ok(())
}

/// Prints what a step took.
fn line(step: &str, events: u64, units: f64, time: Option<Duration>) {
    let each = units / ratio(events, 1);
    let paced = units / f64::from(WRITE_UNITS_PER_SECOND);
    let took = time.map_or(String::new(), |time| {
        format!(
            ", {:.1} s here, {paced:.0} s at the default rate",
            time.as_secs_f64()
        )
    });
    say!("{step:<10} {units:>12.0} write units, {each:.4} an event{took}");
}

#[expect(clippy::cast_precision_loss, reason = "printed figures")]
fn ratio(one: u64, other: u64) -> f64 {
    one as f64 / other.max(1) as f64
}

/// Has the function do all that there is to do.
async fn walk(
    table: &Table,
    s3: &str,
    days: u32,
    now: i64,
) -> Result<(Counts, Duration), Box<dyn std::error::Error>> {
    let clients = Clients {
        table: Table::over(table.client().clone(), table.name()),
        objects: Objects::new(&bench::cloud::config(s3)),
        index_queue: None,
        alert_queue: None,
        trail: None,
        key: None,
    };
    let settings = Settings {
        policy: Policy::from(Retention::days(days)),
        write_units_per_second: None,
        ..Settings::default()
    };
    let custodian = Arc::new(Custodian::new(clients, settings));
    let begun = Instant::now();
    let time = Duration::from_hours(24);
    let handled = custodian
        .handle(&json!({"task": "daily"}), now, time)
        .await?;
    Ok((handled.counts, begun.elapsed()))
}

/// Fills the table with segments and the records of their files; answers how many segments.
async fn fill(table: &Table, trail: &Trail) -> Result<usize, Box<dyn std::error::Error>> {
    let mut written = 0;
    let mut number = 0;
    while number < trail.events {
        let end = (number + SEGMENT).min(trail.events);
        let (segments, items) = segments(trail, number, end)?;
        written += segments;
        futures::stream::iter(&items)
            .map(|item| table.put(item))
            .buffer_unordered(32)
            .try_for_each(|_| async { Ok(()) })
            .await?;
        if number / 1_000_000 != end / 1_000_000 {
            say!("... {end} events");
        }
        number = end;
    }
    Ok(written)
}

/// The items of a batch of ten files, and how many segments it has.
fn segments(
    trail: &Trail,
    start: u64,
    end: u64,
) -> Result<(usize, Vec<Item>), Box<dyn std::error::Error>> {
    let keeping = Keeping::from(Policy::from(Retention::days(90)));
    let class = Class::standard();
    let mut builder = Builder::new(class.clone(), keeping.clone());
    let first = trail.slice(start..start + 1).next();
    let first = first.ok_or("the trail has no event of that number")?;
    let time = Record::parse(&first.json)?.time();
    let stamp = jiff::Timestamp::from_second(time)?;
    let (day, minute) = (stamp.strftime("%Y/%m/%d"), stamp.strftime("%Y%m%dT%H%MZ"));
    let mut sources = Vec::new();
    let mut records = Vec::new();
    for file in 0..10 {
        let version = FileVersion {
            bucket: "example-trail-logs".to_owned(),
            key: format!(
                "AWSLogs/111122223333/CloudTrail/us-east-1/{day}/111122223333_CloudTrail_us-east-1_{minute}_{start:012}x{file:03}.json.gz"
            ),
            version: Some("0123456789abcdef0123456789abcdef".to_owned()),
        };
        let delivery = Delivery::from(&ObjectKey::parse(&version.key)?);
        let sha256 = trail::digest::sha256(version.key.as_bytes());
        let record = FileRecord {
            sha256: FileRecord::hash_text(&sha256),
            records: (end - start) / 10,
            size: 20_000,
            etag: Some("0123456789abcdef0123456789abcdef".to_owned()),
            quarantined: 0,
            expired: 0,
            segments: vec!["std.0123456789abcdef0123".to_owned()],
        };
        records.push(record.item(&version, &delivery, &class, &keeping));
        sources.push(builder.source(Source {
            version,
            sha256,
            delivered: delivery.time,
        }));
    }
    for (number, record) in trail.slice(start..end).enumerate() {
        if let Ok(parsed) = Record::parse(&record.json) {
            builder.add(sources[number % sources.len()], 0, &parsed);
        }
    }
    let segments = builder.seal()?;
    let count = segments.len();
    let own = segments.into_iter().flat_map(|segment| {
        [segment.header]
            .into_iter()
            .chain(segment.blocks)
            .chain(segment.pages)
            .chain([segment.tally, segment.directory])
            .collect::<Vec<_>>()
    });
    Ok((count, own.chain(records).collect()))
}
