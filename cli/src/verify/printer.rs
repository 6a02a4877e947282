//! Printing what an audit came to.

use std::io::{self, Write as _};

use integrity::Finding;
use integrity::audit::Report;
use integrity::coverage::{HOUR, StreamHours};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Output, table};
use crate::failure::Failure;

/// Prints a report; whoever reads and is gone has seen enough.
pub(super) fn print(output: Output, report: &Report) -> Result<(), Failure> {
    let outcome = match output {
        Output::Table => table::print(report),
        Output::Json => print_json(report),
    };
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Writes a time as people and programs read it; nothing where there is none.
pub(super) fn iso(seconds: i64) -> Option<String> {
    let time = Timestamp::from_second(seconds).ok()?;
    (seconds != 0).then(|| time.to_string())
}

fn print_json(report: &Report) -> io::Result<()> {
    let coverage = report.coverage.streams().iter().map(stream);
    let answer = json!({
        "verdict": report.verdict,
        "start": report.start.and_then(iso),
        "end": report.end.and_then(iso),
        "digest_files": { "checked": report.digests_checked, "valid": report.digests_valid },
        "log_files": { "checked": report.files_checked, "valid": report.files_valid },
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "coverage": coverage.collect::<Vec<_>>(),
        "notes": report.notes,
    });
    let mut out = anstream::stdout();
    serde_json::to_writer_pretty(&mut out, &answer)?;
    writeln!(out)
}

fn finding(finding: &Finding) -> Value {
    json!({
        "id": finding.id(),
        "kind": finding.kind.as_str(),
        "severity": finding.severity().as_str(),
        "time": iso(finding.time),
        "account": finding.account,
        "region": finding.region,
        "object": finding.object,
        "detail": finding.detail,
        "respond": finding.respond(),
    })
}

fn stream(hours: &StreamHours) -> Value {
    let runs = hours.hours.runs().iter().map(|run| {
        let (start, end) = (run.first.saturating_mul(HOUR), run.end.saturating_mul(HOUR));
        json!({ "start": iso(start), "end": iso(end), "state": run.state })
    });
    json!({
        "account": hours.stream.account,
        "region": hours.stream.region,
        "trail": hours.stream.trail,
        "hours": runs.collect::<Vec<_>>(),
    })
}
