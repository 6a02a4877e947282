//! The stretch of time that a lookup scans, and its order.

use std::cmp::Ordering;

use trail::Record;

use crate::cursor::Position;
use crate::event::EventKey;
use crate::query::{Order, Query};

/// What is left to scan, from its start to its end in either order.
#[derive(Debug)]
pub(super) struct Scan {
    order: Order,
    /// The oldest second that is wanted.
    pub(super) oldest: i64,
    /// The newest second that is wanted.
    pub(super) newest: i64,
    position: Option<Position>,
}

impl Scan {
    /// Clips a query's range by the cursor.
    pub(super) fn new(query: &Query, position: Option<Position>) -> Self {
        let mut oldest = query.start.unwrap_or(i64::MIN);
        let mut newest = query.end.unwrap_or(i64::MAX);
        if let Some(position) = &position {
            match query.order {
                Order::NewestFirst => newest = newest.min(position.time()),
                Order::OldestFirst => oldest = oldest.max(position.time()),
            }
        }
        Self {
            order: query.order,
            oldest,
            newest,
            position,
        }
    }

    /// Clips it by the time before which nothing is shown.
    pub(super) fn clip(&mut self, horizon: i64) {
        self.oldest = self.oldest.max(horizon);
    }

    pub(super) const fn order(&self) -> Order {
        self.order
    }

    pub(super) const fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Tells whether there is nothing to scan.
    pub(super) const fn is_empty(&self) -> bool {
        self.oldest > self.newest
    }

    /// Compares two seconds in the order of the scan.
    pub(super) fn compare(&self, one: i64, other: i64) -> Ordering {
        if self.order.is_descending() {
            other.cmp(&one)
        } else {
            one.cmp(&other)
        }
    }

    /// The second of a stretch that the scan meets first.
    pub(super) fn first(&self, oldest: i64, newest: i64) -> i64 {
        if self.order.is_descending() {
            newest.min(self.newest)
        } else {
            oldest.max(self.oldest)
        }
    }

    /// Tells whether a stretch has anything in common with the scan.
    pub(super) const fn overlaps(&self, oldest: i64, newest: i64) -> bool {
        oldest <= self.newest && self.oldest <= newest
    }

    /// Tells whether a record's time is wanted.
    pub(super) fn covers(&self, record: &Record<'_>) -> bool {
        (self.oldest..=self.newest).contains(&record.time())
    }

    /// Tells whether an event was not given back before.
    pub(super) fn is_ahead(&self, key: &EventKey) -> bool {
        match &self.position {
            Some(Position::Behind(last)) => compare_keys(self.order, last, key).is_lt(),
            _ => true,
        }
    }

    /// Tells whether a page that ends before a second got further than the one before.
    pub(super) fn is_progress(&self, unread: i64) -> bool {
        let start = if self.order.is_descending() {
            self.newest
        } else {
            self.oldest
        };
        self.compare(start, unread).is_lt()
    }
}

/// Compares two events' places in an order.
pub(super) fn compare_keys(order: Order, one: &EventKey, other: &EventKey) -> Ordering {
    if order.is_descending() {
        other.cmp(one)
    } else {
        one.cmp(other)
    }
}
