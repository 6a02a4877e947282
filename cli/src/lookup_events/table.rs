//! Tables of events for people.

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width, presets,
};

use super::answer::{Event, printable};

const HEADER: [&str; 7] = [
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
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// How wide the columns were so far; nothing before the first table.
    widths: Vec<u16>,
}

impl Tables {
    /// Prints a page: to the width of the terminal, and elsewhere one line an event.
    pub(super) fn print(&mut self, events: &[Event]) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let is_terminal = io::stdout().is_terminal();
        let mut table = self.layout(events, is_terminal);
        // Whether colours are wanted is for the stream to decide.
        table.enforce_styling();
        table.style_text_only();
        let mut out = anstream::AutoStream::auto(io::stdout());
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        out.flush()
    }

    fn layout(&mut self, events: &[Event], is_fitted: bool) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(if is_fitted {
            ContentArrangement::Dynamic
        } else {
            ContentArrangement::Disabled
        });
        if self.widths.is_empty() {
            table.set_header(HEADER.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
        }
        table.add_rows(events.iter().map(row));
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

fn row(event: &Event) -> Vec<Cell> {
    let text = |text: &Option<String>| text.as_deref().map(printable).unwrap_or_default();
    let place = match (&event.account, &event.region) {
        (Some(account), Some(region)) => format!("{account}/{region}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    };
    vec![
        Cell::new(text(&event.event_time)),
        Cell::new(text(&event.event_name)),
        Cell::new(text(&event.event_source)),
        Cell::new(text(&event.user)),
        Cell::new(printable(&place)),
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
        let mut table = Tables::default().layout(&events, true);
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
        let mut tables = Tables::default();
        let first = tables.layout(&[event(&"A".repeat(300)), event("B")], false);
        let second = tables.layout(&[event("C")], false);
        assert_eq!((first.lines().count(), second.lines().count()), (3, 1));
        let column = |line: &str| line.find("AccessDenied");
        let lines: Vec<_> = first.lines().chain(second.lines()).collect();
        assert!(column(&lines[1]).is_some());
        assert_eq!(column(&lines[1]), column(&lines[2]));
        assert_eq!(column(&lines[2]), column(&lines[3]));
    }
}
