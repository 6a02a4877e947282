//! What the log files promise.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use flate2::bufread::GzDecoder;
use sample::{Category, Delivery, LogFile, Record, Trail, deliver};
use serde_json::Value;

fn trail() -> Trail {
    Trail {
        seed: 3,
        events: 20_000,
        start: jiff::Timestamp::constant(1_791_849_600, 0),
        end: jiff::Timestamp::constant(1_791_849_600 + 86_400, 0),
        insights: 4,
        ..Trail::default()
    }
}

/// The one member's content; nothing may stand behind it.
fn inflate(body: &[u8]) -> String {
    let mut decoder = GzDecoder::new(body);
    let mut text = String::new();
    decoder.read_to_string(&mut text).expect("one member");
    assert!(decoder.into_inner().is_empty(), "bytes behind the member");
    text
}

fn records_of(file: &LogFile) -> Vec<Value> {
    let mut body: Value = serde_json::from_str(&inflate(&file.body)).expect("json");
    let Some(Value::Array(records)) = body.get_mut("Records").map(Value::take) else {
        panic!("no records in {}", file.key);
    };
    records
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn keys_are_those_of_cloudtrail_and_name_what_is_inside() {
    let mut keys = HashSet::new();
    let mut folders = HashSet::new();
    for file in deliver(trail().records(), Delivery::default()) {
        let parts: Vec<&str> = file.key.split('/').collect();
        let [start, account, folder, region, year, month, day, name] = parts[..] else {
            panic!("{}", file.key);
        };
        assert_eq!(start, "AWSLogs");
        assert!(
            is_digits(account, 12)
                && is_digits(year, 4)
                && is_digits(month, 2)
                && is_digits(day, 2)
        );
        let name = name.strip_suffix(".json.gz").expect("the ending");
        let name = name
            .strip_prefix(&format!("{account}_{folder}_{region}_"))
            .expect("the start");
        let (minute, unique) = name.split_once('_').expect("two parts");
        assert!(minute.starts_with(&format!("{year}{month}{day}T")) && minute.ends_with('Z'));
        assert!(is_digits(&minute[9..13], 4), "{minute}");
        assert_eq!(minute.len(), 14);
        assert!(unique.len() == 16 && unique.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        for record in records_of(&file) {
            assert_eq!(record["recipientAccountId"], account);
            assert_eq!(record["awsRegion"], region);
            let category = match record["eventCategory"].as_str() {
                Some("NetworkActivity") => Category::NetworkActivity,
                Some("Insight") => Category::Insight,
                _ => Category::Management,
            };
            assert_eq!(category.folder(), folder);
        }
        folders.insert(folder.to_owned());
        assert!(keys.insert(file.key.clone()), "{}", file.key);
    }
    assert_eq!(folders.len(), 3, "{folders:?}");
}

#[test]
fn every_record_is_delivered_once_byte_for_byte() {
    let trail = trail();
    let mut expected: Vec<String> = trail.records().map(|record| record.json).collect();
    let mut delivered = Vec::new();
    for file in deliver(trail.records(), Delivery::default()) {
        let text = inflate(&file.body);
        assert_eq!(text.len(), file.size);
        let records: HashMap<String, Vec<&serde_json::value::RawValue>> =
            serde_json::from_str(&text).expect("json");
        assert_eq!(records["Records"].len(), file.records);
        delivered.extend(
            records["Records"]
                .iter()
                .map(|record| record.get().to_owned()),
        );
    }
    expected.sort_unstable();
    delivered.sort_unstable();
    assert!(expected == delivered);
}

#[test]
fn files_are_the_same_every_time() {
    let first: Vec<LogFile> = deliver(trail().records(), Delivery::default()).collect();
    let second: Vec<LogFile> = deliver(trail().records(), Delivery::default()).collect();
    assert!(first == second);
    // The header has no time and no name.
    assert!(
        first
            .iter()
            .all(|file| file.body[..8] == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
    );
}

#[test]
fn delivery_takes_two_to_fifteen_minutes_and_hours_when_late() {
    let options = Delivery {
        late: 30,
        ..Delivery::default()
    };
    let mut late = 0;
    for file in deliver(trail().records(), options) {
        for record in records_of(&file) {
            let time: jiff::Timestamp = record["eventTime"]
                .as_str()
                .expect("text")
                .parse()
                .expect("a time");
            let delay = file.delivered - time.as_second();
            assert!((120..7 * 3600).contains(&delay), "{delay}");
            // Insights are reported after they are over.
            late += u32::from(delay > 15 * 60 && record["eventCategory"] != "Insight");
        }
    }
    assert!((400..800).contains(&late), "{late}");
}

#[test]
fn duplicates_are_the_same_bytes_in_another_file() {
    let options = Delivery {
        duplicates: 50,
        ..Delivery::default()
    };
    let mut seen: HashMap<String, (String, String)> = HashMap::new();
    let mut twice = 0;
    for file in deliver(trail().records(), options) {
        for record in records_of(&file) {
            let id = record["eventID"].to_string();
            let text = record.to_string();
            if let Some((key, before)) = seen.insert(id, (file.key.clone(), text.clone())) {
                assert!(key != file.key && before == text);
                twice += 1;
            }
        }
    }
    assert_eq!(seen.len(), 20_000);
    assert!((800..1200).contains(&twice), "{twice}");
}

#[test]
fn a_prefix_an_organization_and_a_bound_of_records_are_kept() {
    let options = Delivery {
        prefix: "logs/central".to_owned(),
        organization: Some("o-exampleorgid".to_owned()),
        records_per_file: 10,
        window: 3600,
        ..Delivery::default()
    };
    let records: Vec<Record> = trail().records().take(2000).collect();
    let files: Vec<LogFile> = deliver(records, options).collect();
    assert!(
        files.iter().all(|file| file.records <= 10
            && file.key.starts_with("logs/central/AWSLogs/o-exampleorgid/"))
    );
    assert_eq!(files.iter().map(|file| file.records).sum::<usize>(), 2000);
    assert!(files.len() >= 200);
}
