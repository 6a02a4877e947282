//! Correlations: what several events within a time mean together.
//!
//! # What fires
//!
//! A [`Sighting`] is a match of a rule that a correlation names, in one of its groups.
//! CloudTrail's times have whole seconds, and so events of one second are at the same
//! time. A sighting at second `s` *fires* if the condition holds over all sightings of its
//! group within the timespan that ends with it, `s - timespan < second <= s`. That depends
//! on the set of sightings alone, in whatever order they arrived. Firing sightings less
//! than the timespan apart, so that their windows overlap, are one [`Firing`]: a burst is
//! one alert.
//!
//! # In memory
//!
//! [`Correlator`] takes sightings in any order and answers once all are there.
//!
//! # In a table, by many writers
//!
//! Time is cut into buckets as long as the correlation's timespan, and a [`Window`] holds
//! the sightings of a group in one bucket. Per match:
//!
//! 1. Find the sightings with [`Correlations::sightings`]; of each, [`Correlations::get`]
//!    is its [`Timeline`], [`Timeline::bucket`] its bucket and [`Timeline::key_parts`] what
//!    to hash for the group's key. Those of one group and bucket go together.
//! 2. Read the bucket's window, [`insert`](Window::insert), and write it back on condition
//!    that nobody has written it since, where anything was new.
//! 3. Then, and whether anything was new or not (an earlier attempt may have died here),
//!    read the windows of [`Timeline::neighbours`] strongly consistently, which is one
//!    query, and evaluate with [`Timeline::firings`]. Whoever writes last sees
//!    what the others wrote, so that no firing is missed between two writers.
//! 4. Of each firing, [`mark`](Window::mark) the windows of its
//!    [`unanchored`](Firing::unanchored) buckets, again on condition; if somebody else
//!    wrote, begin again with 3.
//! 5. Publish the alert of (rule, account, group, anchor) as that of a match: it is
//!    pending, sent, or suppressed already if there was one.
//! 6. Pass the firing to [`Correlations::sightings_of`] and go on with what comes of it:
//!    other correlations may name this one.
//!
//! # When older events arrive late
//!
//! The anchor is the second at which the burst first fired as it was first seen, and the
//! windows remember it. All that fires in one bucket is less than the timespan apart, so
//! a bucket has one anchor, and a burst hands it on from bucket to bucket however
//! long it lasts. An older event may make the burst begin earlier: it takes the anchor
//! that is there, and so the alert that was published. Two bursts that were published
//! apart and that an event between them joins keep their two alerts; what
//! follows takes the older anchor. Two writers that see two ends of a burst at the same
//! moment, each without the other's, may publish both: the second is folded by suppression.
//!
//! With `gt` and `gte` over counts, and temporal correlations by default, more sightings only ever
//! make more of them fire ([`Correlation::is_monotone`]), so nothing that was published
//! is taken back by what arrives later. With the other comparisons, sums and averages a
//! late event may do that; the answer is right again at the next evaluation.

use crate::matcher::Comparison;
use crate::rule::RuleIndex;

mod chain;
mod compiled;
mod correlator;
mod counted;
mod firing;
mod sighting;
mod sliding;
mod timeline;
mod window;

pub use compiled::{Correlations, Sighted};
pub use correlator::Correlator;
pub use firing::Firing;
pub use sighting::{EventId, Group, Sighting};
pub use timeline::Timeline;
pub use window::{Window, WindowError};

/// A rule over the matches of other rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// What is counted or awaited.
    pub kind: CorrelationKind,
    /// The rules whose matches count, in the order in which they are written.
    pub rules: Vec<RuleIndex>,
    /// The fields or aliases whose values keep groups of matches apart.
    pub group_by: Vec<String>,
    /// The length of the window in seconds.
    pub timespan: u64,
    /// When it fires.
    pub threshold: Threshold,
    /// Names for fields that the rules' events call differently.
    pub aliases: Vec<Alias>,
    /// Whether the rules that it names alert on their own, too.
    pub generates: bool,
}

/// What a correlation looks for among the matches of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CorrelationKind {
    /// How many matches there are.
    EventCount,
    /// How many different values of the fields.
    ValueCount,
    /// How many different rules matched.
    Temporal,
    /// The same, in the order in which they are written.
    TemporalOrdered,
    /// The sum of a field.
    ValueSum,
    /// The average of a field.
    ValueAverage,
}

impl CorrelationKind {
    /// Sigma's name of the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
            Self::ValueSum => "value_sum",
            Self::ValueAverage => "value_avg",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        [
            Self::EventCount,
            Self::ValueCount,
            Self::Temporal,
            Self::TemporalOrdered,
            Self::ValueSum,
            Self::ValueAverage,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }

    /// Whether it tells apart which rule matched.
    pub const fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }

    /// Whether it looks at a field of the events.
    pub const fn has_field(self) -> bool {
        matches!(self, Self::ValueCount | Self::ValueSum | Self::ValueAverage)
    }
}

/// The number that a window's count, sum or average is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub value: f64,
    /// Of which fields: one for a sum or average, one or more for a count of values.
    pub fields: Vec<String>,
}

/// A name for a field that each rule's events call differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The name, for `group-by`.
    pub name: String,
    /// The field's name in the events of each rule.
    pub fields: Vec<(RuleIndex, String)>,
}

impl Correlation {
    /// The timespan as a difference of times.
    pub(crate) fn timespan_seconds(&self) -> i64 {
        i64::try_from(self.timespan).unwrap_or(i64::MAX).max(1)
    }

    /// Whether more sightings only ever make more of them fire.
    pub const fn is_monotone(&self) -> bool {
        let is_count = !matches!(
            self.kind,
            CorrelationKind::ValueSum | CorrelationKind::ValueAverage
        );
        is_count
            && matches!(
                self.threshold.comparison,
                Comparison::Greater | Comparison::AtLeast
            )
    }

    /// The field that a name of `group-by` stands for in a rule's events.
    pub fn field_of<'c>(&'c self, name: &'c str, rule: RuleIndex) -> &'c str {
        self.aliases
            .iter()
            .filter(|alias| alias.name == name)
            .flat_map(|alias| &alias.fields)
            .find(|(of, _)| *of == rule)
            .map_or(name, |(_, field)| field)
    }
}
