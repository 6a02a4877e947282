//! `POST /`: CloudTrail's `LookupEvents`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::records::{NOW, event, record};
use crate::world::World;

fn attribute(key: &str, value: &str) -> Value {
    json!({ "AttributeKey": key, "AttributeValue": value })
}

impl World {
    async fn look_up(&self, request: Value) -> Value {
        let answer = self.post(request.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        answer.json()
    }

    async fn look_up_ids(&self, request: Value) -> Vec<String> {
        ids(&self.look_up(request).await)
    }
}

pub(crate) fn ids(answer: &Value) -> Vec<String> {
    let events = answer["Events"].as_array().expect("events").iter();
    events
        .map(|event| event["EventId"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn every_kind() -> Vec<String> {
    vec![
        record(
            "e1",
            10,
            &json!({
                "eventName": "DeleteBucket",
                "requestParameters": { "bucketName": "reports" },
                "userIdentity": { "type": "IAMUser", "userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE" },
            }),
        ),
        record(
            "e2",
            20,
            &json!({
                "eventName": "ListBuckets",
                "readOnly": true,
                "userIdentity": { "type": "AWSService", "invokedBy": "config.amazonaws.com" },
            }),
        ),
        // Neither an id nor anything else that an answer would show.
        format!(
            r#"{{"eventTime":"2026-10-13T07:59:30Z","note":"a \"quoted\" ü \u00e9 / \/ 1.0"}}"#
        ),
        record(
            "d1",
            15,
            &json!({ "eventName": "GetObject", "eventCategory": "Data", "managementEvent": false }),
        ),
        record(
            "n1",
            16,
            &json!({ "eventName": "Decrypt", "eventCategory": "NetworkActivity" }),
        ),
        record(
            "i1",
            17,
            &json!({
                "eventSource": null,
                "eventCategory": "Insight",
                "eventType": "AwsCloudTrailInsight",
                "insightDetails": { "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances" },
            }),
        ),
    ]
}

#[tokio::test]
async fn a_whole_answer_is_as_cloudtrails() {
    let world = World::of(&every_kind()).await;
    let answer = world.post("{}").await;
    assert_eq!(answer.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(answer.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(answer.json());
    world.stop().await;
}

#[tokio::test]
async fn a_record_comes_back_byte_for_byte() {
    let records = every_kind();
    let world = World::of(&records).await;
    let answer = world.look_up(json!({ "EventCategory": "all" })).await;
    let mut found: Vec<&str> = answer["Events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| event["CloudTrailEvent"].as_str().expect("a record"))
        .collect();
    let mut expected: Vec<&str> = records.iter().map(String::as_str).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    world.stop().await;
}

#[tokio::test]
async fn categories_are_told_apart() {
    let world = World::of(&every_kind()).await;
    for (category, expected) in [
        ("management", vec!["e1", "e2", ""]),
        ("data", vec!["d1"]),
        ("networkactivity", vec!["n1"]),
        ("insight", vec!["i1"]),
        ("all", vec!["e1", "d1", "n1", "i1", "e2", ""]),
    ] {
        assert_eq!(
            world
                .look_up_ids(json!({ "EventCategory": category }))
                .await,
            expected
        );
    }
    let by_name = json!({
        "EventCategory": "insight",
        "LookupAttributes": [attribute("EventName", "RunInstances")],
    });
    assert_eq!(world.look_up_ids(by_name).await, ["i1"]);
    world.stop().await;
}

#[tokio::test]
async fn attributes_select_and_combine() {
    let world = World::of(&[
        event("e1", 10, "DeleteBucket", "alice"),
        event("e2", 20, "DeleteBucket", "bob"),
        event("e3", 30, "DeleteTrail", "alice"),
        event("e4", 40, "CreateBucket", "alice"),
    ])
    .await;
    for (attributes, expected) in [
        (
            json!([attribute("EventName", "DeleteBucket")]),
            vec!["e1", "e2"],
        ),
        (
            json!([
                attribute("EventName", "DeleteBucket"),
                attribute("Username", "alice")
            ]),
            vec!["e1"],
        ),
        (
            json!([
                attribute("EventName", "DeleteBucket"),
                attribute("EventName", "DeleteTrail")
            ]),
            vec!["e1", "e2", "e3"],
        ),
        (json!([attribute("EventId", "e4")]), vec!["e4"]),
        (json!([attribute("EventName", "deletebucket")]), vec![]),
        (
            json!([
                attribute("SourceIp", "192.0.2.7"),
                attribute("Username", "bob")
            ]),
            vec!["e2"],
        ),
        (
            json!([attribute("AccessKeyId", "AKIAIOSFODNN7BOB")]),
            vec!["e2"],
        ),
    ] {
        let found = world
            .look_up_ids(json!({ "LookupAttributes": attributes }))
            .await;
        assert_eq!(found, expected, "{attributes}");
    }
    world.stop().await;
}

#[tokio::test]
async fn both_ends_of_the_range_are_included() {
    let world = World::of(&[
        event("e10", 10, "A", "alice"),
        event("e11", 11, "A", "alice"),
        event("e12", 12, "A", "alice"),
    ])
    .await;
    let [at10, at11, at12] = [NOW - 10, NOW - 11, NOW - 12];
    for (start, end, expected) in [
        (json!(at11), json!(at11), vec!["e11"]),
        (json!(at12), json!(at11), vec!["e11", "e12"]),
        (
            json!(format!("{at12}.5").parse::<f64>().expect("a number")),
            Value::Null,
            vec!["e10", "e11"],
        ),
        (
            Value::Null,
            json!(format!("{at10}.5").parse::<f64>().expect("a number")),
            vec!["e10", "e11", "e12"],
        ),
        (
            Value::Null,
            json!(format!("{at11}.9").parse::<f64>().expect("a number")),
            vec!["e11", "e12"],
        ),
        (json!(NOW), Value::Null, vec![]),
    ] {
        let request = json!({ "StartTime": start, "EndTime": end });
        assert_eq!(world.look_up_ids(request).await, expected, "{start} {end}");
    }
    // Between two seconds there is nothing, and to ask for it is no error.
    let nothing = format!(r#"{{"StartTime":{at11}.2,"EndTime":{at11}.8}}"#);
    assert_eq!(world.post(nothing).await.json(), json!({ "Events": [] }));
    world.stop().await;
}

#[tokio::test]
async fn pages_are_walked_to_the_end() {
    let records: Vec<String> = (10..31)
        .map(|ago| event(&format!("e{ago}"), ago, "A", "alice"))
        .collect();
    let world = World::of(&records).await;
    let mut request = json!({ "MaxResults": 5, "LookupAttributes": [attribute("EventName", "A")] });
    let (mut found, mut tokens) = (Vec::new(), Vec::new());
    loop {
        let answer = world.look_up(request.clone()).await;
        found.extend(ids(&answer));
        let Some(token) = answer.get("NextToken") else {
            break;
        };
        assert!(
            !tokens.contains(token),
            "botocore stops at a token that comes again"
        );
        tokens.push(token.clone());
        request["NextToken"] = token.clone();
    }
    let expected: Vec<String> = (10..31).map(|ago| format!("e{ago}")).collect();
    assert_eq!(found, expected);
    assert_eq!(tokens.len(), 4);

    // A token belongs to its parameters.
    let other = json!({ "MaxResults": 5, "NextToken": tokens[0] });
    let refused = world.post(other.to_string()).await;
    assert_eq!(
        refused.code(),
        (400, "InvalidNextTokenException".to_owned())
    );
    for token in ["", "x", "!"] {
        request["NextToken"] = json!(token);
        let refused = world.post(request.to_string()).await;
        assert_eq!(
            refused.code(),
            (400, "InvalidNextTokenException".to_owned()),
            "{token}"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn errors_are_told_as_cloudtrail_does() {
    let world = World::empty().await;
    for (body, code) in [
        (json!({ "MaxResults": 51 }), "InvalidMaxResultsException"),
        (
            json!({ "StartTime": 2, "EndTime": 1 }),
            "InvalidTimeRangeException",
        ),
        (
            json!({ "EventCategory": "Insight" }),
            "InvalidEventCategoryException",
        ),
        (
            json!({ "LookupAttributes": [attribute("X", "y")] }),
            "InvalidLookupAttributesException",
        ),
        (json!({ "MaxResult": 1 }), "ValidationError"),
        (json!({ "MaxResults": "1" }), "SerializationException"),
        (json!("{}"), "SerializationException"),
    ] {
        assert_eq!(
            world.post(body.to_string()).await.code(),
            (400, code.to_owned())
        );
    }
    let unknown = (404, "UnknownOperationException".to_owned());
    assert_eq!(world.call(None, "{}").await.code(), unknown);
    let list = world
        .call(Some("CloudTrail_20131101.ListTrails"), "{}")
        .await;
    assert_eq!(list.code(), unknown);
    let delete = world
        .call(Some("CloudTrail_20131101.DeleteTrail"), "{}")
        .await;
    assert_eq!(
        delete.code(),
        (400, "UnsupportedOperationException".to_owned())
    );
    let large = world.post(" ".repeat(1024 * 1024 + 1)).await;
    assert_eq!(
        large.code(),
        (413, "RequestEntityTooLargeException".to_owned())
    );
    let short = world
        .call(Some("CloudTrail_20131101.LookupEvents"), "{}")
        .await;
    assert_eq!(
        (short.status, short.json()),
        (StatusCode::OK, json!({ "Events": [] }))
    );
    world.stop().await;
}
