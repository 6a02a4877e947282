//! Prints what the first page of a lookup reads, by how rare the value is.
//!
//! `cargo run --release -p bench --bin lookup_cost [EVENTS] [DAYS]`
//!
//! Fills a local table with the sample generator's events (10 million over 90
//! days by default, ten log files a segment), in which 1 event in 10, in
//! 1,000 and in 1,000,000 has a planted value of each attribute, and looks each
//! up: read units as the table answers them, and rounds of reads one behind the
//! other. The first lookup of a new function instance knows nothing of the
//! table (cold); later ones know its days (warm).

use std::time::Duration;

use aws::Table;
use bench::{Outcome, say};
use futures::{StreamExt as _, TryStreamExt as _};
use index::file::FileVersion;
use index::lookup::Page;
use index::segment::{Builder, Segment, Source};
use index::{Attribute, Class, Item, Query, Retention};
use lookup::History;
use sample::{Plant, Trail};
use trail::Record;

/// The events of a segment: ten files of an account that is neither quiet nor busy.
const SEGMENT: u64 = 3_500;

/// One event in so many has the value.
const RARITIES: [u64; 3] = [10, 1_000, 1_000_000];

/// The end of the sample trail, when the lookups are made.
const NOW: i64 = 1_791_849_600;

#[tokio::main]
async fn main() -> Outcome {
    let events: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(10_000_000), |text| text.parse())?;
    let days: i64 = std::env::args()
        .nth(2)
        .map_or(Ok(90), |text| text.parse())?;
    let (cloud, table) = bench::cloud::start().await?;
    let (trail, pairs) = planted(events, days);
    let (segments, units) = fill(&table, &trail).await?;
    #[expect(clippy::cast_precision_loss, reason = "printed figures")]
    let per_event = units / events as f64;
    say!("{events} events, {segments} segments, {per_event:.4} write units an event");
    say!(
        "{:<22} {:>10} {:>7} {:>11} {:>6} {:>11} {:>6}",
        "attribute",
        "1 event in",
        "found",
        "read units",
        "trips",
        "cold units",
        "trips"
    );
    let mut worst = [(0.0_f64, 0_u32); 4];
    let warm = history(&table);
    let mut seen: Vec<(usize, Page, Page)> = Vec::new();
    for pair in &pairs {
        let cold = page(&history(&table), &pair.query()).await?;
        // The first lookup of the warm instance only teaches it the table's days.
        page(&warm, &Query::default()).await?;
        let known = page(&warm, &pair.query()).await?;
        say!(
            "{:<22} {:>10} {:>7} {:>11.1} {:>6} {:>11.1} {:>6}",
            pair.name,
            pair.every,
            known.events.len(),
            known.read_units,
            known.round_trips,
            cold.read_units,
            cold.round_trips,
        );
        seen.push((pair.class, known, cold));
    }
    for (class, known, _) in &seen {
        worst[*class].0 = worst[*class].0.max(known.read_units);
        worst[*class].1 = worst[*class].1.max(known.round_trips);
    }
    for (class, name) in ["1 in 10", "1 in 1,000", "1 in 1,000,000", "an event id"]
        .iter()
        .enumerate()
    {
        say!(
            "worst of {name:<15} {:>6.1} read units {:>3} trips",
            worst[class].0,
            worst[class].1
        );
    }
    cloud.stop().await;
    Ok(())
}

/// One or two values to look up.
struct Pair {
    name: String,
    every: String,
    class: usize,
    conditions: Vec<(Attribute, String)>,
}

impl Pair {
    fn query(&self) -> Query {
        let mut query = Query::default();
        for (attribute, value) in &self.conditions {
            query.require(*attribute, value.clone());
        }
        query
    }
}

/// The trail with its planted values, and what to look up in it.
fn planted(events: u64, days: i64) -> (Trail, Vec<Pair>) {
    let mut plants = Vec::new();
    let mut pairs = Vec::new();
    for (class, every) in RARITIES.into_iter().enumerate() {
        for planted in sample::Attribute::ALL {
            // Values of 1 in 10 for every attribute at once would leave no ordinary record.
            plants.push(Plant::fitting(planted, every));
        }
        for planted in sample::Attribute::ALL {
            let Some(attribute) = attribute(planted) else {
                continue;
            };
            let value = value(planted, every);
            pairs.push(Pair {
                name: attribute.to_string(),
                every: every.to_string(),
                class,
                conditions: vec![(attribute, value)],
            });
        }
        for other in RARITIES {
            let conditions = vec![
                (
                    Attribute::EventName,
                    value(sample::Attribute::EventName, every),
                ),
                (
                    Attribute::SourceIp,
                    value(sample::Attribute::SourceIp, other),
                ),
            ];
            pairs.push(Pair {
                name: "EventName, SourceIp".to_owned(),
                every: format!("{every}, {other}"),
                class: class.max(
                    RARITIES
                        .iter()
                        .position(|rarity| *rarity == other)
                        .unwrap_or(0),
                ),
                conditions,
            });
        }
    }
    let usual = Trail::default();
    let trail = Trail {
        events,
        plants,
        start: usual.end - jiff::Span::new().hours(24 * days),
        ..usual
    };
    for number in [3, events / 2, events - 5] {
        if let Some(record) = trail.slice(number..number + 1).next() {
            pairs.push(Pair {
                name: "EventId".to_owned(),
                every: "all".to_owned(),
                class: 3,
                conditions: vec![(Attribute::EventId, record.id)],
            });
        }
    }
    (trail, pairs)
}

