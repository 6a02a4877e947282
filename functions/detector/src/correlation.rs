//! Correlations: what several events mean together, whichever instance saw which of them.
//!
//! The sightings of a correlation's group lie in the table, in one item for each bucket
//! of time; `detection` says what follows from them, and in which order they are
//! written. A burst that fires becomes an alert like any other, whose id is made of the
//! burst's anchor: evaluated again, by whomever, it is the same alert.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use alerts::{Alert, GroupValue};
use aws::table::Range;
use detection::{Firing, Group, RuleIndex, Sighting, Stage, Timeline, Window};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use index::table::alerting::{self, Key};
use lambda::error::Failure;

use crate::book::Loaded;
use crate::candidate::Candidate;
use crate::contention::{ATTEMPTS, Contended, pause, version_of};
use crate::evaluation::{Found, Origin};
use crate::invocation::Invocation;
use crate::outbox::Outbox;
use crate::settlement::{OutOfTime, Unsettled};

mod sightings;

pub(crate) use sightings::Sightings;
use sightings::{Place, Seen, read};

/// How many groups are evaluated at once.
const GROUPS: usize = 8;

/// How deep correlations of correlations go, which are far from that by themselves.
const DEEPEST: usize = 16;

/// What is said to be contended.
const SIGHTINGS: &str = "the sightings of a correlation";

/// What came of a group.
struct Evaluated {
    seen: Seen,
    outcome: Result<Vec<Firing>, Failure>,
}

