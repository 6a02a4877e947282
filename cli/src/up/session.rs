//! Indexing, verifying and evaluating what is there, and serving what came of it.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws::Table;
use local::trigger::RunningTrigger;

use super::detected::Detected;
use super::proven::Proven;
use super::server::Server;
use super::signals::Signals;
use super::summary::{self, Summary};
use crate::failure::Failure;
use crate::stack::{
    GIVEN_UP, Holdings, Intake, Keeping, Look, Patience, Progress, RunningDetection,
    RunningVerification, Stack,
};

/// How long a file that was just written is waited for before it is read as it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often LOGS are looked through for new files, at most.
const LOOK: Duration = Duration::from_millis(1_500);

/// How often log files that the sweep has asked for are waited for, before they are left to the
/// next one.
const SWEEPS: u32 = 3;

/// A stack at work on LOGS.
pub(super) struct Session {
    pub(super) stack: Arc<Stack>,
    pub(super) progress: Arc<Progress>,
    pub(super) trigger: RunningTrigger,
    /// Nothing where no alerts are wanted.
    pub(super) detection: Option<RunningDetection>,
    /// Nothing where there are no digests.
    pub(super) verification: Option<RunningVerification>,
    pub(super) keeping: Keeping,
    /// Whether anything was put that is not verified yet.
    pub(super) is_unverified: bool,
    /// Taken while files are read on a thread of its own.
    pub(super) intake: Option<Intake>,
    pub(super) started: Instant,
}

impl Session {
    /// Indexes, verifies and evaluates everything that is there.
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
        self.verify().await?;
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
        let proven = self.proven(&table, &holdings).await?;
        // Behind the counts: what is past its time is deleted.
        if let Err(reason) = self.keeping.look_through().await {
            self.progress
                .say(format_args!("retention is left to be enforced: {reason}"));
        }
        let intake = self.intake.as_ref().ok_or_else(interrupted)?;
        let run = (self.progress.indexed(), seconds);
        Ok(Summary::new(holdings, (alerts, proven), intake, run))
    }

    /// Has the digests examined that were put, and everything looked through that changed.
    ///
    /// Call it once the log files are indexed that they list: one that is missing is a finding.
    async fn verify(&mut self) -> Result<(), Failure> {
        let Some(verification) = &self.verification else {
            return Ok(());
        };
        let intake = self.intake.as_mut().ok_or_else(interrupted)?;
        let announcements = intake.digests();
        verification.announce(announcements)?;
        verification.idle().await?;
        for _ in 0..SWEEPS {
            match verification.sweep().await {
                Ok(0) => break,
                Ok(_) => self.trigger.idle().await?,
                Err(reason) => {
                    self.progress
                        .say(format_args!("log files are left to verify: {reason}"));
                    break;
                }
            }
        }
        self.is_unverified = false;
        Ok(())
    }

    /// Counts what is proven; nothing where there are no digests.
    async fn proven(&self, table: &Table, held: &Holdings) -> Result<Option<Proven>, Failure> {
        let Some(verification) = &self.verification else {
            return Ok(None);
        };
        Ok(Some(Proven {
            verified: self.stack.verified(table, &held.digests).await?,
            unexamined: verification.dead_letters()?,
        }))
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
        let running = server.serve(history, self.keeping.routes());
        self.keeping.keep_looking_through();
        if let Some(verification) = &mut self.verification {
            verification.keep_sweeping();
        }
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
        // A sweep would find missing what is about to come.
        let turn = match &self.verification {
            Some(verification) => Some(verification.turn().await),
            None => None,
        };
        let (before, given_up) = (self.progress.indexed(), self.stack.dead_letters()?);
        let Look {
            new,
            digests,
            is_waiting,
        } = self.look(Patience::SecondSight).await?;
        self.is_unverified |= new + digests > 0;
        if new == 0 {
            drop(turn);
            // Digests may come before the log files that they list: once LOGS are quiet, all
            // of these are there.
            if self.is_unverified && digests == 0 && !is_waiting {
                self.verify().await?;
            }
            return Ok(());
        }
        self.trigger.idle().await?;
        drop(turn);
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
        if let Some(verification) = self.verification {
            verification.stop().await;
        }
        self.keeping.stop().await;
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
