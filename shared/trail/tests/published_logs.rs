//! Real log files that others published, where they are beside the repository.

use std::path::{Path, PathBuf};

use serde_json::Value;
use trail::log_file::Entry;
use trail::{Category, LogFile, ObjectKey, UserAgentClass};

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
    files
}

fn inflate(path: &Path) -> LogFile {
    LogFile::inflate(&std::fs::read(path).expect("a file"), 64 << 20).expect("a log file")
}

#[test]
fn every_record_is_the_exact_slice_that_a_json_reader_sees() {
    for path in ["logs", "stratus"].into_iter().flat_map(log_files) {
        let log = inflate(&path);
        let content = log.content();
        let whole: Value = serde_json::from_slice(content).expect("JSON");
        let expected = whole["Records"].as_array().expect("records");
        let entries = log.entries().expect("records");
        assert_eq!(entries.len(), expected.len(), "{}", path.display());
        let mut end = 0;
        for (entry, expected) in entries.iter().zip(expected) {
            let Entry::Record(record) = entry else {
                panic!("{entry:?} in {}", path.display())
            };
            let text = record.text();
            let start = text.as_ptr() as usize - content.as_ptr() as usize;
            assert!(start >= end, "records lie in order");
            end = start + text.len();
            assert_eq!(&content[start..end], text.as_bytes());
            assert_eq!(
                &serde_json::from_str::<Value>(text).expect("JSON"),
                expected
            );
        }
    }
}

#[test]
fn the_fields_are_those_that_a_json_reader_sees() {
    for path in ["logs", "stratus"].into_iter().flat_map(log_files) {
        let log = inflate(&path);
        for entry in log.entries().expect("records") {
            let Entry::Record(record) = entry else {
                panic!("{entry:?}")
            };
            let value: Value = serde_json::from_str(record.text()).expect("JSON");
            let text = |key: &str| value[key].as_str().filter(|text| !text.is_empty());
            assert_eq!(record.id(), text("eventID"));
            assert_eq!(record.name(), text("eventName"));
            assert_eq!(record.source(), text("eventSource"));
            assert_eq!(record.error_code(), text("errorCode"));
            assert_eq!(record.user_agent.as_deref(), value["userAgent"].as_str());
            assert_eq!(record.read_only, value["readOnly"].as_bool());
            assert_eq!(
                record.request_parameters.is_some(),
                !value["requestParameters"].is_null(),
                "null counts as absent"
            );
            assert!(record.time() > 1_400_000_000);
            assert_eq!(
                Category::of(&record).as_str(),
                text("eventCategory").unwrap_or("Management")
            );
        }
    }
}

#[test]
fn resources_of_every_record_are_named_in_known_forms() {
    let (mut records, mut named) = (0, 0);
    for path in ["logs", "stratus"].into_iter().flat_map(log_files) {
        let log = inflate(&path);
        for entry in log.entries().expect("records") {
            let Entry::Record(record) = entry else {
                panic!("{entry:?}")
            };
            records += 1;
            let found = trail::resource::resources(&record);
            named += usize::from(!found.is_empty());
            for resource in &found {
                let mut forms = resource.name_forms();
                assert_eq!(forms.next(), Some(&*resource.name));
                assert!(forms.all(|form| resource.name.contains(form) && !form.is_empty()));
            }
            // What the record itself lists is never lost.
            if let Some(listed) = record.resources {
                let listed: Value = serde_json::from_str(listed.get()).expect("JSON");
                for arn in listed
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|r| r["ARN"].as_str())
                {
                    assert!(found.iter().any(|resource| resource.name == arn), "{arn}");
                }
            }
            for key in trail::resource::issued_access_keys(&record) {
                assert!(found.iter().any(|resource| resource.name == key), "{key}");
            }
        }
    }
    assert!(named * 4 >= records * 3, "{named} of {records}");
}

#[test]
fn keys_of_the_published_logs_are_understood() {
    for path in log_files("logs") {
        let path = path.to_string_lossy();
        let at = path.find("/AWSLogs/").expect("CloudTrail's layout") + 1;
        let key = ObjectKey::parse(&path[at..]).expect("CloudTrail's layout");
        assert!(
            key.file_name
                .starts_with(&format!("{}_CloudTrail_{}_", key.account, key.region))
        );
        let named = key.delivery_time.expect("a delivery time");
        let day = key
            .delivery_day
            .to_zoned(jiff::tz::TimeZone::UTC)
            .expect("a day");
        assert_eq!(
            named.div_euclid(86_400),
            day.timestamp().as_second() / 86_400
        );
    }
}

#[test]
fn few_user_agents_are_of_no_class() {
    let (mut calls, mut other) = (0, 0);
    for path in log_files("logs") {
        let log = inflate(&path);
        for entry in log.entries().expect("records") {
            let Entry::Record(record) = entry else {
                panic!("{entry:?}")
            };
            if let Some(user_agent) = &record.user_agent {
                calls += 1;
                other += usize::from(UserAgentClass::of(user_agent) == UserAgentClass::Other);
            }
        }
    }
    // The attack tool names itself, and a plain HTTP library is no class.
    assert!(other * 5 <= calls, "{other} of {calls}");
}
