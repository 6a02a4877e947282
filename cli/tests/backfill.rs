//! `trailkeep backfill`, the real binary, against the local cloud.

#[path = "fake/command.rs"]
mod command;
#[path = "backfill/denied.rs"]
mod denied;
#[path = "backfill/fixture.rs"]
mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use trail::ObjectKey;

use crate::fixture::{BUCKET, Fixture, Message, key};

struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn run(command: &mut Command) -> Outcome {
    let output = command.output().await.expect("the command ran");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// How often each key was queued.
fn keys(messages: &[Message]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for object in messages.iter().flatten() {
        *counts.entry(object.key.clone()).or_default() += 1;
    }
    counts
}

fn is_each_once(messages: &[Message], expected: &BTreeSet<String>) {
    let counts = keys(messages);
    assert!(counts.values().all(|count| *count == 1));
    assert_eq!(counts.into_keys().collect::<BTreeSet<_>>(), *expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_log_file_is_queued_once_as_s3_would() {
    let fixture = Fixture::new().await;
    let logs = fixture.fill("a prefix+ü/");
    let outcome = run(fixture
        .backfill(&format!("s3://{BUCKET}/a prefix+ü"))
        .args(["--yes", "--output", "json"]))
    .await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let messages = fixture.messages().await;
    is_each_once(&messages, &logs);
    for message in &messages {
        assert!((1..=10).contains(&message.len()));
        let sources: BTreeSet<_> = message
            .iter()
            .map(|object| ObjectKey::parse(&object.key).expect("a log file"))
            .map(|key| {
                (
                    key.account.to_owned(),
                    key.region.to_owned(),
                    key.delivery_day,
                )
            })
            .collect();
        assert_eq!(sources.len(), 1, "of one account, Region and day");
        for object in message {
            let stored = fixture
                .cloud
                .find_object(BUCKET, &object.key)
                .expect("a look")
                .expect("an object");
            assert_eq!((object.bucket.as_str(), object.size), (BUCKET, Some(300)));
            assert_eq!(
                (object.etag.as_deref(), &object.version),
                (Some(&*stored.etag), &Some(stored.version))
            );
        }
    }

    let told: Value = serde_json::from_str(&outcome.out).expect("one object");
    assert_eq!(
        (&told["files"], &told["bytes"]),
        (&logs.len().into(), &(logs.len() * 300).into())
    );
    assert_eq!(told["messages"], messages.len());
    // Twelve digests, a folder's own object and the notes.
    assert_eq!(told["other_objects"], 14);
    assert_eq!(told["estimate"]["events"], logs.len() * 2);
    for text in [
        "156 log files",
        "14 other objects",
        "about 312 events",
        "write units",
    ] {
        assert!(outcome.err.contains(text), "{text} in {}", outcome.err);
    }
    assert!(!fixture.state().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_regions_and_days_narrow_what_is_queued_and_what_is_listed() {
    for (place, organization) in [("", ""), ("logs/", "o-abc123/")] {
        let fixture = Fixture::new().await;
        // An organization's trail has its own folders behind the accounts' layout.
        let within = |key: &String| key.replace("AWSLogs/", &format!("AWSLogs/{organization}"));
        let logs: BTreeSet<_> = fixture.fill(place);
        let logs: BTreeSet<_> = logs.iter().map(within).collect();
        for key in &logs {
            fixture.put(key);
        }
        let arguments = [
            "--account",
            "444455556666",
            "--region",
            "eu-west-1",
            "--from",
            "2026-10-01",
            "--yes",
        ];
        let before = fixture.listings();
        let outcome = run(fixture
            .backfill(&format!("s3://{BUCKET}/{place}"))
            .args(arguments))
        .await;
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        let wanted: BTreeSet<_> = logs
            .iter()
            .filter(|key| key.contains("/444455556666/") && key.contains("/eu-west-1/"))
            .filter(|key| !key.contains("/2026/09/30/"))
            .cloned()
            .collect();
        let counts = keys(&fixture.messages().await);
        let queued: BTreeSet<_> = counts
            .into_keys()
            .filter(|key| key.contains(organization))
            .collect();
        assert_eq!(queued, wanted);
        // Nothing but what is wanted was listed: no digest, no other account.
        assert!(!outcome.err.contains("other objects"), "{}", outcome.err);
        let folders = if organization.is_empty() { 1 } else { 2 };
        assert!(
            fixture.listings() - before <= 1 + 1 + folders * 3 * 2,
            "{}",
            fixture.listings()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_given_is_found() {
    let fixture = Fixture::new().await;
    let logs = fixture.fill("");
    for (location, arguments, part) in [
        ("", &["--to", "2026-09-30"][..], "/2026/09/30/"),
        (
            "",
            &["--from", "2026-10-01", "--to", "2026-10-01"],
            "/2026/10/01/",
        ),
        ("", &["--region", "us-east-1"], "/us-east-1/"),
        ("AWSLogs", &["--account", "111122223333"], "/111122223333/"),
        (
            "AWSLogs/111122223333/CloudTrail-Insight",
            &["--from", "2020-01-01"],
            "/111122223333/CloudTrail-Insight/",
        ),
        (
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10",
            &[],
            "/111122223333/CloudTrail/eu-west-1/2026/10/",
        ),
    ] {
        let location = format!("s3://{BUCKET}/{location}");
        let outcome = run(fixture.backfill(&location).args(arguments).arg("--yes")).await;
        assert_eq!(
            outcome.code,
            Some(0),
            "{location} {arguments:?}: {}",
            outcome.err
        );
        let expected = logs
            .iter()
            .filter(|key| key.contains(part))
            .cloned()
            .collect();
        is_each_once(&fixture.messages().await, &expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_unless_someone_agrees() {
    let fixture = Fixture::new().await;
    fixture.fill("");
    let outcome = run(&mut fixture.backfill(&format!("s3://{BUCKET}"))).await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
    assert!(outcome.err.contains("about 312 events") && outcome.err.contains("--yes"));
    assert!(fixture.messages().await.is_empty() && !fixture.state().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_log_files_is_no_failure_and_a_missing_bucket_is() {
    let fixture = Fixture::new().await;
    fixture.put("notes.txt");
    for arguments in [&["--yes"][..], &["--yes", "--from", "2026-10-01"]] {
        let outcome = run(fixture.backfill(&format!("s3://{BUCKET}")).args(arguments)).await;
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(0), "nothing to queue\n")
        );
        assert!(outcome.err.contains("0 log files"), "{}", outcome.err);
    }
    let outcome = run(fixture.backfill("s3://not-there").arg("--yes")).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.err.contains("not-there"), "{}", outcome.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_told_apart() {
    let fixture = Fixture::new().await;
    for arguments in [
        &["trail-logs", "--stack", "s"][..],
        &["s3://trail-logs"],
        &[
            "s3://trail-logs",
            "--stack",
            "s",
            "--queue-url",
            "http://127.0.0.1:1/0/q",
        ],
        &["s3://trail-logs", "--stack", "s", "--from", "yesterday"],
        &[
            "s3://trail-logs",
            "--stack",
            "s",
            "--from",
            "2026-10-02",
            "--to",
            "2026-10-01",
        ],
        &["s3://trail-logs", "--stack", "s", "--account", "alice"],
    ] {
        let mut command = command::trailkeep(fixture.home.path());
        let outcome = run(command.arg("backfill").args(arguments)).await;
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.err);
    }
}

/// Starts a backfill and kills it once the queue has some messages.
async fn kill_midway(fixture: &Fixture, location: &str) -> usize {
    let mut child = fixture
        .backfill(location)
        .arg("--yes")
        .spawn()
        .expect("the command runs");
    let before = count(fixture);
    let killed = async {
        while count(fixture) < before + 30 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill().await.expect("it is killed");
    };
    tokio::time::timeout(Duration::from_mins(1), killed)
        .await
        .expect("in time");
    count(fixture)
}

fn count(fixture: &Fixture) -> usize {
    let depth = fixture.queue.depth().expect("a depth");
    usize::try_from(depth.visible).expect("a count")
}

fn last_key(state: &Path) -> String {
    let state: Value =
        serde_json::from_slice(&std::fs::read(state).expect("a state")).expect("JSON");
    state["last_key"].as_str().expect("a key").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_goes_on_where_it_was() {
    let fixture = Fixture::new().await;
    let mut logs = BTreeSet::new();
    for account in ["111122223333", "444455556666"] {
        for number in 0..4_000 {
            logs.insert(key(
                "",
                account,
                "CloudTrail",
                "eu-west-1",
                "2026/10/01",
                number,
            ));
        }
    }
    for key in &logs {
        fixture.put(key);
    }
    let location = format!("s3://{BUCKET}");

    let mut kills = 0;
    for _ in 0..3 {
        let queued = kill_midway(&fixture, &location).await;
        assert!(queued < 800, "it was over before it could be killed");
        kills += 1;
        let reached = last_key(&fixture.state());
        assert!(logs.contains(&reached));
    }
    // A state is of use to the same backfill only.
    let other = run(fixture
        .backfill(&location)
        .args(["--yes", "--region", "eu-west-1"]))
    .await;
    assert_eq!(other.code, Some(2), "{}", other.err);
    assert!(other.err.contains("another backfill"), "{}", other.err);

    let outcome = run(fixture
        .backfill(&location)
        .args(["--yes", "--output", "json"]))
    .await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert!(outcome.err.contains("going on behind"), "{}", outcome.err);
    let told: Value = serde_json::from_str(&outcome.out).expect("one object");
    assert!(told["files"].as_u64().is_some_and(|files| files < 8_000));
    assert!(!fixture.state().exists());

    let counts = keys(&fixture.messages().await);
    assert_eq!(
        counts.keys().cloned().collect::<BTreeSet<_>>(),
        logs,
        "nothing is lost"
    );
    let repeated: usize = counts.values().map(|count| count - 1).sum();
    assert!(
        repeated <= kills * 100,
        "{repeated} log files more than a batch a kill"
    );
}
