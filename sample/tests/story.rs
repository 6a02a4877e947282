//! What the shipped sample trail promises.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use sample::{Record, story, trigger};
use serde_json::Value;

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");

fn inflate(body: &[u8]) -> Vec<u8> {
    let mut decoder = GzDecoder::new(body);
    let mut content = Vec::new();
    decoder.read_to_end(&mut content).expect("one member");
    assert!(decoder.into_inner().is_empty(), "bytes behind the member");
    content
}

/// The files under a folder, by their path in `events`.
fn shipped(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let root = Path::new(EVENTS);
    let mut found = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .expect("inside")
                    .to_string_lossy()
                    .replace('\\', "/");
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// The intruder's records at a time like `21:51`.
fn intruder_at(records: &[Record], minute: &str) -> Vec<Value> {
    let time = format!("\"eventTime\":\"2026-10-13T{minute}");
    records
        .iter()
        .filter(|record| record.json.contains(&time) && record.json.contains(story::INTRUDER))
        .map(|record| serde_json::from_str(&record.json).expect("json"))
        .collect()
}

#[test]
fn the_shipped_files_are_what_the_program_writes() {
    let archive = story::archive();
    let written = archive.folder();
    let mut on_disk = shipped("AWSLogs");
    let keys = std::fs::read(Path::new(EVENTS).join("public-keys.json")).expect("a file");
    on_disk.insert("public-keys.json".to_owned(), keys);
    assert!(
        on_disk.keys().eq(written.keys()),
        "other files: run `cargo run -p sample --bin sample_trail -- events`"
    );
    for (name, bytes) in &written {
        // Content, not compressed bytes: those may differ with the compressor's version.
        let is_same = if name.strip_suffix(".gz").is_some() {
            inflate(&on_disk[name]) == inflate(bytes)
        } else if let Some(key) = name.strip_suffix(".metadata.json") {
            let mut shipped: Value = serde_json::from_slice(&on_disk[name]).expect("json");
            let length = shipped["ContentLength"].take();
            let mut expected: Value = serde_json::from_slice(bytes).expect("json");
            expected["ContentLength"].take();
            length == on_disk[key].len() && shipped == expected
        } else {
            on_disk[name] == *bytes
        };
        assert!(is_same, "{name} is stale");
    }
    let triggers = shipped("triggers");
    let expected = trigger::triggers(&archive);
    assert_eq!(triggers.len(), expected.len());
    for trigger in expected {
        let name = format!("triggers/{}.json", trigger.name);
        assert!(
            triggers
                .get(&name)
                .is_some_and(|json| *json == trigger.json.as_bytes()),
            "{name} is stale"
        );
    }
    let bytes: usize = on_disk
        .values()
        .chain(triggers.values())
        .map(Vec::len)
        .sum();
    assert!(bytes < 1_500_000, "{bytes}");
}

#[test]
fn triggers_are_json_and_point_at_files_that_exist() {
    let archive = story::archive();
    let keys: HashSet<&str> = archive.objects.keys().map(String::as_str).collect();
    let triggers = trigger::triggers(&archive);
    let mut pointed = 0;
    for trigger in &triggers {
        let value: Value = serde_json::from_str(&trigger.json).expect("json");
        assert!(value.is_object());
        // Keys hold nothing that JSON would escape, however deep they are quoted.
        for (start, _) in trigger.json.match_indices("AWSLogs/") {
            let rest = &trigger.json[start..];
            let end = rest.find(".json.gz").expect("a whole key") + ".json.gz".len();
            assert!(
                keys.contains(&rest[..end]),
                "{}: {}",
                trigger.name,
                &rest[..end]
            );
            pointed += 1;
        }
    }
    assert!(triggers.len() == 15 && pointed >= 15, "{pointed}");
}

#[test]
fn ids_are_unique_and_only_two_accounts_and_three_regions_appear() {
    let records = story::records();
    let ids: HashSet<&str> = records.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(ids.len(), records.len());
    assert!((2900..3200).contains(&records.len()));
    let accounts: HashSet<&str> = records
        .iter()
        .map(|record| record.account.as_str())
        .collect();
    assert_eq!(accounts, HashSet::from([story::WORKLOADS, story::RECORDS]));
    let regions: HashSet<&str> = records
        .iter()
        .map(|record| record.region.as_str())
        .collect();
    assert_eq!(
        regions,
        HashSet::from(["us-east-1", "eu-west-1", "ap-southeast-2"])
    );
    for record in records {
        let value: Value = serde_json::from_str(&record.json).expect("json");
        let day = value["eventTime"].as_str().and_then(|time| time.get(..10));
        assert!(matches!(day, Some("2026-10-13" | "2026-10-14")), "{day:?}");
    }
}

#[test]
fn the_story_is_told() {
    let records = story::intrusion();
    for (minute, source, name) in [
        ("21:42:10", "sts", "GetCallerIdentity"),
        ("21:42:31", "s3", "ListBuckets"),
        ("21:47:12", "iam", "CreateUser"),
        ("21:47:30", "iam", "CreateAccessKey"),
        ("21:47:52", "iam", "AttachUserPolicy"),
        ("21:51:03", "cloudtrail", "StopLogging"),
        ("21:54:31", "s3", "PutBucketPolicy"),
        ("22:09:05", "s3", "DeleteBucket"),
        ("22:12:44", "signin", "ConsoleLogin"),
    ] {
        let found = intruder_at(&records, minute);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0]["eventName"], name);
        assert_eq!(found[0]["eventSource"], format!("{source}.amazonaws.com"));
        assert!(found[0].get("errorCode").is_none(), "{name}");
    }
    let both = intruder_at(&records, "21:44:02");
    assert_eq!(both.len(), 2);
    assert_eq!(both[0]["sharedEventID"], both[1]["sharedEventID"]);
    assert_ne!(both[0]["recipientAccountId"], both[1]["recipientAccountId"]);
    let issued = &both[0]["responseElements"]["credentials"]["accessKeyId"];
    assert_eq!(
        intruder_at(&records, "21:51:03")[0]["userIdentity"]["accessKeyId"],
        *issued
    );
    assert_eq!(
        intruder_at(&records, "22:12:44")[0]["additionalEventData"]["MFAUsed"],
        "No"
    );
    let insights: Vec<&Record> = records
        .iter()
        .filter(|record| record.category == sample::Category::Insight)
        .collect();
    assert_eq!(insights.len(), 2);
}

#[test]
fn the_stolen_key_is_one_that_the_pipeline_really_uses() {
    let intrusion = story::intrusion();
    let first = intruder_at(&intrusion, "21:42:10");
    let key = first[0]["userIdentity"]["accessKeyId"]
        .as_str()
        .expect("a key");
    let ordinary = story::noise()
        .records()
        .filter(|record| record.json.contains(key) && !record.json.contains(story::INTRUDER))
        .count();
    assert!(ordinary > 10, "{ordinary}");
    let readme = std::fs::read_to_string(Path::new(EVENTS).join("README.md")).expect("a file");
    assert!(
        readme.contains(key),
        "the README names another key than {key}"
    );
}
