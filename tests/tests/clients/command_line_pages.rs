//! The aws cli's own options for pages, times and categories.

use serde_json::Value;

use crate::command_line::{answer, by_user, events};
use crate::question::Question;
use crate::stack::Stack;

const USER: &str = "support-backup";

fn ids(events: &[Value]) -> Vec<&str> {
    let ids = events.iter().filter_map(|event| event["EventId"].as_str());
    ids.collect()
}

#[test]
fn max_items_and_starting_token_go_through_everything_in_steps() {
    let stack = Stack::sample();
    let question = Question::by("Username", USER);
    let attributes = by_user(USER);
    let count = stack.oracle.find(&question).count();
    assert!(count > 17, "goes on behind the first step");
    let mut found: Vec<Value> = Vec::new();
    let mut token: Option<String> = None;
    // Seventeen items end in the middle of a page of three: the cli's token counts what is left.
    for _ in 0..=count / 17 {
        let mut arguments = vec!["--lookup-attributes", &attributes];
        arguments.extend(["--page-size", "3", "--max-items", "17"]);
        if let Some(token) = &token {
            arguments.extend(["--starting-token", token]);
        }
        let Some(answer) = answer(&stack.url, &arguments) else {
            return;
        };
        let events = events(&answer);
        assert!(events.len() <= 17);
        found.extend(events);
        token = answer["NextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(token, None, "the end is reached");
    stack.oracle.check(&question, found);
}

#[test]
fn max_results_is_a_single_request() {
    let stack = Stack::sample();
    let question = Question::by("Username", USER);
    let expected: Vec<&str> = stack
        .oracle
        .find(&question)
        .map(|event| event.id.as_str())
        .collect();
    let attributes = by_user(USER);
    let mut arguments = vec!["--lookup-attributes", &attributes, "--max-results", "3"];
    let Some(first) = answer(&stack.url, &arguments) else {
        return;
    };
    assert_eq!(ids(&events(&first)), expected[..3]);
    arguments.extend([
        "--next-token",
        first["NextToken"].as_str().expect("goes on"),
    ]);
    let second = answer(&stack.url, &arguments).expect("is installed");
    assert_eq!(ids(&events(&second)), expected[3..6]);
}

#[test]
fn insights_are_a_category() {
    let stack = Stack::sample();
    let Some(answer) = answer(&stack.url, &["--event-category", "insight"]) else {
        return;
    };
    let events = events(&answer);
    assert_eq!(events.len(), 2);
    stack.oracle.check(&Question::of("insight"), events);
}

#[test]
fn a_range_of_time_has_both_its_ends() {
    let stack = Stack::sample();
    let question = Question::by("Username", USER);
    let times: Vec<i64> = stack
        .oracle
        .find(&question)
        .map(|event| event.time)
        .collect();
    let (end, start) = (times[1], times[times.len() - 2]);
    let iso = |second| {
        let time = jiff::Timestamp::from_second(second).expect("a time");
        time.to_string()
    };
    let attributes = by_user(USER);
    for (from, until) in [(iso(start), iso(end)), (start.to_string(), end.to_string())] {
        let mut arguments = vec!["--lookup-attributes", &attributes];
        arguments.extend(["--start-time", &from, "--end-time", &until]);
        let Some(answer) = answer(&stack.url, &arguments) else {
            return;
        };
        let question = question.clone().within(start, end);
        stack.oracle.check(&question, events(&answer));
    }
}
