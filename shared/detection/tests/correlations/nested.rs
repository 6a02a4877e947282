//! Groups, aliases, values of several fields, and correlations over correlations.

use std::collections::BTreeSet;

use detection::{Correlations, Correlator, Engine, Event, Firing, Rules};

use crate::correlating::number_of;
use crate::table::Table;
use crate::{correlation, rule_set, with_match};

/// A record at a second past nine o'clock.
fn record(second: usize, name: &str, rest: &str) -> String {
    format!(
        r#"{{"eventTime":"2026-03-02T09:{:02}:{:02}Z","eventID":"00000000-0000-4000-8000-{second:012x}","eventName":"{name}"{rest}}}"#,
        second / 60,
        second % 60
    )
}

fn firings(set: &(Rules, Engine, Correlations), records: &[String]) -> Vec<Firing> {
    let (_, engine, correlations) = set;
    let mut scratch = engine.scratch();
    let mut correlator = Correlator::new(correlations);
    for record in records {
        with_match(engine, &mut scratch, record, |matched, event| {
            correlator.see(matched, event);
        });
    }
    correlator.finish()
}

#[test]
fn an_event_without_a_field_of_the_group_is_left_out() {
    let body =
        "type: event_count\nrules: [a]\ngroup-by: [user, ip]\ntimespan: 1m\ncondition: {gte: 2}";
    let set = rule_set(&correlation("pairs", body));
    let of = |rests: &[&str]| {
        let records: Vec<_> = (1..)
            .zip(rests)
            .map(|(at, rest)| record(at, "a", rest))
            .collect();
        firings(&set, &records).len()
    };
    let both = r#","user":"alice","ip":"192.0.2.1""#;
    assert_eq!(of(&[both, both]), 1);
    assert_eq!(of(&[both, r#","user":"alice","ip":"192.0.2.2""#]), 0);
    assert_eq!(of(&[r#","user":"alice""#, r#","user":"alice""#]), 0);
    assert_eq!(
        of(&[
            r#","user":"alice","ip":null"#,
            r#","user":"alice","ip":null"#
        ]),
        0
    );
    assert_eq!(of(&[both, r#","user":"ALICE","ip":"192.0.2.1""#]), 0);
    let empty = r#","user":"","ip":"192.0.2.1""#;
    assert_eq!(of(&[empty, empty]), 1);
}

#[test]
fn an_alias_is_another_field_for_each_rule() {
    let body = "type: temporal\nrules: [a, b]\ngroup-by: [who]\ntimespan: 1m\n\
                aliases: {who: {a: maker, b: made.user}}";
    let set = rule_set(&correlation("aliased", body));
    let found = firings(
        &set,
        &[
            record(1, "a", r#","maker":"alice""#),
            record(2, "b", r#","made":{"user":"alice"},"maker":"bob""#),
            record(3, "b", r#","made":{"user":"carol"},"maker":"alice""#),
        ],
    );
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].group.pairs,
        [("who".to_owned(), "alice".to_owned())]
    );
    assert_eq!((found[0].count, found[0].account.as_deref()), (2, None));
}

#[test]
fn every_value_of_a_list_counts_and_several_fields_count_together() {
    let count = |field: &str, rests: &[&str]| {
        let body = format!(
            "type: value_count\nrules: [a]\ntimespan: 1m\ncondition: {{gte: 3, field: {field}}}"
        );
        let set = rule_set(&correlation("counted", &body));
        let records: Vec<_> = (1..)
            .zip(rests)
            .map(|(at, rest)| record(at, "a", rest))
            .collect();
        let found = firings(&set, &records);
        found
            .first()
            .map(|it| (it.anchor - crate::model::START, it.count))
    };
    let list = r#","items":[{"id":"x"},{"id":"y"}]"#;
    assert_eq!(count("items.id", &[list, list]), None);
    assert_eq!(
        count("items.id", &[list, list, r#","items":[{"id":"z"}]"#]),
        Some((3, 3))
    );
    let pairs = [
        r#","u":"1","v":"1""#,
        r#","u":"1","v":"2""#,
        r#","u":"2","v":"1""#,
    ];
    assert_eq!(count("[u, v]", &pairs), Some((3, 3)));
    assert_eq!(count("u", &pairs), None);
    assert_eq!(count("[u, v]", &[pairs[0], pairs[1], r#","u":"2""#]), None);
}

#[test]
fn an_event_that_matches_two_of_the_rules_counts_once() {
    let body = "type: event_count\nrules: [a, b]\ntimespan: 1m\ncondition: {gte: 2}";
    let set = rule_set(&correlation("once", body));
    assert!(firings(&set, &[record(1, "ab", "")]).is_empty());
    assert_eq!(
        firings(&set, &[record(1, "ab", ""), record(2, "b", "")]).len(),
        1
    );
}

#[test]
fn the_account_is_named_where_all_that_made_it_fire_are_of_one() {
    let body = "type: event_count\nrules: [a]\ntimespan: 1m\ncondition: {gte: 2}";
    let set = rule_set(&correlation("accounts", body));
    let account = |ids: &[&str]| {
        let rests = ids
            .iter()
            .map(|id| format!(r#","recipientAccountId":"{id}""#));
        let records: Vec<_> = (1..)
            .zip(rests)
            .map(|(at, rest)| record(at, "a", &rest))
            .collect();
        firings(&set, &records)[0].account.clone()
    };
    assert_eq!(
        account(&["012345678901", "012345678901"]).as_deref(),
        Some("012345678901")
    );
    assert_eq!(account(&["111122223333", "444455556666"]), None);
    assert_eq!(
        account(&["111122223333", "111122223333", "444455556666"]).as_deref(),
        Some("111122223333")
    );
    assert_eq!(account(&["", ""]), None);
}

#[test]
fn an_alert_keeps_its_account_while_the_burst_goes_on() {
    let body = "type: event_count\nrules: [a]\ntimespan: 10s\ncondition: {gte: 2}";
    let (_, engine, correlations) = rule_set(&correlation("long", body));
    let mut scratch = engine.scratch();
    let accounts = ["111122223333", "444455556666"];
    for (first, expected) in [(true, Some("111122223333")), (false, None)] {
        let mut table = Table::default();
        for second in 0..60 {
            // Both at once, or one minute's half after the other.
            let account = accounts[if first { second / 30 } else { second % 2 }];
            let rest = format!(r#","recipientAccountId":"{account}""#);
            let record = record(second, "a", &rest);
            let sighted = with_match(&engine, &mut scratch, &record, |matched, event| {
                correlations.sightings(matched, event)
            });
            table.take(&correlations, sighted, false);
        }
        let only = (crate::model::START + 1, expected.map(str::to_owned));
        assert_eq!(table.accounts.into_iter().collect::<Vec<_>>(), [only]);
    }
}

#[test]
fn at_most_fifty_ids_are_named_of_both_ends() {
    let body = "type: event_count\nrules: [a]\ntimespan: 1h\ncondition: {gte: 2}";
    let set = rule_set(&correlation("many", body));
    let records: Vec<_> = (1..=60).map(|at| record(at, "a", "")).collect();
    let found = firings(&set, &records);
    let named: Vec<_> = found[0].event_ids.iter().map(|id| number_of(id)).collect();
    assert_eq!(found[0].count, 60);
    assert_eq!(named, (1..=25).chain(36..=60).collect::<Vec<_>>());
}

/// Three failures of one address, then a success; and addresses with such bursts per user.
fn failures_then_success() -> (Rules, Engine, Correlations) {
    // The outer ones first: what they name is read from further down.
    let outer = correlation(
        "outer",
        "type: temporal_ordered\nrules: [inner, b]\ngroup-by: [ip]\ntimespan: 1m",
    );
    let sprayed = correlation(
        "sprayed",
        "type: value_count\nrules: [inner]\ngroup-by: [user]\ntimespan: 10m\ncondition: {gte: 2, field: ip}",
    );
    let inner = correlation(
        "inner",
        "type: event_count\nrules: [a]\ngroup-by: [ip, user]\ntimespan: 30s\ncondition: {gte: 3}",
    );
    rule_set(&format!("{outer}---\n{sprayed}---\n{inner}"))
}

fn ids(set: &(Rules, Engine, Correlations), firings: &[Firing]) -> BTreeSet<(String, i64)> {
    let named = firings.iter().map(|firing| {
        let id = set.0.get(firing.correlation).id.clone();
        (id, firing.anchor - crate::model::START)
    });
    named.collect()
}

#[test]
fn a_correlation_is_seen_by_others_whenever_it_fires() {
    let set = failures_then_success();
    let of = |ip: &str| format!(r#","user":"alice","ip":"192.0.2.{ip}""#);
    let mut records: Vec<_> = [1, 2, 3].map(|at| record(at, "a", &of("1"))).to_vec();
    records.push(record(60, "b", &of("1")));
    records.extend([90, 91, 92].map(|at| record(at, "a", &of("2"))));
    let expected = [
        ("id-inner", 3),
        ("id-inner", 92),
        ("id-outer", 60),
        ("id-sprayed", 92),
    ];
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|(id, at)| ((*id).to_owned(), *at))
        .collect();
    assert_eq!(ids(&set, &firings(&set, &records)), expected);

    // With the success a minute after the last failure, or before them, it is no order.
    records[3] = record(63, "b", &of("1"));
    assert!(
        !ids(&set, &firings(&set, &records))
            .iter()
            .any(|(id, _)| id == "id-outer")
    );
    records[3] = record(0, "b", &of("1"));
    assert!(
        !ids(&set, &firings(&set, &records))
            .iter()
            .any(|(id, _)| id == "id-outer")
    );
}

#[test]
fn windows_hand_on_what_fires_in_any_order() {
    let set = failures_then_success();
    let (_, engine, correlations) = &set;
    let of = |ip: &str| format!(r#","user":"alice","ip":"192.0.2.{ip}""#);
    let mut records: Vec<_> = [1, 2, 3].map(|at| record(at, "a", &of("1"))).to_vec();
    records.push(record(60, "b", &of("1")));
    records.extend([90, 91, 92].map(|at| record(at, "a", &of("2"))));
    let expected = firings(&set, &records);
    for turn in 0..records.len() {
        let mut table = Table::default();
        let mut scratch = engine.scratch();
        for record in records.iter().cycle().skip(turn).take(records.len()) {
            let sighted = with_match(engine, &mut scratch, record, |matched, event| {
                correlations.sightings(matched, event)
            });
            table.take(correlations, sighted, false);
        }
        let firing: usize = expected.iter().map(|it| it.at.len()).sum();
        assert_eq!(table.fired.len(), firing, "{turn}");
        assert_eq!(table.published.len(), expected.len(), "{turn}");
    }
}

#[test]
fn an_event_without_a_time_is_left_out_and_rules_that_no_correlation_names_are_not_looked_at() {
    let body = "type: event_count\nrules: [a]\ntimespan: 1m\ncondition: {gte: 1}";
    let (rules, engine, correlations) = rule_set(&correlation("timed", body));
    let mut scratch = engine.scratch();
    let mut count = |record: &str| {
        with_match(&engine, &mut scratch, record, |matched, event| {
            correlations.sightings(matched, event).len()
        })
    };
    assert_eq!(count(&record(1, "a", "")), 1);
    assert_eq!(count(&record(1, "b", "")), 0);
    assert_eq!(count(r#"{"eventName":"a"}"#), 0);
    assert_eq!(count(r#"{"eventName":"a","eventTime":"soon"}"#), 0);
    let named: Vec<_> = rules
        .indexed()
        .filter(|(index, _)| correlations.is_named(*index))
        .map(|(_, rule)| rule.id.as_str())
        .collect();
    assert_eq!(named, ["rule-a"]);
    let event = Event::parse(b"{}").expect("an object");
    assert!(Correlations::default().sightings(&[], &event).is_empty());
}
