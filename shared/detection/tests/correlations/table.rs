//! A table of windows and what a detector does with it, as the module's documentation says.

use std::collections::{BTreeMap, BTreeSet};

use detection::{Correlations, Firing, RuleIndex, Sighted, Timeline, Window};

/// What a group's sightings are filed under.
type Parts = Vec<(String, String)>;

/// A bucket of a group.
type Key = (RuleIndex, Parts, i64);

/// Events by their hashes, with the correlation and group for which they fired.
pub(crate) type Fired = BTreeSet<(RuleIndex, Parts, u64)>;

/// The windows as bytes, and what was published.
#[derive(Debug, Default)]
pub(crate) struct Table {
    windows: BTreeMap<Key, Vec<u8>>,
    /// Correlation, group and anchor: what an alert's id is made of.
    pub(crate) published: BTreeSet<Key>,
    /// The accounts of the alerts.
    pub(crate) accounts: BTreeSet<(i64, Option<String>)>,
    /// Everything that ever fired.
    pub(crate) fired: Fired,
}

impl Table {
    /// Takes in a batch. `dies` makes it die once between writing the sightings
    /// and evaluating them, as a function may.
    pub(crate) fn take(&mut self, correlations: &Correlations, sighted: Vec<Sighted>, dies: bool) {
        let mut batches: BTreeMap<(RuleIndex, i64), BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for it in sighted {
            let timeline = correlations.get(it.correlation).expect("it is one");
            let bucket = timeline.bucket(it.sighting.second);
            let groups = batches.entry((it.correlation, bucket)).or_default();
            groups.entry(it.group).or_default().push(it.sighting);
        }
        for ((correlation, bucket), groups) in batches {
            let timeline = correlations.get(correlation).expect("it is one");
            for (group, sightings) in groups {
                let key = |bucket| {
                    let parts = timeline.key_parts(&group);
                    let parts = parts.map(|(name, value)| (name.to_owned(), value.to_owned()));
                    (correlation, parts.collect::<Vec<_>>(), bucket)
                };
                let mut window = self.read(&key(bucket));
                if window.insert(timeline, sightings) {
                    self.windows.insert(key(bucket), window.encode());
                }
                if dies {
                    continue;
                }
                for firing in self.evaluate(timeline, &group, bucket, key) {
                    self.take(correlations, correlations.sightings_of(&firing), false);
                }
            }
        }
    }

    fn evaluate(
        &mut self,
        timeline: &Timeline,
        group: &detection::Group,
        bucket: i64,
        key: impl Fn(i64) -> Key,
    ) -> Vec<Firing> {
        let read: Vec<(i64, Window)> = Timeline::neighbours(bucket)
            .map(|bucket| (bucket, self.read(&key(bucket))))
            .collect();
        let windows = read.iter().map(|(bucket, window)| (*bucket, window));
        let firings = timeline.firings(group, bucket, windows);
        for firing in &firings {
            for bucket in &firing.unanchored {
                let mut window = self.read(&key(*bucket));
                assert!(window.mark(firing));
                self.windows.insert(key(*bucket), window.encode());
            }
            self.accounts
                .insert((firing.anchor, firing.account.clone()));
            let (correlation, pairs, _) = key(0);
            self.published
                .insert((correlation, pairs.clone(), firing.anchor));
            let fired = firing.at.iter().map(|it| it.event);
            self.fired
                .extend(fired.map(|event| (correlation, pairs.clone(), event)));
        }
        firings
    }

    fn read(&self, key: &Key) -> Window {
        self.windows.get(key).map_or_else(Window::default, |bytes| {
            Window::decode(bytes).expect("it is as it was written")
        })
    }

    /// Everything that fires now, evaluated bucket by bucket.
    pub(crate) fn fires(&self, correlations: &Correlations) -> Fired {
        let mut found = BTreeSet::new();
        for (correlation, pairs, bucket) in self.windows.keys() {
            let timeline = correlations.get(*correlation).expect("it is one");
            let read: Vec<(i64, Window)> = Timeline::neighbours(*bucket)
                .map(|bucket| (bucket, self.read(&(*correlation, pairs.clone(), bucket))))
                .collect();
            let windows = read.iter().map(|(bucket, window)| (*bucket, window));
            for firing in timeline.firings(&detection::Group::default(), *bucket, windows) {
                let fired = firing.at.iter().map(|it| it.event);
                found.extend(fired.map(|event| (*correlation, pairs.clone(), event)));
            }
        }
        found
    }
}
