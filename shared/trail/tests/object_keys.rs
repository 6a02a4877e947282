//! Object keys of all kinds, and those that are not CloudTrail's.

use jiff::civil::date;
use trail::ObjectKey;
use trail::key::{KeyError, ObjectKind};

const NAME: &str = "111122223333_CloudTrail_eu-west-1_20261013T0805Z_AbCdEfGhIjKlMnOp.json.gz";

#[track_caller]
fn parse(key: &str) -> ObjectKey<'_> {
    ObjectKey::parse(key).expect(key)
}

#[test]
fn a_log_file_of_an_account() {
    let key = format!("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/{NAME}");
    assert_eq!(
        parse(&key),
        ObjectKey {
            prefix: "",
            organization: None,
            account: "111122223333",
            kind: ObjectKind::Log,
            region: "eu-west-1",
            delivery_day: date(2026, 10, 13),
            delivery_time: Some(1_791_878_700),
            file_name: NAME,
        }
    );
}

#[test]
fn each_kind_is_told_by_its_segment() {
    for (segment, kind, has_records) in [
        ("CloudTrail", ObjectKind::Log, true),
        (
            "CloudTrail-NetworkActivity",
            ObjectKind::NetworkActivity,
            true,
        ),
        ("CloudTrail-Insight", ObjectKind::Insight, true),
        ("CloudTrail-Digest", ObjectKind::Digest, false),
        ("CloudTrail-Aggregated", ObjectKind::Aggregated, false),
    ] {
        let key = format!("AWSLogs/111122223333/{segment}/eu-west-1/2026/10/13/{NAME}");
        let parsed = parse(&key);
        assert_eq!(
            (parsed.kind, parsed.kind.has_records()),
            (kind, has_records)
        );
        assert_eq!(kind.segment(), segment);
    }
    for segment in [
        "cloudtrail",
        "CloudTrail-",
        "CloudTrail-Other",
        "CloudTrailX",
        "Config",
    ] {
        let key = format!("AWSLogs/111122223333/{segment}/eu-west-1/2026/10/13/{NAME}");
        assert_eq!(ObjectKey::parse(&key), Err(KeyError::Layout), "{segment}");
    }
}

#[test]
fn digests_name_the_second_and_may_be_backfilled() {
    let folder = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/13";
    for end in [
        "20261013T080545Z.json.gz",
        "20261013T080545Z_backfill.json.gz",
    ] {
        // A trail may be named like a time.
        for trail in ["audit", "my_trail", "20200101T0000Z"] {
            let name = format!("111122223333_CloudTrail-Digest_eu-west-1_{trail}_us-east-1_{end}");
            let key = format!("{folder}/{name}");
            assert_eq!(parse(&key).delivery_time, Some(1_791_878_745), "{key}");
        }
    }
}

#[test]
fn prefixes_may_hold_the_words_of_the_layout() {
    for prefix in [
        "",
        "logs/",
        "a/b/c/",
        "AWSLogs/",
        "CloudTrail/",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/",
        "o-notanorg/",
        "my AWSLogs/",
    ] {
        let key = format!("{prefix}AWSLogs/444455556666/CloudTrail/us-east-1/2026/10/13/{NAME}");
        let parsed = parse(&key);
        assert_eq!(
            (parsed.prefix, parsed.account),
            (prefix, "444455556666"),
            "{prefix}"
        );
        assert_eq!(parsed.organization, None);
    }
}

#[test]
fn an_organization_stands_before_the_account() {
    let key = format!("p/AWSLogs/o-abc123/111122223333/CloudTrail/eu-west-1/2026/10/13/{NAME}");
    let parsed = parse(&key);
    assert_eq!(
        (parsed.prefix, parsed.organization),
        ("p/", Some("o-abc123"))
    );
    assert_eq!(parsed.account, "111122223333");
    let key = format!("AWSLogs/x-abc123/111122223333/CloudTrail/eu-west-1/2026/10/13/{NAME}");
    assert_eq!(ObjectKey::parse(&key), Err(KeyError::Layout));
}

#[test]
fn accounts_may_be_masked() {
    let key = format!("AWSLogs/111***/CloudTrail/eu-west-1/2026/10/13/{NAME}");
    assert_eq!(parse(&key).account, "111***");
}

#[test]
fn days_must_be_of_the_calendar() {
    for day in [
        "2026/02/29",
        "2026/13/01",
        "2026/00/01",
        "2026/01/00",
        "2026/1/01",
        "26/01/01",
        "2026/01/1",
        "20a6/01/01",
        "2026/+1/01",
        "2026/01/+1",
        "-026/01/01",
        "+026/01/01",
        "2026/-1/01",
        "٢٠٢٦/01/01",
    ] {
        let key = format!("AWSLogs/111122223333/CloudTrail/eu-west-1/{day}/{NAME}");
        assert_eq!(ObjectKey::parse(&key), Err(KeyError::Date), "{day}");
    }
    let key = format!("AWSLogs/111122223333/CloudTrail/eu-west-1/2028/02/29/{NAME}");
    assert_eq!(parse(&key).delivery_day, date(2028, 2, 29));
}

#[test]
fn files_renamed_by_hand_have_no_time() {
    for name in [
        "events.json.gz",
        "x_20261313T0805Z_y.json.gz",
        "x_20261013T9905Z_y.json.gz",
        "x_2026101T0805Z.json.gz",
    ] {
        let key = format!("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/{name}");
        let parsed = parse(&key);
        assert_eq!((parsed.delivery_time, parsed.file_name), (None, name));
    }
}

#[test]
fn other_suffixes_and_layouts_are_refused() {
    let folder = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13";
    for name in ["events.json", "events.gz", "events.json.gz.tmp", "json.gz"] {
        let key = format!("{folder}/{name}");
        assert_eq!(ObjectKey::parse(&key), Err(KeyError::Suffix), "{name}");
    }
    for key in [
        String::new(),
        "/".repeat(9),
        NAME.to_owned(),
        format!("{folder}/"),
        format!("/{folder}//{NAME}"),
        format!("AWSLogs//CloudTrail/eu-west-1/2026/10/13/{NAME}"),
        format!("XAWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/{NAME}"),
        format!("111122223333/CloudTrail/eu-west-1/2026/10/13/{NAME}"),
        format!("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/{NAME}"),
        format!("{folder}/extra/{NAME}"),
    ] {
        assert_eq!(ObjectKey::parse(&key), Err(KeyError::Layout), "{key}");
    }
}
