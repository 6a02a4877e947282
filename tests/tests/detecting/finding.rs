//! What other functions find out is alerted on once, whoever finds it and how often.

use alerts::finding::Origin;
use alerts::{Finding, Level};
use local::faults::{Fault, Injection, When};
use lookup::{Clock, History};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::message::{Message, event, record};
use crate::stack::{ACCOUNT, LEASE, NOW, Stack, distinct, handle, id, try_sweep};

const OBJECT: &str = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/10/13/d.json.gz";

fn finding(kind: &str, time: i64) -> Finding {
    Finding::new(Origin::Integrity, kind, Level::High, &[OBJECT], time)
        .titled("A digest file is missing")
        .in_detail("No digest covers the hour.")
        .in_place(Some(ACCOUNT), Some("us-east-1"))
        .of_object(OBJECT)
}

fn message(kind: &str, time: i64) -> Message {
    Message::new(finding(kind, time).message())
}

#[tokio::test]
async fn a_finding_is_alerted_on_once_however_often_it_is_sent_and_found() {
    let stack = Stack::start().await;
    let sent = message("digest-missing", NOW - 60);
    let handled = stack.detect(std::slice::from_ref(&sent), NOW).await;
    let counts = &handled.counts;
    assert_eq!((counts.findings, counts.published, counts.known), (1, 1, 0));
    assert_eq!((counts.matches, counts.evaluated), (0, 0));
    // Delivered twice; found again much later, with another time; and twice in one batch.
    stack.detect(&[sent.again()], NOW + 400).await;
    let handled = stack
        .detect(&[message("digest-missing", NOW + 86_400)], NOW + 90_000)
        .await;
    let counts = &handled.counts;
    assert_eq!((counts.findings, counts.published, counts.known), (1, 0, 1));
    let others = [0, 1].map(|later| message("digests-missing", NOW + later));
    let [first, second] = others;
    stack.detect(&[first, second, sent], NOW + 90_001).await;
    let ids = stack.published_ids();
    assert_eq!((ids.len(), distinct(&ids).len()), (2, 2));
    stack.check_done().await;
}

#[tokio::test]
async fn an_alert_on_a_finding_says_what_was_found() {
    let stack = Stack::start().await.with_chat();
    // Older than alerts are kept, it is told all the same.
    let time = NOW - 400 * 86_400;
    stack.detect(&[message("digest-missing", time)], NOW).await;
    let published = stack.published().pop().expect("an alert");
    assert_eq!(
        published.subject,
        "[HIGH] A digest file is missing in 111122223333 (us-east-1)"
    );
    assert_eq!(
        published.attributes["rule_id"],
        "trailkeep-integrity-digest-missing"
    );
    assert_eq!(published.attributes["severity"], "high");
    let alert = &published.alert;
    assert_eq!(alert["kind"], "finding");
    let expected = finding("digest-missing", time);
    assert_eq!(
        alert["finding"],
        json!({"id": expected.id, "origin": "integrity", "kind": "digest-missing", "object": OBJECT})
    );
    assert_eq!(alert["first_time"], "2025-09-08T12:00:00Z");
    assert_eq!(stack.front.published().len(), 2);
    // It stands among the alerts of the time at which it was met.
    assert_eq!(stack.states().await, ["sent"]);
    let kept = stack.alerts().await.pop().expect("an alert");
    assert!(kept.item.expires.expect("goes some day") > NOW + 300 * 86_400);
}

/// The alerts that the lookup API lists, with the parameters of a request.
async fn listed(api: &str, parameters: &str) -> Vec<Value> {
    let url = format!("{api}/v1/alerts?{parameters}");
    let answer = reqwest::get(url).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{parameters}");
    let page: Value = serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON");
    page["alerts"].as_array().expect("alerts").clone()
}

#[tokio::test]
async fn alerts_on_findings_are_listed_with_the_others() {
    let stack = Stack::start().await;
    let messages = [
        message("digest-missing", NOW - 400 * 86_400),
        Message::of_event(&record("beside", NOW - 60, "PlainCall", "alice")),
    ];
    stack.detect(&messages, NOW).await;
    let time = std::time::Duration::from_secs(8);
    let history = History::new(stack.table(), index::Retention::OFF, 3_000.0, time);
    let router = lookup::router(history, Clock::new(|| NOW + 60));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });

    let all = listed(&api, "").await;
    let kinds: Vec<&Value> = all.iter().map(|alert| &alert["kind"]).collect();
    assert_eq!(kinds, ["finding", "event"]);
    assert_eq!(all[0]["finding"]["object"], OBJECT);
    assert_eq!(all[0]["state"], "sent");
    for parameters in [
        "rule=trailkeep-integrity-digest-missing".to_owned(),
        "level=high".to_owned(),
        format!("account={ACCOUNT}&level=medium&state=sent"),
        format!("start={NOW}"),
    ] {
        let found = listed(&api, &parameters).await;
        assert_eq!(found, all[..1], "{parameters}");
    }
    for parameters in [
        "rule=trailkeep-integrity-log-missing",
        "level=critical",
        "account=444455556666",
        "state=pending",
    ] {
        assert!(listed(&api, parameters).await.is_empty(), "{parameters}");
    }
    serving.abort();
}

