//! `trailkeep up`: the whole stack on this machine, over a folder of log files.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use index::Retention;
use local::trigger::RunningTrigger;

use crate::failure::Failure;
use crate::logs::Logs;
use crate::stack::{GIVEN_UP, Intake, Look, Patience, Progress, Stack};

mod keep;
mod server;
mod signals;
mod summary;

use server::Server;
use signals::Signals;
use summary::Summary;

/// How long a file that was just written is waited for before it is read as it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often LOGS are looked through for new files, at most.
const LOOK: Duration = Duration::from_millis(1_500);

/// Indexes log files on this machine and serves the lookup API over them.
///
/// Starts S3, SNS, SQS and DynamoDB endpoints on loopback in this process, puts
/// the log files into the local bucket as CloudTrail would, and runs the same
/// functions on the same payloads as on AWS. Prints a summary and, once
/// everything is indexed, `ready http://127.0.0.1:PORT`. Files that are put
/// into LOGS later are picked up.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  trailkeep up                                  the sample trail, in memory
  trailkeep up ~/exports/AWSLogs --data ~/trail keeps the index and goes on after a stop
  trailkeep up logs.jsonl --exit --output json  index, tell the counts, and stop

Exit codes: 0 done, 1 findings (rejected files, quarantined records) or failure, 2 wrong usage.")]
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

    /// How long events are kept, like 90d, 12w or 1y; for ever without.
    #[arg(long, value_name = "TIME", value_parser = keep::parse)]
    retention: Option<Retention>,

    /// Stops after indexing, with exit code 1 where anything was rejected or quarantined.
    #[arg(long)]
    exit: bool,

    /// How many files are indexed together, in common segments.
    #[arg(long, value_name = "FILES", default_value_t = 10,
          value_parser = clap::value_parser!(u16).range(1..=10_000))]
    batch: u16,

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

/// A stack at work on LOGS.
struct Session {
    stack: Arc<Stack>,
    progress: Arc<Progress>,
    trigger: RunningTrigger,
    /// Taken while files are read on a thread of its own.
    intake: Option<Intake>,
    started: Instant,
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    log();
    let logs = if arguments.logs.is_empty() {
        Logs::sample()?
    } else {
        Logs::named(&arguments.logs)?
    };
    let server = if arguments.exit {
        None
    } else {
        Some(Server::bind(arguments.port).await?)
    };
    let mut signals = Signals::new()?;
    let retention = arguments.retention.unwrap_or(Retention::OFF);
    let stack = Arc::new(Stack::start(arguments.data.as_deref(), retention).await?);
    let progress = Arc::new(Progress::new(std::io::stderr().is_terminal()));
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
            resumed.indexed + resumed.announced
        }
        None => 0,
    };
    let counted = Arc::clone(&progress);
    let trigger = stack.start_indexing(arguments.batch.into(), move |counts| counted.add(counts));
    let mut session = Session {
        intake: Some(Intake::new(
            logs.clone(),
            Arc::clone(&stack),
            Arc::clone(&progress),
        )),
        stack,
        progress,
        trigger,
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

impl Session {
    /// Indexes everything that is there.
    async fn index(&mut self) -> Result<Summary, Failure> {
        let until = Instant::now() + PATIENCE;
        while self.look(Patience::FirstSight).await?.is_waiting {
            if Instant::now() >= until {
                self.look(Patience::None).await?;
                break;
            }
            tokio::time::sleep(LOOK / 5).await;
        }
        self.trigger.idle().await?;
        self.progress.finish();
        let seconds = self.started.elapsed().as_secs_f64();
        let table = self.stack.table();
        let holdings = self.stack.holdings(&table).await?;
        let intake = self.intake.as_ref().ok_or_else(interrupted)?;
        Ok(Summary::new(
            holdings,
            intake,
            self.progress.indexed(),
            seconds,
        ))
    }

    /// Looks through LOGS once and puts what is new, on a thread that may block.
    async fn look(&mut self, patience: Patience) -> Result<Look, Failure> {
        let mut intake = self.intake.take().ok_or_else(interrupted)?;
        let (intake, look) = tokio::task::spawn_blocking(move || {
            let look = intake.look(patience);
            (intake, look)
        })
        .await?;
        self.intake = Some(intake);
        look
    }

    /// Tells what was rejected or quarantined and has not been told yet.
    fn tell(&mut self, summary: &Summary) {
        if let Some(intake) = &mut self.intake {
            intake.tell_findings(&summary.holdings().findings);
            intake.tell_given_up(&summary.holdings().unindexed);
        }
    }

    /// Serves lookups and picks up new files, until it is told to stop.
    async fn serve(&mut self, server: Server, signals: &mut Signals) -> Result<ExitCode, Failure> {
        let url = server.url();
        let history = self.stack.history(self.stack.table());
        let running = server.serve(history);
        let mut stdout = std::io::stdout();
        // A reader that has gone does not stop the server.
        let _ = writeln!(stdout, "ready {url}").and_then(|()| stdout.flush());
        self.progress.say(format_args!("{}", summary::hint(&url)));
        let outcome = tokio::select! {
            failure = self.keep_looking() => Err(failure),
            () = signals.received() => Ok(ExitCode::SUCCESS),
        };
        running.stop().await;
        outcome
    }

    /// Picks up new files for ever; answers why it cannot go on.
    async fn keep_looking(&mut self) -> Failure {
        let mut pause = LOOK;
        loop {
            tokio::time::sleep(pause).await;
            let started = Instant::now();
            if let Err(failure) = self.pick_up().await {
                return failure;
            }
            // Folders that take long to walk are walked less often.
            pause = LOOK.max(started.elapsed() * 10);
        }
    }

    async fn pick_up(&mut self) -> Result<(), Failure> {
        let (before, given_up) = (self.progress.indexed(), self.stack.dead_letters()?);
        let new = self.look(Patience::SecondSight).await?.new;
        if new == 0 {
            return Ok(());
        }
        self.trigger.idle().await?;
        let findings = self.stack.findings(&self.stack.table()).await?;
        self.progress.say(format_args!(
            "picked up {new} new log files with {} events",
            self.progress.indexed() - before
        ));
        let given_up = self.stack.dead_letters()? - given_up;
        let intake = self.intake.as_mut().ok_or_else(interrupted)?;
        let unknown = given_up.saturating_sub(intake.tell_findings(&findings));
        if unknown > 0 {
            self.progress
                .say(format_args!("rejected {unknown} log files: {GIVEN_UP}"));
        }
        Ok(())
    }

    /// Lets the batches at work finish, and closes the stores.
    async fn stop(self) {
        self.trigger.stop().await;
        drop(self.intake);
        // A reading thread that was cut off may hold on to it for a moment;
        // the stores are as good after that as after a kill.
        if let Some(stack) = Arc::into_inner(self.stack) {
            stack.stop().await;
        }
    }
}

fn interrupted() -> Failure {
    Failure::new("reading the log files was interrupted")
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
