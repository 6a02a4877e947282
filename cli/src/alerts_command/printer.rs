//! Printing alerts on standard output, page by page.

use std::io::{self, BufWriter, Stdout, Write};

use alerts::{Alert, Kind, Level};
use comfy_table::{Cell, Color};
use jiff::Timestamp;
use serde_json::json;
use serde_json::value::RawValue;

use super::Listed;
use crate::lookup_events::{Header, Output, Tables, place, printable};

/// Prints alerts in one of the forms; each page is flushed.
pub(super) struct Printer {
    form: Form,
    out: BufWriter<Stdout>,
}

enum Form {
    Table(Tables),
    Json { is_empty: bool },
    Jsonl,
    Csv { has_header: bool },
}

/// The columns of a table.
const HEADER: Header = [
    "time",
    "level",
    "rule",
    "who",
    "account/region",
    "source ip",
    "state",
];

/// The columns of comma-separated values.
const COLUMNS: [&str; 17] = [
    "first_time",
    "last_time",
    "id",
    "state",
    "level",
    "kind",
    "rule_id",
    "rule",
    "who",
    "principal",
    "account",
    "region",
    "event_name",
    "source_ip",
    "error_code",
    "count",
    "event_ids",
];

impl Printer {
    /// Makes a printer.
    pub(super) fn new(output: Output) -> Self {
        let form = match output {
            Output::Table => Form::Table(Tables::new(HEADER)),
            Output::Json => Form::Json { is_empty: true },
            Output::Jsonl => Form::Jsonl,
            Output::Csv => Form::Csv { has_header: false },
        };
        Self {
            form,
            out: BufWriter::new(io::stdout()),
        }
    }

    /// Prints a page.
    pub(super) fn page(&mut self, alerts: &[&RawValue]) -> io::Result<()> {
        match &mut self.form {
            Form::Table(tables) => tables.print(read(alerts)?.iter().map(cells).collect())?,
            Form::Json { is_empty } => {
                for alert in alerts {
                    let start = if *is_empty { "{\"alerts\":[\n" } else { ",\n" };
                    *is_empty = false;
                    write!(self.out, "{start}{alert}")?;
                }
            }
            Form::Jsonl => {
                for alert in alerts {
                    // Within tokens JSON allows no line breaks, between them it does.
                    writeln!(self.out, "{}", alert.get().replace(['\n', '\r'], " "))?;
                }
            }
            Form::Csv { has_header } => {
                // Into memory: the writer would hide that a reader is gone.
                let mut rows = csv::Writer::from_writer(Vec::new());
                if !*has_header {
                    rows.write_record(COLUMNS)?;
                    *has_header = true;
                }
                for listed in read(alerts)? {
                    rows.write_record(values(&listed))?;
                }
                let bytes = rows.into_inner().map_err(csv::IntoInnerError::into_error)?;
                self.out.write_all(&bytes)?;
            }
        }
        self.out.flush()
    }

    /// Prints what stands behind the alerts.
    pub(super) fn finish(mut self, cursor: Option<&str>) -> io::Result<()> {
        if let Form::Json { is_empty } = self.form {
            let start = if is_empty { "{\"alerts\":[" } else { "\n" };
            writeln!(self.out, "{start}],\"cursor\":{}}}", json!(cursor))?;
        }
        self.out.flush()
    }
}

fn read(alerts: &[&RawValue]) -> io::Result<Vec<Listed>> {
    let alerts = alerts.iter().map(|alert| Listed::read(alert.get()));
    Ok(alerts.collect::<Result<_, _>>()?)
}

fn time(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

/// What the rule is called, and of several events how many.
fn title(alert: &Alert) -> String {
    let title = printable(&alert.rule.title);
    match alert.kind {
        Kind::Event | Kind::Finding => title,
        Kind::Correlation => format!("{title} ({} events)", alert.count),
        Kind::Closing => format!("{title} ({} more)", alert.count),
    }
}

fn cells(listed: &Listed) -> Vec<Cell> {
    let alert = &listed.alert;
    // Of several events it is that of one.
    let event = alert.event.as_ref().filter(|_| alert.kind == Kind::Event);
    let source_ip = event.and_then(|event| event.origin.source_ip.as_deref());
    let level = Cell::new(alert.rule.level.as_str());
    vec![
        Cell::new(time(alert.last_time)),
        match alert.rule.level {
            Level::Critical | Level::High => level.fg(Color::Red),
            Level::Medium => level.fg(Color::Yellow),
            Level::Low | Level::Informational => level,
        },
        Cell::new(title(alert)),
        Cell::new(alert.caller().as_deref().map(printable).unwrap_or_default()),
        place(alert.account.as_deref(), alert.region.as_deref()),
        Cell::new(source_ip.map(printable).unwrap_or_default()),
        Cell::new(printable(&listed.state)),
    ]
}

fn values(listed: &Listed) -> [String; COLUMNS.len()] {
    let alert = &listed.alert;
    let event = alert.event.clone().unwrap_or_default();
    [
        time(alert.first_time),
        time(alert.last_time),
        alert.id.clone(),
        listed.state.clone(),
        alert.rule.level.as_str().to_owned(),
        alert.kind.as_str().to_owned(),
        alert.rule.id.clone(),
        alert.rule.title.clone(),
        alert.caller().unwrap_or_default(),
        event.who.principal.unwrap_or_default(),
        alert.account.clone().unwrap_or_default(),
        alert.region.clone().unwrap_or_default(),
        event.what.name.unwrap_or_default(),
        event.origin.source_ip.unwrap_or_default(),
        event.what.error_code.unwrap_or_default(),
        alert.count.to_string(),
        alert.event_ids.join(" "),
    ]
}
