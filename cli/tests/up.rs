//! `trailkeep up`, the real binary.
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is a module of tests"
)]

#[path = "up/keeping.rs"]
mod keeping;
#[path = "up/proving.rs"]
mod proving;
#[path = "up/running.rs"]
mod running;
#[path = "up/signed_files.rs"]
mod signed_files;
#[path = "up/trail_files.rs"]
mod trail_files;

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use running::{Running, index, pause, run, text, trailkeep};
use serde_json::json;
use trail_files::{TrailFiles, record, write};

#[test]
fn it_indexes_everything_says_so_and_answers() {
    let files = TrailFiles::generate(600, 7_200);
    let up = Running::start(files.path(), &["--output", "json"]);
    let summary: serde_json::Value = serde_json::from_str(&up.summary).expect("one object");
    assert_eq!(summary["files"], files.files, "{summary}");
    for (name, count) in [
        ("events", 600),
        ("records", 600),
        ("duplicates", 0),
        ("quarantined", 0),
        ("rejected_files", 0),
    ] {
        assert_eq!(summary[name], count, "{name}: {summary}");
    }
    assert_eq!(summary["is_reconciled"], true);
    assert_eq!(summary["accounts"], json!(["111122223333"]));
    assert!(
        summary["regions"].as_array().expect("regions").len() > 1,
        "{summary}"
    );
    assert!(summary["oldest"].as_str() < summary["newest"].as_str());
    assert!(up.url.starts_with("http://127.0.0.1:"), "{}", up.url);
    assert_eq!(up.ids(), files.ids);
    let (code, stderr) = up.stop();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("trailkeep lookup"), "{stderr}");
}

#[test]
fn the_sample_trail_is_used_where_no_logs_are_named() {
    let output = run(&["up", "--exit"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let summary = text(&output.stdout);
    assert!(summary.contains("time range   2026-"), "{summary}");
    assert!(summary.contains("111122223333"), "{summary}");
    assert!(summary.contains("0 findings"), "{summary}");
    assert!(!summary.contains("ready"), "{summary}");
}

#[test]
fn every_format_is_read_and_nothing_is_left_out_silently() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let envelope = |records: &[String]| format!("{{\"Records\":[{}]}}", records.join(","));
    write(
        &path("plain.json"),
        envelope(&[record("a"), "7".to_owned(), record("b")]).as_bytes(),
    );
    // The same content once more is one file.
    write(
        &path("copy/again.json"),
        envelope(&[record("a"), "7".to_owned(), record("b")]).as_bytes(),
    );
    let packed = sample::compress(envelope(&[record("c"), record("c")]).as_bytes(), 6);
    write(&path("packed.json.gz"), &packed);
    let lines = format!(
        "{}\nnot json\n{}\n{{\"eventName\":\"x\"}}\n",
        record("d"),
        record("e")
    );
    write(&path("lines.jsonl"), lines.as_bytes());
    write(&path("broken.json"), b"{\"Records\":[{]}");
    write(&path("cut.json.gz"), &packed[..packed.len() / 2]);
    write(
        &path("doubled.json.gz"),
        &[&packed[..], &packed[..]].concat(),
    );
    write(
        &path("digest.json"),
        b"{\"digestStartTime\":\"2026-10-13T08:00:00Z\"}",
    );
    write(&path("empty.json.gz"), b"");
    write(&path("nothing.jsonl"), b"\n");
    write(&path("notes.txt"), b"x");

    let up = Running::start(folder.path(), &["--output", "json"]);
    let summary: serde_json::Value = serde_json::from_str(&up.summary).expect("one object");
    for (name, count) in [
        ("files", 3),
        ("rejected_files", 5),
        ("skipped_files", 2),
        ("known_files", 1),
        ("records", 9),
        ("events", 5),
        ("duplicates", 1),
        ("quarantined", 3),
    ] {
        assert_eq!(summary[name], count, "{name}: {summary}");
    }
    let mut ids = up.ids();
    ids.sort();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    let (_, stderr) = up.stop();
    for (file, word) in [
        ("skipped", "notes.txt"),
        ("lines.jsonl:2", "not a JSON object"),
        ("lines.jsonl:4", "eventTime"),
        ("again.json", "not a JSON object"),
        ("broken.json", "not {\"Records\":[...]}"),
        ("cut.json.gz", "damaged"),
        ("doubled.json.gz", "follow the gzip member"),
        ("digest.json", "no Records"),
        ("empty.json.gz", "it is empty"),
        ("nothing.jsonl", "it has no lines"),
    ] {
        let line = stderr
            .lines()
            .find(|line| line.contains(file) && line.contains(word));
        assert!(line.is_some(), "{file} {word}: {stderr}");
    }
    let (_, output) = index(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1), "findings are an exit code");
}

