//! boto3, walking through everything with its own paginator.

use serde_json::{Value, json};

use crate::program::{printed, python, run, with_credentials};
use crate::question::{KEYS, Question};
use crate::stack::Stack;

/// Asks with boto3; nothing where it is not installed.
pub(crate) fn ask(url: &str, questions: &[Value]) -> Option<Vec<Value>> {
    let mut python = python()?;
    with_credentials(&mut python);
    python.args(["-c", include_str!("boto.py")]);
    let asked = json!({"endpoint": url, "questions": questions});
    let answers = printed(run(python, &asked.to_string()));
    let answers: Vec<Value> = serde_json::from_str(&answers).expect("JSON");
    assert_eq!(answers.len(), questions.len());
    Some(answers)
}

/// The events of an answer.
fn events(answer: &Value) -> Vec<Value> {
    let events = answer["events"].as_array();
    let mut events = events.unwrap_or_else(|| panic!("{answer}")).clone();
    for event in &mut events {
        let time = event["EventTime"].as_f64().expect("a time");
        assert!(time.fract() == 0.0, "whole seconds");
        event["EventTime"] = json!(format!("{time}").parse::<i64>().expect("a second"));
    }
    events
}

/// The sizes of an answer's pages.
fn pages(answer: &Value) -> Vec<u64> {
    let pages = answer["pages"].as_array().expect("pages");
    pages.iter().filter_map(Value::as_u64).collect()
}

/// Asks questions and sees each answered as the files say; the sizes of all pages.
fn check(stack: &Stack, url: &str, questions: &[(Question, Value)]) -> Vec<u64> {
    let asked: Vec<Value> = questions
        .iter()
        .map(|(question, how)| {
            let mut asked = how.clone();
            asked["parameters"] = question.parameters();
            asked
        })
        .collect();
    let Some(answers) = ask(url, &asked) else {
        return Vec::new();
    };
    for ((question, _), answer) in questions.iter().zip(&answers) {
        stack.oracle.check(question, events(answer));
    }
    answers.iter().flat_map(pages).collect()
}

#[test]
fn the_paginator_finds_what_the_files_hold() {
    for stack in Stack::all() {
        let mut questions = vec![(
            Question::default(),
            json!({"page_size": 50, "signed": true}),
        )];
        for key in KEYS {
            let values = stack.oracle.values(key);
            let picked = [values.len() / 3, values.len() - 1];
            for (value, count) in picked.map(|number| &values[number]) {
                // A value that has thousands of events would take its time by sevens.
                let size = if *count > 200 { 50 } else { 7 };
                let how = json!({"page_size": size, "signed": *count % 2 == 0});
                questions.push((Question::by(key, value), how));
            }
        }
        let sizes = check(stack, &stack.url, &questions);
        assert!(sizes.iter().all(|size| *size <= 50));
    }
}

#[test]
fn the_paginator_walks_over_empty_pages() {
    for stack in Stack::all() {
        let rare = |key| {
            let values = stack.oracle.values(key);
            let (value, _) = values.last().expect("a value");
            (Question::by(key, value), json!({"page_size": 7}))
        };
        let questions = ["EventId", "Username", "ResourceName", "AccessKeyId"].map(rare);
        let sizes = check(stack, &stack.tight_url, &questions);
        assert!(
            sizes.is_empty() || sizes.contains(&0),
            "the budget is too large to show it"
        );
    }
}

#[test]
fn insights_are_answered() {
    let stack = Stack::sample();
    let questions = [(Question::of("insight"), json!({"page_size": 1}))];
    let sizes = check(stack, &stack.url, &questions);
    assert!(sizes.is_empty() || sizes.iter().sum::<u64>() == 2);
}

#[test]
fn times_are_taken_as_datetime_and_as_a_number() {
    for stack in Stack::all() {
        let (second, _) = stack.oracle.busiest_second();
        let question = Question::default().within(second, second);
        let wide = Question::default().within(second - 600, second);
        check(
            stack,
            &stack.url,
            &[
                (question.clone(), json!({"page_size": 7, "datetimes": true})),
                (question, json!({"page_size": 50})),
                (wide, json!({"page_size": 50, "datetimes": true})),
            ],
        );
    }
}

#[test]
fn a_fraction_of_a_second_is_cut_off_by_boto3() {
    let stack = Stack::sample();
    let (second, _) = stack.oracle.busiest_second();
    let fraction = |datetimes| {
        let parameters = json!({
            "StartTime": json!(format!("{second}.25").parse::<f64>().expect("a number")),
            "EndTime": json!(format!("{second}.75").parse::<f64>().expect("a number")),
        });
        json!({"parameters": parameters, "datetimes": datetimes, "page_size": 50})
    };
    let asked = [fraction(true), fraction(false)];
    let Some(answers) = ask(&stack.url, &asked) else {
        return;
    };
    for answer in &answers {
        let question = Question::default().within(second, second);
        stack.oracle.check(&question, events(answer));
    }
}
