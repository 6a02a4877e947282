//! Indexing and evaluating what is there, and serving what came of it.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws::Table;
use local::trigger::RunningTrigger;

use super::detected::Detected;
use super::server::Server;
use super::signals::Signals;
use super::summary::{self, Summary};
use crate::failure::Failure;
use crate::stack::{GIVEN_UP, Holdings, Intake, Look, Patience, Progress, RunningDetection, Stack};

/// How long a file that was just written is waited for before it is read as it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often LOGS are looked through for new files, at most.
const LOOK: Duration = Duration::from_millis(1_500);

/// A stack at work on LOGS.
pub(super) struct Session {
    pub(super) stack: Arc<Stack>,
    pub(super) progress: Arc<Progress>,
    pub(super) trigger: RunningTrigger,
    /// Nothing where no alerts are wanted.
    pub(super) detection: Option<RunningDetection>,
    /// Taken while files are read on a thread of its own.
    pub(super) intake: Option<Intake>,
    pub(super) started: Instant,
}

impl Session {
    /// Indexes and evaluates everything that is there.
    pub(super) async fn index(&mut self) -> Result<Summary, Failure> {
        let until = Instant::now() + PATIENCE;
        while self.look(Patience::FirstSight).await?.is_waiting {
            if Instant::now() >= until {
                self.look(Patience::None).await?;
                break;
            }
            tokio::time::sleep(LOOK / 5).await;
        }
        self.trigger.idle().await?;
        let seconds = self.started.elapsed().as_secs_f64();
        if let Some(detection) = &self.detection
            && let Some(reason) = detection.idle().await?
        {
            self.progress
                .say(format_args!("alerts are left to publish: {reason}"));
        }
        self.progress.finish();
        let table = self.stack.table();
        let holdings = self.stack.holdings(&table).await?;
        let alerts = self.alerts(&table, &holdings).await?;
        let intake = self.intake.as_ref().ok_or_else(interrupted)?;
        let run = (self.progress.indexed(), seconds);
        Ok(Summary::new(holdings, alerts, intake, run))
    }

    /// Counts what was alerted on; nothing where that is not wanted.
    async fn alerts(&self, table: &Table, held: &Holdings) -> Result<Option<Detected>, Failure> {
        let Some(detection) = &self.detection else {
            return Ok(None);
        };
        let now = lookup::Clock::system().now();
        let alerted = self.stack.alerted(table, &held.days, now).await?;
        // A file that is rejected is so by both.
        let rejected = held.rejected() + held.unindexed.len() as u64;
        let unevaluated = detection.dead_letters()?.saturating_sub(rejected);
        Ok(Some(Detected {
            alerted,
            unevaluated,
        }))
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
    pub(super) fn tell(&mut self, summary: &Summary) {
        if let Some(intake) = &mut self.intake {
            intake.tell_findings(&summary.holdings().findings);
            intake.tell_given_up(&summary.holdings().unindexed);
        }
    }

    /// Serves lookups and picks up new files, until it is told to stop.
    pub(super) async fn serve(
        &mut self,
        server: Server,
        signals: &mut Signals,
    ) -> Result<ExitCode, Failure> {
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
    pub(super) async fn stop(self) {
        self.trigger.stop().await;
        if let Some(detection) = self.detection {
            detection.stop().await;
        }
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
