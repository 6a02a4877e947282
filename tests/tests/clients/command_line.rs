//! `aws cloudtrail lookup-events`, walking through everything by itself.

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;

use crate::program::{aws, jq, printed, run, with_credentials};
use crate::question::Question;
use crate::stack::Stack;
use crate::trail_file::TrailFile;

/// The jq program that finds the events of a user, by CloudTrail's rules for names.
const JQ_USER: &str = r#"
    .Records[]
    | select((.eventCategory // "Management") == "Management")
    | select(
        (.userIdentity
        | if .type == "Root" then .userName // "root"
          elif .type == "AssumedRole" then
            (.principalId // "" | split(":")[1]) // (.arn // "" | split("/")[-1])
          elif .type == "AWSService" or .type == "AWSAccount" then null
          else .userName end) == $user
      )
    | .eventID"#;

/// Runs `aws cloudtrail lookup-events`; nothing where it is not installed.
pub(crate) fn look_up(url: &str, arguments: &[&str]) -> Option<Output> {
    let mut aws = aws()?;
    aws.args(["cloudtrail", "lookup-events", "--no-sign-request"]);
    aws.args([
        "--region",
        "us-east-1",
        "--output",
        "json",
        "--endpoint-url",
        url,
    ]);
    aws.args(arguments);
    Some(run(aws, ""))
}

/// The JSON that the cli prints, having succeeded; nothing where it is not installed.
pub(crate) fn answer(url: &str, arguments: &[&str]) -> Option<Value> {
    let printed = printed(look_up(url, arguments)?);
    Some(serde_json::from_str(&printed).expect("JSON"))
}

/// The events of what was printed. Versions of the cli print times differently.
pub(crate) fn events(printed: &Value) -> Vec<Value> {
    let mut events = printed["Events"].as_array().expect("a list").clone();
    for event in &mut events {
        let time = match &event["EventTime"] {
            Value::String(text) => {
                let time: jiff::Timestamp = text.parse().expect("an ISO 8601 time");
                assert_eq!(time.subsec_nanosecond(), 0, "whole seconds");
                time.as_second()
            }
            number => {
                let time = number.as_f64().expect("a time");
                assert!(time.fract() == 0.0, "whole seconds");
                format!("{time}").parse().expect("a second")
            }
        };
        event["EventTime"] = time.into();
    }
    events
}

/// The option that asks for a user's events.
pub(crate) fn by_user(user: &str) -> String {
    format!("AttributeKey=Username,AttributeValue={user}")
}

/// Has the cli walk through a user's events, and sees them be those in the files.
fn check_user(stack: &Stack, user: &str) {
    let attributes = by_user(user);
    let Some(answer) = answer(&stack.url, &["--lookup-attributes", &attributes]) else {
        return;
    };
    let question = Question::by("Username", user);
    assert_ne!(stack.oracle.find(&question).count(), 0, "{user}");
    stack.oracle.check(&question, events(&answer));
    assert_eq!(answer.get("NextToken"), None, "the cli walks to the end");
}

/// A name that callers of a type of identity have, the commonest.
fn user_of(stack: &Stack, kind: &str) -> String {
    let names = stack.oracle.values("Username");
    let has = |name: &str| {
        let question = Question::by("Username", name);
        let mut events = stack.oracle.find(&question);
        events.any(|event| event.record["userIdentity"]["type"] == kind)
    };
    let name = names.into_iter().find(|(name, _)| has(name));
    name.expect("a caller of this type").0
}

#[test]
fn the_events_of_every_kind_of_user_are_those_in_the_files() {
    let stack = Stack::sample();
    for kind in ["IAMUser", "AssumedRole", "FederatedUser", "WebIdentityUser"] {
        check_user(stack, &user_of(stack, kind));
    }
    check_user(stack, "root");
}

#[test]
fn the_events_of_real_users_are_those_in_the_files() {
    let Some(stack) = Stack::published() else {
        return;
    };
    for kind in ["IAMUser", "AssumedRole", "Root"] {
        check_user(stack, &user_of(stack, kind));
    }
}

#[test]
fn the_cli_finds_what_jq_finds() {
    let Some(stack) = Stack::published() else {
        return;
    };
    let content: Vec<String> = stack.files.iter().map(TrailFile::content).collect();
    let content = content.join("\n");
    let rare = stack.oracle.values("Username");
    let (rare, _) = &rare[rare.len() / 2];
    for user in [
        &user_of(stack, "IAMUser"),
        &user_of(stack, "AssumedRole"),
        rare,
    ] {
        let Some(mut jq) = jq() else { return };
        jq.args(["--raw-output", "--arg", "user", user, JQ_USER]);
        let selected = printed(run(jq, &content));
        let expected: BTreeSet<&str> = selected.lines().collect();
        assert_ne!(expected.len(), 0, "{user}");
        let attributes = by_user(user);
        let Some(answer) = answer(&stack.url, &["--lookup-attributes", &attributes]) else {
            return;
        };
        let events = events(&answer);
        let found: BTreeSet<&str> = events
            .iter()
            .filter_map(|event| event["EventId"].as_str())
            .collect();
        assert_eq!(found.len(), events.len(), "each once");
        assert_eq!(found, expected, "{user}");
    }
}

#[test]
fn a_signed_request_is_answered_like_an_unsigned_one() {
    let stack = Stack::sample();
    let Some(mut aws) = aws() else { return };
    with_credentials(&mut aws);
    aws.args(["cloudtrail", "lookup-events", "--region", "eu-west-1"]);
    aws.args(["--output", "json", "--endpoint-url", &stack.url]);
    aws.args(["--lookup-attributes", &by_user("ci-deploy")]);
    let answer: Value = serde_json::from_str(&printed(run(aws, ""))).expect("JSON");
    let question = Question::by("Username", "ci-deploy");
    stack.oracle.check(&question, events(&answer));
}

#[test]
fn pages_without_events_do_not_end_the_walk() {
    let stack = Stack::sample();
    let users = stack.oracle.values("Username");
    let oldest = |user: &str| {
        let question = Question::by("Username", user);
        stack.oracle.find(&question).map(|event| event.time).max()
    };
    // Whoever was only there long ago is behind the most empty pages.
    let user = users.iter().min_by_key(|(user, _)| oldest(user));
    let (user, _) = user.expect("a user");
    let attributes = by_user(user);
    let Some(answer) = answer(&stack.tight_url, &["--lookup-attributes", &attributes]) else {
        return;
    };
    let question = Question::by("Username", user);
    stack.oracle.check(&question, events(&answer));
}
