//! `trailkeep cost`: what the table really consumes for log files like these.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use index::Retention;

use crate::failure::Failure;
use crate::logs::Logs;
use crate::stack::{Intake, Patience, Progress, Stack};
use crate::up::Output;

mod bill;
mod lookups;
mod measure;
pub(crate) mod price;
mod report;

use bill::Volume;
use report::Report;

/// How many files share a segment, one measure after the other.
const LEVELS: [usize; 3] = [1, 10, 100];

/// The level that lookups are made in and bills are made of: what a delivery
/// every five minutes and a batching window of one come to in a few accounts.
const USUAL: usize = 10;

/// Measures what indexing log files consumes, and what a month of them costs.
///
/// Indexes LOGS into fresh local tables at 1, 10 and 100 log files a segment,
/// and reports the write and read units that the table answered, as DynamoDB
/// bills them, next to the list prices of CloudTrail Lake and CloudWatch Logs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  trailkeep cost ~/exports/AWSLogs
  trailkeep cost logs.jsonl --events-per-month 50000000
  trailkeep cost ~/exports/AWSLogs --output json | jq '.segments[].write_units_per_event'

Exit codes: 0 done, 1 findings (rejected files, quarantined records) or failure, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Files or folders of .json.gz, .json ({"Records":[...]}) or .jsonl (a record on every line).
    #[arg(required = true)]
    logs: Vec<PathBuf>,

    /// The events of a month; extrapolated from LOGS without.
    #[arg(long, value_name = "N")]
    events_per_month: Option<u64>,

    /// How the report is written.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let logs = Logs::named(&arguments.logs)?;
    let stack = Arc::new(Stack::start(None, Retention::OFF, None).await?);
    let progress = Arc::new(Progress::new(std::io::stderr().is_terminal()));
    let intake = Intake::new(logs.clone(), Arc::clone(&stack), Arc::clone(&progress));
    let (mut intake, looked) = tokio::task::spawn_blocking(move || {
        let mut intake = intake;
        let looked = intake.look(Patience::None);
        (intake, looked)
    })
    .await?;
    looked?;
    let announcements = stack.announcements().await?;
    // Reading them has counted them once already.
    progress.expect((announcements.len() * (LEVELS.len() - 1)) as u64);
    let mut levels = Vec::new();
    for size in LEVELS {
        let table = stack.further_table(&table_name(size)).await?;
        let level = measure::index(&stack, table, &announcements, size, |counts| {
            progress.add(counts);
        });
        levels.push(level.await?);
    }
    progress.finish();
    let Some(usual) = levels.iter().find(|level| level.files_per_segment == USUAL) else {
        return Err(Failure::new("no level was measured"));
    };
    let table = || stack.client(&table_name(USUAL));
    let holdings = stack.holdings(&table()).await?;
    intake.tell_findings(&holdings.findings);
    intake.tell_given_up(&holdings.unindexed);
    if usual.events == 0 {
        return Err(Failure::new(format!(
            "there are no events in {}",
            logs.names()
        )));
    }
    let volume = match arguments.events_per_month {
        Some(events) => Volume::given(events),
        None => Volume::measured(usual.events, holdings.hours.len()),
    };
    let bytes = stack.content_bytes().await?;
    let is_clean = intake.unreadable().is_empty()
        && holdings.findings.is_empty()
        && holdings.unindexed.is_empty();
    let report = Report {
        files: usual.files,
        events: usual.events,
        bytes,
        lookups: lookups::measure(&stack, table).await?,
        month: bill::of(volume, usual, bytes),
        prices: price::ALL,
        segments: levels,
    };
    report.print(arguments.output)?;
    Ok(if is_clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn table_name(size: usize) -> String {
    format!("at-{size}-files-a-segment")
}
