//! The windows of a group's sightings, each counted from the one before it.

use std::collections::HashMap;

use crate::correlation::chain::Chains;
use crate::correlation::{Correlation, CorrelationKind, Sighting};

/// Finds which of a group's sightings fire, given all of them in order.
///
/// The windows' ends move over the sightings once, so this takes as long as there are
/// many, whatever the timespan.
pub(super) fn firing(correlation: &Correlation, sightings: &[Sighting]) -> Vec<usize> {
    let threshold = &correlation.threshold;
    let holds = |amount: f64| threshold.comparison.holds(amount, threshold.value);
    let timespan = correlation.timespan_seconds();
    let mut firing = Vec::new();
    let mut tally = Tally::new(correlation.kind);
    let mut chains = Chains::new(correlation.rules.len());
    let (mut from, mut to) = (0, 0);
    while let Some(Sighting { second, .. }) = sightings.get(to) {
        let start = to;
        while let Some(sighting) = sightings.get(to)
            && sighting.second == *second
        {
            tally.add(sighting);
            to += 1;
        }
        while sightings[from].second <= second.saturating_sub(timespan) {
            tally.remove(&sightings[from]);
            from += 1;
        }
        if correlation.kind == CorrelationKind::TemporalOrdered {
            let now = &sightings[start..to];
            chains.extend(*second, now);
            let lengths = now
                .iter()
                .map(|it| chains.longest(it.position, second.saturating_sub(timespan)));
            firing.extend(
                (start..)
                    .zip(lengths)
                    .filter_map(|(at, length)| holds(count(length)).then_some(at)),
            );
        } else if tally.amount().is_some_and(holds) {
            firing.extend(start..to);
        }
    }
    firing
}

#[expect(clippy::cast_precision_loss, reason = "memory ends long before 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

/// What a condition asks of the sightings in the window.
struct Tally {
    kind: CorrelationKind,
    sightings: usize,
    /// How many there are of each value or rule.
    classes: HashMap<i64, usize>,
    thousandths: i128,
}

impl Tally {
    fn new(kind: CorrelationKind) -> Self {
        Self {
            kind,
            sightings: 0,
            classes: HashMap::new(),
            thousandths: 0,
        }
    }

    fn class(&self, sighting: &Sighting) -> Option<i64> {
        match self.kind {
            CorrelationKind::ValueCount => sighting.value,
            CorrelationKind::Temporal => Some(sighting.position.into()),
            _ => None,
        }
    }

    fn add(&mut self, sighting: &Sighting) {
        self.sightings += 1;
        self.thousandths += i128::from(sighting.value.unwrap_or_default());
        if let Some(class) = self.class(sighting) {
            *self.classes.entry(class).or_default() += 1;
        }
    }

    fn remove(&mut self, sighting: &Sighting) {
        self.sightings -= 1;
        self.thousandths -= i128::from(sighting.value.unwrap_or_default());
        if let Some(class) = self.class(sighting)
            && let Some(left) = self.classes.get_mut(&class)
        {
            *left -= 1;
            if *left == 0 {
                self.classes.remove(&class);
            }
        }
    }

    /// The number that is compared; none where it is told sighting by sighting.
    #[expect(
        clippy::cast_precision_loss,
        reason = "sums beyond 2^53 thousandths are compared roughly"
    )]
    fn amount(&self) -> Option<f64> {
        let sum = self.thousandths as f64 / 1000.0;
        Some(match self.kind {
            CorrelationKind::EventCount => count(self.sightings),
            CorrelationKind::ValueCount | CorrelationKind::Temporal => count(self.classes.len()),
            CorrelationKind::ValueSum => sum,
            CorrelationKind::ValueAverage => sum / count(self.sightings),
            CorrelationKind::TemporalOrdered => return None,
        })
    }
}
