//! What the JavaScript SDK sends, and what it can read.
//!
//! It writes header names in lower case, the short target, and times with a
//! fraction; it reads a time only where it is a number, and an error's class
//! from the bare name.

use serde_json::{Value, json};

use crate::question::Question;
use crate::raw::{Answer, Raw};
use crate::stack::Stack;

/// Calls as version 3 of the SDK does.
fn call(url: &str, parameters: &Value) -> Answer {
    Raw::new("POST", "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "CloudTrail_20131101.LookupEvents")
        .header("x-amz-user-agent", "aws-sdk-js/3.1136.0")
        .header("user-agent", "aws-sdk-js/3.1136.0 ua/2.1 os/linux lang/js md/nodejs#22.0.0 api/cloudtrail#3.1136.0")
        .header("amz-sdk-invocation-id", "7f0c1c22-2f3e-4a56-9d5c-0a1b2c3d4e5f")
        .header("amz-sdk-request", "attempt=1; max=3")
        .header("x-amz-date", "20261013T080000Z")
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261013/us-east-1/cloudtrail/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
        .body(parameters.to_string())
        .send(url)
}

/// Walks as the SDK's paginator does.
fn walk(url: &str, parameters: &Value) -> Vec<Value> {
    let mut parameters = parameters.clone();
    let mut found = Vec::new();
    loop {
        let answer = call(url, &parameters);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/x-amz-json-1.1")
        );
        let body = answer.json();
        found.extend(body["Events"].as_array().expect("a list").iter().cloned());
        match body.get("NextToken") {
            None => return found,
            Some(token) => {
                assert_ne!(*token, parameters["NextToken"], "the walk goes on");
                assert!(token.as_str().is_some_and(|token| !token.is_empty()));
                parameters["NextToken"] = token.clone();
            }
        }
    }
}

#[test]
fn everything_is_found_and_times_are_numbers() {
    for stack in Stack::all() {
        let values = stack.oracle.values("Username");
        let (user, _) = &values[values.len() / 4];
        let question = Question::by("Username", user);
        let mut parameters = question.parameters();
        parameters["MaxResults"] = json!(7);
        for url in [&stack.url, &stack.tight_url] {
            let found = walk(url, &parameters);
            assert!(found.iter().all(|event| event["EventTime"].is_i64()));
            stack.oracle.check(&question, found);
        }
    }
}

#[test]
fn times_have_fractions() {
    let stack = Stack::sample();
    let (second, _) = stack.oracle.busiest_second();
    for (start, end, first, last) in [
        (".001", ".999", second, second + 59),
        (".999", ".001", second, second + 59),
        (".0", "", second - 1, second + 59),
    ] {
        let time = |second: i64, fraction: &str| {
            let text = format!("{second}{fraction}");
            serde_json::from_str::<Value>(&text).expect("a number")
        };
        let parameters = json!({
            "StartTime": time(second - 1, start),
            "EndTime": time(second + 59, end),
        });
        let question = Question::default().within(first, last);
        stack.oracle.check(&question, walk(&stack.url, &parameters));
    }
}

#[test]
fn absent_members_may_be_null() {
    let stack = Stack::sample();
    let parameters = json!({
        "LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "root"}],
        "StartTime": null,
        "EndTime": null,
        "EventCategory": null,
        "MaxResults": null,
        "NextToken": null,
    });
    let question = Question::by("Username", "root");
    stack.oracle.check(&question, walk(&stack.url, &parameters));
}

#[test]
fn an_error_is_known_by_its_bare_name() {
    let url = &Stack::sample().url;
    let token = call(url, &json!({"MaxResults": 1})).json()["NextToken"].clone();
    for (code, parameters) in [
        (
            "InvalidEventCategoryException",
            json!({"EventCategory": "Insight"}),
        ),
        (
            "InvalidLookupAttributesException",
            json!({"LookupAttributes": [{"AttributeKey": "EventName"}]}),
        ),
        ("InvalidMaxResultsException", json!({"MaxResults": 0})),
        (
            "InvalidNextTokenException",
            json!({"NextToken": token, "EndTime": 1_791_849_600.5}),
        ),
        (
            "InvalidTimeRangeException",
            json!({"StartTime": 2.5, "EndTime": 1.5}),
        ),
        ("InvalidTimeRangeException", json!({"StartTime": 1e300})),
    ] {
        let answer = call(url, &parameters);
        assert_eq!(answer.status, 400, "{parameters}");
        assert_eq!(answer.code(), code, "{parameters}");
    }
}
