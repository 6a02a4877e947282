//! Whichever path an event comes by, and however often, its alert is published once.

use serde_json::json;

use crate::message::{Message, bus_event, event, record};
use crate::rule;
use crate::stack::{ACCOUNT, NOW, Stack, handle, id};

#[tokio::test]
async fn an_event_seen_on_both_paths_is_published_once_whichever_comes_first() {
    let mut stack = Stack::start().await;
    let record = record("both", NOW - 60, "PlainCall", "alice");
    let live = Message::of_event(&record);
    let delivered = stack.deliver("both", &[record]);
    for [first, second] in [[&live, &delivered], [&delivered, &live]] {
        let handled = stack.detect(std::slice::from_ref(first), NOW).await;
        assert_eq!((handled.counts.matches, handled.counts.published), (1, 1));
        let handled = stack.detect(std::slice::from_ref(second), NOW + 300).await;
        assert_eq!((handled.counts.matches, handled.counts.published), (1, 0));
        assert_eq!(handled.counts.known, 1);
        assert_eq!(stack.published().len(), 1);
        assert_eq!(stack.states().await, ["sent"]);
        stack.check_done().await;
        stack = stack.fresh().await;
    }
    // In one batch, too.
    let handled = stack.detect(&[live, delivered], NOW).await;
    assert_eq!((handled.counts.evaluated, handled.counts.published), (2, 1));
    assert_eq!(stack.published().len(), 1);
}

#[tokio::test]
async fn an_alert_tells_programs_and_filters_what_happened() {
    let stack = Stack::start().await;
    let record = record("told", NOW - 60, "PlainCall", "alice");
    let delivered = stack.deliver("told", &[record]);
    let handled = stack.detect(&[delivered], NOW).await;
    assert_eq!(handled.counts.event_lag, None);
    assert!(handled.counts.delivery_lag.is_some());

    let published = stack.published().pop().expect("an alert");
    assert_eq!(
        published.subject,
        "[LOW] A plain call by alice in 111122223333 (us-east-1)"
    );
    assert_eq!(published.attributes["severity"], "low");
    assert_eq!(published.attributes["account"], ACCOUNT);
    let alert = &published.alert;
    assert_eq!(alert["event_ids"], json!(["told"]));
    assert_eq!(alert["record"]["eventName"], "PlainCall");
    let key = alert["log_file"].as_str().expect("a log file");
    assert!(key.ends_with("_told.json.gz"), "{key}");
    assert_eq!(stack.queue.depth().expect("a depth").visible, 1);

    // What is kept can be listed, and is what was published.
    let kept = stack.alerts().await.pop().expect("an alert");
    let json = index::table::alerting::unpack(&kept.item.body).expect("packed");
    let read: alerts::Alert = serde_json::from_slice(&json).expect("an alert");
    assert_eq!(read.id, id(alert));
    assert!(kept.item.expires.expect("goes some day") > NOW + 300 * 86_400);
}

#[tokio::test]
async fn shipped_rules_find_a_stopped_trail() {
    let stack = Stack::start().await;
    let record = record("stopped", NOW - 60, "StopLogging", "mallory")
        .replace("example.amazonaws.com", "cloudtrail.amazonaws.com");
    stack.detect(&[Message::of_event(&record)], NOW).await;
    let rules: Vec<_> = stack
        .published()
        .iter()
        .map(|published| published.alert["rule"]["title"].clone())
        .collect();
    assert!(
        rules.contains(&json!("CloudTrail trail stopped or deleted")),
        "{rules:?}"
    );
}

#[tokio::test]
async fn redelivery_publishes_nothing_twice_not_even_much_later() {
    let stack = Stack::start().await;
    let records: Vec<String> = (0..20)
        .map(|number| {
            let name = ["PlainCall", "FoldedCall"][number % 2];
            record(&format!("e-{number}"), NOW - 600, name, "alice")
        })
        .collect();
    let delivered = stack.deliver("many", &records);
    stack.detect(std::slice::from_ref(&delivered), NOW).await;
    let before = stack.published_ids();
    assert_eq!(before.len(), 11);
    for later in [1, 400, 90_000] {
        stack.detect(&[delivered.again()], NOW + later).await;
        let live: Vec<Message> = records.iter().map(|text| Message::of_event(text)).collect();
        stack.detect(&live, NOW + later).await;
    }
    assert_eq!(stack.published_ids(), before);
    stack.sweep(NOW + 90_000).await;
    let closing = stack.published_kind("closing");
    assert_eq!(closing.len(), 1);
    assert_eq!(closing[0]["count"], 9);
    stack.check_done().await;
}

