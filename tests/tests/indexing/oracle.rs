//! What the answers must be, by going through all records one by one.

use std::collections::{BTreeMap, BTreeSet};

use index::tally::Series;
use index::{Attribute, EventKey, Order, Query};
use trail::{Category, Record};

use crate::delivery::File;

/// Calls by category, series and minute.
pub(crate) type Minutes = BTreeMap<(Category, Series), BTreeMap<i64, u64>>;

/// All events there are, in the order of their keys, each once.
pub(crate) struct Oracle {
    events: Vec<Known>,
    /// The values of each attribute, the commonest first.
    values: BTreeMap<Attribute, Vec<String>>,
}

/// The values of an event.
type Values = BTreeMap<Attribute, BTreeSet<String>>;

/// An event with its values, read once for any number of questions.
struct Known {
    key: EventKey,
    category: Category,
    values: Values,
    text: String,
}

impl Oracle {
    pub(crate) fn of<'t>(texts: impl IntoIterator<Item = &'t String>) -> Self {
        let texts: BTreeSet<&String> = texts.into_iter().collect();
        let mut events: Vec<Known> = texts.into_iter().map(|text| Known::of(text)).collect();
        events.sort_by(|one, other| (&one.key, &one.text).cmp(&(&other.key, &other.text)));
        let values = values_of(&events);
        Self { events, values }
    }

    pub(crate) fn of_files(files: &[File]) -> Self {
        Self::of(files.iter().flat_map(File::texts))
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// The texts that a query asks for, in its order, none before the horizon.
    pub(crate) fn answer(&self, query: &Query, horizon: i64) -> Vec<&str> {
        let wanted = |event: &&Known| event.key.time >= horizon && event.is_wanted(query);
        let mut texts: Vec<&str> = self
            .events
            .iter()
            .filter(wanted)
            .map(|event| event.text.as_str())
            .collect();
        if query.order == Order::NewestFirst {
            texts.reverse();
        }
        texts
    }

    /// The values of an attribute, the commonest first.
    pub(crate) fn values(&self, attribute: Attribute) -> &[String] {
        self.values.get(&attribute).map_or(&[], Vec::as_slice)
    }

    /// The time of some event.
    pub(crate) fn time(&self, number: usize) -> i64 {
        self.events[number].key.time
    }
}

fn values_of(events: &[Known]) -> BTreeMap<Attribute, Vec<String>> {
    let mut counts: BTreeMap<Attribute, BTreeMap<&String, usize>> = BTreeMap::new();
    for (attribute, values) in events.iter().flat_map(|event| &event.values) {
        for value in values {
            *counts
                .entry(*attribute)
                .or_default()
                .entry(value)
                .or_default() += 1;
        }
    }
    let sorted = |counts: BTreeMap<&String, usize>| {
        let mut values: Vec<(&String, usize)> = counts.into_iter().collect();
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        values.into_iter().map(|(value, _)| value.clone()).collect()
    };
    counts
        .into_iter()
        .map(|(attribute, counts)| (attribute, sorted(counts)))
        .collect()
}

impl Known {
    fn of(text: &str) -> Self {
        let record = Record::parse(text).expect("a record");
        let mut values = Values::new();
        for attribute in Attribute::ALL {
            attribute.values(&record, |value| {
                values
                    .entry(attribute)
                    .or_default()
                    .insert(value.to_owned());
            });
        }
        Self {
            key: EventKey::of(&record),
            category: Category::of(&record),
            values,
            text: text.to_owned(),
        }
    }

    fn is_wanted(&self, query: &Query) -> bool {
        query.categories.contains(&self.category)
            && query.start.is_none_or(|start| start <= self.key.time)
            && query.end.is_none_or(|end| self.key.time <= end)
            && query.conditions().iter().all(|condition| {
                let values = self.values.get(&condition.attribute);
                let has = values.is_some_and(|values| !values.is_disjoint(&condition.values));
                has != condition.negated
            })
    }
}

/// Counts the calls of every file, none before the horizon; what a file holds
/// twice in one stretch is one call.
pub(crate) fn minutes(files: &[File], horizon: i64) -> Minutes {
    let mut minutes = Minutes::new();
    for file in files {
        for (_, text) in file.records.iter().collect::<BTreeSet<_>>() {
            let record = Record::parse(text).expect("a record");
            if record.time() < horizon {
                continue;
            }
            let owned = |value: Option<&str>| value.unwrap_or_default().to_owned();
            let series = Series {
                account: owned(record.account()),
                region: owned(record.aws_region.as_deref()),
                source: owned(record.source()),
                name: owned(record.name()),
                error_code: owned(record.error_code()),
                read_only: record.read_only,
            };
            let minute = record.time().div_euclid(60) * 60;
            let calls = minutes.entry((Category::of(&record), series)).or_default();
            *calls.entry(minute).or_default() += 1;
        }
    }
    minutes
}
