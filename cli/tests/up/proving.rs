//! Digests among the log files are verified, and what they do not prove is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sample::tamper::{TAMPERINGS, Tampering};
use serde_json::{Value, json};

use crate::running::{Running, index, pause, run, text, trailkeep};
use crate::signed_files::SignedFiles;
use crate::trail_files::{record, write};

fn deed(name: &str) -> &'static Tampering {
    let deed = TAMPERINGS.iter().find(|deed| deed.name == name);
    deed.expect("a deed of this name")
}

fn summary(up: &Running) -> Value {
    serde_json::from_str(&up.summary).expect("one object")
}

/// Sees that all digests are good, all hours proven and nothing found.
fn assert_proven(summary: &Value, digests: usize) {
    let integrity = &summary["integrity"];
    for (name, count) in [
        ("digests", digests),
        ("valid_digests", digests),
        ("unexamined_digests", 0),
        ("findings", 0),
    ] {
        assert_eq!(integrity[name], count, "{name}: {summary}");
    }
    let hours = |state: &str| integrity["hours"][state].as_u64().expect("a count");
    // The last digest of an account and Region ends within an hour, which the next would prove.
    let streams = summary["regions"].as_array().expect("regions").len()
        * summary["accounts"].as_array().expect("accounts").len();
    assert!(hours("pending") <= streams as u64, "{integrity}");
    assert_eq!(
        hours("proven") + hours("pending"),
        digests as u64,
        "{integrity}"
    );
    assert_eq!((hours("finding"), hours("unknown")), (0, 0), "{integrity}");
}

/// The findings that the API lists, mended or not.
fn all_found(up: &Running) -> Vec<Value> {
    let answer = up.get("/v1/integrity?limit=200");
    assert_eq!(answer["cursor"], Value::Null, "{answer}");
    answer["findings"].as_array().expect("findings").clone()
}

/// Those that are not mended.
fn found(up: &Running) -> Vec<Value> {
    let mut findings = all_found(up);
    findings.retain(|finding| finding["state"] == "open");
    findings
}

/// The kinds of findings that alerts were told of, with how often each was: by the id.
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

/// The alerts of findings that the API lists, by their ids, with the rule of each.
fn alerts(up: &Running) -> BTreeMap<String, String> {
    let answer = up.get("/v1/alerts?limit=200&state=sent");
    let alerts = answer["alerts"].as_array().expect("alerts").iter();
    let named = |alert: &Value, name: &str| {
        let value = alert.pointer(name).and_then(Value::as_str);
        value.expect("a text").to_owned()
    };
    alerts
        .map(|alert| (named(alert, "/id"), named(alert, "/rule/id")))
        .filter(|(_, rule)| rule.starts_with("trailkeep-"))
        .collect()
}

#[test]
fn the_sample_trail_is_proven_and_so_is_each_of_its_events() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/AWSLogs");
    let up = Running::start(&logs, &["--output", "json", "--no-alerts"]);
    let digests = walk(&logs, &|name| {
        name.contains("CloudTrail-Digest") && name.ends_with(".json.gz")
    });
    assert!(digests > 0);
    assert_proven(&summary(&up), digests);
    assert_eq!(all_found(&up), Vec::<Value>::new());
    let coverage = up.get("/v1/coverage");
    assert_eq!(
        coverage["hours"]["proven"],
        summary(&up)["integrity"]["hours"]["proven"],
        "{coverage}"
    );

    let folder = tempfile::tempdir().expect("a folder");
    let page = up.get("/v1/events?category=management&limit=3&order=oldest");
    for event in page["events"].as_array().expect("events") {
        let id = event["record"]["eventID"].as_str().expect("an id");
        let path = folder.path().join("proof.json");
        let out = path.to_str().expect("UTF-8");
        let proof = run(&["proof", id, "--endpoint", &up.url, "--out", out]);
        assert_eq!(proof.status.code(), Some(0), "{}", text(&proof.stderr));
        let keys = logs.join("../public-keys.json");
        let verified = run(&["verify", out, "--keys", keys.to_str().expect("UTF-8")]);
        let said = text(&verified.stdout);
        assert_eq!(verified.status.code(), Some(0), "{said}");
        assert!(said.contains(&format!("proven: event {id}")), "{said}");
    }
}

