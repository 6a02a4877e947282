//! The report, for people and for programs.

use std::fmt::{self, Display};
use std::io::{self, Write as _};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use indicatif::{HumanBytes, HumanCount};
use serde::Serialize;

use super::bill::{Bill, Line};
use super::lookups::Looked;
use super::measure::Level;
use super::price::{self, Price};
use crate::failure::Failure;
use crate::up::Output;

/// Everything that was measured, and what it costs.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) files: u64,
    pub(super) events: u64,
    /// The bytes of the log files' contents.
    pub(super) bytes: u64,
    pub(super) segments: Vec<Level>,
    /// What lookups consumed in the index of ten files a segment.
    pub(super) lookups: Vec<Looked>,
    pub(super) month: Bill,
    pub(super) prices: [Price; price::ALL.len()],
}

impl Report {
    /// Writes it to standard output.
    pub(super) fn print(&self, output: Output) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match output {
            Output::Text => write!(stdout, "{self}")?,
            Output::Json => writeln!(stdout, "{}", serde_json::to_string(self)?)?,
        }
        Ok(stdout.flush()?)
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, events) = (HumanCount(self.files), HumanCount(self.events));
        writeln!(
            formatter,
            "{files} log files, {events} events, {}\n",
            HumanBytes(self.bytes)
        )?;
        let mut table = table([
            "files a segment",
            "segments",
            "events",
            "write units",
            "per event",
            "per million",
            "stored per event",
        ]);
        for level in &self.segments {
            let wanted = level.files_per_segment;
            let measured = level.files_per_segment_measured;
            table.add_row([
                if measured == wanted {
                    wanted.to_string()
                } else {
                    format!("{measured} (of {wanted})")
                },
                HumanCount(level.segments).to_string(),
                HumanCount(level.events).to_string(),
                number(level.write_units),
                format!("{:.3}", level.write_units_per_event),
                number(level.write_units_per_million_events),
                format!(
                    "{} B",
                    level.stored_bytes.checked_div(level.events).unwrap_or(0)
                ),
            ]);
        }
        writeln!(formatter, "Writing, as the table answered\n{table}\n")?;
        let mut table = table_of_lookups();
        for looked in &self.lookups {
            table.add_row([
                looked.by.to_owned(),
                looked.events.to_string(),
                format!("{:.1}", looked.read_units),
                looked.round_trips.to_string(),
                format!("{:.2}", looked.usd_per_million),
            ]);
        }
        writeln!(formatter, "Looking up, the first page of 50\n{table}\n")?;
        write_bill(formatter, &self.month)?;
        writeln!(
            formatter,
            "\nList prices of us-east-1 in US dollars, without free tiers:"
        )?;
        for price in &self.prices {
            let Price {
                what,
                usd,
                units,
                unit,
            } = price;
            writeln!(formatter, "  {what}: {usd} for {} {unit}", number(*units))?;
        }
        Ok(())
    }
}

fn write_bill(formatter: &mut fmt::Formatter<'_>, bill: &Bill) -> fmt::Result {
    writeln!(
        formatter,
        "A month of {} events, {:.2} GB\n({})",
        HumanCount(bill.events),
        bill.gigabytes,
        bill.basis
    )?;
    let mut table = table(["", "quantity", "", "USD"]);
    let row = |what: &str, quantity: String, unit: &str, usd: f64| {
        [
            what.to_owned(),
            quantity,
            unit.to_owned(),
            format!("{usd:.2}"),
        ]
    };
    let line = |line: &Line| row(line.what, number(line.quantity), line.unit, line.usd);
    table.add_rows(bill.lines.iter().map(line));
    let events = HumanCount(bill.events).to_string();
    table.add_row(row("Trailkeep", events, "events", bill.trailkeep_usd));
    table.add_rows(bill.others.iter().map(line));
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    writeln!(formatter, "{table}")?;
    writeln!(
        formatter,
        "Kept for 90 days, {} files a segment. Lambda's duration is assumed: {} s a batch and {} \
         events a second.\nThe trail itself and its log files in S3 cost the same with each; \
         storage and queries of the others come on top.",
        bill.files_per_segment,
        price::INVOCATION_SECONDS,
        number(price::EVENTS_A_SECOND),
    )
}

fn table_of_lookups() -> Table {
    table([
        "by",
        "events",
        "read units",
        "round trips",
        "USD per million",
    ])
}

/// A table of numbers behind names.
fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A number with as many decimals as its size makes worth reading.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers are positive, and shown rounded"
)]
fn number(value: f64) -> String {
    if value < 10.0 && value.fract().abs() > 1e-9 {
        format!("{value:.2}")
    } else {
        HumanCount(value.round() as u64).to_string()
    }
}
