//! A rule that does not load is alerted on once, and stops no other.

use crate::message::{Message, record};
use crate::rule;
use crate::stack::{NOW, Stack, distinct, handle, id};

fn plain(number: i64) -> Message {
    Message::of_event(&record(&format!("e-{number}"), NOW, "PlainCall", "alice"))
}

fn problems(stack: &Stack) -> Vec<serde_json::Value> {
    let mut alerts: Vec<_> = stack
        .published()
        .into_iter()
        .map(|published| published.alert)
        .collect();
    alerts.retain(|alert| alert["rule"]["id"] == "trailkeep-rule-problem");
    alerts
}

#[tokio::test]
async fn a_rule_that_does_not_load_is_alerted_on_once_and_the_others_run() {
    let stack = Stack::start().await;
    stack.put_rule("broken", rule::BROKEN);
    for number in 0..3 {
        // Each a cold start, days apart.
        let now = NOW + number * 86_400;
        let handled = stack.detect(&[plain(number)], now).await;
        assert_eq!(handled.counts.rule_problems, 1);
    }
    let told = problems(&stack);
    assert_eq!(told.len(), 1);
    assert_eq!(stack.published().len(), 4);
    let alert = &told[0];
    assert_eq!(alert["severity"], "medium");
    assert_eq!(alert["record"]["file"], "sigma/broken.yml");
    let line = alert["record"]["line"].as_u64().expect("a line");
    let title = alert["rule"]["title"].as_str().expect("a title");
    assert!(
        title.ends_with(&format!("sigma/broken.yml:{line}")),
        "{title}"
    );
    assert!(line > 1);

    // Broken in another way, it is another problem.
    let other = rule::BROKEN.replace("elsewhere", "nowhere");
    stack.put_rule("broken", &other);
    stack.detect(&[plain(4)], NOW).await;
    let told: Vec<String> = problems(&stack).iter().map(id).collect();
    assert_eq!((told.len(), distinct(&told).len()), (2, 2));
    stack.check_done().await;
}

#[tokio::test]
async fn detectors_at_once_alert_on_a_broken_rule_once() {
    let stack = Stack::start().await;
    stack.put_rule("broken", rule::BROKEN);
    let detectors = [stack.detector(), stack.detector(), stack.detector()];
    let [one, other, third] = [plain(1), plain(2), plain(3)].map(|message| [message]);
    tokio::join!(
        handle(&detectors[0], &one, NOW),
        handle(&detectors[1], &other, NOW + 1),
        handle(&detectors[2], &third, NOW + 2),
    );
    assert_eq!(problems(&stack).len(), 1);
}

#[tokio::test]
async fn a_rule_that_is_changed_is_in_force_within_a_minute_and_read_once() {
    let stack = Stack::start().await;
    let detector = stack.detector();
    handle(&detector, &[plain(1)], NOW).await;
    let gets = || stack.cloud.faults().counters().calls("GetObject");
    let lists = || stack.cloud.faults().counters().calls("ListObjectsV2");
    assert_eq!((gets(), lists()), (3, 1));

    stack.put_rule("plain", &rule::PLAIN.replace("PlainCall", "OtherCall"));
    handle(&detector, &[plain(2)], NOW + 59).await;
    assert_eq!((gets(), lists(), stack.published().len()), (3, 1, 2));
    handle(&detector, &[plain(3)], NOW + 60).await;
    assert_eq!((gets(), lists(), stack.published().len()), (4, 2, 2));
    handle(&detector, &[plain(4)], NOW + 120).await;
    assert_eq!((gets(), lists()), (4, 3));
}

#[tokio::test]
async fn an_exception_is_in_force_until_it_expires() {
    let stack = Stack::start().await;
    stack.put_rule(
        "exception",
        "
title: Alice may
logsource: {product: aws, service: cloudtrail}
filter:
    rules: [11111111-0000-4000-8000-000000000002]
    selection: {userIdentity.userName: alice}
    condition: not selection
trailkeep: {expires: 2026-10-12, reason: A migration}
",
    );
    let call =
        |id: &str, time: i64, user: &str| Message::of_event(&record(id, time, "PlainCall", user));
    let messages = [
        call("excepted", NOW - 86_400, "alice"),
        call("expired", NOW, "alice"),
        call("other", NOW - 86_400, "bob"),
    ];
    stack.detect(&messages, NOW).await;
    let mut told: Vec<String> = stack
        .published()
        .iter()
        .map(|published| published.alert["event_ids"][0].to_string())
        .collect();
    told.sort();
    assert_eq!(told, ["\"expired\"", "\"other\""]);
    assert!(problems(&stack).is_empty());
}