/// Counts the files below a folder whose paths are such.
fn walk(folder: &Path, is_such: &dyn Fn(&str) -> bool) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let count = |path: std::path::PathBuf| {
        if path.is_dir() {
            walk(&path, is_such)
        } else {
            usize::from(is_such(path.to_str().expect("UTF-8")))
        }
    };
    entries
        .map(|entry| count(entry.expect("an entry").path()))
        .sum()
}

/// Does a deed to a trail, and sees it found, listed and told once.
fn check(deed: &Tampering) {
    let name = deed.name;
    let files = SignedFiles::tampered(deed);
    let up = Running::start(files.path(), &["--output", "json"]);
    let open = found(&up);
    let kinds = || open.iter().filter_map(|finding| finding["kind"].as_str());
    for kind in deed.must {
        assert!(kinds().any(|found| found == *kind), "{name}: {open:#?}");
    }
    let may = |kind: &str| deed.must.contains(&kind) || deed.may.contains(&kind);
    assert!(kinds().all(may), "{name}: {open:#?}");
    let summary = summary(&up);
    let counted = &summary["integrity"]["findings"];
    assert_eq!(counted, open.len(), "{name}: {summary}");
    let listed = alerts(&up);
    let rules: Vec<_> = listed.values().collect();
    for kind in deed.must {
        let rule = format!("trailkeep-integrity-{kind}");
        assert!(rules.contains(&&rule), "{name}: {rules:?}");
    }
    assert_eq!(listed.len(), all_found(&up).len(), "{name}: {rules:?}");
    let (_, stderr) = up.stop();
    let told = told(&stderr);
    for id in listed.keys() {
        assert_eq!(told.get(id), Some(&1), "{name}: {stderr}");
    }
}

#[test]
fn what_was_done_to_log_files_is_told_once_and_listed() {
    let of_logs = |deed: &&Tampering| deed.name.starts_with("log");
    TAMPERINGS.iter().filter(of_logs).for_each(check);
}

#[test]
fn what_was_done_to_digests_is_told_once_and_listed() {
    let of_digests = |deed: &&Tampering| !deed.name.starts_with("log");
    TAMPERINGS.iter().filter(of_digests).for_each(check);
}

#[test]
fn findings_are_an_exit_code_and_wait_for_whoever_tells_them() {
    let files = SignedFiles::tampered(deed("log-record-changed"));
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let (summary, output) = index(files.path(), &["--data", data, "--no-alerts"]);
    assert_eq!(summary["integrity"]["findings"], 1, "{summary}");
    assert_eq!(summary["integrity"]["levels"]["critical"], 1, "{summary}");
    assert_eq!(output.status.code(), Some(1));
    let up = Running::start(files.path(), &["--data", data]);
    assert!(
        up.summary.contains("1 findings (1 critical)"),
        "{}",
        up.summary
    );
    let listed = alerts(&up);
    assert_eq!(
        listed.values().collect::<Vec<_>>(),
        ["trailkeep-integrity-log-changed"]
    );
    let (_, stderr) = up.stop();
    let once = told(&stderr);
    assert!(listed.keys().all(|id| once.get(id) == Some(&1)), "{stderr}");

    let again = Running::start(files.path(), &["--data", data]);
    assert_eq!(alerts(&again), listed);
    let (_, stderr) = again.stop();
    assert!(told(&stderr).is_empty(), "{stderr}");
}

#[test]
fn what_retention_has_deleted_since_is_not_missed() {
    let files = SignedFiles::generate();
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");
    index(files.path(), &["--data", data]);
    for retention in ["3d", "1d"] {
        let options = ["--data", data, "--retention", retention];
        let (summary, output) = index(files.path(), &options);
        assert_eq!(summary["integrity"]["findings"], 0, "{summary}");
        assert_eq!(output.status.code(), Some(0), "{summary}");
    }
}

