//! What an audit came to, for people.

use std::io::{self, Write as _};

use comfy_table::{Cell, CellAlignment, Color, Table};
use indicatif::HumanCount;
use integrity::audit::{Report, Verdict};
use integrity::coverage::HOUR;
use integrity::{Counts, Finding, Severity};

use super::printer::iso;
use crate::lookup_events::printable;
use crate::plain_table::{table, write};

/// How many findings are shown; the other output has all.
const SHOWN: usize = 200;

/// Prints a report.
pub(super) fn print(report: &Report) -> io::Result<()> {
    let mut out = anstream::AutoStream::auto(io::stdout());
    if !report.findings.is_empty() {
        write(&mut out, findings(&report.findings))?;
        let more = report.findings.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(
                out,
                "and {} more: see --output json",
                HumanCount(more as u64)
            )?;
        }
        writeln!(out)?;
    }
    write(&mut out, hours(report))?;
    writeln!(out)?;
    for (checked, valid, noun) in [
        (report.digests_checked, report.digests_valid, "digest files"),
        (report.files_checked, report.files_valid, "log files"),
    ] {
        let (checked, valid) = (HumanCount(checked), HumanCount(valid));
        writeln!(out, "{valid} of {checked} {noun} valid")?;
    }
    for note in &report.notes {
        writeln!(out, "note: {}", printable(note))?;
    }
    writeln!(out, "{}", verdict(report))?;
    out.flush()
}

fn verdict(report: &Report) -> String {
    match report.verdict {
        Verdict::Proven => "proven: complete and unaltered".to_owned(),
        Verdict::TailUnproven => "not proven: whether the newest digests are missing cannot be \
                                  told without --end"
            .to_owned(),
        Verdict::Unproven => "not proven".to_owned(),
        Verdict::Findings => {
            let count = report.findings.len();
            let noun = if count == 1 { "finding" } else { "findings" };
            format!("not proven: {} {noun}", HumanCount(count as u64))
        }
    }
}

fn findings(findings: &[Finding]) -> Table {
    let mut table = table(&["severity", "finding", "time", "account/region", "what"]);
    for finding in findings.iter().take(SHOWN) {
        let place: Vec<_> = finding
            .account
            .iter()
            .chain(&finding.region)
            .cloned()
            .collect();
        let what = match &finding.object {
            Some(object) => format!("{object}: {}", finding.detail),
            None => finding.detail.clone(),
        };
        table.add_row(vec![
            colored(finding.severity()),
            Cell::new(finding.kind.as_str()),
            Cell::new(iso(finding.time).unwrap_or_default()),
            Cell::new(printable(&place.join("/"))),
            Cell::new(printable(&what)),
        ]);
    }
    table
}

fn colored(severity: Severity) -> Cell {
    let cell = Cell::new(severity.as_str());
    match severity {
        Severity::Critical | Severity::High => cell.fg(Color::Red),
        Severity::Medium => cell.fg(Color::Yellow),
        Severity::Low => cell,
    }
}

fn hours(report: &Report) -> Table {
    let mut table = table(&[
        "account", "region", "proven", "pending", "findings", "unknown",
    ]);
    // Nobody asks about the hours before the first digest where no start is given.
    let runs = || {
        let streams = report.coverage.streams().iter();
        streams.flat_map(|stream| stream.hours.runs())
    };
    let first = runs().map(|run| run.first.saturating_mul(HOUR)).min();
    let last = runs().map(|run| run.end.saturating_mul(HOUR)).max();
    let start = report.start.or(first).unwrap_or_default();
    // Of an hour that the range only begins, nothing can be said.
    let whole = |end: i64| end.saturating_add(1).div_euclid(HOUR).saturating_mul(HOUR);
    let end = report.end.map(whole).or(last).unwrap_or_default();
    for (account, region) in report.coverage.by_place(None, None).into_keys() {
        let Counts {
            proven,
            pending,
            finding,
            unknown,
        } = report
            .coverage
            .over(start, end, Some(account), Some(region));
        let mut row = vec![Cell::new(printable(account)), Cell::new(printable(region))];
        row.extend([proven, pending, finding, unknown].map(number));
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn number(number: u64) -> Cell {
    Cell::new(format!("{} h", HumanCount(number)))
}