#[test]
fn a_restart_goes_on_and_adds_nothing_twice() {
    let files = TrailFiles::generate(400, 7_200);
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let (first, _) = index(files.path(), &["--data", data]);
    assert_eq!(first["events"], 400, "{first}");
    write(
        &files.path().join("more.jsonl"),
        record("00000000-more").as_bytes(),
    );
    let up = Running::start(files.path(), &["--data", data, "--output", "json"]);
    let second: serde_json::Value = serde_json::from_str(&up.summary).expect("one object");
    assert_eq!(second["events"], 401, "{second}");
    assert_eq!(second["known_files"], files.files, "{second}");
    assert_eq!(second["run"]["events"], 1, "{second}");
    assert_eq!(second["duplicates"], 0, "{second}");
    let mut ids = up.ids();
    ids.retain(|id| id != "00000000-more");
    assert_eq!(ids, files.ids);
    // Meanwhile nobody else opens the directory.
    let other = run(&[
        "up",
        files.path().to_str().expect("UTF-8"),
        "--exit",
        "--data",
        data,
    ]);
    assert_eq!(other.status.code(), Some(1));
    assert!(
        text(&other.stderr).contains("in use"),
        "{}",
        text(&other.stderr)
    );
}

#[test]
fn a_kill_at_any_moment_loses_and_repeats_nothing() {
    let files = TrailFiles::generate(3_000, 1_800);
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let logs = files.path().to_str().expect("UTF-8");
    let mut killed = 0;
    for round in 1..=8_u32 {
        let mut child = trailkeep(&["up", logs, "--exit", "--batch", "3", "--data", data])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        pause(Duration::from_millis(u64::from(60 + 97 * round)));
        killed += u32::from(child.try_wait().expect("its state").is_none());
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
    }
    assert!(killed > 2, "it was still at work only {killed} times");
    let up = Running::start(files.path(), &["--data", data, "--output", "json"]);
    let summary: serde_json::Value = serde_json::from_str(&up.summary).expect("one object");
    for (name, count) in [
        ("files", files.files),
        ("events", 3_000),
        ("duplicates", 0),
        ("quarantined", 0),
        ("rejected_files", 0),
    ] {
        assert_eq!(summary[name], count, "{name}: {summary}");
    }
    assert_eq!(up.ids(), files.ids);
}

#[test]
fn new_files_are_picked_up_when_they_are_whole() {
    let files = TrailFiles::generate(50, 7_200);
    let up = Running::start(files.path(), &[]);
    let late = files.path().join("late.jsonl");
    std::fs::write(
        &late,
        format!("{}\n{}\n", record("late-1"), record("late-2")),
    )
    .expect("a file");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let found = up.get("/v1/events?event_id=late-2");
        if !found["events"].as_array().expect("events").is_empty() {
            break;
        }
        assert!(Instant::now() < until, "the new file was not picked up");
        pause(Duration::from_millis(200));
    }
    assert_eq!(up.ids().len(), 52);
    let (code, stderr) = up.stop();
    assert_eq!(code, Some(0));
    assert!(
        stderr.contains("picked up 1 new log files with 2 events"),
        "{stderr}"
    );
}

#[test]
fn a_replaced_file_is_a_further_version() {
    let files = TrailFiles::generate(40, 86_400);
    let up = Running::start(files.path(), &[]);
    let path = files.paths().pop().expect("a file");
    let content = format!("{{\"Records\":[{}]}}", record("replaced"));
    std::fs::write(&path, sample::compress(content.as_bytes(), 6)).expect("it is replaced");
    let until = Instant::now() + Duration::from_secs(30);
    while up.get("/v1/events?event_id=replaced")["events"] == json!([]) {
        assert!(Instant::now() < until, "the replacement was not picked up");
        pause(Duration::from_millis(200));
    }
    assert_eq!(up.ids().len(), 41, "what was there stays");
}

#[test]
fn old_events_are_kept_unless_retention_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = record("old").replace("2026-10-13", "2009-10-13");
    write(
        &folder.path().join("old.jsonl"),
        format!("{old}\n").as_bytes(),
    );
    let (summary, output) = index(folder.path(), &[]);
    assert_eq!(
        (
            summary["events"].as_u64(),
            summary["expired_on_arrival"].as_u64()
        ),
        (Some(1), Some(0))
    );
    assert_eq!(output.status.code(), Some(0));
    let (summary, output) = index(folder.path(), &["--retention", "90d"]);
    assert_eq!(
        (
            summary["events"].as_u64(),
            summary["expired_on_arrival"].as_u64()
        ),
        (Some(0), Some(1))
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "what is past retention is no finding"
    );
}

#[test]
fn an_empty_folder_is_ready_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let up = Running::start(folder.path(), &[]);
    assert!(up.ids().is_empty());
    let (code, stderr) = up.stop();
    assert_eq!(code, Some(0));
    assert!(stderr.contains("there are no log files in"), "{stderr}");
}

#[test]
fn what_cannot_be_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener
        .local_addr()
        .expect("its address")
        .port()
        .to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let logs = folder.path().to_str().expect("UTF-8");
    for (arguments, code, words) in [
        (
            vec!["up", logs, "--port", &port],
            1,
            format!("port {port} of 127.0.0.1 is taken"),
        ),
        (vec!["up", "no-such-logs"], 2, "no-such-logs".to_owned()),
        (vec!["up", logs, "--retention", "90"], 2, "90d".to_owned()),
        (vec!["up", logs, "--batch", "0"], 2, "--batch".to_owned()),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(&words),
            "{}",
            text(&output.stderr)
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
