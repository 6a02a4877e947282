//! Throttling and lost connections lose nothing and double nothing.

use local::faults::{Fault, Injection, When};

use crate::message::{Message, record};
use crate::stack::{LEASE, NOW, Stack, distinct, handle};

fn arriving() -> Vec<Message> {
    (0..24)
        .map(|number| {
            let (name, user) = (
                ["PlainCall", "FoldedCall"][number % 2],
                ["a", "b"][number / 2 % 2],
            );
            Message::of_event(&record(&format!("e-{number}"), NOW - 60, name, user))
        })
        .collect()
}

/// Detects while every third call to the table and the buckets meets a fault.
async fn detect_through(fault: Fault) {
    let stack = Stack::start().await;
    let faults = stack.cloud.faults();
    faults.inject(Injection::new(fault, When::Every(3)));
    stack.detect(&arriving(), NOW).await;
    let counters = faults.counters();
    for operation in [
        "PutItem",
        "GetItem",
        "UpdateItem",
        "DeleteItem",
        "ListObjectsV2",
    ] {
        let struck = counters.operations.get(operation).map_or(0, |of| of.struck);
        let calls = counters.calls(operation);
        assert!(
            struck > 0 || calls < 3,
            "{operation} met no fault in {calls} calls"
        );
    }
    faults.clear();
    stack.sweep(NOW + LEASE).await;
    stack.sweep(NOW + 4_000).await;
    let ids = stack.published_ids();
    // Twelve plain ones, two windows, and what they counted.
    assert_eq!((ids.len(), distinct(&ids).len()), (16, 16));
    for closing in stack.published_kind("closing") {
        assert_eq!(closing["count"], 5);
    }
    stack.sweep(NOW + 20_000).await;
    stack.check_done().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_table_loses_nothing_and_doubles_nothing() {
    detect_through(Fault::ThroughputExceeded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_before_a_call_loses_nothing() {
    detect_through(Fault::DropBefore).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_after_a_call_took_effect_doubles_nothing() {
    detect_through(Fault::DropAfter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_topic_is_waited_for() {
    let stack = Stack::start().await;
    stack.front.throttle(4);
    let messages = [Message::of_event(&record("patient", NOW, "PlainCall", "a"))];
    let handled = stack.detect(&messages, NOW).await;
    assert_eq!(handled.counts.published, 1);
    assert_eq!(stack.published().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_topic_does_not_take_is_published_later() {
    let stack = Stack::start().await;
    stack.front.throttle(u64::MAX);
    let messages = [Message::of_event(&record("later", NOW, "PlainCall", "a"))];
    let handled = handle(&stack.impatient_detector(), &messages, NOW).await;
    // The message fails, so that it is seen to, and the alert is pending already.
    assert_eq!(handled.response.failed().count(), 1);
    assert_eq!(stack.states().await, ["pending"]);
    stack.front.throttle(0);
    // Within the lease whoever began may still be at it; then a redelivery is enough.
    stack.detect(&[messages[0].again()], NOW + 10).await;
    assert!(stack.published().is_empty());
    stack.detect(&[messages[0].again()], NOW + LEASE).await;
    assert_eq!(stack.published().len(), 1);
    stack.check_done().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_the_topic_that_is_lost_repeats_the_alert_under_its_id() {
    let stack = Stack::start().await;
    stack.front.lose_answers(1);
    let messages = [Message::of_event(&record("twice", NOW, "PlainCall", "a"))];
    stack.detect(&messages, NOW).await;
    let ids = stack.published_ids();
    assert_eq!((ids.len(), distinct(&ids).len()), (2, 1));
    stack.check_done().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_topic_that_fails_does_not_repeat_the_alert_to_the_others() {
    let stack = Stack::start().await.with_chat();
    stack.front.mute_chat(1);
    let messages = [Message::of_event(&record("muted", NOW, "PlainCall", "a"))];
    let handled = handle(&stack.impatient_detector(), &messages, NOW).await;
    assert_eq!(handled.response.failed().count(), 1);
    assert_eq!(stack.published().len(), 1);
    stack.sweep(NOW + LEASE).await;
    let published = stack.front.published();
    let chat = published.iter().filter(|one| one.topic.ends_with(":chat"));
    assert_eq!((stack.published().len(), chat.count()), (1, 1));
    assert_eq!(stack.states().await, ["sent"]);
    stack.check_done().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_that_cannot_be_listed_hold_an_event_up_once_and_not_for_ever() {
    let stack = Stack::start().await;
    let faults = stack.cloud.faults();
    faults.inject(Injection::new(Fault::Throttled, When::Always).of("ListObjectsV2"));
    let stopped = record("stopped", NOW, "StopLogging", "mallory")
        .replace("example.amazonaws.com", "cloudtrail.amazonaws.com");
    let message = Message::of_event(&stopped);
    let detector = stack.detector();
    let handled = handle(&detector, std::slice::from_ref(&message), NOW).await;
    assert_eq!(handled.response.failed().count(), 1);
    assert_eq!(handled.counts.rule_problems, 1);
    // Handed out again, the shipped rules have to do.
    let handled = handle(&detector, &[message.again()], NOW + 30).await;
    assert_eq!(handled.response.failed().count(), 0);
    assert!(!stack.published().is_empty());

    // Rules that were read once go on.
    faults.clear();
    let plain = |id: &str| Message::of_event(&record(id, NOW, "PlainCall", "a"));
    handle(&detector, &[plain("read")], NOW + 100).await;
    faults.inject(Injection::new(Fault::Throttled, When::Always).of("ListObjectsV2"));
    let handled = handle(&detector, &[plain("goes-on")], NOW + 200).await;
    assert_eq!(handled.response.failed().count(), 0);
    assert_eq!(handled.counts.published, 1);
}
