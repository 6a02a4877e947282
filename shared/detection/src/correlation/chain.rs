//! Matches of rules in the order in which the rules are written.

use crate::correlation::Sighting;

/// The chains of sightings so far, each rule behind those that are written before it.
///
/// Of the chains of a length that end with a rule only the one that began last matters: it
/// is in every window that any other is in.
pub(super) struct Chains {
    /// For each rule, when the chain of each length began that ends with it and began last.
    began: Vec<Vec<i64>>,
}

impl Chains {
    pub(super) fn new(rules: usize) -> Self {
        Self {
            began: vec![Vec::new(); rules],
        }
    }

    /// Takes in the sightings of one second, later than all before.
    ///
    /// Events of one second may be in any order, so each may follow each.
    pub(super) fn extend(&mut self, second: i64, sightings: &[Sighting]) {
        let mut positions: Vec<usize> = sightings
            .iter()
            .map(|sighting| sighting.position as usize)
            .filter(|position| *position < self.began.len())
            .collect();
        positions.sort_unstable();
        positions.dedup();
        for position in positions {
            let (before, rest) = self.began.split_at_mut(position);
            let Some(own) = rest.first_mut() else {
                continue;
            };
            // Nothing that begins now is in a later window without beginning in it.
            match own.first_mut() {
                Some(began) => *began = second,
                None => own.push(second),
            }
            for chains in before {
                for (shorter, began) in chains.iter().enumerate() {
                    match own.get_mut(shorter + 1) {
                        Some(known) => *known = (*known).max(*began),
                        None => own.push(*began),
                    }
                }
            }
        }
    }

    /// The length of the longest chain that ends with a rule and began after a second.
    pub(super) fn longest(&self, position: u32, after: i64) -> usize {
        let chains = self.began.get(position as usize).map_or(&[][..], |it| it);
        chains
            .iter()
            .rposition(|began| *began > after)
            .map_or(0, |at| at + 1)
    }
}
