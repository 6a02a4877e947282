//! An index that was deleted whole.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sample::Trail;
use serde_json::{Value, json};

use crate::stack::{BUCKET, DAY, Stack, get, run};

/// Delivers a few days of a trail of two accounts, all categories in it, and answers how
/// many different records it has.
fn deliver_trail(stack: &Stack) -> usize {
    let time = |seconds| Timestamp::from_second(seconds).expect("a time");
    let trail = Trail {
        seed: 4,
        events: 900,
        accounts: vec!["111122223333".to_owned(), "444455556666".to_owned()],
        regions: vec!["us-east-1".to_owned(), "eu-west-1".to_owned()],
        start: time(stack.now - 4 * DAY),
        end: time(stack.now - DAY),
        principals: 12,
        data: 250,
        network: 60,
        insights: 20,
        ..Trail::default()
    };
    let delivery = sample::Delivery {
        seed: 4,
        window: 4 * 3_600,
        late: 20,
        duplicates: 80,
        ..sample::Delivery::default()
    };
    let records = trail.records().map(|record| record.json);
    let distinct: BTreeSet<String> = records.collect();
    for file in sample::deliver(trail.records(), delivery) {
        let put = stack.cloud.put_object(BUCKET, &file.key, file.body);
        put.expect("an object");
    }
    distinct.len()
}

/// An answer without what it took to find it, which how files were batched decides.
fn found(answer: &str) -> String {
    let Some((before, rest)) = answer.split_once("\"consumed\":{") else {
        return answer.to_owned();
    };
    let (_, after) = rest.split_once('}').expect("its end");
    format!("{before}{after}")
}

/// What lookups answer: everything page by page, some attributes, single events, and
/// CloudTrail's own call.
async fn answers(base: &str) -> Vec<String> {
    let mut answers = Vec::new();
    let mut path = "/v1/events?limit=40".to_owned();
    loop {
        let answer = get(base, &path).await;
        let parsed: Value = serde_json::from_str(&answer).expect("JSON");
        let cursor = parsed["cursor"].as_str().map(str::to_owned);
        answers.push(found(&answer));
        match cursor {
            Some(cursor) => path = format!("/v1/events?limit=40&cursor={cursor}"),
            None => break,
        }
    }
    let first = get(base, "/v1/events?limit=40").await;
    let first: Value = serde_json::from_str(&first).expect("JSON");
    let events = first["events"].as_array().expect("events");
    for event in events.iter().take(5) {
        let field = |name: &str| event[name].as_str().expect("a field").to_owned();
        let event = get(base, &format!("/v1/events/{}", field("event_id"))).await;
        answers.push(found(&event));
        for name in ["event_name", "event_source"] {
            let named = get(base, &format!("/v1/events?{name}={}", field(name))).await;
            answers.push(found(&named));
        }
    }
    for category in ["Data", "NetworkActivity", "Insight"] {
        let of_category = get(base, &format!("/v1/events?category={category}")).await;
        answers.push(found(&of_category));
    }
    let client = reqwest::Client::builder().no_proxy().build();
    let request = client
        .expect("a client")
        .post(base)
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "x-amz-target",
            "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
        )
        .body(json!({"MaxResults": 50}).to_string());
    let response = request.send().await.expect("an answer");
    answers.push(response.text().await.expect("a body"));
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_was_deleted_whole_is_rebuilt_to_identical_answers() {
    let stack = Stack::start("90").await;
    let records = deliver_trail(&stack);
    stack.settle().await;
    let lookups = stack.serve_lookups(stack.now).await;
    let before = answers(&lookups).await;
    assert!(before.len() > 20, "{}", before.len());
    let report = stack.check().await;
    assert_eq!(report["equal"], true, "{report}");
    // Counted file by file: some records come in two.
    let events = report["events"].as_u64().expect("a count");
    assert!(events >= records as u64, "{report}");
    assert!(
        report["segments"]
            .as_u64()
            .is_some_and(|segments| segments > 3)
    );

    stack.delete_everything().await;
    assert!(stack.items().await.is_empty());
    let empty: Value = serde_json::from_str(&get(&lookups, "/v1/events").await).expect("JSON");
    assert_eq!(empty["events"], json!([]));
    let report = stack.check().await;
    assert_eq!(
        (&report["missing"], &report["extra"]),
        (&json!(events), &json!(0))
    );
    assert_eq!(report["differing_files"], report["files"]);

    let outcome = stack.repair().await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["repaired"]["queued"], report["files"], "{report}");
    assert_eq!(report["repaired"]["left"], 0);
    let after = answers(&lookups).await;
    for (before, after) in before.iter().zip(&after) {
        assert!(before == after, "byte for byte: {before} {after}");
    }
    assert_eq!(before.len(), after.len());
    assert_eq!(stack.check().await["equal"], true);
    // Where nothing differs nothing is asked and nothing sent.
    let operators = stack.serve_operators().await;
    let again = run(stack.rebuild().args(["--endpoint", &operators])).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(again.json()["repaired"], Value::Null);
}
