//! What is read, what counts once, and what is told of the rest.

use serde_json::{Value, json};

use crate::fixture::{Fixture, compressed, detect, event, log, said};

fn ids(matches: &[Value]) -> Vec<&str> {
    let ids = matches.iter().map(|found| found["event_id"].as_str());
    ids.map(|id| id.expect("an id")).collect()
}

#[test]
fn every_form_of_file_is_read_and_matches_come_in_the_order_of_time() {
    let fixture = Fixture::new();
    fixture.write("a.json.gz", compressed(&log(&[event("StopLogging", 9)])));
    fixture.write("b.json", log(&[event("ListBuckets", 3)]));
    fixture.write("c.json", json!([event("StopLogging", 1)]).to_string());
    let lines = [event("ListBuckets", 7), event("StopLogging", 5)];
    let lines = lines.map(|event| event.to_string()).join("\n\n");
    fixture.write("d.jsonl", lines);
    fixture.write("e.jsonl", log(&[event("ListBuckets", 6)]));
    fixture.write("notes.txt", "not read");
    let output = fixture.detect(&["--output", "jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    let matches = crate::fixture::lines(&output);
    assert_eq!(
        ids(&matches),
        [
            "StopLogging-1",
            "ListBuckets-3",
            "StopLogging-5",
            "ListBuckets-6",
            "ListBuckets-7",
            "StopLogging-9"
        ]
    );
    assert!(said(&output.stderr).contains("6 events in 5 files, 6 matches of 2 rules"));
}

#[test]
fn an_event_in_several_files_counts_once() {
    let fixture = Fixture::new();
    let stopped = event("StopLogging", 1);
    fixture.write(
        "a.json.gz",
        compressed(&log(std::slice::from_ref(&stopped))),
    );
    let laid_out = serde_json::to_string_pretty(&json!({ "Records": [stopped] }));
    fixture.write("b.json", laid_out.expect("a text"));
    // The same id with other content is another event.
    let mut other = stopped.clone();
    other["sourceIPAddress"] = json!("192.0.2.8");
    fixture.write("c.jsonl", format!("{stopped}\n{other}\n"));
    let matches = fixture.matches(&[]);
    assert_eq!(ids(&matches), ["StopLogging-1", "StopLogging-1"]);
    let file = matches[0]["file"].as_str().expect("a file");
    assert!(file.ends_with("a.json.gz"), "the first in order: {file}");
    let totals = &fixture.report(&[])["totals"];
    assert_eq!(totals["events"], 4);
    assert_eq!(totals["matches"], 2);
    assert_eq!(totals["repeated_events"], 2);
}

#[test]
fn correlations_fire_across_files_and_count_repeated_events_once() {
    let fixture = Fixture::new();
    let logins = |minutes: &[u32]| {
        let events: Vec<_> = minutes
            .iter()
            .map(|minute| event("ConsoleLogin", *minute))
            .collect();
        log(&events)
    };
    fixture.write("a.json", logins(&[20]));
    fixture.write("b.json", logins(&[10, 20]));
    assert_eq!(fixture.matches(&[]), Vec::<Value>::new());
    fixture.write("c.json", logins(&[5]));
    let matches = fixture.matches(&[]);
    assert_eq!(
        matches.len(),
        1,
        "the login alone does not alert: {matches:?}"
    );
    assert_eq!(matches[0]["rule_id"], "logins");
    assert_eq!(matches[0]["kind"], "event_count");
    assert_eq!(matches[0]["count"], 3);
    assert_eq!(matches[0]["event_id"], "ConsoleLogin-20");
    assert_eq!(matches[0]["event_time"], "2026-10-13T08:20:00Z");
    assert_eq!(matches[0]["first_time"], "2026-10-13T08:05:00Z");
    assert_eq!(matches[0]["group"], json!({"sourceIPAddress": "192.0.2.7"}));
    assert_eq!(
        matches[0]["principal"],
        "arn:aws:iam::111122223333:user/alice"
    );
}

#[test]
fn what_cannot_be_read_is_told_and_stops_nothing() {
    let fixture = Fixture::new();
    fixture.write("a.json.gz", compressed(&log(&[event("StopLogging", 1)])));
    fixture.write("b.json.gz", "no gzip");
    let mut two = compressed(&log(&[event("StopLogging", 2)]));
    two.extend(compressed(&log(&[event("StopLogging", 3)])));
    fixture.write("c.json.gz", two);
    fixture.write("d.json", "{\"Events\":[]}");
    let lines = format!(
        "{}\n{{\"a\":\n{}\n{{\"b\":1}}\n",
        event("StopLogging", 4),
        event("StopLogging", 5)
    );
    fixture.write("e.jsonl", lines);
    let output = fixture.detect(&["--output", "jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        ids(&crate::fixture::lines(&output)),
        ["StopLogging-1", "StopLogging-4", "StopLogging-5"]
    );
    let told = said(&output.stderr);
    for words in [
        "b.json.gz: the file is not gzip",
        "c.json.gz: ",
        "bytes follow the gzip member",
        "d.json: it is neither {\"Records\":[...]} nor an array",
        "e.jsonl: the record at byte ",
        "the record has no eventTime",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let report = fixture.report(&[]);
    assert_eq!(report["totals"]["bad_files"], 3);
    assert_eq!(report["faults"].as_array().map(Vec::len), Some(5));
}

#[test]
fn a_time_leaves_out_what_is_before_and_behind() {
    let fixture = Fixture::new();
    let events: Vec<_> = [10, 20, 30]
        .map(|minute| event("StopLogging", minute))
        .into();
    fixture.write("a.json", log(&events));
    let within = |from: &str, to: &str| {
        let matches = fixture.matches(&["--from", from, "--to", to]);
        ids(&matches).len()
    };
    assert_eq!(within("2026-10-13", "2026-10-13"), 3);
    assert_eq!(within("2026-10-13T08:20:00Z", "2026-10-13T08:20:00Z"), 1);
    assert_eq!(within("2026-10-14", "2026-10-15"), 0);
    let output = fixture.detect(&["--from", "soon"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_is_missing_is_said() {
    let fixture = Fixture::new();
    let output = fixture.detect(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).contains("there are no log files in"));
    let mut nowhere = detect(&fixture.path("nowhere"));
    let output = nowhere.output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output.stderr).contains("there are no logs at"));
    fixture.write("a.json", log(&[event("StopLogging", 1)]));
    let mut ruleless = detect(&fixture.path("logs"));
    let ruleless = ruleless.arg("--rules").arg(fixture.path("logs"));
    let output = ruleless.output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).contains("there are no rule files"));
}

#[test]
fn a_rule_that_does_not_load_is_told_and_the_others_run() {
    let fixture = Fixture::new();
    fixture.write("a.json", log(&[event("StopLogging", 1)]));
    std::fs::create_dir(fixture.path("more")).expect("a folder");
    let rules = std::fs::read_to_string(fixture.path("rules.yml")).expect("rules");
    std::fs::write(fixture.path("more/good.yml"), &rules).expect("rules");
    std::fs::write(fixture.path("more/bad.yml"), "title: nothing else\n").expect("rules");
    let mut command = detect(&fixture.path("logs"));
    let command = command.arg("--rules").arg(fixture.path("more"));
    let output = command.args(["--output", "jsonl"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).contains("bad.yml:1:"));
    assert_eq!(ids(&crate::fixture::lines(&output)), ["StopLogging-1"]);
}
