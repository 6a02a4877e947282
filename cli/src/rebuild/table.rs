//! What differs, as tables for people: by day, by file, and the segments.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table};
use indicatif::HumanCount;

use super::ledger::{Counts, Difference, FileDifference, Ledger, SegmentDifference};
use super::totals::Totals;
use crate::lookup_events::printable;
use crate::plain_table::{table, write};

/// How many files and segments are shown; the other output has all.
const SHOWN: usize = 200;

/// Prints what differs; nothing where nothing does.
pub(super) fn print(out: &mut impl Write, totals: &Totals, ledger: &Ledger) -> io::Result<()> {
    if totals.is_equal() {
        return Ok(());
    }
    let (mut files, mut segments, mut more) = (Vec::new(), Vec::new(), 0_u64);
    let read = ledger.read(0, |difference, _| {
        match difference {
            Difference::File(file) if files.len() < SHOWN => files.push(file),
            Difference::Segment(segment) if segments.len() < SHOWN => segments.push(segment),
            Difference::File(_) | Difference::Segment(_) => more += 1,
        }
        true
    });
    read.map_err(|_| io::Error::other("the differences cannot be read again"))?;
    let parts = [
        (!totals.days.is_empty()).then(|| by_day(totals)),
        (!files.is_empty()).then(|| by_file(&files)),
        (!segments.is_empty()).then(|| by_segment(&segments)),
    ];
    for part in parts.into_iter().flatten() {
        write(out, part)?;
        writeln!(out)?;
    }
    if more > 0 {
        writeln!(out, "and {} more: see --output json\n", HumanCount(more))?;
    }
    Ok(())
}

fn by_day(totals: &Totals) -> Table {
    let mut table = table(&["day", "missing", "extra", "different"]);
    for (day, counts) in &totals.days {
        let mut row = vec![Cell::new(day)];
        row.extend(numbers(*counts));
        table.add_row(row);
    }
    align(&mut table, 1..4);
    table
}

fn by_file(files: &[FileDifference]) -> Table {
    let mut table = table(&["file", "missing", "extra", "different", "events", "what"]);
    for file in files {
        let mut row = vec![Cell::new(printable(&file.version.key))];
        row.extend(numbers(file.counts()));
        let more = file.counts().sum() > file.events.len() as u64;
        let ids = file.events.first().map_or_else(String::new, |first| {
            if more || file.events.len() > 1 {
                format!("{first} ...")
            } else {
                first.clone()
            }
        });
        row.push(Cell::new(printable(&ids)));
        row.push(Cell::new(file.reason.as_deref().unwrap_or_default()));
        table.add_row(row);
    }
    align(&mut table, 1..4);
    table
}

fn by_segment(segments: &[SegmentDifference]) -> Table {
    let mut table = table(&["segment", "category", "day", "what"]);
    for segment in segments {
        let what = match (segment.contradictions.as_slice(), segment.foreign) {
            ([], foreign) => format!("holds {} events otherwise", HumanCount(foreign)),
            ([only], _) => only.clone(),
            ([first, rest @ ..], _) => format!("{first}, and {} more", rest.len()),
        };
        table.add_row(vec![
            Cell::new(printable(&segment.segment)),
            Cell::new(&segment.category),
            Cell::new(&segment.day),
            Cell::new(what),
        ]);
    }
    table
}

fn numbers(counts: Counts) -> [Cell; 3] {
    let Counts {
        missing,
        extra,
        different,
    } = counts;
    [missing, extra, different].map(|count| Cell::new(HumanCount(count)))
}

fn align(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in table
        .column_iter_mut()
        .skip(columns.start)
        .take(columns.len())
    {
        column.set_cell_alignment(CellAlignment::Right);
    }
}
