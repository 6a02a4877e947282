//! Tables without lines around them: to the width of a terminal, and elsewhere one line a row.

use std::io::{self, IsTerminal as _, Write};

use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};

/// Makes a table under a row of names.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(if io::stdout().is_terminal() {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    let names = header.iter();
    table.set_header(names.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    table
}

/// Writes a table.
pub(crate) fn write(out: &mut impl Write, mut table: Table) -> io::Result<()> {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    // Whether colours are wanted is for the stream to decide.
    table.enforce_styling();
    table.style_text_only();
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