#[test]
fn what_is_done_while_it_runs_is_found() {
    let files = SignedFiles::generate();
    let up = Running::start(files.path(), &["--output", "json", "--no-alerts"]);
    assert_proven(&summary(&up), files.digests());
    let tampered = SignedFiles::tampered(deed("log-record-changed"));
    let is_other = |(key, object): &(&String, &sample::Object)| {
        tampered.archive.objects.get(*key) != Some(*object)
    };
    let (key, _) = files.archive.logs().find(is_other).expect("a change");
    let object = &tampered.archive.objects[key];
    write(&files.path().join(key), &object.bytes);
    let until = Instant::now() + Duration::from_mins(1);
    let open = loop {
        let open = found(&up);
        if !open.is_empty() {
            break open;
        }
        assert!(Instant::now() < until, "nothing was found");
        pause(Duration::from_millis(300));
    };
    let found: Vec<_> = open.iter().map(|finding| &finding["kind"]).collect();
    assert_eq!(found, ["log-changed"], "{open:#?}");
    assert_eq!(open[0]["object"], json!(key));
}

#[test]
fn files_that_no_digest_could_list_are_indexed_and_no_finding() {
    let files = SignedFiles::generate();
    let records = [record("loose-1"), record("loose-2")].join("\n");
    write(&files.path().join("own.jsonl"), records.as_bytes());
    let (summary, output) = index(files.path(), &[]);
    assert_proven(&summary, files.digests());
    assert_eq!(summary["files"], files.logs() + 1, "{summary}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn without_public_keys_nothing_is_proven_and_that_is_no_tampering() {
    let files = SignedFiles::generate();
    std::fs::remove_file(files.path().join("public-keys.json")).expect("it was there");
    let up = Running::start(files.path(), &["--output", "json"]);
    let integrity = &summary(&up)["integrity"];
    assert_eq!(integrity["valid_digests"], 0, "{integrity}");
    assert_eq!(integrity["hours"]["proven"], 0, "{integrity}");
    let open = found(&up);
    assert!(!open.is_empty());
    for finding in &open {
        assert_eq!(finding["kind"], "key-unavailable", "{finding}");
        assert_eq!(finding["severity"], "low", "{finding}");
    }
    let (_, stderr) = up.stop();
    assert!(stderr.contains("list-public-keys"), "{stderr}");
}

#[test]
fn another_buckets_digests_are_left_alone() {
    let files = SignedFiles::generate();
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let loose = tempfile::tempdir().expect("a folder");
    write(&loose.path().join("a.jsonl"), record("a").as_bytes());
    let (summary, _) = index(loose.path(), &["--data", data]);
    assert_eq!(summary["integrity"], Value::Null);
    let (summary, output) = index(files.path(), &["--data", data]);
    assert_eq!(summary["integrity"], Value::Null, "{summary}");
    assert_eq!(summary["files"], files.logs() + 1, "{summary}");
    let stderr = text(&output.stderr);
    assert!(stderr.contains("are not verified"), "{stderr}");
}

#[test]
fn a_kill_at_any_moment_leaves_nothing_unproven_and_finds_nothing() {
    let files = SignedFiles::generate();
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let logs = files.path().to_str().expect("UTF-8");
    let mut killed = 0;
    for round in 1..=12_u32 {
        let mut child = trailkeep(&["up", logs, "--exit", "--batch", "3", "--data", data])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        // Close together at first: a fast machine is done early.
        pause(Duration::from_millis(u64::from(15 * round * round)));
        killed += u32::from(child.try_wait().expect("its state").is_none());
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
    }
    assert!(killed > 2, "it was still at work only {killed} times");
    let up = Running::start(files.path(), &["--data", data, "--output", "json"]);
    let summary = summary(&up);
    assert_proven(&summary, files.digests());
    for (name, count) in [("files", files.logs()), ("rejected_files", 0)] {
        assert_eq!(summary[name], count, "{name}: {summary}");
    }
    assert_eq!(summary["alerts"]["pending"], 0, "{summary}");
    assert_eq!(all_found(&up), Vec::<Value>::new());
    assert_eq!(alerts(&up), BTreeMap::new());
}
