//! Correlations find in the table what they would find with all events at hand.

use std::collections::BTreeSet;

use detection::{Correlations, Correlator, Event, Placeholders, Rules, Source};
use jiff::Timestamp;
use serde_json::Value;

use crate::message::{Message, record};
use crate::rule;
use crate::stack::{LEASE, NOW, Stack, distinct, handle};

/// Numbers that are drawn the same way every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.roll(at + 1));
        }
    }
}

/// Bursts and stray calls of three users over two hours, in the order of their times.
fn calls(dice: &mut Dice) -> Vec<String> {
    let mut calls: Vec<(i64, String)> = Vec::new();
    for number in 0..160 {
        let around = i64::try_from(dice.roll(9)).expect("small") * 800;
        let time = NOW - 7_200 + around + i64::try_from(dice.roll(400)).expect("small");
        let user = ["alice", "bob", "carol"][dice.roll(3)];
        let name = ["CountedCall", "CountedCall", "FirstCall", "SecondCall"][dice.roll(4)];
        calls.push((time, record(&format!("e-{number}"), time, name, user)));
    }
    calls.sort();
    calls.into_iter().map(|(_, record)| record).collect()
}

/// A burst: rule, group, and from when to when.
type Burst = (String, String, i64, i64);

/// What a reader of all events at once finds.
fn expected(records: &[String]) -> Vec<Burst> {
    let source = Source {
        path: "correlations.yml".to_owned(),
        text: rule::CORRELATIONS.to_owned(),
    };
    let (rules, problems) = Rules::read([source], &Placeholders::new());
    assert!(problems.is_empty(), "{problems:?}");
    let (engine, correlations) = (rules.engine(), Correlations::of(&rules));
    let mut scratch = engine.scratch();
    let mut correlator = Correlator::new(&correlations);
    for record in records {
        let matched = engine.matches(&mut scratch, record.as_bytes());
        let event = Event::parse(record.as_bytes()).expect("a record");
        correlator.see(matched.expect("a record"), &event);
    }
    let firings = correlator.finish().into_iter();
    let mut bursts: Vec<Burst> = firings
        .map(|firing| {
            let rule = rules.get(firing.correlation).id.clone();
            let group = firing.group.pairs.into_iter().map(|(_, value)| value);
            (rule, group.collect(), firing.first, firing.last)
        })
        .collect();
    bursts.sort();
    bursts
}

fn second(time: &Value) -> i64 {
    let time: Timestamp = time.as_str().expect("a text").parse().expect("a time");
    time.as_second()
}

/// What was published, as bursts.
fn published(stack: &Stack) -> Vec<Burst> {
    let alerts = stack.published_kind("correlation").into_iter();
    let mut bursts: Vec<Burst> = alerts
        .map(|alert| {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let group = alert["group"].as_array().expect("a group");
            let group = group.iter().map(|pair| text(&pair["value"])).collect();
            let times = (second(&alert["first_time"]), second(&alert["last_time"]));
            (text(&alert["rule"]["id"]), group, times.0, times.1)
        })
        .collect();
    bursts.sort();
    bursts
}

/// Sees that every burst was published, and nothing else.
fn check(found: &[Burst], expected: &[Burst], how: &str) {
    let is_part = |one: &Burst, whole: &Burst| {
        (&one.0, &one.1) == (&whole.0, &whole.1) && whole.2 <= one.2 && one.3 <= whole.3
    };
    for burst in expected {
        assert!(
            found.iter().any(|one| is_part(one, burst)),
            "{burst:?} missed, {how}: {found:?}"
        );
    }
    for one in found {
        assert!(
            expected.iter().any(|burst| is_part(one, burst)),
            "{one:?} is none, {how}"
        );
    }
}

