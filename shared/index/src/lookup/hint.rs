//! What one lookup may suppose from the one before it.

use std::collections::{BTreeMap, BTreeSet};

use super::days::DayOf;
use crate::term::Level;

/// What one lookup may suppose from the one before it: days and their levels.
///
/// It only decides what is read on suspicion. A wrong hint costs a read, not an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    pub(super) levels: BTreeMap<DayOf, BTreeSet<Level>>,
}

/// The most days that a hint remembers; the oldest are forgotten first.
const REMEMBERED_DAYS: usize = 4_000;

impl Hint {
    /// Adds what another lookup met.
    pub fn learn(&mut self, other: &Self) {
        for (day, levels) in &other.levels {
            self.levels.entry(*day).or_default().extend(levels);
        }
        while self.levels.len() > REMEMBERED_DAYS {
            self.levels.pop_first();
        }
    }
}
