//! What was indexed, told when it is.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

use index::finding::{Finding, FindingKind};
use indicatif::HumanCount;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::Output;
use super::detected::Detected;
use super::proven::Proven;
use crate::failure::Failure;
use crate::stack::{GIVEN_UP, Holdings, Intake, rate};

/// How many accounts, Regions or files a line of text names.
const NAMED: usize = 12;

/// What the index holds, and what came of this run.
pub(super) struct Summary {
    holdings: Holdings,
    rejected: Vec<Rejected>,
    skipped: u64,
    known: u64,
    /// The events that this run indexed, and how long it took.
    run: (u64, f64),
    alerts: Option<Detected>,
    proven: Option<Proven>,
}

/// A file that is not indexed.
#[derive(Debug, Serialize)]
struct Rejected {
    file: String,
    reason: String,
}

impl Summary {
    pub(super) fn new(
        holdings: Holdings,
        (alerts, proven): (Option<Detected>, Option<Proven>),
        intake: &Intake,
        run: (u64, f64),
    ) -> Self {
        let unreadable = intake.unreadable().iter().map(|(path, reason)| Rejected {
            file: path.display().to_string(),
            reason: reason.clone(),
        });
        let rejected = holdings
            .findings
            .values()
            .filter(|finding| is_rejection(finding));
        let rejected = rejected.map(|finding| Rejected {
            file: intake.name_of(&finding.file.key),
            reason: finding.reason.clone(),
        });
        let given_up = holdings.unindexed.iter().map(|key| Rejected {
            file: intake.name_of(key),
            reason: GIVEN_UP.to_owned(),
        });
        Self {
            rejected: unreadable.chain(rejected).chain(given_up).collect(),
            skipped: intake.skipped(),
            known: intake.known(),
            run,
            holdings,
            alerts,
            proven,
        }
    }

    /// The files that were met and are logs.
    pub(super) fn files(&self) -> u64 {
        self.holdings.files + self.holdings.other_objects + self.rejected.len() as u64
    }

    /// What the index holds.
    pub(super) const fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// Says by its exit code whether anything was found wrong.
    pub(super) fn exit_code(&self) -> ExitCode {
        let is_clean = self.rejected.is_empty()
            && self.holdings.findings.is_empty()
            && self.holdings.quarantined == 0
            && self.holdings.duplicates().is_some()
            && self.alerts.as_ref().is_none_or(Detected::are_whole)
            && self.proven.as_ref().is_none_or(Proven::is_clean);
        if is_clean {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// Writes it to standard output.
    pub(super) fn print(&self, output: Output) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match output {
            Output::Text => write!(stdout, "{self}")?,
            Output::Json => writeln!(stdout, "{}", self.json())?,
        }
        Ok(stdout.flush()?)
    }

    fn json(&self) -> serde_json::Value {
        let held = &self.holdings;
        let (indexed, seconds) = self.run;
        json!({
            "files": held.files,
            "rejected_files": self.rejected.len(),
            "skipped_files": self.skipped,
            "other_objects": held.other_objects,
            "known_files": self.known,
            "segments": held.segments,
            "records": held.records,
            "events": held.indexed,
            "duplicates": held.duplicates(),
            "quarantined": held.quarantined,
            "expired_on_arrival": held.expired,
            "is_reconciled": held.duplicates().is_some(),
            "oldest": held.oldest.map(time),
            "newest": held.newest.map(time),
            "accounts": held.accounts,
            "regions": held.regions,
            "rejected": self.rejected,
            "integrity": self.proven.as_ref().map(Proven::json),
            "alerts": self.alerts.as_ref().map(Detected::json),
            "run": {
                "events": indexed,
                "seconds": seconds,
                "events_per_second": rate(indexed, seconds),
            },
        })
    }
}

fn is_rejection(finding: &Finding) -> bool {
    matches!(finding.kind, FindingKind::Rejected | FindingKind::Conflict)
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = &self.holdings;
        let (indexed, seconds) = self.run;
        let mut files = format!("{} indexed", HumanCount(held.files));
        for (count, kind) in [
            (self.rejected.len() as u64, "rejected"),
            (self.skipped, "skipped"),
            (held.other_objects, "digests and the like"),
            (self.known, "there already"),
        ] {
            if count > 0 {
                write!(files, ", {} {kind}", HumanCount(count))?;
            }
        }
        let duplicates = held.duplicates();
        let count =
            duplicates.map_or_else(|| "?".to_owned(), |count| HumanCount(count).to_string());
        let rate = format!(
            "{} in {seconds:.1} s, {} a second",
            HumanCount(indexed),
            HumanCount(rate(indexed, seconds))
        );
        let mut line =
            |name: &str, value: &dyn fmt::Display| writeln!(formatter, "{name:<12} {value}");
        line("files", &files)?;
        for rejected in self.rejected.iter().take(NAMED) {
            line(
                "  rejected",
                &format_args!("{}: {}", rejected.file, rejected.reason),
            )?;
        }
        if self.rejected.len() > NAMED {
            line(
                "  rejected",
                &format_args!("{} more", self.rejected.len() - NAMED),
            )?;
        }
        line(
            "events",
            &format_args!("{} ({rate})", HumanCount(held.indexed)),
        )?;
        line("duplicates", &count)?;
        line("quarantined", &HumanCount(held.quarantined))?;
        line(
            "expired",
            &format_args!("{} on arrival", HumanCount(held.expired)),
        )?;
        let sum = format_args!(
            "{} in = {} indexed + {count} duplicates + {} quarantined + {} expired on arrival",
            HumanCount(held.records),
            HumanCount(held.indexed),
            HumanCount(held.quarantined),
            HumanCount(held.expired),
        )
        .to_string();
        line("records", &sum)?;
        if duplicates.is_none() {
            line("", &"more was counted out than in: the index is not right")?;
        }
        let range = match (held.oldest, held.newest) {
            (Some(oldest), Some(newest)) => format!("{} to {}", time(oldest), time(newest)),
            _ => "none".to_owned(),
        };
        line("time range", &range)?;
        line("accounts", &names(&held.accounts))?;
        line("regions", &names(&held.regions))?;
        if let Some(proven) = &self.proven {
            line("integrity", proven)?;
        }
        match &self.alerts {
            Some(alerts) => line("alerts", alerts),
            None => Ok(()),
        }
    }
}

fn names(names: &std::collections::BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}: {}{more}", names.len(), shown.join(", "))
}

fn time(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

/// How to look events up, for whoever sees the server start.
pub(super) fn hint(url: &str) -> String {
    let endpoint = if url == crate::endpoint::LOCAL {
        String::new()
    } else {
        format!(" --endpoint {url}")
    };
    format!(
        "look events up, for example with\n\
         \x20 trailkeep lookup --event-name ConsoleLogin{endpoint}\n\
         \x20 aws cloudtrail lookup-events --endpoint-url {url} --region us-east-1 --no-sign-request\n\
         \x20 curl '{url}/v1/events?read_only=false&limit=5'\n\
         Ctrl-C stops"
    )
}
