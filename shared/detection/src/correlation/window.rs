//! The sightings of a group in one bucket of time, as a table keeps them.

use std::collections::{BTreeSet, HashMap};

use crate::correlation::{CorrelationKind, Firing, Sighting, Timeline};

mod encoding;

pub use encoding::WindowError;

/// The sightings of one correlation and group in one bucket of time: a set, so that what is
/// delivered twice counts once.
///
/// It keeps at most [`CAPACITY`](Self::CAPACITY) sightings and then [is
/// full](Self::is_full): it thins itself out to the first and the last ones, of every
/// counted value the first and the last one, and of every rule of a temporal correlation a
/// fair share of the first and last ones. So a flood of one value or rule does not push
/// others out, counts up to half the capacity are still told right, and which
/// sightings are kept depends on which there were and not on their order.
///
/// Counts and sums above are of those that are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    sightings: BTreeSet<Sighting>,
    anchor: Option<Anchor>,
    is_full: bool,
}

/// What the id of a burst's alert is made of, besides rule and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Anchor {
    pub(super) second: i64,
    /// The account that the alert names; none where the events are not of one.
    pub(super) account: Option<u64>,
}

impl Window {
    /// The most sightings that a window keeps: at most 340 KB of them, and about 120 KB of
    /// CloudTrail's.
    pub const CAPACITY: usize = 4_096;

    /// The highest number of sightings or values of which a window can tell the count.
    pub const COUNTED: usize = Self::CAPACITY / 2;

    /// The sightings, in order.
    pub fn sightings(&self) -> impl Iterator<Item = &Sighting> {
        self.sightings.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sightings.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sightings.is_empty()
    }

    /// Whether there were more sightings than are kept.
    pub const fn is_full(&self) -> bool {
        self.is_full
    }

    /// The second under which the burst was alerted on that fires in this bucket.
    pub const fn anchor(&self) -> Option<i64> {
        match self.anchor {
            Some(anchor) => Some(anchor.second),
            None => None,
        }
    }

    pub(super) const fn known(&self) -> Option<Anchor> {
        self.anchor
    }

    /// Remembers under which second and account a burst is alerted on; the first one stays.
    ///
    /// Gives back whether anything changed, so that the window has to be written.
    pub fn mark(&mut self, firing: &Firing) -> bool {
        let is_new = self.anchor.is_none();
        if is_new {
            let account = firing.account.as_deref();
            self.anchor = Some(Anchor {
                second: firing.anchor,
                account: account.and_then(|account| account.parse().ok()),
            });
        }
        is_new
    }

    /// Takes in sightings of this group and bucket.
    ///
    /// Gives back whether anything changed, so that the window has to be written. The
    /// caller evaluates in either case: whoever wrote it before may have died there.
    pub fn insert(
        &mut self,
        timeline: &Timeline,
        sightings: impl IntoIterator<Item = Sighting>,
    ) -> bool {
        let mut added = Vec::new();
        let was_full = self.is_full;
        for sighting in sightings {
            // Nothing happens before 1970, and the encoding has no room for it.
            if sighting.second >= 0 && self.sightings.insert(sighting.clone()) {
                added.push(sighting);
            }
            if self.sightings.len() > 2 * Self::CAPACITY {
                self.thin(timeline);
                added.retain(|sighting| self.sightings.contains(sighting));
            }
        }
        if self.is_full || self.sightings.len() > Self::CAPACITY {
            self.thin(timeline);
            added.retain(|sighting| self.sightings.contains(sighting));
        }
        !added.is_empty() || self.is_full != was_full
    }

    /// Leaves the first and the last sightings of each class.
    fn thin(&mut self, timeline: &Timeline) {
        self.is_full = true;
        let share = Share::of(timeline);
        let mut kept = BTreeSet::new();
        kept.extend(share.first(self.sightings.iter()).cloned());
        kept.extend(share.first(self.sightings.iter().rev()).cloned());
        self.sightings = kept;
    }
}

/// How many sightings of each class a full window keeps at either end.
///
/// Any subset that is chosen like this can be chosen again from what was left of the last
/// time and what came since: a sighting that is not among the first of its class, or of
/// all such, never will be when there are more.
struct Share {
    kind: CorrelationKind,
    of_each: usize,
}

impl Share {
    fn of(timeline: &Timeline) -> Self {
        let correlation = timeline.correlation();
        let kind = correlation.kind;
        Self {
            kind,
            of_each: match kind {
                CorrelationKind::ValueCount => 1,
                kind if kind.is_temporal() => {
                    (Window::COUNTED / correlation.rules.len().max(1)).max(1)
                }
                _ => Window::COUNTED,
            },
        }
    }

    const fn class(&self, sighting: &Sighting) -> (u32, Option<i64>) {
        match self.kind {
            CorrelationKind::ValueCount => (0, sighting.value),
            kind if kind.is_temporal() => (sighting.position, None),
            _ => (0, None),
        }
    }

    fn first<'s>(
        &self,
        sightings: impl Iterator<Item = &'s Sighting>,
    ) -> impl Iterator<Item = &'s Sighting> {
        let mut seen: HashMap<_, usize> = HashMap::new();
        sightings
            .filter(move |sighting| {
                let seen = seen.entry(self.class(sighting)).or_default();
                *seen += 1;
                *seen <= self.of_each
            })
            .take(Window::COUNTED)
    }
}
