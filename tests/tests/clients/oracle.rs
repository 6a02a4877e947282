//! What the answers must be, by going through all records one by one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::question::Question;
use crate::record::{Known, ordered};
use crate::trail_file::TrailFile;

/// The events of log files, each once, newest first.
pub(crate) struct Oracle {
    pub(crate) events: Vec<Known>,
}

impl Oracle {
    pub(crate) fn of(files: &[TrailFile]) -> Self {
        let texts: BTreeSet<String> = files.iter().flat_map(TrailFile::records).collect();
        let mut events: Vec<Known> = texts.iter().map(|text| Known::of(text)).collect();
        events.sort_by(|one, other| (other.time, &other.id).cmp(&(one.time, &one.id)));
        let is_total = events
            .windows(2)
            .all(|pair| (pair[0].time, &pair[0].id) != (pair[1].time, &pair[1].id));
        assert!(is_total, "time and id settle the order of these events");
        Self { events }
    }

    /// The events that a question asks for.
    pub(crate) fn find(&self, question: &Question) -> impl Iterator<Item = &Known> {
        self.events.iter().filter(|event| question.asks_for(event))
    }

    /// The values that management events have for an attribute, the commonest first.
    pub(crate) fn values(&self, key: &'static str) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for event in self.find(&Question::default()) {
            for value in event.values(key) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut values: Vec<_> = counts.into_iter().collect();
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        values
    }

    /// The second with the most management events, and how many it has.
    pub(crate) fn busiest_second(&self) -> (i64, usize) {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for event in self.find(&Question::default()) {
            *counts.entry(event.time).or_default() += 1;
        }
        let busiest = counts.into_iter().max_by_key(|(_, count)| *count);
        busiest.expect("an event")
    }

    /// Sees a client's answer be what the question asks for, in order and in every field.
    pub(crate) fn check(&self, question: &Question, found: Vec<Value>) {
        let expected: Vec<&Value> = self.find(question).map(|event| &event.told).collect();
        let found: Vec<Value> = found.into_iter().map(ordered).collect();
        let ids = |events: &[&Value]| -> Vec<String> {
            events
                .iter()
                .map(|event| event["EventId"].to_string())
                .collect()
        };
        let (expected_ids, found_ids) = (ids(&expected), ids(&found.iter().collect::<Vec<_>>()));
        if expected_ids != found_ids {
            let wanted: BTreeSet<&String> = expected_ids.iter().collect();
            let got: BTreeSet<&String> = found_ids.iter().collect();
            panic!(
                "{} events found, {} expected, {} missing, {} too many, else out of order, for {question:?}",
                found_ids.len(),
                expected_ids.len(),
                wanted.difference(&got).count(),
                got.difference(&wanted).count(),
            );
        }
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found, expected, "for {question:?}");
        }
    }
}