#[tokio::test]
async fn a_rule_on_trial_is_counted_and_not_published() {
    let stack = Stack::start().await;
    let records: Vec<String> = (0..3)
        .map(|number| record(&format!("e-{number}"), NOW, "StagedCall", "alice"))
        .collect();
    let delivered = stack.deliver("staged", &records);
    let handled = stack.detect(&[delivered], NOW).await;
    let staged: Vec<_> = handled.counts.staged.iter().collect();
    assert_eq!(
        staged,
        [(&"11111111-0000-4000-8000-000000000003".to_owned(), &3)]
    );
    assert_eq!(handled.reports().len(), 2);
    assert_eq!((handled.counts.matches, stack.published().len()), (0, 0));
    assert!(stack.alerts().await.is_empty());
}

#[tokio::test]
async fn a_direct_event_of_eventbridge_is_evaluated() {
    let stack = Stack::start().await;
    let event = bus_event(&record("direct", NOW, "PlainCall", "alice"));
    let time = std::time::Duration::from_mins(1);
    let handled = stack.detector().handle(&event, NOW, time).await;
    assert_eq!(handled.expect("is handled").counts.published, 1);
}

#[tokio::test]
async fn events_older_than_alerts_are_kept_are_counted_only() {
    let stack = Stack::start().await;
    let old = record("old", NOW - 400 * 86_400, "PlainCall", "alice");
    let handled = stack.detect(&[Message::of_event(&old)], NOW).await;
    assert_eq!((handled.counts.expired, handled.counts.published), (1, 0));
    stack.check_done().await;
}

#[tokio::test]
async fn one_bad_file_fails_alone_and_is_not_forgotten() {
    let stack = Stack::start().await;
    let good = stack.deliver("good", &[record("good", NOW, "PlainCall", "alice")]);
    let cut = {
        let content = format!(
            r#"{{"Records":[{},{{"eventName":"#,
            record("cut", NOW, "PlainCall", "bob")
        );
        stack.put("cut", sample::compress(content.as_bytes(), 1))
    };
    let noise = stack.put("noise", b"not gzip".to_vec());
    let missing = Message::of_object(
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/13/111122223333_CloudTrail_us-east-1_20261013T1200Z_gone.json.gz",
    );
    let other = Message::of_object("elsewhere/readme.txt");
    let element = stack.deliver(
        "element",
        &["7".to_owned(), record("behind", NOW, "PlainCall", "carol")],
    );
    let garbage = Message::new("{");
    let all = [good, cut, noise, missing, other, element, garbage];
    let handled = handle(&stack.detector(), &all, NOW).await;
    let failed: Vec<&str> = handled.response.failed().collect();
    let expected: Vec<&str> = [1, 2, 3, 6]
        .map(|number: usize| all[number].id.as_str())
        .into();
    assert_eq!(failed, expected);
    assert_eq!(handled.counts.rejected_files, 3);
    assert_eq!(handled.counts.other_objects, 1);
    let users: Vec<_> = stack
        .published()
        .iter()
        .map(|published| published.alert["event_ids"][0].clone())
        .collect();
    for id in ["good", "behind", "cut"] {
        assert!(users.contains(&json!(id)), "{id} in {users:?}");
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_alerted_on_stops_neither_other_rules_nor_other_records() {
    let stack = Stack::start().await;
    let tried = rule::STAGED.replace("000000000003", "000000000008");
    stack.put_rule("tried", &tried.replace("StagedCall", "PlainCall"));
    let timeless = record("timeless", NOW, "PlainCall", "alice").replace("eventTime", "eventTide");
    let behind = record("behind", NOW, "PlainCall", "bob");
    let delivered = stack.deliver("timeless", &[timeless, behind]);
    let handled = stack.detect(&[delivered], NOW).await;
    let counts = &handled.counts;
    assert_eq!((counts.quarantined, counts.matches), (1, 1));
    assert_eq!(counts.staged["11111111-0000-4000-8000-000000000008"], 2);
    let published = stack.published();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].alert["event_ids"], json!(["behind"]));
}

#[tokio::test]
async fn what_there_is_no_time_for_comes_again() {
    let stack = Stack::start().await;
    let record = record("late", NOW, "PlainCall", "alice");
    let messages = [
        stack.deliver("late", std::slice::from_ref(&record)),
        Message::of_event(&record),
    ];
    let none = std::time::Duration::ZERO;
    let handled = stack.detector().handle(&event(&messages), NOW, none).await;
    let handled = handled.expect("is answered");
    assert_eq!(handled.response.failed().count(), 2);
    assert!(stack.published().is_empty());
    stack.detect(&messages, NOW).await;
    assert_eq!(stack.published().len(), 1);
}
