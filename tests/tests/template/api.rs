//! The lookup API: signed requests on the listed routes, and no others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::stack::Stack;

#[test]
fn every_route_is_signed_for_and_lookups_cannot_alter() {
    let stack = Stack::deploy(&[]);
    let apis = stack.of_type("AWS::Serverless::HttpApi");
    assert_eq!(apis.len(), 1);
    let auth = &apis[0].1["Properties"]["Auth"];
    assert_eq!(auth["EnableIamAuthorizer"], true);
    assert_eq!(auth["DefaultAuthorizer"], "AWS_IAM");
    let functions = stack.of_type("AWS::Serverless::Function");
    let mut routes: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (function, resource) in functions {
        let events = resource["Properties"]["Events"]
            .as_object()
            .expect("events");
        let asked = |event: &Value| event["Type"] != "SQS" && event["Type"] != "Schedule";
        for (name, event) in events.iter().filter(|(_, event)| asked(event)) {
            assert_eq!(event["Type"], "HttpApi", "{function} {name}");
            let route = &event["Properties"];
            assert_eq!(route["ApiId"], "${LookupApi}", "{name}");
            assert_eq!(
                route.get("Auth"),
                None,
                "{name}: the api's authorizer is not overridden"
            );
            let text = |key: &str| route[key].as_str().expect("text");
            let route = format!("{} {}", text("Method"), text("Path"));
            routes.entry(function).or_default().insert(route);
        }
    }
    let of = |routes: &[&str]| routes.iter().map(|&route| route.to_owned()).collect();
    // Whoever may set a hold need not be one who may look up, and the other way round: what
    // operators do has routes of its own, each a resource to IAM, and a function of its own.
    let expected = BTreeMap::from([
        ("Lookup", of(&["GET /", "GET /{proxy+}", "POST /"])),
        (
            "Retention",
            of(&[
                "GET /v1/operator/holds",
                "GET /v1/operator/retention",
                "GET /v1/operator/retention/plan",
                "POST /v1/operator/holds",
                "POST /v1/operator/holds/{id}/lift",
                "POST /v1/operator/keys",
                "POST /v1/operator/repair",
                "POST /v1/operator/retention/run",
            ]),
        ),
    ]);
    assert_eq!(routes, expected);
}

#[test]
fn nothing_else_opens_a_door_to_a_function() {
    let stack = Stack::deploy(&[]);
    for kind in [
        "AWS::Lambda::Url",
        "AWS::Lambda::Permission",
        "AWS::Serverless::Api",
    ] {
        assert!(stack.of_type(kind).is_empty(), "{kind}");
    }
    for (name, function) in stack.of_type("AWS::Serverless::Function") {
        assert_eq!(
            function["Properties"].get("FunctionUrlConfig"),
            None,
            "{name}"
        );
    }
}

#[test]
fn who_called_is_logged_and_what_was_asked_is_not() {
    let stack = Stack::deploy(&[]);
    let settings = &stack.properties("LookupApi")["AccessLogSettings"];
    assert_eq!(settings["DestinationArn"], "${LookupAccessLogs.Arn}");
    let format = settings["Format"].as_str().expect("a format");
    assert!(format.contains("$context.identity.userArn"));
    assert!(!format.to_lowercase().contains("query"));
    let line: serde_json::Value = serde_json::from_str(format).expect("a json line");
    assert!(line.is_object());
}

#[test]
fn lookup_answers_before_the_api_gives_up() {
    let stack = Stack::deploy(&[]);
    let timeout = stack.properties("Lookup")["Timeout"]
        .as_u64()
        .expect("a time-out");
    assert!(timeout < 30, "{timeout}");
}
