//! `trailkeep up` alerts on what it indexes, the real binary.
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is a module of tests"
)]

#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "up/running.rs"]
mod running;
#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "up/trail_files.rs"]
mod trail_files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use running::{Running, index, pause, run, text, trailkeep};
use serde_json::{Value, json};
use tempfile::TempDir;
use trail_files::{record, write};

/// A user stops a trail: what every test here is alerted on.
fn stopped(id: &str, user: &str) -> String {
    let mut event: Value = serde_json::from_str(&record(id)).expect("a record");
    event["eventSource"] = json!("cloudtrail.amazonaws.com");
    event["eventName"] = json!("StopLogging");
    event["requestParameters"] = json!({"name": "trail"});
    event["userIdentity"] = json!({
        "type": "IAMUser",
        "userName": user,
        "accountId": "111122223333",
        "arn": format!("arn:aws:iam::111122223333:user/{user}"),
    });
    event.to_string()
}

/// A folder of so many files, in each of which another user stops a trail.
fn logs(files: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..files {
        let event = stopped(&format!("e{number}"), &format!("user-{number}"));
        let path = folder.path().join(format!("{number}.json"));
        write(&path, format!("{{\"Records\":[{event}]}}").as_bytes());
    }
    folder
}

/// The ids of the alerts that were told, with how often each was.
fn told(stderr: &str) -> BTreeMap<String, usize> {
    let mut ids = BTreeMap::new();
    for line in stderr.lines().filter(|line| line.starts_with("alert ")) {
        let id = line
            .rsplit_once('[')
            .and_then(|(_, id)| id.strip_suffix(']'));
        *ids.entry(id.expect("an id").to_owned()).or_default() += 1;
    }
    ids
}

/// The ids of all alerts that the API lists in a state.
fn listed(up: &Running, state: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page = up.get(&format!("/v1/alerts?limit=200&state={state}{cursor}"));
        for alert in page["alerts"].as_array().expect("alerts") {
            ids.insert(alert["id"].as_str().expect("an id").to_owned());
        }
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

fn stderr(output: &Output) -> String {
    text(&output.stderr)
}

#[test]
fn each_alert_is_published_once_told_counted_and_listed() {
    let folder = logs(5);
    // The same events again, in another file, and more of one user.
    let again: Vec<_> = (0..5)
        .map(|number| stopped(&format!("e{number}"), &format!("user-{number}")))
        .collect();
    write(
        &folder.path().join("again.jsonl"),
        again.join("\n").as_bytes(),
    );
    let up = Running::start(folder.path(), &["--output", "json"]);
    let summary: Value = serde_json::from_str(&up.summary).expect("one object");
    let alerts = &summary["alerts"];
    for (name, count) in [("pending", 0), ("unevaluated_files", 0)] {
        assert_eq!(alerts[name], count, "{name}: {alerts}");
    }
    let sent = listed(&up, "sent");
    assert_eq!(alerts["published"], sent.len(), "{alerts}");
    let by_level = alerts["levels"].as_object().expect("levels").values();
    let by_level: u64 = by_level.filter_map(Value::as_u64).sum();
    assert_eq!(by_level, sent.len() as u64, "{alerts}");
    let high = up.get("/v1/alerts?level=high&rule=061839d3-7146-4238-8bdd-681097e420e8");
    let events = high["alerts"].as_array().expect("alerts").iter();
    let events: BTreeSet<_> = events
        .filter_map(|alert| alert["event_ids"][0].as_str())
        .collect();
    assert_eq!(
        events.into_iter().collect::<Vec<_>>(),
        ["e0", "e1", "e2", "e3", "e4"]
    );
    assert_eq!(high["alerts"][0]["event"]["what"]["name"], "StopLogging");
    assert_eq!(listed(&up, "pending"), BTreeSet::new());
    let (code, stderr) = up.stop();
    assert_eq!(code, Some(0), "{stderr}");
    let told = told(&stderr);
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), sent);
    assert!(told.values().all(|times| *times == 1), "{stderr}");
    assert!(
        stderr.contains(" by user-3 in 111122223333/eu-west-1"),
        "{stderr}"
    );
}

#[test]
fn a_storm_is_folded_and_a_record_cannot_act_on_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let events: Vec<_> = (0..30)
        .map(|number| stopped(&format!("e{number}"), "evil\u{1b}[31m\nalert HIGH [x]"))
        .collect();
    let log = format!("{{\"Records\":[{}]}}", events.join(","));
    write(&folder.path().join("log.json"), log.as_bytes());
    let (summary, output) = index(folder.path(), &[]);
    let stderr = stderr(&output);
    let alerts = &summary["alerts"];
    assert!(alerts["suppressed"].as_u64() >= Some(29), "{alerts}");
    assert_eq!(alerts["published"], told(&stderr).len(), "{stderr}");
    assert!(!stderr.contains('\u{1b}'), "{stderr}");
    assert!(!stderr.contains("\nalert HIGH [x]"), "{stderr}");
    assert_eq!(output.status.code(), Some(0), "alerts are no findings");
}

