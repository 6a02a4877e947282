//! Index items that were changed, removed and slipped in.

use index::file::{Delivery, FileRecord, FileVersion};
use index::segment::{Builder, Segment, Source};
use index::{Class, Item, Retention, table};
use serde_json::{Value, json};
use trail::digest::sha256;
use trail::{ObjectKey, Record};

use crate::stack::{BUCKET, DAY, Key, Stack, key, record, run};

/// A stack with three files on three days, each indexed by itself.
async fn stack() -> (Stack, Vec<FileVersion>) {
    let stack = Stack::start("90").await;
    let mut files = Vec::new();
    for days in 1..=3 {
        let delivered = stack.now - days * DAY;
        let records: Vec<String> = (0..5)
            .map(|number| {
                record(
                    &format!("event-{days}-{number}"),
                    delivered - 600,
                    "PutObject",
                )
            })
            .collect();
        let key = key(&format!("day{days}"), delivered);
        let version = stack.deliver(&key, &records);
        stack.settle().await;
        files.push(FileVersion {
            bucket: BUCKET.to_owned(),
            key,
            version: Some(version),
        });
    }
    assert_eq!(stack.check().await["equal"], true);
    (stack, files)
}

/// A segment of some records that says it is made of a file.
fn forged(version: &FileVersion, content: &str, records: &[String]) -> Segment {
    let mut builder = Builder::new(Class::standard(), Retention::days(90));
    let source = builder.source(Source {
        version: version.clone(),
        sha256: sha256(content.as_bytes()),
        delivered: delivery(version).time,
    });
    for text in records {
        builder.add(source, 0, &Record::parse(text).expect("a record"));
    }
    let mut segments = builder.seal().expect("memory");
    assert_eq!(segments.len(), 1);
    segments.swap_remove(0)
}

fn delivery(version: &FileVersion) -> Delivery {
    Delivery::from(&ObjectKey::parse(&version.key).expect("a log file's key"))
}

async fn slip_in(stack: &Stack, segment: &Segment) {
    let items = [&segment.header, &segment.tally, &segment.directory];
    for item in items
        .into_iter()
        .chain(&segment.blocks)
        .chain(&segment.pages)
    {
        stack.table().put(item).await.expect("put");
    }
}

/// The record of a file, and its key.
async fn file_record(stack: &Stack, version: &FileVersion) -> (Item, FileRecord) {
    let delivery = delivery(version);
    let partition = table::files(&delivery.account, &delivery.region, delivery.day);
    let item = stack.table().get(&partition, &version.sort()).await;
    let item = item.expect("a look").expect("a record");
    let record = FileRecord::from_body(&item.body).expect("a record");
    (item, record)
}

/// Has the record of a file name other segments.
async fn rename(stack: &Stack, version: &FileVersion, segments: &[&Segment]) {
    let (item, mut record) = file_record(stack, version).await;
    record.segments = segments
        .iter()
        .map(|segment| segment.id.to_string())
        .collect();
    let body = serde_json::to_vec(&record).expect("JSON");
    stack.replace(&Item { body, ..item }).await;
}

fn counts(report: &Value) -> [u64; 4] {
    ["missing", "extra", "different", "damaged_segments"]
        .map(|name| report[name].as_u64().expect("a count"))
}

/// The differences of a kind.
fn of_kind<'r>(report: &'r Value, kind: &str) -> Vec<&'r Value> {
    let differences = report["differences"].as_array().expect("differences");
    differences
        .iter()
        .filter(|difference| difference["kind"] == kind)
        .collect()
}