impl Outbox {
    /// Files a batch's sightings, and finds the alerts that they make.
    pub(crate) async fn correlate(
        &self,
        mut sightings: Sightings,
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> (Vec<Found>, Vec<Unsettled>) {
        let mut found: BTreeMap<Key, Found> = BTreeMap::new();
        let mut unsettled = Vec::new();
        for _ in 0..DEEPEST {
            let groups = std::mem::take(&mut sightings.groups);
            if groups.is_empty() {
                break;
            }
            let mut groups = groups.into_iter();
            let next = |((correlation, group), seen): ((RuleIndex, Group), Seen)| async move {
                let outcome = match loaded.correlations.get(correlation) {
                    Some(timeline) => {
                        let rule = &loaded.rules.get(correlation).id;
                        self.evaluate_group(timeline, rule, &group, &seen, invocation)
                            .await
                    }
                    None => Ok(Vec::new()),
                };
                Evaluated { seen, outcome }
            };
            let mut under_way = FuturesUnordered::new();
            under_way.extend(groups.by_ref().take(GROUPS).map(next));
            while let Some(Evaluated { seen, outcome }) = under_way.next().await {
                under_way.extend(groups.next().map(next));
                let firings = match outcome {
                    Ok(firings) => firings,
                    Err(failure) => {
                        let origins = seen.origins;
                        unsettled.push(Unsettled { origins, failure });
                        continue;
                    }
                };
                for firing in firings {
                    for sighted in loaded.correlations.sightings_of(&firing) {
                        sightings.chain(sighted, &seen);
                    }
                    if let Some(candidate) = self.candidate_of(&firing, &seen, loaded, invocation) {
                        add(&mut found, candidate, &seen.origins);
                    }
                }
            }
        }
        (found.into_values().collect(), unsettled)
    }

    /// Makes an alert of a burst, unless its rule is on trial or only for others to name.
    fn candidate_of(
        &self,
        firing: &Firing,
        seen: &Seen,
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> Option<Candidate> {
        let rule = loaded.rules.get(firing.correlation);
        let is_new = !firing.unanchored.is_empty();
        if !rule.is_alerting {
            return None;
        }
        if rule.stage == Stage::Stage {
            if is_new {
                invocation.count(|counts| counts.stage(&rule.id));
            }
            return None;
        }
        if is_new {
            invocation.count(|counts| counts.matches += 1);
        }
        if firing.last < self.retention.horizon(invocation.now()) {
            invocation.count(|counts| counts.expired += 1);
            return None;
        }
        let pairs = firing.group.pairs.iter();
        let group: Vec<GroupValue> = pairs
            .map(|(field, value)| GroupValue::new(field, value))
            .collect();
        let correlation = alerts::Correlation {
            account: firing.account.as_deref(),
            region: None,
            group: &group,
            anchor: firing.anchor,
            first: firing.first,
            last: firing.last,
            count: firing.count,
            event_ids: &firing.event_ids,
        };
        let summary = &loaded.summaries[firing.correlation.number()];
        let record = seen.record.as_ref().map(|(_, record)| record.as_str());
        let mut alert = Alert::of_correlation(summary, &correlation, record);
        alert.is_estimate = firing.is_estimate;
        let suppress = i64::try_from(rule.suppress).unwrap_or(i64::MAX);
        Some(Candidate::new(
            alert,
            firing.anchor,
            suppress,
            self.retention,
        ))
    }

    /// Files the sightings of a group, bucket by bucket, and finds what fires.
    async fn evaluate_group(
        &self,
        timeline: &Timeline,
        rule: &str,
        group: &Group,
        seen: &Seen,
        invocation: &Invocation,
    ) -> Result<Vec<Firing>, Failure> {
        let place = Place::new(timeline, group, rule);
        let mut buckets: BTreeMap<i64, Vec<Sighting>> = BTreeMap::new();
        for sighting in &seen.sightings {
            let bucket = timeline.bucket(sighting.second);
            buckets.entry(bucket).or_default().push(sighting.clone());
        }
        // All are filed before any is evaluated, so that a burst is seen as a whole.
        let changed: Vec<i64> = buckets.keys().copied().collect();
        for (bucket, sightings) in buckets {
            if invocation.is_over() {
                return Err(Failure::retry(OutOfTime));
            }
            self.file(&place, bucket, sightings, invocation).await?;
        }
        let mut found = Vec::new();
        for bucket in changed {
            if invocation.is_over() {
                return Err(Failure::retry(OutOfTime));
            }
            found.extend(self.fire(&place, bucket, invocation).await?);
        }
        Ok(found)
    }

    /// Writes sightings into their bucket's window, where any of them is new.
    async fn file(
        &self,
        place: &Place<'_>,
        bucket: i64,
        sightings: Vec<Sighting>,
        invocation: &Invocation,
    ) -> Result<(), Failure> {
        let key = place.key(bucket);
        for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let found = self.table.find(&key.partition, &key.sort).await;
            let found = found.map_err(Failure::retry)?;
            let mut window = found.as_ref().map(read).unwrap_or_default();
            if !window.insert(place.timeline, sightings.clone()) {
                return Ok(());
            }
            let item = place.item(bucket, &window, invocation.now());
            if self
                .put_version(&item, found.as_ref().map(version_of))
                .await?
            {
                return Ok(());
            }
        }
        Err(Failure::retry(Contended(SIGHTINGS)))
    }

    /// Finds the bursts around a bucket, and sees to it that their windows know their anchors.
    async fn fire(
        &self,
        place: &Place<'_>,
        bucket: i64,
        invocation: &Invocation,
    ) -> Result<Vec<Firing>, Failure> {
        let neighbours = Timeline::neighbours(bucket);
        let (from, until) = (
            place.key((*neighbours.start()).max(0)),
            place.key(*neighbours.end()),
        );
        'attempts: for attempt in 0..ATTEMPTS {
            pause(attempt).await;
            let range = Range {
                partition: &from.partition,
                from: &from.sort,
                until: &until.sort,
                consistent: true,
            };
            let most = neighbours.clone().count();
            let found = self.table.list(range, most).await;
            let found = found.map_err(Failure::retry)?;
            let mut windows: BTreeMap<i64, (i64, Window)> = BTreeMap::new();
            for found in &found {
                if let Some(bucket) = alerting::parse_sighting(&found.item.sort) {
                    windows.insert(bucket, (version_of(found), read(found)));
                }
            }
            let of_bucket = windows.iter();
            let firings = place.timeline.firings(
                place.group,
                bucket,
                of_bucket.map(|(bucket, (_, window))| (*bucket, window)),
            );
            for firing in &firings {
                for bucket in &firing.unanchored {
                    let Some((version, window)) = windows.get_mut(bucket) else {
                        continue;
                    };
                    if !window.mark(firing) {
                        continue;
                    }
                    let item = place.item(*bucket, window, invocation.now());
                    if !self.put_version(&item, Some(*version)).await? {
                        continue 'attempts;
                    }
                    *version = version.saturating_add(1);
                }
            }
            return Ok(firings);
        }
        Err(Failure::retry(Contended(SIGHTINGS)))
    }
}

/// Adds an alert on a burst; of one that is seen from several buckets, the fullest view.
fn add(found: &mut BTreeMap<Key, Found>, candidate: Candidate, origins: &[Origin]) {
    match found.entry(candidate.key.clone()) {
        Entry::Vacant(entry) => {
            entry.insert(Found {
                candidate,
                origins: origins.to_vec(),
            });
        }
        Entry::Occupied(mut entry) => {
            let known = entry.get_mut();
            known.origins.extend(origins);
            if candidate.alert.count > known.candidate.alert.count {
                known.candidate = candidate;
            }
        }
    }
}
