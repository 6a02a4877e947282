//! Correlations over events that all fit into memory.

use std::collections::BTreeMap;

use crate::correlation::{Correlations, Firing, Group, Sighted, Sighting, firing};
use crate::event::Event;
use crate::rule::RuleIndex;

/// Takes matches in any order and answers what correlations find in them.
///
/// It keeps about a hundred bytes of each match of a rule that a correlation names, and
/// nothing of the others.
#[derive(Clone, Debug)]
pub struct Correlator<'c> {
    correlations: &'c Correlations,
    groups: BTreeMap<RuleIndex, BTreeMap<Group, Vec<Sighting>>>,
}

impl<'c> Correlator<'c> {
    /// Begins with no match.
    pub const fn new(correlations: &'c Correlations) -> Self {
        Self {
            correlations,
            groups: BTreeMap::new(),
        }
    }

    /// Takes in the single-event rules that an event matched; twice is as good as once.
    pub fn see(&mut self, matched: &[RuleIndex], event: &Event<'_>) {
        for sighted in self.correlations.sightings(matched, event) {
            self.add(sighted);
        }
    }

    /// Takes in what [`Correlations::sightings`] found.
    pub fn add(&mut self, sighted: Sighted) {
        let groups = self.groups.entry(sighted.correlation).or_default();
        let sightings = groups.entry(sighted.group).or_default();
        sightings.push(sighted.sighting);
    }

    /// Takes in what another one was given, such as that of another thread.
    pub fn merge(&mut self, other: Self) {
        for (correlation, groups) in other.groups {
            let own = self.groups.entry(correlation).or_default();
            for (group, sightings) in groups {
                own.entry(group).or_default().extend(sightings);
            }
        }
    }

    /// Evaluates all correlations, each behind those that it names.
    ///
    /// The bursts come by correlation, group and time.
    pub fn finish(mut self) -> Vec<Firing> {
        let mut found: Vec<Firing> = Vec::new();
        for correlation in self.correlations.in_order() {
            let Some(timeline) = self.correlations.get(*correlation) else {
                continue;
            };
            for (group, mut sightings) in self.groups.remove(correlation).unwrap_or_default() {
                sightings.sort_unstable();
                sightings.dedup();
                let firings = firing::firings(timeline, &group, &sightings, 0);
                for firing in &firings {
                    for sighted in self.correlations.sightings_of(firing) {
                        self.add(sighted);
                    }
                }
                found.extend(firings);
            }
        }
        // Within a correlation they are by group and time already.
        found.sort_by_key(|firing| firing.correlation);
        found
    }
}
