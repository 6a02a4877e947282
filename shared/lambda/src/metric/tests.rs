//! Tests of the embedded metric format, against the rules of its JSON schema.

use std::time::Duration;

use super::*;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_763_632_800_123)
}

fn report() -> Report {
    Report::of("Function", "indexer")
        .dimension("Category", "Management")
        .count("EventsIndexed", 3_500)
        .metric("Lag", 284.5, Unit::Seconds)
        .metric("Throughput", 1.0, Unit::CountPerSecond)
        .property("RequestId", "8f5c")
        .property("Files", 10)
}

/// Checks a line against what the schema of the format demands.
fn assert_valid(line: &str) {
    let root: Value = serde_json::from_str(line).expect("is json");
    assert!(!line.contains('\n'), "one line");
    let aws = root["_aws"].as_object().expect("has metadata");
    assert!(aws["Timestamp"].is_u64(), "milliseconds, as an integer");
    assert_eq!(aws.len(), 2);
    for directive in aws["CloudWatchMetrics"].as_array().expect("is an array") {
        let directive = directive.as_object().expect("is an object");
        assert_eq!(
            directive.len(),
            3,
            "no member that the format does not know"
        );
        assert!(
            !directive["Namespace"]
                .as_str()
                .expect("is a string")
                .is_empty()
        );
        let sets = directive["Dimensions"].as_array().expect("is an array");
        assert!(!sets.is_empty());
        for set in sets {
            let set = set.as_array().expect("is an array");
            assert!((1..=30).contains(&set.len()));
            for name in set {
                let name = name.as_str().expect("is a string");
                assert!(root[name].is_string(), "dimension {name} has a target");
            }
        }
        let metrics = directive["Metrics"].as_array().expect("is an array");
        assert!((1..=100).contains(&metrics.len()));
        let mut names = HashSet::new();
        for metric in metrics {
            let name = metric["Name"].as_str().expect("is a string");
            assert!(names.insert(name), "metric {name} is there once");
            assert!(root[name].is_number(), "metric {name} has a target");
            let unit = metric["Unit"].as_str().expect("is a string");
            let base = unit.strip_suffix("/Second").unwrap_or(unit);
            assert!(base.chars().all(char::is_alphabetic), "unit {unit}");
        }
    }
}

#[test]
fn a_report_is_one_line_of_the_format() {
    let line = report().render(now()).expect("is valid");
    assert_valid(&line);
    let root: Value = serde_json::from_str(&line).expect("is json");
    assert_eq!(
        root,
        json!({
            "_aws": {
                "Timestamp": 1_763_632_800_123_u64,
                "CloudWatchMetrics": [{
                    "Namespace": "Trailkeep",
                    "Dimensions": [["Function", "Category"]],
                    "Metrics": [
                        {"Name": "EventsIndexed", "Unit": "Count"},
                        {"Name": "Lag", "Unit": "Seconds"},
                        {"Name": "Throughput", "Unit": "Count/Second"},
                    ],
                }],
            },
            "Function": "indexer",
            "Category": "Management",
            "EventsIndexed": 3500,
            "Lag": 284.5,
            "Throughput": 1.0,
            "RequestId": "8f5c",
            "Files": 10,
        })
    );
}

#[test]
fn a_hundred_metrics_and_thirty_dimensions_fit_and_one_more_does_not() {
    let mut full = Report::of("D0", "x");
    for number in 1..30 {
        full = full.dimension(&format!("D{number}"), "x");
    }
    for number in 0..100 {
        full = full.count(&format!("M{number}"), number);
    }
    assert_valid(&full.render(now()).expect("is valid"));

    let metrics = full.clone().count("M100", 100).render(now());
    assert!(matches!(metrics, Err(MetricError::TooMany("metrics"))));
    let dimensions = full.dimension("D30", "x").render(now());
    assert!(matches!(
        dimensions,
        Err(MetricError::TooMany("dimensions"))
    ));
}

#[test]
fn every_member_of_the_root_has_a_name_of_its_own() {
    for report in [
        report().count("Lag", 1),
        report().count("Function", 1),
        report().property("EventsIndexed", 1),
        report().dimension("RequestId", "x"),
        report().property("_aws", json!({})),
    ] {
        let result = report.render(now());
        assert!(matches!(result, Err(MetricError::Taken(_))), "{result:?}");
    }
}

#[test]
fn what_cloudwatch_would_drop_is_an_error() {
    let long = "x".repeat(251);
    for (report, text) in [
        (Report::of("Function", "indexer"), "report has no metric"),
        (report().count("", 1), "name has no valid length: "),
        (
            report().metric("Rate", f64::NAN, Unit::None),
            "metric is not a finite number: Rate",
        ),
        (
            report().metric("Rate", f64::INFINITY, Unit::None),
            "metric is not a finite number: Rate",
        ),
        (
            report().dimension("Rule", ""),
            "dimension has no valid value: Rule",
        ),
        (
            report().dimension("Rule", "é"),
            "dimension has no valid value: Rule",
        ),
    ] {
        assert_eq!(
            report.render(now()).expect_err("is invalid").to_string(),
            text
        );
    }
    assert!(matches!(
        report().count(&long, 1).render(now()),
        Err(MetricError::Name(_))
    ));
    let text = report()
        .property("Text", "x".repeat(256 * 1024))
        .render(now());
    assert!(matches!(text, Err(MetricError::TooLong(_))));
    let before = report().render(UNIX_EPOCH - Duration::from_secs(1));
    assert!(matches!(before, Err(MetricError::Time)));
}

#[test]
fn a_report_is_emitted_in_one_write_with_its_line_break() {
    struct Sink(Vec<Vec<u8>>);
    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut sink = Sink(Vec::new());
    report().emit(now(), &mut sink).expect("is written");
    let expected = format!("{}\n", report().render(now()).expect("is valid"));
    assert_eq!(sink.0, [expected.into_bytes()]);
}
