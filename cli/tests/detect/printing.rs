//! How findings are told, and the exit code.

use serde_json::json;

use crate::fixture::{Fixture, detect, event, log, said};

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    let mut hostile = event("ListBuckets", 4);
    hostile["userIdentity"]["arn"] = json!("arn:\u{1b}[2K\u{202e}x\nno rule matches");
    let events = [
        event("StopLogging", 1),
        event("ListBuckets", 2),
        event("CreateAccessKey", 3),
        hostile,
    ];
    fixture.write("a.json", log(&events));
    fixture
}

#[test]
fn a_line_of_a_match_says_what_one_needs_to_go_on() {
    let matches = fixture().matches(&[]);
    assert_eq!(matches.len(), 4);
    let mut first = matches[0].clone();
    let file = first.as_object_mut().and_then(|line| line.remove("file"));
    assert!(file.is_some_and(|file| file.as_str().is_some_and(|file| file.ends_with("a.json"))));
    assert_eq!(
        first,
        json!({
            "event_time": "2026-10-13T08:01:00Z",
            "level": "high",
            "stage": "alert",
            "rule_id": "stopped",
            "rule": "A trail was stopped",
            "kind": "event",
            "event_id": "StopLogging-1",
            "event_name": "StopLogging",
            "event_source": "example.amazonaws.com",
            "account": "111122223333",
            "region": "eu-west-1",
            "principal": "arn:aws:iam::111122223333:user/alice",
            "source_ip": "192.0.2.7",
            "error_code": null,
            "count": 1,
        })
    );
    assert_eq!(matches[2]["stage"], "stage", "a staged rule is marked");
}

#[test]
fn people_are_told_by_rule_principal_and_account() {
    let fixture = fixture();
    let output = fixture.detect(&[]);
    let table = said(&output.stdout);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let table: Vec<_> = table.lines().map(words).collect();
    for line in [
        "critical stage 1 A key was made 2026-10-13T08:03:00Z 2026-10-13T08:03:00Z 1",
        "high alert 1 A trail was stopped 2026-10-13T08:01:00Z 2026-10-13T08:01:00Z 1",
        "low alert 2 A bucket was listed 2026-10-13T08:02:00Z 2026-10-13T08:04:00Z 2",
        "critical 3 3 arn:aws:iam::111122223333:user/alice \
         2026-10-13T08:01:00Z 2026-10-13T08:03:00Z",
        "critical 4 3 111122223333 2026-10-13T08:01:00Z 2026-10-13T08:04:00Z",
    ] {
        assert!(table.iter().any(|row| row == line), "{line}: {table:#?}");
    }
    assert!(table.iter().any(|row| row.contains("are being tried")));
}

#[test]
fn what_strangers_sent_does_not_act_on_the_terminal() {
    let fixture = fixture();
    for output in ["table", "json", "jsonl"] {
        let text = said(&fixture.detect(&["--output", output]).stdout);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{output}");
        assert!(
            !text.lines().any(|line| line == "no rule matches"),
            "{output}"
        );
    }
    let matches = fixture.matches(&[]);
    assert_eq!(
        matches[3]["principal"],
        "arn:\u{1b}[2K\u{202e}x\nno rule matches"
    );
}

#[test]
fn csv_has_the_same_rows_under_names() {
    let output = fixture().detect(&["--output", "csv", "--level", "high"]);
    let mut rows = csv::Reader::from_reader(output.stdout.as_slice());
    let names = rows.headers().expect("names").clone();
    let at = names.iter().position(|name| name == "rule_id");
    let ids: Vec<_> = rows
        .records()
        .map(|row| row.expect("a row")[at.expect("a column")].to_owned())
        .collect();
    assert_eq!(ids, ["stopped", "made"]);
}

#[test]
fn a_level_that_is_met_fails_and_staged_rules_do_not() {
    let fixture = fixture();
    for (arguments, code) in [
        (&[][..], 0),
        (&["--fail-on", "critical"], 0),
        (&["--fail-on", "high"], 1),
        (&["--fail-on", "low"], 1),
        (&["--fail-on", "low", "--level", "critical"], 1),
        (&["--fail-on", "low", "--from", "2026-10-14"], 0),
        (&["--fail-on", "severe"], 2),
    ] {
        let output = fixture.detect(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn the_shipped_rules_run_where_no_others_are_named() {
    let fixture = fixture();
    let ids = |arguments: &[&str]| {
        let mut command = detect(&fixture.path("logs"));
        command.args(arguments).args(["--output", "json"]);
        let output = command.output().expect("it runs");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
        report["totals"]["rules"].as_u64().expect("a count")
    };
    let path = fixture.path("rules.yml");
    let own = ["--rules", path.to_str().expect("a path")];
    let shipped = ids(&[]);
    assert!(shipped > 100);
    assert_eq!(ids(&own), 4);
    assert_eq!(ids(&[&own[..], &["--with-shipped"]].concat()), shipped + 4);
}
