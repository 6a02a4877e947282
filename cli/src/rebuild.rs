//! `trailkeep rebuild`: compares the index with the archive, and has it repaired.

mod archived;
mod comparison;
mod directories;
mod expectation;
mod folders;
mod group;
mod indexed;
mod judgement;
mod ledger;
mod progress;
mod recorded;
mod repair;
mod report;
mod source;
mod table;
mod totals;
mod walk;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use indicatif::HumanCount;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use self::ledger::Ledger;
use self::repair::Repaired;
use self::report::Report;
use self::source::Source;
use self::totals::Totals;
use crate::archive::{Location, Selection, State};
use crate::endpoint::Target;
use crate::failure::Failure;

/// Compares the index with the archive, event by event, and has it repaired.
///
/// It reads every log file of the archive and every segment of the index, and finds the events
/// that are missing (in the archive, not in the index), extra (in the index, in no archived
/// file) or different (the same id and time, another content), and segments that are damaged.
/// What is past retention is not missing. With --check that is all; without, it asks whether to
/// have repaired what differs: the API removes what contradicts the archive and queues log files
/// for indexing. Stopped at any moment and started again with the same arguments it goes on
/// where it was.
///
/// The check only reads: it needs `dynamodb:GetItem` and `Query`, `s3:GetObject`,
/// `GetObjectVersion`, `ListBucket` and `ListBucketVersions`, and the key of the log files.
///
/// Exit codes: 0 equal, or all repaired, 1 differences, 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trailkeep rebuild --check s3://my-trail-logs --stack trailkeep
  trailkeep rebuild --check s3://my-trail-logs --stack trailkeep --from 2026-10-01 --output json
  trailkeep rebuild s3://my-trail-logs --stack trailkeep --account 111122223333 --yes")]
pub(crate) struct Arguments {
    /// The bucket, and in it the folder: what stands before `AWSLogs/`, or any folder below.
    #[arg(value_name = "s3://BUCKET/PREFIX")]
    location: Location,
    /// Compares, and repairs nothing.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    selection: Selection,
    /// How long events are kept, as `RETENTION` of the stack [default: asks the API].
    #[arg(long, value_name = "DAYS", help_heading = "What is kept")]
    retention: Option<String>,
    /// What is kept for another time, as `RETENTION_EXCEPTIONS` of the stack.
    #[arg(
        long,
        value_name = "ACCOUNT=DAYS",
        requires = "retention",
        help_heading = "What is kept"
    )]
    exceptions: Option<String>,
    /// Repairs without asking.
    #[arg(long, conflicts_with = "check")]
    yes: bool,
    /// Remembers here how far it is [default: a file of its own in the user's state directory].
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Prints what differs for people or for programs.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    target: Target,
    /// Reads the index in this table [default: the stack's].
    #[arg(
        long,
        value_name = "NAME",
        required_unless_present = "stack",
        help_heading = "Where"
    )]
    table: Option<String>,
    /// Reads the table at this address instead of at DynamoDB.
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    table_endpoint_url: Option<Url>,
    /// The bucket's Region, where it is not the stack's.
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    bucket_region: Option<String>,
    /// Reads the bucket at this address instead of at S3.
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    endpoint_url: Option<Url>,
}

/// How the outcome is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Table,
    /// As one object.
    Json,
}

/// How far it is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    step: Step,
    /// Everything up to this key was compared.
    last_key: Option<String>,
    /// Every day of the categories before this one, and of it every day up to this, was.
    last_day: Option<(String, String)>,
    /// How long the ledger of differences was then.
    differences: u64,
    /// Up to where in the ledger what differs was sent.
    sent: u64,
    totals: Totals,
    repaired: Repaired,
}

/// What is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Step {
    /// The files of the archive are compared with the index.
    #[default]
    Archive,
    /// The segments of the index are compared with the archive.
    Index,
    /// What differs is sent.
    Repair,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    arguments.selection.check()?;
    let source = Source::open(&arguments).await?;
    let command = if arguments.check {
        "rebuild-check"
    } else {
        "rebuild"
    };
    let (mut state, was_begun) = State::<Progress>::open(
        command,
        arguments.state.as_deref(),
        source.identity(&arguments),
    )?;
    if was_begun {
        anstream::eprintln!(
            "going on where it was, as {} says; delete that file to begin anew",
            state.file().display()
        );
    }
    let mut ledger = Ledger::open(state.file(), state.progress().differences)?;
    walk::compare(&source, &mut state, &mut ledger).await?;
    let is_equal = state.progress().totals.is_equal();
    let is_settled = if arguments.check || is_equal {
        is_equal
    } else {
        mend(&arguments, &source, &mut state, &ledger).await?
    };
    let report = Report {
        location: &arguments.location,
        progress: state.progress(),
        is_check: arguments.check,
    };
    report.print(arguments.output, &ledger)?;
    // What was not agreed to can be gone on with, for as long as nothing else has changed.
    if arguments.check || is_equal || state.progress().step == Step::Repair {
        state.remove()?;
        ledger.remove()?;
    }
    Ok(if is_settled {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Has what differs repaired, where somebody agrees; tells whether all of it is.
async fn mend(
    arguments: &Arguments,
    source: &Source,
    state: &mut State<Progress>,
    ledger: &Ledger,
) -> Result<bool, Failure> {
    let Some(endpoint) = &source.endpoint else {
        return Err(Failure::usage(
            "the API repairs: name it with --stack or --endpoint, or give --check",
        ));
    };
    let (segments, files) = repair::count(ledger)?;
    if state.progress().step != Step::Repair {
        anstream::eprintln!("{}", report::sentence(&state.progress().totals));
        if !arguments.yes && !is_agreed(segments, files)? {
            anstream::eprintln!("nothing was repaired");
            return Ok(false);
        }
        state.change(|progress| progress.step = Step::Repair)?;
    }
    let bar = progress::bar(segments + files, "repaired");
    repair::repair(endpoint, ledger, state, &bar).await?;
    bar.finish_and_clear();
    Ok(state.progress().repaired.left == 0)
}

/// Asks whether to begin; where nobody can be asked that is wrong usage.
fn is_agreed(segments: u64, files: u64) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "nobody can be asked here: give --yes to repair without, or --check",
        ));
    }
    anstream::eprint!(
        "have {} segments written again and {} log files indexed? [y/N] ",
        HumanCount(segments),
        HumanCount(files)
    );
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}
