//! What is run: a day of a trail of many streams, and a walk through an index of full files.

use std::collections::BTreeMap;
use std::error::Error;

use bench::say;
use sample::{Archive, Delivery, Trail};
use trail::ObjectKey;
use trail::key::ObjectKind;

use crate::Usage;
use crate::stack::Stack;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// How many days are there before the one that is measured: a sweep looks at the newest
/// day, for some hours at the one before, and at one older.
const BEFORE: i64 = 2;

/// The Regions of a trail, the busiest first.
const REGIONS: [&str; 8] = [
    "us-east-1",
    "eu-west-1",
    "us-west-2",
    "ap-southeast-2",
    "eu-central-1",
    "us-east-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// Events of a log file, on average: enough for one every five minutes in the quietest stream.
const EVENTS_A_FILE: u64 = 30;

/// How many log files share a segment, as `trailkeep cost` has it.
const TOGETHER: usize = 10;

/// A day of both functions.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) streams: f64,
    pub(crate) files: f64,
    pub(crate) digests: f64,
    pub(crate) deliveries: Usage,
    pub(crate) sweeps: Usage,
    pub(crate) empty_walk: Usage,
    pub(crate) walk: Usage,
    pub(crate) days_kept: f64,
    pub(crate) idle: Usage,
}

/// A walk through an index.
#[derive(Debug)]
pub(crate) struct Scrubbed {
    pub(crate) events: f64,
    pub(crate) segments: u64,
    pub(crate) read_units: f64,
    pub(crate) calls: f64,
}

/// A notification that waits for its time.
struct Due {
    body: String,
    is_digest: bool,
}

/// Measures a day of accounts times Regions, after some days of the same.
pub(crate) async fn day(accounts: usize, regions: usize) -> Result<Measured, Box<dyn Error>> {
    let usual = Trail::default();
    let (names, most) = (usual.accounts.get(..accounts), usual.accounts.len());
    let names = names.ok_or_else(|| format!("there are {most} accounts at most"))?;
    let regions = REGIONS
        .get(..regions)
        .ok_or("there are 8 Regions at most")?;
    let streams = names.len() * regions.len();
    let windows = streams as u64 * 12 * 24 * (BEFORE.unsigned_abs() + 1);
    let trail = Trail {
        accounts: names.to_vec(),
        regions: regions.iter().map(|&region| region.to_owned()).collect(),
        end: usual.start + jiff::Span::new().hours(24 * (BEFORE + 1)),
        events: windows * EVENTS_A_FILE,
        ..usual
    };
    let delivery = Delivery {
        level: 1,
        ..Delivery::default()
    };
    let stack = Stack::start(Archive::new(&trail, delivery)).await?;
    let (start, end) = (trail.start.as_second(), trail.end.as_second());
    // The first walks follow a policy that is new to them.
    for (task, now) in [("daily", start), ("continue", start + HOUR)] {
        stack.keep(task, now).await?;
    }
    let mut measured = Measured {
        empty_walk: stack.keep("daily", start + 2 * HOUR).await?,
        days_kept: f64::from(u8::try_from(BEFORE + 1)?),
        streams: f64::from(u16::try_from(streams)?),
        ..Measured::default()
    };
    let begin = end - DAY;
    let mut minutes: BTreeMap<i64, Vec<&String>> = BTreeMap::new();
    for (key, object) in &stack.archive.objects {
        minutes
            .entry(object.written.div_euclid(60))
            .or_default()
            .push(key);
    }
    let mut waiting = Vec::new();
    let mut hour = begin;
    let mut is_warm = false;
    for (minute, keys) in minutes {
        let now = (minute + 1) * 60;
        if now > begin && !is_warm {
            is_warm = true;
            say!("... {BEFORE} days are there");
            for _ in 0..2 {
                stack.sweep(begin).await?;
            }
        }
        if now > end {
            break;
        }
        let due = due(&stack, &keys)?;
        let bodies: Vec<String> = due.iter().map(|due| due.body.clone()).collect();
        let logs = due.iter().filter(|due| !due.is_digest);
        waiting.extend(logs.map(|due| due.body.clone()));
        let digests = due.iter().filter(|due| due.is_digest).count();
        // Files are indexed before the digest that lists them comes.
        while waiting.len() >= TOGETHER || digests > 0 && !waiting.is_empty() {
            let batch: Vec<String> = waiting.drain(..waiting.len().min(TOGETHER)).collect();
            stack.index(&batch, now).await?;
        }
        let deliveries = stack.deliver(&bodies, now).await?;
        if now <= begin {
            continue;
        }
        measured.deliveries.add(&deliveries);
        measured.digests += f64::from(u32::try_from(digests)?);
        measured.files += f64::from(u32::try_from(due.len() - digests)?);
        while hour + HOUR <= now {
            hour += HOUR;
            measured.sweeps.add(&stack.sweep(hour).await?);
        }
    }
    if !waiting.is_empty() {
        stack.index(&waiting, end).await?;
    }
    measured.walk = stack.keep("daily", end + HOUR).await?;
    measured.idle = stack.keep("continue", end + 2 * HOUR).await?;
    stack.cloud.stop().await;
    Ok(measured)
}

fn due(stack: &Stack, keys: &[&String]) -> Result<Vec<Due>, Box<dyn Error>> {
    let objects = &stack.archive.objects;
    let mut due = Vec::new();
    for key in keys {
        let body = stack.put(key, &objects[*key])?;
        let is_digest = ObjectKey::parse(key)?.kind == ObjectKind::Digest;
        due.push(Due { body, is_digest });
    }
    Ok(due)
}

/// Measures a walk through an index of files with so many events, which are those of some
/// hours of one account and Region.
pub(crate) async fn scrub(events_a_file: f64) -> Result<Scrubbed, Box<dyn Error>> {
    const HOURS: u32 = 8;
    let events = (events_a_file.clamp(1.0, 5_000.0) * 12.0 * f64::from(HOURS)).round();
    let usual = Trail::default();
    let trail = Trail {
        accounts: usual.accounts[..1].to_vec(),
        regions: usual.regions[..1].to_vec(),
        end: usual.start + jiff::Span::new().hours(HOURS),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 480,000 events"
        )]
        events: events as u64,
        ..usual
    };
    let stack = Stack::start(Archive::new(&trail, Delivery::default())).await?;
    let now = trail.end.as_second() + 5 * HOUR;
    let keys: Vec<&String> = stack.archive.objects.keys().collect();
    let due = due(&stack, &keys)?;
    let bodies = |is_digest| -> Vec<String> {
        let of_kind = due.iter().filter(|due| due.is_digest == is_digest);
        of_kind.map(|due| due.body.clone()).collect()
    };
    for batch in bodies(false).chunks(TOGETHER) {
        stack.index(batch, now).await?;
    }
    stack.deliver(&bodies(true), now).await?;
    // The first sweep follows what is new.
    stack.sweep(now).await?;
    let without = stack.sweep(now).await?;
    let (with, segments) = stack.sweep_walking(now).await?;
    stack.cloud.stop().await;
    Ok(Scrubbed {
        events,
        segments,
        read_units: with.read_units - without.read_units,
        calls: with.calls.values().sum::<f64>() - without.calls.values().sum::<f64>(),
    })
}
