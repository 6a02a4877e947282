//! Folders that mirror a bucket.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use sample::tamper::TAMPERINGS;
use serde_json::json;
use tempfile::TempDir;

use crate::archive::{archive, events, json, kinds, range, write};
use crate::command;

async fn verify(folder: &Path, options: &[String]) -> Output {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = command::trailkeep(home.path());
    command.arg("verify").arg(folder).args(options);
    command.output().await.expect("the command ran")
}

fn options(range: &[String], more: &[&str]) -> Vec<String> {
    let more = more.iter().map(|option| (*option).to_owned());
    range.iter().cloned().chain(more).collect()
}

#[tokio::test]
async fn a_clean_archive_is_proven_where_its_end_is_given() {
    let (archive, folder) = (archive(), tempfile::tempdir().expect("a folder"));
    write(&archive, folder.path());
    let range = range(&archive);
    let output = verify(folder.path(), &options(&range, &["--output", "json"])).await;
    assert_eq!(output.status.code(), Some(0));
    let answer = json(&output);
    assert_eq!(answer["verdict"], "proven");
    assert_eq!(answer["findings"], json!([]));
    let digests = archive.digests().count();
    assert_eq!(
        answer["digest_files"],
        json!({"checked": digests, "valid": digests})
    );
    let logs = archive.logs().count();
    assert_eq!(answer["log_files"], json!({"checked": logs, "valid": logs}));

    // Deeper in the mirror, the top is found again.
    let deep = folder.path().join("AWSLogs");
    let output = verify(&deep, &options(&range, &[])).await;
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.ends_with("proven: complete and unaltered\n"), "{text}");

    let output = verify(folder.path(), &options(&[], &["--output", "json"])).await;
    assert_eq!(output.status.code(), Some(1), "its tail cannot be proven");
    assert_eq!(json(&output)["verdict"], "tail-unproven");
}

#[tokio::test]
async fn every_tampering_is_found_and_named() {
    let clean = archive();
    let range = range(&clean);
    for tampering in TAMPERINGS {
        let mut archive = clean.clone();
        tampering
            .apply(&mut archive.objects)
            .expect("enough objects");
        let folder = tempfile::tempdir().expect("a folder");
        write(&archive, folder.path());
        let output = verify(folder.path(), &options(&range, &["--output", "json"])).await;
        assert_eq!(output.status.code(), Some(1), "{}", tampering.name);
        let answer = json(&output);
        assert_eq!(answer["verdict"], "findings", "{}", tampering.name);
        let expected: BTreeSet<String> = tampering.must.iter().map(ToString::to_string).collect();
        assert_eq!(kinds(&answer), expected, "{}: {answer}", tampering.name);
    }
}

#[tokio::test]
async fn a_region_whose_keys_are_not_there_is_no_tampering() {
    let (archive, folder) = (archive(), tempfile::tempdir().expect("a folder"));
    write(&archive, folder.path());
    let keys = folder.path().join("public-keys.json");
    let elsewhere = TempDir::new().expect("a folder");
    let moved = elsewhere.path().join("keys.json");
    std::fs::rename(&keys, &moved).expect("moved");
    let range = range(&archive);
    let output = verify(folder.path(), &options(&range, &["--output", "json"])).await;
    assert_eq!(output.status.code(), Some(1));
    let answer = json(&output);
    assert_eq!(
        kinds(&answer),
        BTreeSet::from(["key-unavailable".to_owned()])
    );
    let notes = answer["notes"].to_string();
    assert!(notes.contains("--keys"), "{notes}");

    let named = moved.to_str().expect("UTF-8");
    let output = verify(folder.path(), &options(&range, &["--keys", named])).await;
    assert_eq!(output.status.code(), Some(0), "with the keys it is proven");
}

#[tokio::test]
async fn wrong_usage_is_told_from_findings() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("log.json.gz");
    std::fs::write(&file, b"x").expect("a file");
    let broken = folder.path().join("proof.json");
    std::fs::write(&broken, b"{\n \"version\": 1 }").expect("a file");
    let cases: [(&Path, &[&str], &str); 6] = [
        (Path::new("nowhere"), &[], "nowhere"),
        (&file, &[], "neither a folder nor the proof of an event"),
        (&broken, &[], "line 2"),
        (
            folder.path(),
            &["--start", "yesterday"],
            "--start yesterday is not a time",
        ),
        (
            folder.path(),
            &["--start", "2026-10-14", "--end", "2026-10-13"],
            "--start is after --end",
        ),
        (folder.path(), &["--keys", "nowhere.json"], "nowhere.json"),
    ];
    for (path, more, said) in cases {
        let output = verify(path, &options(&[], more)).await;
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(said), "{text}");
    }
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    assert_eq!(verify(&empty, &[]).await.status.code(), Some(1));
}

#[tokio::test]
async fn what_cannot_be_read_is_not_proven() {
    let (archive, folder) = (archive(), tempfile::tempdir().expect("a folder"));
    write(&archive, folder.path());
    std::os::unix::fs::symlink("nowhere", folder.path().join("gone.json.gz")).expect("a link");
    let output = verify(
        folder.path(),
        &options(&range(&archive), &["--output", "json"]),
    )
    .await;
    assert_eq!(output.status.code(), Some(1));
    let answer = json(&output);
    assert_eq!(answer["verdict"], "unproven");
    assert!(
        answer["notes"].to_string().contains("gone.json.gz"),
        "{answer}"
    );
}

#[tokio::test]
async fn the_sample_trail_of_the_repository_is_proven() {
    let range = ["--start", "2026-10-13", "--end", "2026-10-14T14:45:31Z"];
    let output = verify(&events(), &options(&[], &range)).await;
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("317 of 317 log files valid"), "{text}");
}