#[tokio::test]
async fn what_is_no_finding_goes_to_the_dead_letters_and_stops_no_other() {
    let stack = Stack::start().await;
    let broken = |change: fn(&mut Value)| {
        let mut body: Value =
            serde_json::from_str(&finding("digest-missing", NOW).message()).expect("JSON");
        change(&mut body);
        Message::new(body.to_string())
    };
    let messages = [
        message("log-missing", NOW),
        broken(|body| body["finding"]["id"] = json!("of mine")),
        broken(|body| body["finding"] = json!([])),
        broken(|body| body["finding"]["severity"] = json!("grave")),
        broken(|body| body["more"] = json!(1)),
        // As a bus of somebody's own would send it.
        Message::new(json!({"source": "trailkeep", "detail-type": "x", "detail": {}}).to_string()),
        Message::of_event(&record("beside", NOW, "PlainCall", "alice")),
    ];
    let handled = handle(&stack.detector(), &messages, NOW).await;
    let failed: Vec<&str> = handled.response.failed().collect();
    let expected: Vec<&str> = messages[1..6].iter().map(|it| it.id.as_str()).collect();
    assert_eq!(failed, expected);
    assert_eq!(handled.counts.findings, 1);
    assert_eq!(stack.published().len(), 2);
}

#[tokio::test]
async fn a_finding_comes_by_the_queue_alone() {
    let stack = Stack::start().await;
    let direct: Value =
        serde_json::from_str(&finding("digest-missing", NOW).message()).expect("JSON");
    let time = std::time::Duration::from_mins(1);
    let handled = stack.detector().handle(&direct, NOW, time).await;
    assert!(handled.is_err());
    assert!(stack.published().is_empty());
}

#[tokio::test]
async fn a_finding_for_which_there_is_no_time_comes_again() {
    let stack = Stack::start().await;
    let sent = [message("digest-missing", NOW)];
    let none = std::time::Duration::ZERO;
    let handled = stack.detector().handle(&event(&sent), NOW, none).await;
    assert_eq!(handled.expect("is answered").response.failed().count(), 1);
    stack.detect(&sent, NOW).await;
    assert_eq!(stack.published().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_needs_no_rules() {
    let stack = Stack::start().await;
    let faults = stack.cloud.faults();
    faults.inject(Injection::new(Fault::Throttled, When::Always).of("ListObjectsV2"));
    stack.detect(&[message("digest-missing", NOW)], NOW).await;
    assert_eq!(stack.published().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn detectors_at_once_alert_on_a_finding_once() {
    let mut stack = Stack::start().await;
    for _ in 0..4 {
        let detectors = [stack.detector(), stack.detector(), stack.detector()];
        let sent = [0, 1, 2].map(|later| [message("digest-missing", NOW + later)]);
        tokio::join!(
            handle(&detectors[0], &sent[0], NOW),
            handle(&detectors[1], &sent[1], NOW + 1),
            handle(&detectors[2], &sent[2], NOW + 2),
        );
        assert_eq!(stack.published().len(), 1);
        stack.sweep(NOW + 20_000).await;
        stack.check_done().await;
        stack = stack.fresh().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_any_two_writes_loses_no_finding() {
    let mut stack = Stack::start().await;
    let mut writes = 0;
    loop {
        let sent = [message("digest-missing", NOW), message("log-changed", NOW)];
        stack.cloud.faults().kill_after_writes(writes);
        handle(&stack.impatient_detector(), &sent, NOW).await;
        let was_killed = stack.cloud.faults().is_killed();
        stack.cloud.faults().revive();
        // Half of the time whoever found it finds it again rather than that SQS repeats it.
        let again = if writes.is_multiple_of(2) {
            [sent[0].again(), sent[1].again()]
        } else {
            ["digest-missing", "log-changed"].map(|kind| message(kind, NOW + 5))
        };
        stack.detect(&again, NOW + 5).await;
        for later in [LEASE, 8_000, 20_000] {
            stack.sweep(NOW + later).await;
        }
        let ids = stack.published_ids();
        let when = format!("after {writes} writes");
        assert_eq!(distinct(&ids).len(), 2, "{when}");
        for one in distinct(&ids) {
            let times = ids.iter().filter(|other| *other == one).count();
            assert!(times <= 2, "{one} was published {times} times {when}");
        }
        assert_eq!(stack.states().await, ["sent", "sent"], "{when}");
        stack.check_done().await;
        if !was_killed {
            break;
        }
        writes += 1;
        assert!(writes < 100, "there is an end to the writes");
        stack = stack.fresh().await;
    }
    assert!(writes > 6, "only {writes} writes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_that_was_published_and_not_noted_is_repeated_under_the_same_id() {
    let stack = Stack::start().await;
    let sent = [message("digest-missing", NOW)];
    stack.front.kill_after(1);
    handle(&stack.impatient_detector(), &sent, NOW).await;
    assert!(stack.cloud.faults().is_killed());
    stack.cloud.faults().revive();
    let swept = try_sweep(&stack.detector(), NOW + LEASE).await;
    swept.expect("nothing is left");
    let published = stack.published();
    assert_eq!(published.len(), 2);
    assert_eq!(id(&published[0].alert), id(&published[1].alert));
    stack.check_done().await;
}