#[test]
fn a_kill_at_any_moment_loses_no_alert_and_repeats_none_under_another_id() {
    let folder = logs(120);
    let (whole, output) = index(folder.path(), &[]);
    let expected = told(&stderr(&output));
    assert!(expected.len() >= 120, "{whole}");
    assert!(expected.values().all(|times| *times == 1));

    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let logs = folder.path().to_str().expect("UTF-8");
    let mut killed = 0;
    let mut met = BTreeSet::new();
    for round in 1..=8_u32 {
        let mut child = trailkeep(&["up", logs, "--exit", "--batch", "2", "--data", data])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        pause(Duration::from_millis(u64::from(150 + 97 * round)));
        killed += u32::from(child.try_wait().expect("its state").is_none());
        child.kill().expect("it is killed");
        let output = child.wait_with_output().expect("it is gone");
        met.extend(told(&String::from_utf8_lossy(&output.stderr)).into_keys());
    }
    assert!(killed > 2, "it was still at work only {killed} times");
    let up = Running::start(folder.path(), &["--data", data, "--output", "json"]);
    let summary: Value = serde_json::from_str(&up.summary).expect("one object");
    let expected: BTreeSet<_> = expected.into_keys().collect();
    assert_eq!(listed(&up, "sent"), expected, "{summary}");
    assert_eq!(listed(&up, "pending"), BTreeSet::new());
    assert_eq!(summary["alerts"]["published"], expected.len(), "{summary}");
    assert_eq!(summary["alerts"]["levels"], whole["alerts"]["levels"]);
    let (code, stderr) = up.stop();
    assert_eq!(code, Some(0));
    met.extend(told(&stderr).into_keys());
    assert_eq!(met, expected, "every alert was told, and no other");
    // Nothing is left to do.
    let (_, output) = index(folder.path(), &["--data", data]);
    assert_eq!(told(&self::stderr(&output)), BTreeMap::new());
}

#[test]
fn rules_of_ones_own_are_evaluated_too_and_one_that_does_not_load_is_alerted_on() {
    let folder = logs(1);
    let own = tempfile::tempdir().expect("a folder");
    let rule = |title: &str, name: &str| {
        format!(
            "title: {title}\nid: 0b5f6a3e-8d0c-4b51-9c5e-2f1f6f0a7a01\nlogsource:\n  product: aws\n  \
             service: cloudtrail\ndetection:\n  selection:\n    eventName: {name}\n  condition: \
             selection\nlevel: critical\n"
        )
    };
    write(
        &own.path().join("own.yml"),
        rule("My own rule", "StopLogging").as_bytes(),
    );
    write(&own.path().join("broken.yml"), b"title: x\nlogsource: 7\n");
    let own = own.path().to_str().expect("UTF-8");
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path().to_str().expect("UTF-8");
    let (summary, output) = index(folder.path(), &["--rules", own, "--data", data]);
    let first = stderr(&output);
    assert_eq!(summary["alerts"]["levels"]["critical"], 1, "{first}");
    assert!(
        first.contains("CRITICAL My own rule: StopLogging by user-0"),
        "{first}"
    );
    assert!(
        first.contains("CloudTrail trail stopped or deleted"),
        "{first}"
    );
    assert!(
        first.contains("Rule does not load") && first.contains("broken.yml"),
        "{first}"
    );

    // In place of it another one; what was evaluated is not evaluated again.
    std::fs::remove_file(Path::new(own).join("broken.yml")).expect("it is removed");
    write(
        &Path::new(own).join("own.yml"),
        rule("Another rule", "StopLogging").as_bytes(),
    );
    let late = stopped("late", "user-late");
    write(
        &folder.path().join("late.json"),
        format!("{{\"Records\":[{late}]}}").as_bytes(),
    );
    let (_, output) = index(folder.path(), &["--rules", own, "--data", data]);
    let second = stderr(&output);
    assert!(
        second.contains("CRITICAL Another rule: StopLogging by user-late"),
        "{second}"
    );
    assert!(
        !second.contains("user-0") && !second.contains("does not load"),
        "{second}"
    );

    for wrong in [
        vec!["--rules", "no-such-rules"],
        vec!["--rules", own, "--no-alerts"],
    ] {
        let logs = folder.path().to_str().expect("UTF-8");
        let output = run(&[&["up", logs, "--exit"][..], &wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn what_was_put_while_alerts_were_off_is_evaluated_when_they_are_on() {
    let folder = logs(3);
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path().to_str().expect("UTF-8");
    let (summary, output) = index(folder.path(), &["--data", data, "--no-alerts"]);
    assert_eq!(
        (&summary["alerts"], summary["events"].as_u64()),
        (&Value::Null, Some(3))
    );
    assert_eq!(told(&stderr(&output)), BTreeMap::new());
    let (on, output) = index(folder.path(), &["--data", data]);
    let first = told(&stderr(&output));
    assert!(first.len() >= 3, "{on}");
    let late = stopped("late", "user-late");
    write(
        &folder.path().join("late.json"),
        format!("{{\"Records\":[{late}]}}").as_bytes(),
    );
    let (_, output) = index(folder.path(), &["--data", data, "--no-alerts"]);
    assert_eq!(told(&stderr(&output)), BTreeMap::new());
    let (_, output) = index(folder.path(), &["--data", data]);
    let second = told(&stderr(&output));
    assert!(!second.is_empty() && second.keys().all(|id| !first.contains_key(id)));
}

#[test]
fn new_files_are_evaluated_and_rejected_ones_are_no_finding_twice() {
    let folder = logs(1);
    write(&folder.path().join("cut.json.gz"), b"\x1f\x8b\x08\x00");
    let up = Running::start(folder.path(), &["--output", "json"]);
    let summary: Value = serde_json::from_str(&up.summary).expect("one object");
    assert_eq!(summary["rejected_files"], 1, "{summary}");
    assert_eq!(summary["alerts"]["unevaluated_files"], 0, "{summary}");
    let before = listed(&up, "sent").len();
    let late = folder.path().join("late.jsonl");
    std::fs::write(&late, stopped("late", "user-late")).expect("a file");
    let until = Instant::now() + Duration::from_secs(30);
    while listed(&up, "sent").len() == before {
        assert!(Instant::now() < until, "the new file was not evaluated");
        pause(Duration::from_millis(200));
    }
    let (_, stderr) = up.stop();
    assert!(stderr.contains("by user-late"), "{stderr}");
}
