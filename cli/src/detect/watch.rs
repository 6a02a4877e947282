//! Rules made ready for many threads.

use std::ops::RangeInclusive;

use detection::{Correlations, Engine, Event, Level, RuleIndex, Rules, Scratch, Stage};

use super::reader::{Batch, Fault, Place};
use super::sighting::Sighting;

/// Rules, compiled, and what of their matches counts.
pub(super) struct Watch<'r> {
    rules: &'r Rules,
    engine: Engine,
    pub(super) correlations: Correlations,
    /// The seconds that count; all where there are none.
    range: Option<RangeInclusive<i64>>,
}

impl<'r> Watch<'r> {
    pub(super) fn new(rules: &'r Rules, range: Option<RangeInclusive<i64>>) -> Self {
        Self {
            rules,
            engine: rules.engine(),
            correlations: Correlations::of(rules),
            range,
        }
    }

    pub(super) const fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn scratch(&self) -> Scratch {
        self.engine.scratch()
    }

    /// Notes a record that matched.
    pub(super) fn note(
        &self,
        record: &[u8],
        matched: &[RuleIndex],
        place: Place,
        batch: &mut Batch,
    ) {
        let of_use = |index: &&RuleIndex| {
            self.rules.get(**index).is_alerting || self.correlations.is_named(**index)
        };
        let matched: Vec<RuleIndex> = matched.iter().filter(of_use).copied().collect();
        if matched.is_empty() {
            return;
        }
        let event = match Event::parse(record) {
            Ok(event) => event,
            Err(error) => return batch.fault(Fault::at(place, error.to_string())),
        };
        let sighting = Sighting::of(&event, place, &matched);
        // What has no time is not known to be outside.
        let is_outside = self.range.as_ref().is_some_and(|range| {
            sighting
                .second
                .is_some_and(|second| !range.contains(&second))
        });
        if is_outside {
            return;
        }
        batch
            .sighted
            .extend(self.correlations.sightings(&matched, &event));
        batch.sightings.push(sighting);
    }
}

/// The level by which a rule's matches count for `--fail-on`; none for what is only tried.
pub(super) fn graded(rules: &Rules, index: RuleIndex) -> Option<Level> {
    let rule = rules.get(index);
    (rule.is_alerting && rule.stage == Stage::Alert).then_some(rule.level)
}