fn value(planted: sample::Attribute, every: u64) -> String {
    match planted {
        // Lookups know the class of the program, not its whole text.
        sample::Attribute::UserAgent => "other".to_owned(),
        _ => Plant::fitting(planted, every).value,
    }
}

const fn attribute(planted: sample::Attribute) -> Option<Attribute> {
    Some(match planted {
        sample::Attribute::EventName => Attribute::EventName,
        sample::Attribute::EventSource => Attribute::EventSource,
        sample::Attribute::UserName => Attribute::Username,
        sample::Attribute::PrincipalArn => Attribute::Principal,
        sample::Attribute::Role => Attribute::Role,
        sample::Attribute::Session => Attribute::Session,
        sample::Attribute::SourceIdentity => Attribute::SourceIdentity,
        sample::Attribute::AccessKey => Attribute::AccessKeyId,
        sample::Attribute::IssuedKey => Attribute::IssuedAccessKeyId,
        sample::Attribute::ResourceName => Attribute::ResourceName,
        sample::Attribute::ResourceType => Attribute::ResourceType,
        sample::Attribute::SourceIp => Attribute::SourceIp,
        sample::Attribute::ErrorCode => Attribute::ErrorCode,
        sample::Attribute::Account => Attribute::Account,
        sample::Attribute::Region => Attribute::Region,
        sample::Attribute::InvokedBy => Attribute::InvokedBy,
        sample::Attribute::VpcEndpoint => Attribute::VpcEndpoint,
        sample::Attribute::SharedEventId => Attribute::SharedEventId,
        sample::Attribute::RequestId => Attribute::RequestId,
        sample::Attribute::UserAgent => return None,
    })
}

fn history(table: &Table) -> History {
    let table = Table::over(table.client().clone(), table.name());
    History::new(table, Retention::days(91), 3_000.0, Duration::from_mins(1))
}

async fn page(history: &History, query: &Query) -> Result<Page, Box<dyn std::error::Error>> {
    // Half an hour after the last write, as on any but the newest events.
    Ok(history.page(query.clone(), None, 50, 5 << 20, NOW).await?)
}

/// Fills the table; answers the segments and the write units.
async fn fill(table: &Table, trail: &Trail) -> Result<(usize, f64), Box<dyn std::error::Error>> {
    let mut written = 0;
    let mut number = 0;
    while number < trail.events {
        let end = (number + SEGMENT).min(trail.events);
        let segments = segments(trail, number, end)?;
        written += segments.len();
        if number == 0 {
            describe(&segments);
        }
        let items: Vec<Item> = segments
            .into_iter()
            .flat_map(|segment| {
                // Written long before they are looked up.
                let mark = segment.write_mark(NOW - 86_400);
                [segment.header, mark]
                    .into_iter()
                    .chain(segment.blocks)
                    .chain(segment.pages)
                    .chain([segment.tally, segment.directory])
                    .collect::<Vec<_>>()
            })
            .collect();
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
    Ok((written, table.consumed().write_units()))
}

/// Prints what the largest of some segments is made of.
fn describe(segments: &[Segment]) {
    let Some(segment) = segments.iter().max_by_key(|segment| segment.records) else {
        return;
    };
    let mean = |items: &[Item]| items.iter().map(Item::size).sum::<usize>() / items.len().max(1);
    say!(
        "a segment of {} events has {} blocks of {} bytes and {} term pages of {} bytes on average",
        segment.records,
        segment.blocks.len(),
        mean(&segment.blocks),
        segment.pages.len(),
        mean(&segment.pages),
    );
}

fn segments(trail: &Trail, start: u64, end: u64) -> std::io::Result<Vec<Segment>> {
    let mut builder = Builder::new(Class::standard(), Retention::days(91));
    let mut sources = Vec::new();
    for file in 0..10 {
        sources.push(builder.source(Source {
            version: FileVersion {
                bucket: "example-trail-logs".to_owned(),
                key: format!("AWSLogs/111122223333/CloudTrail/us-east-1/{start}-{file}.json.gz"),
                version: None,
            },
            sha256: trail::digest::sha256(&start.to_le_bytes()),
            delivered: NOW,
        }));
    }
    for (number, record) in trail.slice(start..end).enumerate() {
        if let Ok(parsed) = Record::parse(&record.json) {
            builder.add(sources[number % sources.len()], 0, &parsed);
        }
    }
    builder.seal()
}
