//! Alerts on real records that others published, where they are beside the repository.

use std::path::{Path, PathBuf};

use alerts::message::LARGEST;
use alerts::redact::REDACTED;
use alerts::{Alert, Audience, Level, Message, RuleSummary};
use serde_json::Value;
use trail::LogFile;
use trail::log_file::Entry;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

/// The log files below a folder of the data; none where the data is missing.
#[expect(clippy::print_stderr, reason = "says why nothing was tested")]
fn log_files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(DATA).join(folder);
    if !root.exists() {
        eprintln!("skipped: the published logs are not there");
        return Vec::new();
    }
    let (mut folders, mut files) = (vec![root], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".json.gz") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Collects the names of the members that were redacted; all others must be as they were.
fn redacted_members(before: &Value, after: &Value, name: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            assert!(before.keys().eq(after.keys()));
            for (name, value) in before {
                redacted_members(value, &after[name], name, found);
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(after) {
                redacted_members(before, after, name, found);
            }
        }
        (_, Value::String(text)) if text.contains(REDACTED) => found.push(name.to_owned()),
        _ => assert_eq!(before, after, "{name}"),
    }
}

#[test]
fn every_record_makes_an_alert_and_only_secrets_are_missing_in_it() {
    let rule = RuleSummary::new("rule", "A rule", Level::High);
    let mut found = Vec::new();
    for path in ["logs", "stratus"].into_iter().flat_map(log_files) {
        let file = std::fs::read(&path).expect("a file");
        let log = LogFile::inflate(&file, 64 << 20).expect("a log file");
        for entry in log.entries().expect("records") {
            let Entry::Record(record) = entry else {
                panic!("{entry:?} in {}", path.display())
            };
            let alert = Alert::of_event(&rule, record.text(), &[], None).expect("a record");
            for audience in [Audience::Subscribers, Audience::Chat] {
                let message = Message::of(&alert, audience);
                assert!(message.size() <= LARGEST && !message.record_cut);
            }
            let before = serde_json::from_str(record.text()).expect("JSON");
            let kept = alert.record.expect("no larger than CloudTrail's");
            let after = serde_json::from_str(kept.text()).expect("JSON");
            redacted_members(&before, &after, "", &mut found);
        }
    }
    found.sort();
    found.dedup();
    let known = [
        "masterUserPassword",
        "sessionToken",
        "tokenValue",
        "userData",
    ];
    for name in &found {
        assert!(known.contains(&name.as_str()), "{found:?}");
    }
}
