//! What the lookup API tells of it: hours, findings, and proofs that hold.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use index::Policy;
use integrity::KeyRing;
use integrity::proof::Proof;
use lookup::{Clock, History};
use sample::tamper::TAMPERINGS;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::stack::Stack;

/// The lookup API over a stack.
struct Api {
    router: axum::Router,
}

impl Api {
    fn of(stack: &Stack) -> Self {
        let time = Duration::from_mins(1);
        let history = History::new(stack.table(), Policy::FOREVER, 3_000.0, time)
            .with_objects(stack.objects());
        let now = stack.now();
        Self {
            router: lookup::router(history, Clock::new(move || now)),
        }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await;
        let (parts, body) = response.expect("never fails").into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        (parts.status, parts.headers, body.to_vec())
    }

    async fn get(&self, uri: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(uri).body(Body::empty()).expect("a request");
        let (status, _, body) = self.send(request).await;
        (status, body)
    }

    async fn json(&self, uri: &str) -> Value {
        let (status, body) = self.get(uri).await;
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }
}

fn keys(stack: &Stack) -> KeyRing {
    let mut ring = KeyRing::new();
    let listed = sample::list_public_keys(&stack.archive.public_keys);
    ring.import(None, listed.as_bytes()).expect("the keys");
    ring
}

#[tokio::test]
async fn hours_are_told_and_every_answer_carries_them() {
    let stack = Stack::of_hours(8).await;
    let api = Api::of(&stack);
    // Nobody has told any yet.
    let nothing = api.json("/v1/coverage").await;
    assert_eq!(
        (&nothing["made_at"], &nothing["streams"]),
        (&Value::Null, &Value::Array(vec![]))
    );
    assert_eq!(api.json("/v1/events").await["coverage"], Value::Null);

    stack.run().await;
    let api = Api::of(&stack);
    let until = stack.until;
    let told = api.json(&format!("/v1/coverage?end={}", until - 1)).await;
    let streams = told["streams"].as_array().expect("streams");
    assert_eq!(streams.len(), stack.regions().len());
    let proven = told["hours"]["proven"].as_u64().expect("a count");
    assert!(proven >= 8 * streams.len() as u64);
    for state in ["pending", "finding", "unknown"] {
        assert_eq!(told["hours"][state], 0, "{told}");
    }
    for stream in streams {
        assert_eq!(stream["runs"].as_array().map(Vec::len), Some(1), "{stream}");
    }
    let one = api
        .json(&format!(
            "/v1/coverage?region=eu-west-1&start={}&end={}",
            until - 7_200,
            until - 1
        ))
        .await;
    assert_eq!(one["hours"]["proven"], 2, "{one}");

    let start = until - 5 * 3_600;
    let events = api
        .json(&format!("/v1/events?start={start}&end={}", until - 1))
        .await;
    assert_eq!(
        events["coverage"]["proven"],
        5 * streams.len(),
        "{}",
        events["coverage"]
    );
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("X-Amz-Target", "CloudTrail_20131101.LookupEvents")
        .body(Body::from(format!(
            r#"{{"StartTime":{start},"EndTime":{}}}"#,
            until - 1
        )));
    let (status, headers, _) = api.send(request.expect("a request")).await;
    assert_eq!(status, StatusCode::OK);
    let coverage = headers.get("x-trailkeep-coverage").expect("the header");
    let expected = format!("proven={};pending=0;finding=0;unknown=0", 5 * streams.len());
    assert_eq!(coverage, expected.as_str());
}

#[tokio::test]
async fn findings_are_listed_by_kind_and_state_a_page_at_a_time() {
    let mut stack = Stack::of_hours(8).await;
    for name in ["log-removed", "digest-hash-wrong"] {
        let deed = TAMPERINGS.iter().find(|deed| deed.name == name);
        let changed = deed.and_then(|deed| deed.apply(&mut stack.archive.objects));
        changed.expect("the deed is done");
    }
    stack.run().await;
    let open = stack.open().await;
    assert!(open.len() >= 2, "{open:#?}");
    let api = Api::of(&stack);
    let all = api.json("/v1/integrity").await;
    let listed = all["findings"].as_array().expect("findings");
    assert_eq!((listed.len(), &all["cursor"]), (open.len(), &Value::Null));
    let times: Vec<&str> = listed
        .iter()
        .filter_map(|one| one["time"].as_str())
        .collect();
    assert!(
        times
            .iter()
            .all(|time| time.get(..10) == times[0].get(..10))
    );
    let missing = api.json("/v1/integrity?kind=log-missing&state=open").await;
    let missing = missing["findings"].as_array().expect("findings");
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0]["severity"], "critical");
    let resolved = api.json("/v1/integrity?state=resolved").await;
    assert_eq!(resolved["findings"].as_array().map(Vec::len), Some(0));

    let mut walked = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.json(&format!("/v1/integrity?limit=1{cursor}")).await;
        let findings = page["findings"].as_array().expect("findings");
        assert!(findings.len() <= 1 && walked.len() <= open.len());
        walked.extend(findings.iter().map(|one| one["id"].clone()));
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let ids: Vec<Value> = listed.iter().map(|one| one["id"].clone()).collect();
    assert_eq!(walked, ids);
}

#[tokio::test]
async fn an_event_is_proven_by_a_document_that_holds() {
    let stack = Stack::of_hours(8).await;
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    let api = Api::of(&stack);
    let events = api.json("/v1/events?order=oldest&limit=3").await;
    let events = events["events"].as_array().expect("events").clone();
    assert!(!events.is_empty());
    let id = |event: &Value| event["event_id"].as_str().expect("an id").to_owned();

    // No digest lists it yet.
    let (status, _) = api
        .get(&format!("/v1/events/{}/proof", id(&events[0])))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (status, _) = api.get("/v1/events/no-such-event/proof").await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    stack.deliver(&digests).await;
    stack.settle().await;
    let trusted = keys(&stack);
    for event in &events {
        let (status, body) = api.get(&format!("/v1/events/{}/proof", id(event))).await;
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
        let proof = Proof::decode(&body).expect("a proof");
        assert_eq!(proof.event_id, id(event));
        assert!(proof.next_digest.is_some());
        let verdict = proof.verify(None, Some(&trusted));
        assert!(verdict.holds(), "{verdict:?}");
    }

    // The archive no longer has it.
    let proof = api
        .get(&format!("/v1/events/{}/proof", id(&events[0])))
        .await
        .1;
    let location = Proof::decode(&proof).expect("a proof").log_file.location;
    let removed = stack.cloud.remove_object(&location.bucket, &location.key);
    removed.expect("it is removed");
    let (status, body) = api
        .get(&format!("/v1/events/{}/proof", id(&events[0])))
        .await;
    assert_eq!(
        status,
        StatusCode::NOT_FOUND,
        "{}",
        String::from_utf8_lossy(&body)
    );
}
