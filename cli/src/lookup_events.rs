//! `trailkeep lookup`: finds events.

mod answer;
mod condition;
mod printer;
mod request;
mod table;

use std::collections::BTreeSet;
use std::io;
use std::process::ExitCode;

use clap::ValueEnum;
use indicatif::ProgressBar;

use self::answer::Answer;
pub(crate) use self::answer::printable;
use self::condition::Conditions;
use self::printer::Printer;
pub(crate) use self::request::strict;
pub(crate) use self::table::{Header, Tables, place};
use crate::api::fetch;
use crate::endpoint::{Endpoint, Signing, Target};
use crate::failure::Failure;

/// The most events that the API gives at once.
const LARGEST_PAGE: usize = 1_000;

/// Looks events up.
///
/// Without a condition it shows the newest management events. Conditions on different
/// attributes must all hold; one given several times holds for any of its values.
///
/// Exit codes: 0 done, 1 the lookup failed or found records that contradict each other,
/// 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep lookup --event-name DeleteBucket --event-name DeleteTrail --start 7d
  trailkeep lookup --user alice --not-event-name AssumeRole --category all
  trailkeep lookup --stack trailkeep --error-code AccessDenied --all --output jsonl | jq .record")]
pub(crate) struct Arguments {
    #[command(flatten)]
    conditions: Conditions,
    /// Looks through a category of events; repeat it for several [default: management].
    #[arg(long, value_enum, ignore_case = true, help_heading = "What")]
    category: Vec<Category>,
    /// Shows events from this time on: ISO 8601, a day, or how long ago as in 24h, 90m or 7d.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    start: Option<String>,
    /// Shows events up to and including this time.
    #[arg(long, value_name = "TIME", help_heading = "What")]
    end: Option<String>,
    /// Shows the newest or the oldest events first.
    #[arg(long, value_enum, default_value_t = Order::Newest, help_heading = "What")]
    order: Order,
    /// Shows at most this many events.
    #[arg(long, value_name = "N", default_value_t = 50, help_heading = "What",
          value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Shows every event, however many there are.
    #[arg(long, conflicts_with = "limit", help_heading = "What")]
    all: bool,
    /// Goes on where an earlier lookup with the same conditions stopped.
    #[arg(long, value_name = "CURSOR", help_heading = "What")]
    cursor: Option<String>,
    /// Prints events as a table or for programs; json and jsonl hold the records as they
    /// were delivered, byte for byte.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// A category of events, or all.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "lower")]
enum Category {
    Management,
    Data,
    NetworkActivity,
    Insight,
    All,
}

/// Which events come first.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    Newest,
    Oldest,
}

/// How events are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people: one line an event.
    Table,
    /// One object with all events.
    Json,
    /// One object a line for each event.
    Jsonl,
    /// Comma-separated values under a row of names.
    Csv,
}

/// Why a lookup, of events or alerts, ended before its end.
pub(crate) enum Interruption {
    /// The API did not answer as it should.
    Failed(Failure),
    /// What was found could not be printed.
    Output(io::Error),
}

impl Interruption {
    /// Ends a command: whoever reads and is gone has seen enough.
    pub(crate) fn settle(outcome: Result<ExitCode, Self>) -> Result<ExitCode, Failure> {
        match outcome {
            Ok(code) => Ok(code),
            Err(Self::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(ExitCode::SUCCESS)
            }
            Err(Self::Output(error)) => Err(error.into()),
            Err(Self::Failed(failure)) => Err(failure),
        }
    }
}

impl From<Failure> for Interruption {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<io::Error> for Interruption {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let endpoint = Endpoint::open(&arguments.target, Signing::ByHost).await?;
    Interruption::settle(walk(&arguments, &endpoint).await)
}

/// Prints page after page, until there are no more or enough.
async fn walk(arguments: &Arguments, endpoint: &Endpoint) -> Result<ExitCode, Interruption> {
    let query = request::query(arguments);
    let mut wanted = if arguments.all {
        usize::MAX
    } else {
        arguments.limit as usize
    };
    let mut cursor = arguments.cursor.clone();
    let mut printer = Printer::new(arguments.output);
    let mut conflicts = BTreeSet::new();
    let mut found = 0_usize;
    let progress = progress(arguments.all);
    loop {
        let size = wanted.min(LARGEST_PAGE);
        let body = fetch(endpoint, &request::path(&query, size, cursor.as_deref())).await?;
        let answer = Answer::parse(&body)?;
        found += answer.events.len();
        wanted = wanted.saturating_sub(answer.events.len());
        progress.set_message(format!("{found} events"));
        progress.tick();
        progress.suspend(|| printer.page(&answer))?;
        conflicts.extend(answer.conflicts.iter().map(answer::tell));
        let next = answer.cursor;
        if next.is_some() && next == cursor {
            let failure = Failure::new(format!(
                "{} answered the same cursor twice: the lookup would never end",
                endpoint.base()
            ));
            return Err(failure.into());
        }
        cursor = next;
        if cursor.is_none() || wanted == 0 {
            break;
        }
    }
    progress.finish_and_clear();
    printer.finish(cursor.as_deref(), &conflicts)?;
    if found == 0 {
        anstream::eprintln!("no events match");
    }
    if let Some(cursor) = &cursor {
        anstream::eprintln!("there may be more: give --all, or go on with --cursor {cursor}");
    }
    if conflicts.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    anstream::eprintln!(
        "warning: records that contradict each other under the same event id: {}",
        conflicts.into_iter().collect::<Vec<_>>().join(", ")
    );
    Ok(ExitCode::FAILURE)
}

/// Makes the line that shows on a terminal how far it is.
pub(crate) fn progress(is_long: bool) -> ProgressBar {
    if is_long {
        ProgressBar::new_spinner()
    } else {
        ProgressBar::hidden()
    }
}