async fn stack() -> Stack {
    let stack = Stack::start().await;
    stack.put_rule("correlations", rule::CORRELATIONS);
    stack
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bursts_are_found_in_one_batch_as_with_all_events_at_hand() {
    let mut stack = stack().await;
    let mut rules = BTreeSet::new();
    for seed in 1..=4 {
        let records = calls(&mut Dice(seed));
        let bursts = expected(&records);
        assert!(bursts.len() > 8, "{bursts:?}");
        rules.extend(bursts.iter().map(|(rule, ..)| rule.clone()));
        let delivered = stack.deliver(&format!("all-{seed}"), &records);
        for now in [NOW, NOW + 5, NOW + 90_000] {
            stack.detect(&[delivered.again()], now).await;
            // A burst that goes on for long is told of as far as it was seen at first.
            let found = published(&stack);
            assert_eq!(found.len(), bursts.len());
            check(&found, &bursts, &format!("seed {seed}"));
        }
        stack.check_done().await;
        stack = stack.fresh().await;
    }
    assert_eq!(rules.len(), 4, "each correlation is tried");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bursts_are_found_in_whatever_order_and_batches_events_arrive() {
    let mut stack = stack().await;
    for seed in 1..=4 {
        let mut dice = Dice(seed);
        let mut records = calls(&mut dice);
        let bursts = expected(&records);
        dice.shuffle(&mut records);
        let mut messages: Vec<Message> = records
            .chunks(5)
            .enumerate()
            .map(|(number, records)| stack.deliver(&format!("part-{seed}-{number}"), records))
            .collect();
        // Some come by the other path as well, and some files twice.
        messages.extend(
            records
                .iter()
                .step_by(3)
                .map(|text| Message::of_event(text)),
        );
        messages.extend_from_within(..6);
        dice.shuffle(&mut messages);
        let detectors = [stack.detector(), stack.detector()];
        for pair in messages.chunks(14) {
            let (one, other) = pair.split_at(pair.len() / 2);
            let handled = tokio::join!(
                handle(&detectors[0], one, NOW),
                handle(&detectors[1], other, NOW),
            );
            for handled in [handled.0, handled.1] {
                assert_eq!(handled.response.failed().count(), 0);
            }
        }
        check(&published(&stack), &bursts, &format!("seed {seed}"));
        let ids = stack.published_ids();
        assert_eq!(ids.len(), distinct(&ids).len(), "seed {seed}");
        stack.sweep(NOW + 20_000).await;
        stack.check_done().await;
        stack = stack.fresh().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_any_two_writes_loses_no_burst() {
    let mut stack = stack().await;
    let records: Vec<String> = (0..6)
        .map(|number| {
            record(
                &format!("e-{number}"),
                NOW - 60 + number,
                "CountedCall",
                "alice",
            )
        })
        .collect();
    let bursts = expected(&records);
    assert_eq!(bursts.len(), 1);
    let mut writes = 0;
    loop {
        let messages = [
            stack.deliver("one", &records[..3]),
            stack.deliver("other", &records[3..]),
        ];
        let faults = stack.cloud.faults();
        faults.kill_after_writes(writes);
        handle(&stack.impatient_detector(), &messages, NOW).await;
        let was_killed = faults.is_killed();
        faults.revive();
        stack.detect(&messages, NOW + 5).await;
        stack.sweep(NOW + LEASE).await;
        stack.sweep(NOW + 20_000).await;
        let ids = stack.published_ids();
        assert_eq!(distinct(&ids).len(), 1, "after {writes} writes");
        assert!(ids.len() <= 2, "after {writes} writes");
        check(
            &published(&stack),
            &bursts,
            &format!("after {writes} writes"),
        );
        stack.check_done().await;
        if !was_killed {
            break;
        }
        writes += 1;
        assert!(writes < 60, "there is an end to the writes");
        stack = stack.fresh().await;
    }
    assert!(writes > 4, "only {writes} writes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_on_a_burst_names_its_events_and_what_they_share() {
    let stack = stack().await;
    let records: Vec<String> = (0..5)
        .map(|number| {
            record(
                &format!("e-{number}"),
                NOW - 60 + number,
                "CountedCall",
                "alice",
            )
        })
        .collect();
    let live: Vec<Message> = records.iter().map(|text| Message::of_event(text)).collect();
    for message in &live {
        stack.detect(std::slice::from_ref(message), NOW).await;
    }
    let alerts = stack.published_kind("correlation");
    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    // Published with the fourth; the fifth belongs to the same burst.
    assert_eq!(alert["count"], 4);
    assert_eq!(alert["account"], "111122223333");
    assert_eq!(alert["group"][0]["field"], "userIdentity.arn");
    let ids = ["e-0", "e-1", "e-2", "e-3"];
    assert_eq!(alert["event_ids"], serde_json::json!(ids));
    assert_eq!(alert["event"]["what"]["name"], "CountedCall");
    assert_eq!(stack.states().await, ["sent"]);
}
