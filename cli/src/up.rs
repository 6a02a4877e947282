//! `trailkeep up`: the whole stack on this machine, over a folder of log files.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use index::Policy;

use crate::failure::Failure;
use crate::logs::Logs;
use crate::rule_set;
use crate::stack::{Intake, Progress, Signed, Stack};

mod detected;
mod keep;
mod proven;
mod server;
mod session;
mod signals;
mod summary;

use server::Server;
use session::Session;
use signals::Signals;

/// Indexes log files on this machine, alerts on them, and serves the lookup API over them.
///
/// Starts S3, SNS, SQS and DynamoDB endpoints on loopback in this process, puts
/// the log files into the local bucket as CloudTrail would, and runs the same
/// functions on the same payloads as on AWS. Tells alerts as they are published,
/// prints a summary and, once everything is indexed and evaluated,
/// `ready http://127.0.0.1:PORT`. Files that are put into LOGS later are picked up.
///
/// Digests among LOGS are verified, with what they say of the log files, where beside each
/// KEY.json.gz there is KEY.json.gz.metadata.json (the answer of `aws s3api head-object`), and
/// at or above them public-keys.json (that of `aws cloudtrail list-public-keys`).
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  trailkeep up                                  the sample trail, in memory
  trailkeep up ~/exports/AWSLogs --data ~/trail keeps the index and goes on after a stop
  trailkeep up logs.jsonl --exit --output json  index, tell the counts, and stop
  trailkeep up ~/exports/AWSLogs --rules own/   evaluates rules of your own, too

Exit codes: 0 done, 1 findings (rejected files, quarantined records, what digests do not prove)
or failure, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Files or folders of .json.gz, .json ({"Records":[...]}) or .jsonl (a record on every
    /// line); without any, the sample trail of the repository.
    logs: Vec<PathBuf>,

    /// Keeps everything in this directory and goes on from there; in memory without.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// The port on 127.0.0.1; 0 takes any that is free.
    #[arg(long, default_value_t = 8720)]
    port: u16,

    /// How long events are kept, like 90d, 12w or 1y, or by category, like
    /// Management=365,Data=30,NetworkActivity=90,Insight=0 in days; for ever without.
    #[arg(long, value_name = "TIME", value_parser = keep::parse)]
    retention: Option<Policy>,

    /// How long events of single accounts are kept otherwise, in days, 0 for ever, like
    /// 444455556666=365,111122223333:Data=30.
    #[arg(long, value_name = "LIST", value_parser = keep::parse_exceptions)]
    retention_exceptions: Option<String>,

    /// Stops when everything is indexed, evaluated and verified, with exit code 1 where anything
    /// was rejected or quarantined, or found to be altered or missing.
    #[arg(long)]
    exit: bool,

    /// How many files are indexed together, in common segments.
    #[arg(long, value_name = "FILES", default_value_t = 10,
          value_parser = clap::value_parser!(u16).range(1..=10_000))]
    batch: u16,

    /// A file or folder of Sigma rules that are evaluated besides the shipped ones; repeat it
    /// for several.
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,

    /// Evaluates no rules.
    #[arg(long, conflicts_with = "rules")]
    no_alerts: bool,

    /// How the summary is written.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// How a command writes its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Output {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    log();
    let logs = if arguments.logs.is_empty() {
        Logs::sample()?
    } else {
        Logs::named(&arguments.logs)?
    };
    let rules = match arguments.rules.as_slice() {
        [] => Vec::new(),
        paths => rule_set::find(paths)?,
    };
    let server = if arguments.exit {
        None
    } else {
        Some(Server::bind(arguments.port).await?)
    };
    let mut signals = Signals::new()?;
    let retention = arguments.retention.unwrap_or(Policy::FOREVER);
    let exceptions = arguments.retention_exceptions.unwrap_or_default();
    let policy = Policy::parse(&retention.to_string(), &exceptions)
        .map_err(|error| Failure::new(error.to_string()))?;
    let progress = Arc::new(Progress::new(std::io::stderr().is_terminal()));
    let signed = Signed::find(&logs);
    for complaint in signed.iter().flat_map(Signed::complaints) {
        progress.say(format_args!("{complaint}"));
    }
    let stack = Stack::start(arguments.data.as_deref(), policy, signed).await?;
    let stack = Arc::new(stack);
    if let Some(reason) = stack.unverified() {
        progress.say(format_args!("{reason}"));
    }
    let mut intake = Intake::new(logs.clone(), Arc::clone(&stack), Arc::clone(&progress));
    let resumed = match &arguments.data {
        Some(data) => {
            let resumed = stack.resume().await?;
            progress.expect(resumed.announced);
            progress.say(format_args!(
                "{} goes on with {} indexed files, {} to be indexed",
                data.display(),
                resumed.indexed,
                resumed.announced
            ));
            intake.expect_digests(resumed.digests);
            resumed.indexed + resumed.announced
        }
        None => 0,
    };
    let detection = if arguments.no_alerts {
        None
    } else {
        let told = Arc::clone(&progress);
        let detection = stack.detection(rules).await?;
        Some(detection.start(arguments.batch.into(), move |alert| told.alert(alert)))
    };
    let counted = Arc::clone(&progress);
    let trigger = stack.start_indexing(arguments.batch.into(), move |counts| counted.add(counts));
    let verification = stack.start_verifying()?;
    let keeping = stack.keeping()?;
    let mut session = Session {
        intake: Some(intake),
        stack,
        progress,
        trigger,
        detection,
        verification,
        keeping,
        is_unverified: false,
        started: Instant::now(),
    };
    let stopping = session.progress.stopping();
    let outcome = tokio::select! {
        summary = session.index() => summary.map(Some),
        () = signals.received() => Ok(None),
    };
    let outcome = match outcome {
        Ok(Some(summary)) => {
            session.tell(&summary);
            summary.print(arguments.output)?;
            if summary.files() == 0 && resumed == 0 {
                session
                    .progress
                    .say(format_args!("there are no log files in {}", logs.names()));
            }
            match server {
                None => Ok(summary.exit_code()),
                Some(server) => session.serve(server, &mut signals).await,
            }
        }
        Ok(None) => Err(Failure::new(match arguments.data {
            Some(_) => "stopped before everything was indexed: the same command goes on",
            None => "stopped before everything was indexed",
        })),
        Err(failure) => Err(failure),
    };
    stopping.set();
    session.stop().await;
    outcome
}

/// Writes log lines to standard error where `RUST_LOG` asks for them.
fn log() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_default_env() {
        // A subscriber that is there already is as good.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .try_init();
    }
}
