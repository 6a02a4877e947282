//! Printing events on standard output, page by page.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Stdout, Write};

use serde_json::json;
use serde_json::value::RawValue;

use super::Output;
use super::answer::{Answer, Event};
use super::table::{self, Tables};

/// Prints events in one of the forms.
///
/// Each page is flushed, so that what is piped on can be worked with at once, and a
/// reader that has gone is noticed.
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

/// The columns of comma-separated values.
const COLUMNS: [&str; 14] = [
    "event_time",
    "event_id",
    "event_name",
    "event_source",
    "category",
    "user",
    "principal",
    "account",
    "region",
    "source_ip",
    "error_code",
    "read_only",
    "access_key",
    "resources",
];

impl Printer {
    /// Makes a printer.
    pub(super) fn new(output: Output) -> Self {
        let form = match output {
            Output::Table => Form::Table(Tables::new(table::EVENTS)),
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
    pub(super) fn page(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        let events = answer.events.as_slice();
        match &mut self.form {
            Form::Table(tables) => {
                let rows = read(events)?.iter().map(table::row).collect();
                tables.print(rows)?;
            }
            Form::Json { is_empty } => {
                for event in events {
                    let start = if *is_empty { "{\"events\":[\n" } else { ",\n" };
                    *is_empty = false;
                    write!(self.out, "{start}{event}")?;
                }
            }
            Form::Jsonl => {
                for event in events {
                    // A record from a file that was laid out by hand may have line breaks
                    // between its tokens; within them JSON allows none.
                    writeln!(self.out, "{}", event.get().replace(['\n', '\r'], " "))?;
                }
            }
            Form::Csv { has_header } => {
                // Into memory: the writer would hide that a reader is gone.
                let mut rows = csv::Writer::from_writer(Vec::new());
                if !*has_header {
                    rows.write_record(COLUMNS)?;
                    *has_header = true;
                }
                for event in read(events)? {
                    rows.write_record(row(&event))?;
                }
                let bytes = rows.into_inner().map_err(csv::IntoInnerError::into_error)?;
                self.out.write_all(&bytes)?;
            }
        }
        self.out.flush()
    }

    /// Prints what stands behind the events.
    pub(super) fn finish(
        mut self,
        cursor: Option<&str>,
        conflicts: &BTreeSet<String>,
    ) -> io::Result<()> {
        if let Form::Json { is_empty } = self.form {
            let start = if is_empty { "{\"events\":[" } else { "\n" };
            let (cursor, conflicts) = (json!(cursor), json!(conflicts));
            writeln!(
                self.out,
                "{start}],\"cursor\":{cursor},\"conflicts\":{conflicts}}}"
            )?;
        }
        self.out.flush()
    }
}

/// Reads what a table shows of events.
fn read(events: &[&RawValue]) -> io::Result<Vec<Event>> {
    let events = events.iter().map(|event| serde_json::from_str(event.get()));
    Ok(events.collect::<Result<_, _>>()?)
}

fn row(event: &Event) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let resources: Vec<_> = event
        .resources
        .iter()
        .map(|resource| resource.name.as_str())
        .collect();
    [
        text(&event.event_time),
        text(&event.event_id),
        text(&event.event_name),
        text(&event.event_source),
        text(&event.category),
        text(&event.user),
        text(&event.principal),
        text(&event.account),
        text(&event.region),
        text(&event.source_ip),
        text(&event.error_code),
        event
            .read_only
            .map(|flag| flag.to_string())
            .unwrap_or_default(),
        text(&event.access_key),
        resources.join(" "),
    ]
}
