//! In a table: any order and batches, redelivery, deaths between the steps.

use std::collections::BTreeSet;

use detection::Correlations;
use proptest::prelude::*;

use crate::brute::{Burst, bursts};
use crate::correlating::order;
use crate::model::{Happening, Question, START, happenings, questions};
use crate::table::{Fired, Table};
use crate::{rule_set, with_match};

/// What a run leaves: what ever fired, what fires in the end, and the alerts.
struct Outcome {
    ever: BTreeSet<(String, u64)>,
    finally: BTreeSet<(String, u64)>,
    alerts: Vec<(String, i64)>,
    expected: Vec<Burst>,
    firing: BTreeSet<(String, u64)>,
}

fn run(question: &Question, events: &[Happening], batches: &[(Vec<usize>, bool)]) -> Outcome {
    let (_, engine, correlations) = rule_set(&question.document());
    let mut scratch = engine.scratch();
    let mut sighted = |at: &usize| {
        with_match(
            &engine,
            &mut scratch,
            &events[*at].record(),
            |matched, event| correlations.sightings(matched, event),
        )
    };
    let mut table = Table::default();
    for (batch, dies) in batches {
        let batch: Vec<_> = batch.iter().flat_map(&mut sighted).collect();
        if *dies {
            table.take(&correlations, batch.clone(), true);
        }
        table.take(&correlations, batch, false);
    }
    let user = |pairs: &[(String, String)]| pairs[1].1.clone();
    let of = |set: &Fired| {
        set.iter()
            .map(|(_, pairs, event)| (user(pairs), *event))
            .collect()
    };
    let expected = bursts(question, events);
    let mut firing = BTreeSet::new();
    for burst in &expected {
        for number in &burst.firing {
            let sightings = sighted(number);
            firing.extend(
                sightings
                    .iter()
                    .map(|it| (burst.user.to_owned(), it.sighting.event)),
            );
        }
    }
    Outcome {
        ever: of(&table.fired),
        finally: of(&table.fires(&correlations)),
        alerts: table
            .published
            .iter()
            .map(|(_, pairs, anchor)| (user(pairs), anchor - START))
            .collect(),
        expected,
        firing,
    }
}

fn is_in((user, second): &(String, i64), burst: &Burst) -> bool {
    burst.user == user && (burst.first_firing..=burst.last_firing).contains(second)
}

/// An order, cut into batches, some of which die once on the way.
fn batches(
    (events, order): (Vec<Happening>, Vec<usize>),
) -> impl Strategy<Value = (Vec<Happening>, Vec<(Vec<usize>, bool)>)> {
    let cuts = prop::collection::vec((1_usize..6, prop::bool::weighted(0.2)), order.len());
    (Just(events), cuts).prop_map(move |(events, cuts)| {
        let mut rest = order.as_slice();
        let mut batches = Vec::new();
        for (size, dies) in cuts {
            let (batch, behind) = rest.split_at(size.min(rest.len()));
            rest = behind;
            batches.push((batch.to_vec(), dies));
        }
        (events, batches)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn windows_find_what_brute_force_finds(
        question in questions(),
        (events, batches) in happenings(40).prop_flat_map(order).prop_flat_map(batches),
    ) {
        let outcome = run(&question, &events, &batches);
        prop_assert_eq!(&outcome.finally, &outcome.firing);
        if question.is_monotone() {
            prop_assert_eq!(&outcome.ever, &outcome.firing);
            for burst in &outcome.expected {
                prop_assert!(outcome.alerts.iter().any(|alert| is_in(alert, burst)), "{:?}", burst);
            }
            for alert in &outcome.alerts {
                prop_assert!(outcome.expected.iter().any(|burst| is_in(alert, burst)), "{:?}", alert);
            }
        }
    }

    /// However long a burst lasts, and though each evaluation sees four buckets of it.
    #[test]
    fn a_burst_is_one_alert_where_events_arrive_in_order(
        question in questions().prop_filter("late events take nothing back", Question::is_monotone),
        events in happenings(120),
    ) {
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|at| events[*at].second);
        let batches: Vec<_> = order.iter().map(|at| (vec![*at], false)).collect();
        let outcome = run(&question, &events, &batches);
        let expected: Vec<_> = outcome
            .expected
            .iter()
            .map(|burst| (burst.user.to_owned(), burst.first_firing))
            .collect();
        prop_assert_eq!(outcome.alerts, expected);
    }
}

fn question(timespan: i64, number: i64) -> Question {
    Question {
        kind: "event_count",
        rules: vec!["a"],
        timespan,
        comparison: "gte",
        number,
    }
}

fn at(number: usize, second: i64) -> Happening {
    Happening {
        number,
        second,
        name: "a",
        user: Some("alice"),
        value: None,
    }
}

fn alerts(question: &Question, seconds: &[i64]) -> Vec<i64> {
    let events: Vec<_> = (0..)
        .zip(seconds)
        .map(|(number, second)| at(number, *second))
        .collect();
    let batches: Vec<_> = (0..events.len()).map(|at| (vec![at], false)).collect();
    let outcome = run(question, &events, &batches);
    assert_eq!(outcome.finally, outcome.firing);
    outcome
        .alerts
        .into_iter()
        .map(|(_, anchor)| anchor)
        .collect()
}

#[test]
fn a_burst_of_an_hour_is_one_alert() {
    let seconds: Vec<i64> = (0..3_600).step_by(4).collect();
    assert_eq!(alerts(&question(10, 3), &seconds), [8]);
}

#[test]
fn an_older_event_that_begins_the_burst_earlier_keeps_its_alert() {
    // Three within ten seconds at 12; then 4 arrives, with which it is three at 9.
    assert_eq!(alerts(&question(10, 3), &[8, 9, 12, 4]), [12]);
}

#[test]
fn an_event_that_joins_two_bursts_publishes_nothing_more() {
    assert_eq!(alerts(&question(10, 2), &[0, 1, 17, 18]), [1, 18]);
    assert_eq!(alerts(&question(10, 2), &[0, 1, 17, 18, 9]), [1, 18]);
}

#[test]
fn what_happens_later_is_another_burst() {
    assert_eq!(alerts(&question(10, 2), &[0, 1, 11, 12]), [1, 12]);
    assert_eq!(alerts(&question(10, 2), &[0, 1, 10, 19]), [1]);
}

#[test]
fn a_correlation_that_was_rewritten_begins_anew_and_a_threshold_may_change() {
    let key = |document: &str| {
        let (_, _, correlations) = rule_set(document);
        parts(&correlations)
    };
    let before = question(10, 2);
    let mut after = before.clone();
    after.number = 3;
    assert_eq!(key(&before.document()), key(&after.document()));
    for change in [
        |question: &mut Question| question.timespan = 11,
        |question: &mut Question| question.rules = vec!["a", "b"],
        |question: &mut Question| question.kind = "temporal",
    ] {
        let mut after = before.clone();
        change(&mut after);
        assert_ne!(key(&before.document()), key(&after.document()));
    }
}

fn parts(correlations: &Correlations) -> Vec<(String, String)> {
    let timeline = correlations
        .get(correlations.in_order()[0])
        .expect("it is one");
    let group = detection::Group {
        pairs: vec![("user".to_owned(), "alice".to_owned())],
    };
    let parts = timeline.key_parts(&group);
    parts
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
