//! Tables of events, and of alerts, for people.

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width, presets,
};

use super::answer::{Event, printable};

/// The names of a table's columns: the first is a time, the fifth an account and a Region.
pub(crate) type Header = [&'static str; 7];

/// The columns of events.
pub(super) const EVENTS: Header = [
    "time",
    "name",
    "source",
    "user",
    "account/region",
    "source ip",
    "error",
];

/// Where in the header some columns stand.
const TIME: usize = 0;
const PLACE: usize = 4;

/// How wide an account's id is, with the slash behind it; most Regions are not wider.
const ACCOUNT_WIDTH: u16 = 13;

/// Tables, one a page, that together look like one.
#[derive(Debug)]
pub(crate) struct Tables {
    header: Header,
    /// How wide the columns were so far; nothing before the first table.
    widths: Vec<u16>,
}

impl Tables {
    /// Makes tables with these columns.
    pub(crate) const fn new(header: Header) -> Self {
        Self {
            header,
            widths: Vec::new(),
        }
    }

    /// Prints a page: to the width of the terminal, and elsewhere one line a row.
    pub(crate) fn print(&mut self, rows: Vec<Vec<Cell>>) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let is_terminal = io::stdout().is_terminal();
        let mut table = self.layout(rows, is_terminal);
        // Whether colours are wanted is for the stream to decide.
        table.enforce_styling();
        table.style_text_only();
        let mut out = anstream::AutoStream::auto(io::stdout());
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        out.flush()
    }

    fn layout(&mut self, rows: Vec<Vec<Cell>>, is_fitted: bool) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(if is_fitted {
            ContentArrangement::Dynamic
        } else {
            ContentArrangement::Disabled
        });
        if self.widths.is_empty() {
            table.set_header(
                self.header
                    .map(|name| Cell::new(name).add_attribute(Attribute::Bold)),
            );
        }
        table.add_rows(rows);
        let mut widths = table.column_max_content_widths();
        for (width, before) in widths.iter_mut().zip(&self.widths) {
            *width = (*width).max(*before);
        }
        for (column, width) in table.column_iter_mut().zip(&widths) {
            column.set_padding((0, 2));
            match column.index {
                // A time is read in one piece, and so are an account and a Region.
                TIME if is_fitted => {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
                PLACE => {
                    column.set_delimiter('/');
                    let width = Width::Fixed(ACCOUNT_WIDTH + 2);
                    column.set_constraint(ColumnConstraint::LowerBoundary(width));
                }
                _ => {}
            }
            // Without a terminal to fit into, columns keep their width from page to page.
            if !is_fitted {
                let width = Width::Fixed(width.saturating_add(2));
                column.set_constraint(ColumnConstraint::LowerBoundary(width));
            }
        }
        self.widths = widths;
        table
    }
}

/// Shows an account and a Region in one column.
pub(crate) fn place(account: Option<&str>, region: Option<&str>) -> Cell {
    let parts: Vec<_> = account.into_iter().chain(region).collect();
    Cell::new(printable(&parts.join("/")))
}

/// Shows an event in the columns of [`EVENTS`].
pub(super) fn row(event: &Event) -> Vec<Cell> {
    let text = |text: &Option<String>| text.as_deref().map(printable).unwrap_or_default();
    vec![
        Cell::new(text(&event.event_time)),
        Cell::new(text(&event.event_name)),
        Cell::new(text(&event.event_source)),
        Cell::new(text(&event.user)),
        place(event.account.as_deref(), event.region.as_deref()),
        Cell::new(text(&event.source_ip)),
        match &event.error_code {
            Some(code) => Cell::new(printable(code)).fg(Color::Red),
            None => Cell::new(""),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str) -> Event {
        Event {
            event_time: Some("2026-10-13T08:00:00Z".to_owned()),
            event_name: Some(name.to_owned()),
            account: Some("111122223333".to_owned()),
            region: Some("us-gov-east-1".to_owned()),
            error_code: Some("AccessDenied".to_owned()),
            ..Event::default()
        }
    }

    #[test]
    fn a_table_fits_its_width() {
        let events = [event(&"DescribeOrganizationConfiguration".repeat(4))];
        let rows = events.iter().map(row).collect();
        let mut table = Tables::new(EVENTS).layout(rows, true);
        table.set_width(80);
        assert!(table.lines().all(|line| line.chars().count() <= 80));
        assert!(table.lines().count() > 2);
        let text = table.to_string();
        for whole in ["2026-10-13T08:00:00Z", "111122223333 ", "us-gov-east-1 "] {
            assert!(text.contains(whole), "{whole} in {text}");
        }
    }

    #[test]
    fn without_a_terminal_an_event_is_a_line_and_the_header_comes_once() {
        let mut tables = Tables::new(EVENTS);
        let rows = |names: &[&str]| names.iter().map(|name| row(&event(name))).collect();
        let first = tables.layout(rows(&[&"A".repeat(300), "B"]), false);
        let second = tables.layout(rows(&["C"]), false);
        assert_eq!((first.lines().count(), second.lines().count()), (3, 1));
        let column = |line: &str| line.find("AccessDenied");
        let lines: Vec<_> = first.lines().chain(second.lines()).collect();
        assert!(column(&lines[1]).is_some());
        assert_eq!(column(&lines[1]), column(&lines[2]));
        assert_eq!(column(&lines[2]), column(&lines[3]));
    }
}
