//! The summary as tables for people.

use std::io::{self, Write as _};

use comfy_table::{Cell, CellAlignment, Table};
use indicatif::HumanCount;

use super::report::{OfName, OfRule, Report};
use crate::plain_table::{table, write};
use crate::rule_set::shown;
use crate::rules_command::{colored, count};

/// How many principals and accounts are shown; the other outputs have all.
const NAMED: usize = 20;

/// Prints a report.
pub(super) fn print(report: &Report) -> io::Result<()> {
    let mut out = anstream::AutoStream::auto(io::stdout());
    if report.rules.is_empty() {
        writeln!(out, "no rule matches")?;
    } else {
        write(&mut out, of_rules(&report.rules))?;
        for (title, names) in [
            ("principal", &report.principals),
            ("account", &report.accounts),
        ] {
            writeln!(out)?;
            write(&mut out, of_names(title, names))?;
            if names.len() > NAMED {
                writeln!(out, "and {} more: see --output json", names.len() - NAMED)?;
            }
        }
    }
    writeln!(out, "\n{}", report.totals)?;
    if report.totals.repeated_events > 0 {
        let repeated = count(
            report.totals.repeated_events,
            "matching record",
            "matching records",
        );
        writeln!(out, "{repeated} repeated an event and counted once")?;
    }
    if report.totals.skipped_files > 0 {
        let skipped = count(report.totals.skipped_files as u64, "file", "files");
        writeln!(out, "{skipped} left out: not .json.gz, .json or .jsonl")?;
    }
    if report.rules.iter().any(|rule| rule.stage == "stage") {
        writeln!(
            out,
            "rules of the stage `stage` are being tried: they alert nobody"
        )?;
    }
    out.flush()
}

fn of_rules(rules: &[OfRule]) -> Table {
    let mut table = table(&[
        "level",
        "stage",
        "matches",
        "rule",
        "first",
        "last",
        "principals",
    ]);
    table.add_rows(rules.iter().map(|rule| {
        [
            colored(rule.level),
            Cell::new(rule.stage),
            number(rule.matches),
            Cell::new(shown(&rule.rule)),
            time(rule.first.as_deref()),
            time(rule.last.as_deref()),
            number(rule.principals as u64),
        ]
    }));
    table
}

fn of_names(title: &str, names: &[OfName]) -> Table {
    let mut table = table(&["highest", "matches", "rules", title, "first", "last"]);
    table.add_rows(names.iter().take(NAMED).map(|of| {
        [
            colored(of.level),
            number(of.matches),
            number(of.rules as u64),
            Cell::new(of.name.as_deref().map_or("unknown".to_owned(), |name| {
                alerts::escape::visible(name, 200)
            })),
            time(of.first.as_deref()),
            time(of.last.as_deref()),
        ]
    }));
    table
}

fn number(number: u64) -> Cell {
    Cell::new(HumanCount(number)).set_alignment(CellAlignment::Right)
}

fn time(time: Option<&str>) -> Cell {
    Cell::new(time.unwrap_or("unknown"))
}