/// Repairs, and sees that everything is as it was.
async fn repairs(stack: &Stack) {
    let outcome = stack.repair().await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = stack.check().await;
    assert_eq!(report["equal"], true, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_item_of_each_kind_is_found_and_written_again() {
    let (stack, files) = stack().await;
    for (prefix, missing, damaged) in [
        ("block#", 5, 1),
        ("segments#", 5, 1),
        ("tally#", 0, 1),
        ("terms#", 0, 1),
        ("files#", 0, 0),
    ] {
        let items = stack.partitions(prefix).await;
        let lost = &items[0];
        let lost: Key = (lost.partition.clone(), lost.sort.clone());
        stack.delete(&lost).await;
        let report = stack.check().await;
        assert_eq!(
            counts(&report),
            [missing, 0, 0, damaged],
            "{prefix}: {report}"
        );
        if prefix == "files#" {
            let difference = of_kind(&report, "file")[0];
            assert_eq!(difference["reason"], "its record is missing");
            assert!(
                files
                    .iter()
                    .any(|file| difference["key"] == file.key.as_str())
            );
        }
        repairs(&stack).await;
        assert!(stack.items().await.contains_key(&lost), "{prefix}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_header_is_found_with_each_segment_that_needs_it() {
    let (stack, _) = stack().await;
    let header = stack.partitions("days#").await.swap_remove(0);
    stack.delete(&(header.partition, header.sort)).await;
    let report = stack.check().await;
    assert_eq!(counts(&report), [0, 0, 0, 1], "{report}");
    let contradiction = of_kind(&report, "segment")[0]["contradictions"][0].to_string();
    assert!(contradiction.contains("header"), "{contradiction}");
    repairs(&stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_block_is_found_and_written_again() {
    let (stack, _) = stack().await;
    let mut block = stack.partitions("block#").await.swap_remove(0);
    let last = block.body.len() - 1;
    block.body[last] ^= 1;
    stack.replace(&block).await;
    let report = stack.check().await;
    assert_eq!(counts(&report)[3], 1, "{report}");
    let contradiction = of_kind(&report, "segment")[0]["contradictions"][0].to_string();
    assert!(contradiction.contains("another hash"), "{contradiction}");
    repairs(&stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_in_no_archived_file_are_extra() {
    let (stack, files) = stack().await;
    let time = stack.now - DAY - 700;
    let records = [record("forged", time, "DeleteTrail")];
    let segment = forged(&files[0], "forged", &records);
    slip_in(&stack, &segment).await;
    // No file's record names it: it is met in the directory alone.
    let report = stack.check().await;
    assert_eq!(counts(&report), [0, 1, 0, 0], "{report}");
    assert_eq!(of_kind(&report, "file")[0]["events"], json!(["forged"]));
    assert_eq!(
        of_kind(&report, "segment")[0]["segment"],
        segment.id.as_str()
    );
    repairs(&stack).await;
    assert!(
        stack
            .partitions(&table::blocks(&segment.id))
            .await
            .is_empty()
    );

    // Named by a record, and of a file that is in no archive.
    let nowhere = FileVersion {
        key: key("nowhere", stack.now - 5 * DAY),
        ..files[0].clone()
    };
    let records = [record("forged-2", stack.now - 5 * DAY - 60, "DeleteTrail")];
    let segment = forged(&nowhere, "forged", &records);
    slip_in(&stack, &segment).await;
    let (_, sound) = file_record(&stack, &files[0]).await;
    let named = FileRecord {
        segments: vec![segment.id.to_string()],
        ..sound
    };
    let keeping = Retention::days(90).into();
    let item = named.item(&nowhere, &delivery(&nowhere), &Class::standard(), &keeping);
    stack.table().put(&item).await.expect("put");
    let report = stack.check().await;
    assert_eq!(counts(&report), [0, 1, 0, 0], "{report}");
    // What the archive does not have cannot be told from what it lost: it is left, and said.
    let outcome = stack.repair().await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let repaired = &outcome.json()["repaired"];
    assert_eq!(repaired["left"], 1, "{repaired}");
    assert!(
        repaired["reasons"][0].to_string().contains("not there"),
        "{repaired}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_another_content_is_different_and_one_left_out_is_missing() {
    let (stack, files) = stack().await;
    let (_, sound) = file_record(&stack, &files[1]).await;
    let delivered = stack.now - 2 * DAY;
    let mut records: Vec<String> = (0..4)
        .map(|number| record(&format!("event-2-{number}"), delivered - 600, "PutObject"))
        .collect();
    records[2] = record("event-2-2", delivered - 600, "ListBuckets");
    // Consistent in itself, with the right hash of the file: only the archive tells.
    let segment = forged(&files[1], "", &records);
    slip_in(&stack, &segment).await;
    rename(&stack, &files[1], &[&segment]).await;
    for directory in stack.partitions("segments#").await {
        if directory.sort.ends_with(&sound.segments[0]) {
            stack.delete(&(directory.partition, directory.sort)).await;
        }
    }
    let report = stack.check().await;
    assert_eq!(counts(&report), [1, 0, 1, 0], "{report}");
    let file = of_kind(&report, "file")[0];
    assert_eq!(file["events"], json!(["event-2-2", "event-2-4"]));
    let day = index::Day::of(delivered - 600).to_string();
    assert_eq!(
        report["days"],
        json!({ &day: {"missing": 1, "extra": 0, "different": 1} })
    );
    repairs(&stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_for_people_says_what_differs_and_how_to_repair_it() {
    let (stack, files) = stack().await;
    for block in stack.partitions("block#").await.iter().take(1) {
        stack
            .delete(&(block.partition.clone(), block.sort.clone()))
            .await;
    }
    let mut command = stack.rebuild_for_people();
    let outcome = run(command.args(["--check", "--retention", "90"])).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    for text in [
        "day",
        "block 0 is missing",
        "compared 15 events of 3 log files with 3 segments",
        "different: 5 events missing, 0 extra, 0 different, 1 segments damaged; 1 files differ",
        "the same without --check repairs it",
    ] {
        assert!(outcome.out.contains(text), "{text} in {}", outcome.out);
    }
    let is_named = |file: &FileVersion| outcome.out.contains(&file.key);
    assert_eq!(files.iter().filter(|file| is_named(file)).count(), 1);
    assert!(
        outcome.err.contains("3 log files to compare"),
        "{}",
        outcome.err
    );

    // Nothing is repaired unless somebody agrees.
    let operators = stack.serve_operators().await;
    let items = stack.items().await;
    let outcome = run(stack.rebuild().args(["--endpoint", &operators])).await;
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.err.contains("--yes"), "{}", outcome.err);
    assert!(stack.items().await == items);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_told_apart() {
    let home = tempfile::tempdir().expect("a folder");
    for arguments in [
        &["s3://trail-logs"][..],
        &["trail-logs", "--table", "index", "--retention", "90"],
        &["s3://trail-logs", "--table", "index", "--check"],
        &[
            "s3://trail-logs",
            "--table",
            "index",
            "--exceptions",
            "111122223333=1",
        ],
        &["s3://trail-logs", "--table", "index", "--retention", "long"],
        &[
            "s3://trail-logs",
            "--table",
            "index",
            "--retention",
            "90",
            "--check",
            "--yes",
        ],
        &[
            "s3://trail-logs",
            "--table",
            "index",
            "--retention",
            "90",
            "--account",
            "alice",
        ],
    ] {
        let mut command = crate::command::trailkeep(home.path());
        let command = command.env("AWS_REGION", "us-east-1").arg("rebuild");
        let outcome = run(command.args(arguments)).await;
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.err);
    }
}
