//! A detector that is killed between any two steps loses no alert, and repeats one at
//! most under the same id.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::message::{Message, record};
use crate::stack::{LEASE, NOW, Stack, distinct, handle, try_sweep};

/// What arrives: two alerts of their own, and three events of which two are folded.
fn arriving(stack: &Stack) -> Vec<Message> {
    let folded: Vec<String> = (0..3)
        .map(|number| {
            record(
                &format!("folded-{number}"),
                NOW - 90 + number,
                "FoldedCall",
                "alice",
            )
        })
        .collect();
    let plain = ["one", "two"].map(|id| record(id, NOW - 60, "PlainCall", "bob"));
    vec![
        stack.deliver("folded", &folded),
        stack.deliver("plain", &plain[..1]),
        Message::of_event(&plain[1]),
    ]
}

/// Sees that everything was told: each event in an alert of its own or in a count.
async fn check_told(stack: &Stack, most: usize, when: &str) {
    let ids = stack.published_ids();
    for id in distinct(&ids) {
        let times = ids.iter().filter(|other| *other == id).count();
        assert!(times <= most, "{id} was published {times} times, {when}");
    }
    let published = stack.published().into_iter();
    let alerts: BTreeMap<String, Value> = published
        .map(|published| (crate::stack::id(&published.alert), published.alert))
        .collect();
    let told = |name: &str| {
        let of_rule = alerts
            .values()
            .filter(move |alert| alert["rule"]["title"] == name);
        of_rule
            .map(|alert| alert["count"].as_u64().expect("a count"))
            .sum::<u64>()
    };
    assert_eq!(
        (told("A plain call"), told("A folded call")),
        (2, 3),
        "{when}"
    );
    let states = stack.states().await;
    assert!(
        !states.contains(&"pending".to_owned()),
        "{states:?}, {when}"
    );
    stack.check_done().await;
}

/// Goes on after a kill: what was not answered comes again, and the sweep runs.
async fn go_on(stack: &Stack, unanswered: &[Message]) {
    stack.cloud.faults().revive();
    let again: Vec<Message> = unanswered.iter().map(Message::again).collect();
    if !again.is_empty() {
        stack.detect(&again, NOW + 5).await;
    }
    stack.sweep(NOW + LEASE).await;
    stack.sweep(NOW + 8_000).await;
    // Markers without anything to mark are kept until nobody can be about to write it.
    stack.sweep(NOW + 20_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_any_two_writes_loses_nothing() {
    let mut stack = Stack::start().await;
    let mut writes = 0;
    loop {
        let messages = arriving(&stack);
        stack.cloud.faults().kill_after_writes(writes);
        let detector = stack.impatient_detector();
        let handled = handle(&detector, &messages, NOW).await;
        let was_killed = stack.cloud.faults().is_killed();
        // A function that crashed has answered nothing: everything comes again. One that
        // saw its writes fail has named the messages that are to come again.
        let failed: Vec<&str> = handled.response.failed().collect();
        let is_again =
            |message: &&Message| writes.is_multiple_of(2) || failed.contains(&message.id.as_str());
        let again: Vec<Message> = messages.iter().filter(is_again).cloned().collect();
        go_on(&stack, &again).await;
        check_told(&stack, 2, &format!("after {writes} writes")).await;
        if !was_killed {
            break;
        }
        writes += 1;
        assert!(writes < 100, "there is an end to the writes");
        stack = stack.fresh().await;
    }
    assert!(writes > 15, "only {writes} writes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_right_after_publishing_repeats_an_alert_under_the_same_id() {
    let mut stack = Stack::start().await;
    for publications in 1..=3 {
        let messages = arriving(&stack);
        stack.front.kill_after(publications);
        handle(&stack.impatient_detector(), &messages, NOW).await;
        assert!(stack.cloud.faults().is_killed());
        go_on(&stack, &messages).await;
        check_told(&stack, 2, &format!("after {publications} publications")).await;
        let ids = stack.published_ids();
        assert!(ids.len() > distinct(&ids).len(), "one was published twice");
        stack = stack.fresh().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_that_is_killed_between_any_two_writes_loses_nothing() {
    let mut stack = Stack::start().await;
    // Everything is left pending, and a window is over.
    let mut writes = 0;
    loop {
        let messages = arriving(&stack);
        stack.front.throttle(2);
        let handled = handle(&stack.impatient_detector(), &messages, NOW).await;
        assert!(handled.response.failed().count() > 0);
        stack.front.throttle(0);
        stack.detect(&messages, NOW + 5).await;

        let faults = stack.cloud.faults();
        faults.kill_after_writes(writes);
        let swept = try_sweep(&stack.impatient_detector(), NOW + 4_000).await;
        let was_killed = faults.is_killed();
        // Killed behind its last write, it has nothing left to do.
        assert!(swept.is_ok() || was_killed, "after {writes} writes");
        go_on(&stack, &[]).await;
        check_told(&stack, 2, &format!("after {writes} writes of the sweep")).await;
        if !was_killed {
            break;
        }
        writes += 1;
        assert!(writes < 100, "there is an end to the writes");
        stack = stack.fresh().await;
    }
    assert!(writes > 5, "only {writes} writes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_whose_message_never_comes_again_is_published_by_the_sweep() {
    let stack = Stack::start().await;
    let messages = [Message::of_event(&record(
        "lost",
        NOW,
        "PlainCall",
        "alice",
    ))];
    stack.cloud.faults().kill_after_writes(2);
    handle(&stack.impatient_detector(), &messages, NOW).await;
    stack.cloud.faults().revive();
    assert!(stack.published().is_empty());
    // Whoever began with it may still be at it.
    let swept = stack.sweep(NOW + 10).await;
    assert_eq!((swept.counts.pending, swept.counts.published), (0, 0));
    let swept = stack.sweep(NOW + LEASE).await;
    assert_eq!((swept.counts.pending, swept.counts.published), (1, 1));
    assert_eq!(stack.states().await, ["sent"]);
    stack.check_done().await;
}
