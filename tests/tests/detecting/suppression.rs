//! A storm is one alert and, at its end, a count.

use crate::message::{Message, record};
use crate::rule;
use crate::stack::{NOW, Stack, id};

fn calls(users: &[&str], count: usize) -> Vec<String> {
    let calls = (0..count).flat_map(|number| {
        users.iter().map(move |user| {
            let time = NOW - 300 + i64::try_from(number).expect("small");
            record(&format!("{user}-{number}"), time, "FoldedCall", user)
        })
    });
    calls.collect()
}

#[tokio::test]
async fn a_storm_is_one_alert_and_a_count_for_each_group() {
    let stack = Stack::start().await;
    let records = calls(&["alice", "bob"], 40);
    let files: Vec<Message> = records
        .chunks(17)
        .enumerate()
        .map(|(number, records)| stack.deliver(&format!("storm-{number}"), records))
        .collect();
    for batch in files.chunks(2) {
        stack.detect(batch, NOW).await;
    }
    let opened = stack.published_kind("event");
    assert_eq!(opened.len(), 2);
    // The oldest of each group is told.
    for opened in &opened {
        let id = opened["event_ids"][0].as_str().expect("an id");
        assert!(id.ends_with("-0"), "{id}");
    }
    let states = stack.states().await;
    let suppressed = states.iter().filter(|state| *state == "suppressed");
    assert_eq!((states.len(), suppressed.count()), (80, 78));

    // Nothing is over yet.
    stack.sweep(NOW + 3_599).await;
    assert!(stack.published_kind("closing").is_empty());

    let swept = stack.sweep(NOW + 3_600).await;
    assert_eq!(swept.counts.published, 2);
    let closing = stack.published_kind("closing");
    assert_eq!(closing.len(), 2);
    for closing in &closing {
        assert_eq!(closing["count"], 39);
        assert_eq!(closing["rule"]["title"], "A folded call");
        let is_after = |alert: &serde_json::Value| closing["opened_by"] == id(alert);
        assert!(opened.iter().any(is_after), "{closing}");
        assert_eq!(closing["event"]["what"]["name"], "FoldedCall");
    }
    stack.check_done().await;
    stack.sweep(NOW + 3_700).await;
    assert_eq!(stack.published().len(), 4);
}

#[tokio::test]
async fn a_match_after_a_window_closes_it_and_opens_another() {
    let stack = Stack::start().await;
    let records = calls(&["alice"], 4);
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|n| Message::of_event(&records[n]));
    stack.detect(&[first], NOW).await;
    stack.detect(&[second], NOW + 10).await;
    // No sweep has run in between.
    stack.detect(&[third], NOW + 3_700).await;
    let kinds: Vec<_> = stack
        .published()
        .iter()
        .map(|published| published.alert["kind"].clone())
        .collect();
    assert_eq!(kinds, ["event", "closing", "event"]);
    stack.detect(&[fourth], NOW + 3_800).await;
    stack.sweep(NOW + 7_500).await;
    let closing = stack.published_kind("closing");
    let counts: Vec<_> = closing
        .iter()
        .map(|closing| closing["count"].clone())
        .collect();
    assert_eq!(counts, [1, 1]);
    assert_ne!(id(&closing[0]), id(&closing[1]));
    stack.check_done().await;
}

#[tokio::test]
async fn a_window_in_which_nothing_was_folded_closes_in_silence() {
    let stack = Stack::start().await;
    let records = calls(&["alice"], 1);
    stack.detect(&[Message::of_event(&records[0])], NOW).await;
    stack.sweep(NOW + 4_000).await;
    assert_eq!(stack.published().len(), 1);
    stack.check_done().await;
}

#[tokio::test]
async fn a_storm_larger_than_a_window_remembers_is_counted_whole() {
    let stack = Stack::start().await;
    let delivered = stack.deliver("large", &calls(&["alice"], 2_500));
    let handled = stack.detect(&[delivered], NOW).await;
    assert_eq!(
        (handled.counts.published, handled.counts.suppressed),
        (1, 2_499)
    );
    stack.sweep(NOW + 3_600).await;
    let closing = stack.published_kind("closing");
    assert_eq!(closing[0]["count"], 2_499);
    assert_eq!(closing[0]["is_estimate"], true);
    stack.check_done().await;
}

#[tokio::test]
async fn a_window_closes_under_its_rules_name_when_the_rule_is_gone() {
    let stack = Stack::start().await;
    let delivered = stack.deliver("gone", &calls(&["alice"], 3));
    stack.detect(&[delivered], NOW).await;
    let other = rule::FOLDED.replace("title: A folded call", "title: Another name");
    stack.put_rule("folded", &other.replace("000000000001", "000000000009"));
    stack.sweep(NOW + 3_600).await;
    let closing = stack.published_kind("closing");
    assert_eq!(closing[0]["rule"]["title"], "A folded call");
}
