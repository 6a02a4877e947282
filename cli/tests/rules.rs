//! `trailkeep rules`, the real binary.
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is a module of tests"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const RULE: &str = "\
title: A trail was stopped
id: 5f9e6a64-2d0c-4a3f-9d8e-0f6f5d3b6a11
description: Nothing is recorded any more.
tags: [attack.t1562.008]
falsepositives: [None known]
level: high
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}
  condition: selection
";

const FAILED_LOGINS: &str = "\
title: A login failed
name: failed
id: 2bb47bd3-6f2a-4a9e-9d5a-4b4c1f0a7a01
level: low
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: ConsoleLogin}
  condition: selection
---
title: Two logins failed
id: 2bb47bd3-6f2a-4a9e-9d5a-4b4c1f0a7a02
level: medium
correlation:
  type: event_count
  rules: [failed]
  group-by: [sourceIPAddress]
  timespan: 5m
  condition: {gte: 2}
";

fn rules(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailkeep"));
    command
        .arg("rules")
        .args(arguments)
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("the file is written");
    }
    folder
}

fn named(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn the_cases_of_the_shipped_rules_pass_and_every_rule_has_some() {
    let output = rules(&["test"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let outcome = json(&rules(&["test", "--output", "json"]));
    assert_eq!(outcome["passed"], outcome["cases"]);
    assert!(outcome["cases"].as_u64() > Some(500), "{said}");
    assert_eq!(outcome["untested"], Value::Array(Vec::new()));
}

#[test]
fn the_shipped_rules_have_no_problem_not_even_a_warning() {
    let output = rules(&["check", "--strict"]);
    assert_eq!(text(&output.stdout), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_folder_of_the_repository_is_what_is_shipped() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../rules");
    let shipped = json(&rules(&["test", "--output", "json"]));
    let here = json(&rules(&["test", folder, "--output", "json"]));
    assert_eq!(shipped, here);
}

#[test]
fn problems_are_told_with_file_line_and_column_and_stop_no_other_rule() {
    let broken = RULE.replace("condition: selection", "condition: selection and nothing");
    let folder = folder(&[
        ("good.yml", RULE),
        ("bad.yml", &broken),
        ("c.cases.yml", ": x"),
    ]);
    let path = named(folder.path());
    let output = rules(&["check", path]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    let start = format!("{path}/bad.yml:10:");
    assert!(said.starts_with(&start) && said.contains("error"), "{said}");
    assert!(text(&output.stderr).contains("1 rule in 2 files: 1 error"));
    let report = json(&rules(&["check", path, "--output", "json"]));
    assert_eq!(report["errors"], 1);
    assert_eq!(report["problems"][0]["line"], 10);
    assert_eq!(report["problems"][0]["severity"], "error");
}

#[test]
fn warnings_fail_only_where_that_is_asked_for() {
    let poor = RULE.replace("tags: [attack.t1562.008]\n", "");
    let folder = folder(&[("poor.yml", &poor)]);
    let path = named(folder.path());
    let output = rules(&["check", path]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("poor.yml:1:1: warning: the rule has no tag"));
    assert_eq!(rules(&["check", path, "--strict"]).status.code(), Some(1));
}

#[test]
fn what_is_not_there_is_wrong_usage_and_what_is_empty_fails() {
    let empty = folder(&[("notes.txt", "")]);
    let path = named(empty.path());
    for command in ["check", "test"] {
        let output = rules(&[command, path]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(text(&output.stderr).contains("there are no rule files"));
        let nowhere = format!("{path}/nowhere");
        assert_eq!(rules(&[command, &nowhere]).status.code(), Some(2));
    }
    let output = rules(&["list", "--rules", path]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(rules(&["list", "--level", "severe"]).status.code(), Some(2));
    assert_eq!(rules(&["list", "--with-shipped"]).status.code(), Some(2));
}

#[test]
fn a_case_that_fails_is_named_with_its_place_and_why() {
    let cases = "\
cases:
  - name: stopped
    matches: true
    event: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}
  - name: started
    matches: true
    event: {eventSource: cloudtrail.amazonaws.com, eventName: StartLogging}
  - name: stopped by the book
    matches: false
    event: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}
";
    let folder = folder(&[("stop.yml", RULE), ("stop.cases.yml", cases)]);
    let path = named(folder.path());
    let output = rules(&["test", path]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    for words in [
        "stop.cases.yml:5: failed: started: expected a match",
        "stop.cases.yml:8: failed: stopped by the book: expected no match, and the rule \"A trail",
        "3 cases of 1 rule: 1 passed, 2 failed; 0 rules untested",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn correlations_are_tried_over_events_in_any_order() {
    let event = |second: u32, address: &str| {
        format!(
            "      - {{eventName: ConsoleLogin, sourceIPAddress: {address}, eventID: e{second}, \
             eventTime: \"2026-03-02T09:15:{second:02}Z\"}}\n"
        )
    };
    let case = |name: &str, matches: bool, events: &[String]| {
        format!(
            "  - name: {name}\n    matches: {matches}\n    events:\n{}",
            events.concat()
        )
    };
    let cases = [
        case(
            "two of one address",
            true,
            &[event(30, "192.0.2.1"), event(10, "192.0.2.1")],
        ),
        case(
            "two of two addresses",
            false,
            &[event(30, "192.0.2.1"), event(10, "192.0.2.2")],
        ),
        case("one", false, &[event(30, "192.0.2.1")]),
    ];
    let cases = format!("cases:\n{}", cases.concat());
    let folder = folder(&[("logins.yml", FAILED_LOGINS), ("logins.cases.yml", &cases)]);
    let output = rules(&["test", named(folder.path())]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("3 cases of 1 rule: 3 passed"), "{said}");
}

#[test]
fn rules_without_cases_and_cases_without_rules_are_told() {
    let cases = "cases:\n  - {name: a, matches: false, event: {eventName: X}}\n";
    let folder = folder(&[
        ("stop.yml", RULE),
        ("stop.cases.yml", cases),
        ("other.cases.yml", cases),
    ]);
    let path = named(folder.path());
    let output = rules(&["test", path]);
    let said = text(&output.stdout);
    assert!(said.contains("other.cases.yml:1: failed: there are no rules beside"));
    assert!(said.contains("stop.yml:1: untested: no case matches the rule \"A trail"));
    assert_eq!(output.status.code(), Some(1));
    std::fs::remove_file(folder.path().join("other.cases.yml")).expect("it is there");
    assert_eq!(rules(&["test", path]).status.code(), Some(0), "only told");
}

#[test]
fn rules_are_listed_with_what_they_narrow_to() {
    let folder = folder(&[("stop.yml", RULE), ("logins.yml", FAILED_LOGINS)]);
    let path = named(folder.path());
    let listed = json(&rules(&["list", "--rules", path, "--output", "json"]));
    let titles: Vec<_> = listed
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| rule["title"].as_str().expect("a title"))
        .collect();
    assert_eq!(titles, ["Two logins failed", "A trail was stopped"]);
    assert_eq!(listed[0]["kind"], "event_count");
    assert_eq!(listed[1]["event_names"][0], "StopLogging");
    assert_eq!(listed[1]["techniques"][0], "T1562.008");
    let output = rules(&["list", "--rules", path, "--level", "high"]);
    let said = text(&output.stdout);
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(said.contains("StopLogging (cloudtrail.amazonaws.com)"));
    let all = json(&rules(&[
        "list",
        "--rules",
        path,
        "--with-shipped",
        "--output",
        "json",
    ]));
    let staged = json(&rules(&["list", "--stage", "stage", "--output", "json"]));
    let alerting = json(&rules(&["list", "--stage", "alert", "--output", "json"]));
    let count = |listed: &Value| listed.as_array().map_or(0, Vec::len);
    assert!(count(&staged) > 0 && count(&alerting) > 0);
    assert_eq!(count(&all), count(&staged) + count(&alerting) + 2);
}

#[test]
fn placeholders_come_from_a_file() {
    let rule = RULE.replace("eventName: StopLogging", "eventName|expand: '%names%'");
    let folder = folder(&[("stop.yml", &rule), ("names.txt", "names: [StopLogging]\n")]);
    let path = named(folder.path());
    assert_eq!(rules(&["check", path]).status.code(), Some(1));
    let file = format!("{path}/names.txt");
    let output = rules(&["check", path, "--placeholders", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}
