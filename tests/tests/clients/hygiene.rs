//! What the API does not do: other methods, other operations, and bodies that are no requests.

use serde_json::json;

use crate::raw::Raw;
use crate::stack::Stack;

/// Every route, with the methods that it has.
const ROUTES: [(&str, &[&str]); 9] = [
    ("/", &["GET", "HEAD", "POST"]),
    ("/v1/events", &["GET", "HEAD"]),
    ("/v1/events/some-id", &["GET", "HEAD"]),
    ("/v1/events/some-id/proof", &["GET", "HEAD"]),
    ("/v1/alerts", &["GET", "HEAD"]),
    ("/v1/coverage", &["GET", "HEAD"]),
    ("/v1/integrity", &["GET", "HEAD"]),
    ("/v1/status", &["GET", "HEAD"]),
    ("/openapi.json", &["GET", "HEAD"]),
];

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND",
];

const TARGET: &str = "CloudTrail_20131101.LookupEvents";

#[test]
fn every_other_method_is_refused_everywhere() {
    let url = &Stack::sample().url;
    let unknown: (&str, &[&str]) = ("/v1/no-such-route", &["GET", "HEAD"]);
    for (route, methods) in ROUTES.into_iter().chain([unknown]) {
        for method in METHODS.into_iter().filter(|it| !methods.contains(it)) {
            let answer = Raw::new(method, route).body("{}").send(url);
            assert_eq!(answer.status, 405, "{method} {route}");
            let content = answer.header("content-type");
            assert_eq!(
                content,
                Some("application/problem+json"),
                "{method} {route}"
            );
            assert_eq!(answer.json()["status"], 405);
            let mut allowed: Vec<&str> = answer
                .header("allow")
                .expect("says which")
                .split(',')
                .collect();
            allowed.sort_unstable();
            assert_eq!(allowed, methods, "{method} {route}");
        }
    }
}

#[test]
fn the_routes_that_are_listed_are_these() {
    let listed = Raw::new("GET", "/").send(&Stack::sample().url).json();
    let listed = listed["routes"].as_array().expect("routes");
    for route in listed {
        let path = route["path"]
            .as_str()
            .expect("a path")
            .replace("{id}", "some-id");
        let known = ROUTES.iter().find(|(known, _)| *known == path);
        let (_, methods) = known.unwrap_or_else(|| panic!("{path} is tested too"));
        assert!(methods.contains(&route["method"].as_str().expect("a method")));
    }
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    let stack = Stack::sample();
    let id = &stack.oracle.events[0].id;
    for route in [
        "/",
        "/v1/events?limit=3",
        &format!("/v1/events/{id}"),
        "/openapi.json",
    ] {
        let get = Raw::new("GET", route).send(&stack.url);
        let head = Raw::new("HEAD", route).send(&stack.url);
        assert_eq!((get.status, head.status), (200, 200), "{route}");
        assert_ne!(get.body, b"", "{route}");
        assert_eq!(head.body, b"", "{route}");
        for header in ["content-type", "content-length", "cache-control"] {
            assert_eq!(
                head.header(header),
                get.header(header),
                "{header} of {route}"
            );
        }
    }
    let head = Raw::new("HEAD", "/v1/status").send(&stack.url);
    assert_eq!((head.status, head.body.as_slice()), (200, b"".as_slice()));
}

#[test]
fn answers_are_not_kept_and_not_taken_for_anything_else() {
    let stack = Stack::sample();
    let requests = ROUTES.map(|(route, _)| Raw::new("GET", route));
    for request in requests.into_iter().chain([
        Raw::new("GET", "/v1/no-such-route"),
        Raw::new("DELETE", "/v1/events"),
        Raw::call(TARGET, "{}"),
        Raw::call(TARGET, "no JSON"),
    ]) {
        let answer = request.send(&stack.url);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn both_spellings_of_the_target_are_answered() {
    let url = &Stack::sample().url;
    let body = json!({"MaxResults": 2}).to_string();
    let short = Raw::call(TARGET, body.clone()).send(url);
    let long = format!("com.amazonaws.cloudtrail.v20131101.{TARGET}");
    let long = Raw::call(&long, body).send(url);
    assert_eq!((short.status, long.status), (200, 200));
    assert_eq!(short.body, long.body);
}

#[test]
fn an_unknown_target_is_an_unknown_operation() {
    let url = &Stack::sample().url;
    for target in [
        "CloudTrail_20131101.DescribeTrails",
        "CloudTrail_20131101.lookupevents",
        "CloudTrail_20131101.",
        "DynamoDB_20120810.GetItem",
        "LookupEvents",
        "",
    ] {
        let answer = Raw::call(target, "{}").send(url);
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(answer.code(), "UnknownOperationException", "{target}");
    }
    let answer = Raw::new("POST", "/").body("{}").send(url);
    assert_eq!(
        (answer.status, answer.code()),
        (404, "UnknownOperationException".into())
    );
}

#[test]
fn a_body_that_is_no_request_is_refused() {
    let url = &Stack::sample().url;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "no JSON",
        "{}{}",
        r#"{"MaxResults": "7"}"#,
        r#"{"MaxResults": 1.5}"#,
        r#"{"LookupAttributes": {}}"#,
        r#"{"StartTime": "yesterday"}"#,
        "{\"NextToken\": \"\u{0}\"}",
        r#"{"MaxResults": 1, "MaxResults": 2}"#,
    ] {
        let answer = Raw::call(TARGET, body).send(url);
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.code(), "SerializationException", "{body}");
    }
    let answer = Raw::call(TARGET, b"{\"NextToken\": \"\xff\"}".to_vec()).send(url);
    assert_eq!(
        (answer.status, answer.code()),
        (400, "SerializationException".into())
    );
}

#[test]
fn what_is_not_understood_is_not_ignored() {
    let url = &Stack::sample().url;
    for body in [
        r#"{"eventCategory": "insight"}"#,
        r#"{"Region": "eu-west-1"}"#,
    ] {
        let answer = Raw::call(TARGET, body).send(url);
        assert_eq!(
            (answer.status, answer.code()),
            (400, "ValidationError".into()),
            "{body}"
        );
    }
    let answer = Raw::new("GET", "/v1/events?nonsense=1").send(url);
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
}

#[test]
fn deep_nesting_is_refused() {
    let body = "[".repeat(200_000);
    let answer = Raw::call(TARGET, body).send(&Stack::sample().url);
    assert_eq!(
        (answer.status, answer.code()),
        (400, "SerializationException".into())
    );
}

#[test]
fn an_oversized_body_is_refused_and_not_read() {
    let url = &Stack::sample().url;
    let body = |size: usize| format!(r#"{{"NextToken": "{}"}}"#, "a".repeat(size));
    let answer = Raw::call(TARGET, body(1024 * 1024)).send(url);
    assert_eq!(
        (answer.status, answer.code()),
        (413, "RequestEntityTooLargeException".into())
    );
    let answer = Raw::call(TARGET, body(1024 * 1024 - 64)).send(url);
    assert_eq!(
        (answer.status, answer.code()),
        (400, "InvalidNextTokenException".into())
    );
}
