//! Bursts: what fires in one go, and what an alert says of it.

use std::collections::HashSet;

use crate::correlation::{Group, Sighting, Timeline, sliding};
use crate::rule::RuleIndex;

/// The most event ids that a firing names.
const EVENT_IDS: usize = 50;

/// A burst: sightings that fire less than the timespan apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// The correlation.
    pub correlation: RuleIndex,
    /// What the events have in common.
    pub group: Group,
    /// The second that the alert's id is made of, besides rule and group.
    ///
    /// It is the second of the first sighting that fires, or what the windows say that it
    /// was when the burst was first seen.
    pub anchor: i64,
    /// When the first of the events happened that it took.
    pub first: i64,
    /// When the last sighting fired.
    pub last: i64,
    /// How many events there were between the two, both included.
    pub count: u64,
    /// Whether more events were sighted than a window keeps: then there were more than
    /// `count`.
    pub is_estimate: bool,
    /// The ids of the events: all of them up to 50, else the first and the last 25.
    pub event_ids: Vec<String>,
    /// The account, where all events are of one that made the first sighting fire.
    ///
    /// What follows does not change it, because the windows remember it with the anchor: an
    /// alert's id is made of both.
    pub account: Option<String>,
    /// The sightings that fire, in order: what correlations that name this one see.
    pub at: Vec<Sighting>,
    /// The buckets whose windows do not know the anchor yet; none from a
    /// [`Correlator`](crate::Correlator).
    pub unanchored: Vec<i64>,
}

/// Finds the bursts of a group that fire at or after a second, given all of its sightings
/// in order.
pub(super) fn firings(
    timeline: &Timeline,
    group: &Group,
    sightings: &[Sighting],
    since: i64,
) -> Vec<Firing> {
    let correlation = timeline.correlation();
    let timespan = correlation.timespan_seconds();
    let mut fires = sliding::firing(correlation, sightings);
    fires.retain(|at| sightings[*at].second >= since);
    fires
        .chunk_by(|one, next| sightings[*next].second - sightings[*one].second < timespan)
        .map(|burst| {
            let taken = Taken::of(sightings, burst, timespan);
            Firing {
                correlation: timeline.index(),
                group: group.clone(),
                anchor: taken.anchor,
                first: taken.all.first().map_or(taken.anchor, |it| it.second),
                last: taken.last,
                count: taken.all.len() as u64,
                is_estimate: false,
                event_ids: event_ids(&taken.all),
                account: taken.account,
                at: burst.iter().map(|at| sightings[*at].clone()).collect(),
                unanchored: Vec::new(),
            }
        })
        .collect()
}

/// The events of a burst: those in the windows of all sightings that fire.
struct Taken<'s> {
    anchor: i64,
    last: i64,
    account: Option<String>,
    /// One sighting of each event.
    all: Vec<&'s Sighting>,
}

impl<'s> Taken<'s> {
    fn of(sightings: &'s [Sighting], burst: &[usize], timespan: i64) -> Self {
        let second = |at: Option<&usize>| at.map_or(0, |at| sightings[*at].second);
        let (anchor, last) = (second(burst.first()), second(burst.last()));
        let until = |second: i64| sightings.partition_point(|it| it.second <= second);
        let (from, fired) = (until(anchor.saturating_sub(timespan)), until(anchor));
        let mut accounts = sightings[from..fired].iter().map(|it| it.account);
        let account = accounts.next().flatten();
        let is_shared = accounts.all(|other| other == account);
        let mut events = HashSet::new();
        let all = sightings[from..until(last)].iter();
        Self {
            anchor,
            last,
            account: account.filter(|_| is_shared).map(|it| format!("{it:012}")),
            all: all.filter(|it| events.insert(it.event)).collect(),
        }
    }
}

fn event_ids(taken: &[&Sighting]) -> Vec<String> {
    let known: Vec<_> = taken.iter().filter(|it| !it.id.is_none()).collect();
    let (head, tail) = match known.len() {
        0..=EVENT_IDS => (known.as_slice(), [].as_slice()),
        count => (&known[..EVENT_IDS / 2], &known[count - EVENT_IDS / 2..]),
    };
    let ids = head.iter().chain(tail);
    ids.map(|sighting| sighting.id.to_string()).collect()
}
