//! `trailkeep cost`, the real binary.
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is a module of tests"
)]

use std::process::{Command, Output};

use sample::{Delivery, Trail, deliver};
use serde_json::Value;
use tempfile::TempDir;

fn cost(logs: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailkeep"));
    command.arg("cost").arg(logs.path()).args(arguments);
    command.output().expect("the command runs")
}

fn report(logs: &TempDir, arguments: &[&str]) -> Value {
    let output = cost(logs, &[arguments, &["--output", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    serde_json::from_slice(&output.stdout).expect("one object")
}

/// Some 25 files of 40 events of one day.
fn trail() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let trail = Trail {
        events: 1_000,
        accounts: vec!["111122223333".to_owned()],
        regions: vec!["us-east-1".to_owned()],
        end: jiff::Timestamp::constant(1_784_073_600 + 86_400, 0),
        data: 0,
        network: 0,
        insights: 0,
        ..Trail::default()
    };
    let delivery = Delivery {
        window: 3_600,
        ..Delivery::default()
    };
    for file in deliver(trail.records(), delivery) {
        let path = folder.path().join(&file.key);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        std::fs::write(path, &file.body).expect("the file is written");
    }
    folder
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("a number: {value}"))
}

#[test]
fn segments_of_more_files_cost_less_and_the_figures_agree() {
    let logs = trail();
    let report = report(&logs, &[]);
    let levels = report["segments"].as_array().expect("levels");
    let sizes: Vec<_> = levels
        .iter()
        .map(|level| level["files_per_segment"].as_u64())
        .collect();
    assert_eq!(sizes, [Some(1), Some(10), Some(100)]);
    let files = number(&report["files"]);
    for level in levels {
        assert_eq!(level["events"], 1_000, "{level}");
        let units = number(&level["write_units"]);
        let per_event = number(&level["write_units_per_event"]);
        assert!(
            units > 0.0 && (units / 1_000.0 - per_event).abs() < 1e-9,
            "{level}"
        );
        assert!(number(&level["stored_bytes"]) > 0.0, "{level}");
        let wanted = number(&level["files_per_segment"]);
        let measured = number(&level["files_per_segment_measured"]);
        assert!(
            (measured - wanted.min(files)).abs() < 1e-9,
            "the real count is shown: {level}"
        );
    }
    let fewer = levels
        .windows(2)
        .all(|pair| number(&pair[1]["segments"]) < number(&pair[0]["segments"]));
    assert!(fewer, "{levels:?}");
    let units: Vec<f64> = levels
        .iter()
        .map(|level| number(&level["write_units_per_event"]))
        .collect();
    // From some hundred events a segment on it is how blocks happen to round up.
    assert!(
        units[1] < units[0] && units[2] < 1.05 * units[1],
        "{levels:?}"
    );
}

#[test]
fn lookups_and_the_bill_are_told() {
    let logs = trail();
    let report = report(&logs, &["--events-per-month", "50000000"]);
    let lookups = report["lookups"].as_array().expect("lookups");
    let by: Vec<_> = lookups
        .iter()
        .filter_map(|looked| looked["by"].as_str())
        .collect();
    assert_eq!(
        by,
        ["an event id", "a user", "an event name", "no condition"]
    );
    for looked in lookups {
        assert!(number(&looked["read_units"]) > 0.0, "{looked}");
        assert!(
            (1.0..=3.0).contains(&number(&looked["round_trips"])),
            "{looked}"
        );
        assert!(number(&looked["events"]) >= 1.0, "{looked}");
    }
    assert_eq!(lookups[0]["events"], 1, "an id is one event's");
    assert_eq!(lookups[3]["events"], 50, "a page is full");
    let month = &report["month"];
    assert_eq!(month["events"], 50_000_000);
    let lines = month["lines"].as_array().expect("lines");
    let sum: f64 = lines.iter().map(|line| number(&line["usd"])).sum();
    assert!((sum - number(&month["trailkeep_usd"])).abs() < 1e-6 && sum > 0.0);
    assert!(
        month["others"]
            .as_array()
            .is_some_and(|others| others.len() == 2)
    );
    assert!(
        report["prices"]
            .as_array()
            .is_some_and(|prices| prices.len() > 5)
    );
}

#[test]
fn people_are_told_the_same() {
    let logs = trail();
    let output = cost(&logs, &[]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for words in [
        "1,000 events",
        "(of 100)",
        "an event id",
        "CloudTrail Lake",
        "CloudWatch Logs",
        "times 730 hours",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn logs_are_wanted_and_must_hold_events() {
    let empty = tempfile::tempdir().expect("a folder");
    let output = cost(&empty, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there are no events"));
    let output = Command::new(env!("CARGO_BIN_EXE_trailkeep"))
        .arg("cost")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
}
