//! The records of one category and day of a batch, as they come in.

use trail::Record;

use crate::attribute::{UserAgents, each_value};
use crate::event::content_hash;
use crate::tally::SeriesNames;
use crate::term::Term;

/// The records of one category and day.
#[derive(Default)]
pub(super) struct Group {
    /// The records' texts and ids, one behind the other.
    arena: String,
    pub(super) entries: Vec<Entry>,
    /// The terms of each entry, by the entry's number in order of arrival.
    pub(super) terms: Vec<(Term, u32)>,
    pub(super) series: SeriesNames,
    user_agents: UserAgents,
}

/// A record of the group.
pub(super) struct Entry {
    pub(super) time: i64,
    pub(super) source: u32,
    pub(super) stretch: u32,
    pub(super) series: u32,
    content: u64,
    text: (usize, usize),
    id: (usize, usize),
}

impl Group {
    pub(super) fn add(&mut self, source: u32, stretch: u32, record: &Record<'_>) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        each_value(record, &mut self.user_agents, |attribute, value| {
            self.terms.push((Term::new(attribute, value), number));
        });
        let text = self.store(record.text());
        let id = self.store(record.id().unwrap_or_default());
        self.entries.push(Entry {
            time: record.time(),
            source,
            stretch,
            series: self.series.number(record),
            content: content_hash(record.text()),
            text,
            id,
        });
    }

    fn store(&mut self, text: &str) -> (usize, usize) {
        let start = self.arena.len();
        self.arena.push_str(text);
        (start, self.arena.len())
    }

    /// A record's text.
    pub(super) fn text(&self, entry: &Entry) -> &str {
        &self.arena[entry.text.0..entry.text.1]
    }

    /// What entries are ordered by: as [`crate::EventKey`], then by text, so that equal ones meet.
    pub(super) fn order<'g>(&'g self, entry: &Entry) -> (i64, &'g str, u64, &'g str) {
        let id = &self.arena[entry.id.0..entry.id.1];
        (entry.time, id, entry.content, self.text(entry))
    }
}
