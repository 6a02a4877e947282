//! `trailkeep detect`: finds out what the rules say of log files.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::ValueEnum;
use detection::{Level, Rules};

use crate::failure::Failure;
use crate::logs::Logs;
use crate::rule_set::{Choice, shown};
use crate::rules_command::level;

mod findings;
mod period;
mod printer;
mod progress;
mod reader;
mod report;
mod sighting;
mod table;
mod watch;
mod work;

use findings::Findings;
use period::Period;
use progress::Progress;
use report::Report;
use watch::Watch;

/// Runs detection rules over log files.
///
/// Reads LOGS on all cores with the shipped rules or those of --rules, and summarises what they
/// find by rule, principal and account, or prints every match. An event that is in several files
/// counts once.
///
/// Exit codes: 0 done, 1 --fail-on is met, or a file, record or rule could not be read (the rest
/// was), 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  trailkeep detect ~/exports/AWSLogs
  trailkeep detect logs/ --level high --output jsonl | jq -r '[.event_time, .rule, .principal] | @tsv'
  trailkeep detect logs/ --rules my-rule.yml --fail-on high")]
pub(crate) struct Arguments {
    /// Files, folders or patterns of .json.gz, .json ({"Records":[...]} or [...]) or .jsonl (a
    /// record on every line).
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    /// Leaves out matches of lower levels: informational, low, medium, high, critical.
    #[arg(long, value_parser = level, help_heading = "What")]
    level: Option<Level>,
    #[command(flatten)]
    period: Period,
    /// Ends with exit code 1 where a rule of this level or a higher one matches, shown or not;
    /// staged rules do not count.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    fail_on: Option<Level>,
    /// How the outcome is written.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// How the outcome is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// A summary for people.
    #[default]
    Table,
    /// The summary as one object.
    Json,
    /// One object a line for each match, in the order of time.
    Jsonl,
    /// The same as comma-separated values under a row of names.
    Csv,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let range = arguments.period.seconds()?;
    let logs = Logs::named(&arguments.logs)?;
    let set = arguments.choice.read()?;
    let found = logs.find();
    if found.files.is_empty() && found.unreadable.is_empty() {
        return Err(Failure::new(format!(
            "there are no log files in {}",
            logs.names()
        )));
    }
    let start = Instant::now();
    let progress = Progress::new(&found.files);
    let watch = Watch::new(&set.rules, range);
    let mut findings = Findings::new(&set.rules, &watch, &found.files, arguments.level);
    for (path, reason) in &found.unreadable {
        findings.unreadable(path, reason);
    }
    work::run(&watch, &found.files, |batch| {
        progress.add(&batch);
        findings.add(batch);
    })?;
    progress.finish();
    let seconds = start.elapsed().as_secs_f64();
    findings.finish(&watch);
    let report = Report::new(&set, &found, &findings, seconds);
    match print(arguments.output, &set.rules, &findings, &report) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        outcome => outcome?,
    }
    let errors = set.tell_errors();
    tell_troubles(&findings);
    let is_met = arguments
        .fail_on
        .is_some_and(|least| findings.worst().is_some_and(|worst| worst >= least));
    Ok(if is_met || errors > 0 || findings.has_troubles() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn print(
    output: Output,
    rules: &Rules,
    findings: &Findings<'_>,
    report: &Report,
) -> io::Result<()> {
    match output {
        Output::Table => table::print(report),
        Output::Json => printer::json(report),
        Output::Jsonl => printer::jsonl(rules, findings),
        Output::Csv => printer::csv(rules, findings),
    }?;
    if matches!(output, Output::Jsonl | Output::Csv) {
        anstream::eprintln!("{}", report.totals);
    }
    Ok(())
}

/// Says on standard error what could not be read.
fn tell_troubles(findings: &Findings<'_>) {
    for trouble in findings.troubles() {
        anstream::eprintln!("warning: {}", shown(&trouble.to_string()));
    }
    if findings.untold() > 0 {
        anstream::eprintln!(
            "warning: {} more records could not be read",
            findings.untold()
        );
    }
}
