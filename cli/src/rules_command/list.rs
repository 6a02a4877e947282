//! `trailkeep rules list`: which rules there are.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use detection::{Level, Rule, Stage};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::rule_set::{Choice, shown};

/// How many names of a rule's lookups the table shows.
const NAMED: usize = 3;

/// Lists rules: id, level, stage, ATT&CK, title, and the lookups that they narrow to.
///
/// Rules that only correlations count are left out. Exit codes: 0 done, 1 a rule does not load,
/// 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  trailkeep rules list --level high
  trailkeep rules list --rules my-rules/ --with-shipped --output json | jq -r '.[].title'")]
pub(super) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Leaves out rules of lower levels: informational, low, medium, high, critical.
    #[arg(long, value_parser = super::level)]
    level: Option<Level>,
    /// Lists the rules that alert, or those that are tried quietly: alert, stage.
    #[arg(long, value_parser = super::stage)]
    stage: Option<Stage>,
    /// How the list is written.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people: one line a rule.
    #[default]
    Table,
    /// One array.
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let set = arguments.choice.read()?;
    let listed: Vec<&Rule> = set
        .rules
        .iter()
        .filter(|rule| rule.is_alerting)
        .filter(|rule| arguments.level.is_none_or(|least| rule.level >= least))
        .filter(|rule| arguments.stage.is_none_or(|stage| rule.stage == stage))
        .collect();
    let printed = match arguments.output {
        Output::Table => print(&listed),
        Output::Json => {
            let listed: Value = listed.iter().map(|rule| json(rule)).collect();
            writeln!(io::stdout(), "{listed}")
        }
    };
    match printed {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        outcome => outcome?,
    }
    Ok(if set.tell_errors() > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn print(rules: &[&Rule]) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(if io::stdout().is_terminal() {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    let header = ["id", "level", "stage", "att&ck", "title", "narrows to"];
    table.set_header(header.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    table.add_rows(rules.iter().map(|rule| {
        let techniques: Vec<_> = rule.techniques().collect();
        [
            Cell::new(shown(&rule.id)),
            colored(rule.level),
            Cell::new(rule.stage.name()),
            Cell::new(shown(&techniques.join(" "))),
            Cell::new(shown(&rule.title)),
            Cell::new(shown(&narrows(rule))),
        ]
    }));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    // Whether colours are wanted is for the stream to decide.
    table.enforce_styling();
    table.style_text_only();
    let mut out = anstream::AutoStream::auto(io::stdout());
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    out.flush()
}

/// A level in its colour.
pub(crate) fn colored(level: Level) -> Cell {
    let cell = Cell::new(level.name());
    match level {
        Level::Critical | Level::High => cell.fg(Color::Red),
        Level::Medium => cell.fg(Color::Yellow),
        Level::Low | Level::Informational => cell,
    }
}

/// Names the first of the events that a rule can match.
fn narrows(rule: &Rule) -> String {
    let several = |names: &[String]| {
        let first: Vec<_> = names.iter().take(NAMED).map(String::as_str).collect();
        let first = first.join(", ");
        match names.len().checked_sub(NAMED) {
            None | Some(0) => first,
            Some(more) => format!("{first} and {more} more"),
        }
    };
    let names = several(&rule.narrowing.event_names);
    let sources = several(&rule.narrowing.event_sources);
    match (names.is_empty(), sources.is_empty()) {
        (true, true) => "any event".to_owned(),
        (true, false) => sources,
        (false, true) => names,
        (false, false) => format!("{names} ({sources})"),
    }
}

fn json(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "title": rule.title,
        "description": rule.description,
        "level": rule.level.name(),
        "stage": rule.stage.name(),
        "status": rule.status,
        "kind": rule.correlation().map_or("event", |correlation| correlation.kind.name()),
        "techniques": rule.techniques().collect::<Vec<_>>(),
        "tags": rule.tags,
        "cis": rule.cis,
        "suppress_seconds": rule.suppress,
        "group": rule.group,
        "event_names": rule.narrowing.event_names,
        "event_sources": rule.narrowing.event_sources,
        "file": rule.file,
        "line": rule.line,
    })
}
