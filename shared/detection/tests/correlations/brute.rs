//! The answer by trying every event against all others.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Happening, Question};

/// A burst, by the numbers of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Burst {
    pub(crate) user: &'static str,
    /// Seconds since the start.
    pub(crate) first_firing: i64,
    pub(crate) last_firing: i64,
    pub(crate) firing: BTreeSet<usize>,
    pub(crate) events: BTreeSet<usize>,
}

/// The bursts of each user, in order.
pub(crate) fn bursts(question: &Question, happenings: &[Happening]) -> Vec<Burst> {
    let mut users: BTreeMap<&str, Vec<&Happening>> = BTreeMap::new();
    for happening in happenings {
        let has_value = !question.has_value() || happening.value.is_some();
        if let Some(user) = happening.user
            && has_value
            && !positions(question, happening).is_empty()
        {
            users.entry(user).or_default().push(happening);
        }
    }
    let mut found: Vec<Burst> = Vec::new();
    for (user, mut events) in users {
        events.sort_by_key(|event| event.second);
        let mut last: Option<Burst> = None;
        for event in &events {
            if !fires(question, event, &events) {
                continue;
            }
            let taken = window(question, event, &events);
            let taken = taken.iter().map(|it| it.number);
            match &mut last {
                Some(burst) if event.second - burst.last_firing < question.timespan => {
                    burst.last_firing = event.second;
                    burst.firing.insert(event.number);
                    burst.events.extend(taken);
                }
                _ => {
                    found.extend(last.take());
                    last = Some(Burst {
                        user,
                        first_firing: event.second,
                        last_firing: event.second,
                        firing: BTreeSet::from([event.number]),
                        events: taken.collect(),
                    });
                }
            }
        }
        found.extend(last);
    }
    found
}

fn positions(question: &Question, happening: &Happening) -> Vec<usize> {
    let rules = question.rules.iter().enumerate();
    rules
        .filter(|(_, rule)| happening.name.contains(**rule))
        .map(|(position, _)| position)
        .collect()
}

fn window<'h>(
    question: &Question,
    end: &Happening,
    events: &[&'h Happening],
) -> Vec<&'h Happening> {
    let begin = end.second - question.timespan;
    let events = events.iter().copied();
    events
        .filter(|it| it.second > begin && it.second <= end.second)
        .collect()
}

fn fires(question: &Question, end: &Happening, events: &[&Happening]) -> bool {
    let window = window(question, end, events);
    let values: Vec<i64> = window.iter().filter_map(|it| it.value).collect();
    let sum: i64 = values.iter().sum();
    let holds = |left: i64, right: i64| match question.comparison {
        "gt" => left > right,
        "gte" => left >= right,
        "lt" => left < right,
        "lte" => left <= right,
        "eq" => left == right,
        "neq" => left != right,
        other => panic!("there is no {other}"),
    };
    let size = |set: usize| i64::try_from(set).expect("there are few");
    let number = question.number;
    match question.kind {
        "event_count" => holds(size(window.len()), number),
        "value_count" => holds(size(values.iter().collect::<BTreeSet<_>>().len()), number),
        "temporal" => {
            let seen: BTreeSet<usize> = window
                .iter()
                .flat_map(|it| positions(question, it))
                .collect();
            holds(size(seen.len()), number)
        }
        "temporal_ordered" => positions(question, end)
            .into_iter()
            .any(|at| holds(size(chain(question, end, at, &window)), number)),
        "value_sum" => holds(sum, number),
        // Whole numbers: the average compares as the sum does with so many times the number.
        "value_avg" => holds(sum, number * size(values.len())),
        other => panic!("there is no {other}"),
    }
}

/// The longest chain of rules in order that ends with an event matching one of them.
fn chain(question: &Question, end: &Happening, at: usize, window: &[&Happening]) -> usize {
    let mut longest = 0;
    for event in window {
        for before in positions(question, event) {
            if before < at && event.second <= end.second {
                longest = longest.max(chain(question, event, before, window));
            }
        }
    }
    longest + 1
}
