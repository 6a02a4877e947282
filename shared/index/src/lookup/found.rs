//! The events that a lookup has found so far.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::Limits;
use super::scan::{Scan, compare_keys};
use crate::cursor::Position;
use crate::event::Event;
use crate::query::Order;

/// The first events found, in the query's order: at most one more than a page holds.
#[derive(Debug)]
pub(super) struct Found {
    order: Order,
    limits: Limits,
    events: Vec<Event>,
    /// Whether events were let go that stand behind those kept.
    has_more: bool,
    duplicates: u64,
    blocks: f64,
    block_units: f64,
}

impl Found {
    pub(super) const fn new(order: Order, limits: Limits) -> Self {
        Self {
            order,
            limits,
            events: Vec::new(),
            has_more: false,
            duplicates: 0,
            blocks: 0.0,
            block_units: 0.0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) const fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Notes what reading a block took.
    pub(super) fn count_block(&mut self, read_units: f64) {
        self.blocks += 1.0;
        self.block_units += read_units;
    }

    /// What reading a block takes; before any was, what a usual one does.
    pub(super) fn average_block_units(&self) -> f64 {
        if self.blocks > 0.0 {
            (self.block_units / self.blocks).max(0.5)
        } else {
            1.0
        }
    }

    /// Adds an event, unless the very same one is there already.
    pub(super) fn insert(&mut self, event: Event) {
        match self
            .events
            .binary_search_by(|known| self.compare(known, &event))
        {
            Ok(at) => {
                self.duplicates += 1;
                let known = &mut self.events[at];
                // A copy that is kept anyway is not only there until some day.
                known.restored_until = match (known.restored_until, event.restored_until) {
                    (Some(one), Some(other)) => Some(one.max(other)),
                    _ => None,
                };
            }
            Err(at) if at > self.limits.events => self.has_more = true,
            Err(at) => {
                self.events.insert(at, event);
                if self.events.len() > self.limits.events + 1 {
                    self.events.pop();
                    self.has_more = true;
                }
            }
        }
    }

    /// Orders by place, then by text: only equal texts are the same event.
    fn compare(&self, one: &Event, other: &Event) -> Ordering {
        compare_keys(self.order, &one.key, &other.key).then_with(|| one.text.cmp(&other.text))
    }

    /// Tells whether a page is full with events that nothing unread can stand before.
    pub(super) fn is_full_before(&self, unread: i64, scan: &Scan) -> bool {
        let settled = self.settled(Some(unread), scan);
        // One event more tells whether a next page is needed; bytes may fill a page sooner.
        settled > self.limits.events || self.fitting(settled) < settled
    }

    /// How many events nothing unread can stand before.
    pub(super) fn settled(&self, unread: Option<i64>, scan: &Scan) -> usize {
        unread.map_or(self.events.len(), |unread| {
            self.events
                .partition_point(|event| scan.compare(event.key.time, unread).is_lt())
        })
    }

    /// How many of the first so many events fit on a page; at least one.
    fn fitting(&self, settled: usize) -> usize {
        let mut bytes = 0;
        let fits = |event: &&Event| {
            bytes += json_length(&event.text);
            bytes <= self.limits.bytes
        };
        let count = self.events[..settled.min(self.limits.events)]
            .iter()
            .take_while(fits)
            .count();
        count.max(usize::from(settled > 0))
    }

    /// Takes a page's events, and tells whether there are further ones among those found.
    pub(super) fn take_before(&mut self, unread: Option<i64>, scan: &Scan) -> (Vec<Event>, bool) {
        let settled = self.settled(unread, scan);
        let count = self.fitting(settled);
        let more = count < settled || (self.has_more && settled == self.events.len());
        self.events.truncate(count);
        (std::mem::take(&mut self.events), more)
    }
}

/// How long a text is as a JSON string, about: quotes and backslashes are escaped.
fn json_length(text: &str) -> usize {
    text.len()
        + text
            .bytes()
            .filter(|byte| matches!(byte, b'"' | b'\\'))
            .count()
}

/// The ids that events share with their neighbours, in the same account and second.
///
/// They are not the same event, or one would have been dropped. Neighbours
/// include the last event of the page before.
pub(super) fn conflicts(events: &[Event], before: Option<&Position>) -> BTreeSet<String> {
    let account = |event: &Event| {
        event
            .record()
            .ok()
            .and_then(|record| record.account().map(str::to_owned))
    };
    let mut conflicts: BTreeSet<String> = events
        .windows(2)
        .filter(|pair| {
            let (one, other) = (&pair[0], &pair[1]);
            !one.key.id.is_empty()
                && (one.key.time, &one.key.id) == (other.key.time, &other.key.id)
                && account(one) == account(other)
        })
        .map(|pair| pair[0].key.id.clone())
        .collect();
    if let (Some(Position::Behind(last)), Some(first)) = (before, events.first())
        && !last.id.is_empty()
        && (last.time, &last.id) == (first.key.time, &first.key.id)
    {
        conflicts.insert(last.id.clone());
    }
    conflicts
}
