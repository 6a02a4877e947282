//! Reading one record: its verbatim text, its fields of any type and its category.

use trail::record::RecordError;
use trail::{Category, Record};

/// A record with these members behind its time.
fn record(members: &str) -> String {
    format!(r#"{{"eventTime":"2026-10-13T08:00:00Z"{members}}}"#)
}

#[track_caller]
fn parse(text: &str) -> Record<'_> {
    Record::parse(text).expect("a record")
}

#[track_caller]
fn refusal(text: &str) -> RecordError {
    Record::parse(text).expect_err("no record")
}

#[test]
fn the_text_is_kept_byte_for_byte() {
    let text =
        "{ \"x\" : 1.50e+1,\n\t\"eventTime\":\"2026-10-13T08:00:00Z\", \"y\":\"\\u00e9\\/é\" }";
    assert_eq!(parse(text).text(), text);
    let padded = format!("{text}\r\n  ");
    assert_eq!(
        parse(&padded).text(),
        text,
        "what follows is not part of it"
    );
}

#[test]
fn a_prefix_is_read_and_measured() {
    let first = record(r#","eventName":"ListBuckets""#);
    let text = format!("{first},{}", record(""));
    let (read, length) = Record::parse_prefix(&text).expect("a record");
    assert_eq!((read.text(), length), (&*first, first.len()));
}

#[test]
fn trailing_bytes_are_refused_where_they_stand() {
    let text = record("");
    assert_eq!(
        refusal(&format!("{text} x")),
        RecordError::Syntax(text.len() + 1)
    );
}

#[test]
fn only_an_object_is_a_record() {
    for text in [
        "",
        " ",
        "null",
        "17",
        "\"text\"",
        "[]",
        r#"[["2026-10-13T08:00:00Z"]]"#,
        " {}",
    ] {
        assert_eq!(refusal(text), RecordError::NotAnObject, "{text}");
    }
}

#[test]
fn a_record_needs_a_time_with_an_offset() {
    assert_eq!(refusal("{}"), RecordError::NoEventTime);
    for odd in ["null", "{}", "[]", "[\"2026-10-13T08:00:00Z\"]"] {
        assert_eq!(
            refusal(&format!(r#"{{"eventTime":{odd}}}"#)),
            RecordError::NoEventTime,
            "{odd}"
        );
    }
    for odd in [
        "\"\"",
        "\"yesterday\"",
        "\"2026-10-13T08:00:00\"",
        "\"2026-13-13T08:00:00Z\"",
        "1791878400",
        "true",
    ] {
        let text = format!(r#"{{"eventTime":{odd}}}"#);
        assert_eq!(refusal(&text), RecordError::InvalidEventTime, "{odd}");
    }
}

#[test]
fn times_are_whole_seconds_rounded_down() {
    for (time, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-10-13T08:00:00Z", 1_791_878_400),
        ("2026-10-13T10:00:00+02:00", 1_791_878_400),
        ("2026-10-13T08:00:00.999Z", 1_791_878_400),
        ("1969-12-31T23:59:59.5Z", -1),
    ] {
        let text = format!(r#"{{"eventTime":"{time}"}}"#);
        assert_eq!(parse(&text).time(), seconds, "{time}");
    }
}

#[test]
fn strings_are_decoded_in_fields_and_not_in_the_text() {
    let text = record(r#","eventName":"List\u0042uckets","userAgent":"a\"b\\c""#);
    let read = parse(&text);
    assert_eq!(read.name(), Some("ListBuckets"));
    assert_eq!(read.user_agent.as_deref(), Some(r#"a"b\c"#));
    assert!(read.text().contains(r"List\u0042uckets"));
}

#[test]
fn keys_may_be_escaped() {
    assert_eq!(
        parse(&record(r#","event\u004eame":"ListBuckets""#)).name(),
        Some("ListBuckets")
    );
}

#[test]
fn fields_of_odd_types_count_as_absent_or_as_their_text() {
    let text = record(
        r#","eventName":{"a":[{}]},"eventSource":["s3"],"eventID":17,"awsRegion":null,
           "errorCode":-2.5,"userAgent":true,"readOnly":"true","managementEvent":"no",
           "userIdentity":"root","insightDetails":[1],"requestParameters":7,"resources":"x""#,
    );
    let read = parse(&text);
    assert_eq!((read.name(), read.source()), (None, None));
    assert_eq!((read.id(), read.error_code()), (Some("17"), Some("-2.5")));
    assert_eq!(read.user_agent.as_deref(), Some("true"));
    assert_eq!((read.read_only, read.management_event), (Some(true), None));
    assert!(read.user_identity.is_none() && read.insight_details.is_none());
    assert_eq!(
        read.request_parameters
            .map(serde_json::value::RawValue::get),
        Some("7")
    );
}

#[test]
fn parts_of_the_identity_may_be_of_odd_types_too() {
    let text = record(
        r#","userIdentity":{"type":"IAMUser","userName":["a"],"arn":{},"accountId":111122223333,
           "sessionContext":"none"}"#,
    );
    let read = parse(&text);
    let identity = read.user_identity.as_ref().expect("an identity");
    assert_eq!(
        (identity.kind.as_deref(), identity.user_name.as_deref()),
        (Some("IAMUser"), None)
    );
    assert_eq!(read.account(), Some("111122223333"));
    assert!(identity.issuer().is_none());
}

#[test]
fn a_repeated_field_is_refused_because_readers_would_disagree() {
    for members in [
        r#","eventName":"A","eventName":"B""#,
        r#","eventTime":"2026-10-13T08:00:00Z""#,
        r#","userIdentity":{"type":"Root","type":"IAMUser"}"#,
        r#","requestParameters":null,"requestParameters":{}"#,
        r#","eventName":"A","event\u004eame":"B""#,
    ] {
        let refused = refusal(&record(members));
        assert!(
            matches!(refused, RecordError::RepeatedField(_)),
            "{members}: {refused}"
        );
    }
}

#[test]
fn unknown_fields_are_free_to_be_anything() {
    let text = record(r#","future":{"a":[1,{"b":null}]},"future":2,"eventVersion":"9.99""#);
    assert_eq!(parse(&text).text(), text);
}

#[test]
fn syntax_errors_say_where() {
    let text = record(r#","eventName":"A""#);
    let cut = &text[..text.len() - 1];
    assert!(matches!(refusal(cut), RecordError::Syntax(at) if at >= cut.len() - 1));
    let broken = text.replace("\"A\"", "A");
    let RecordError::Syntax(at) = refusal(&broken) else {
        panic!("a syntax error")
    };
    assert!(
        at.abs_diff(broken.find(":A").expect("is there")) <= 2,
        "{at}"
    );
    for members in [
        r#","a":01"#,
        r#","a":"\x""#,
        ",\"a\":\"\n\"",
        r#","a":[1,]"#,
        ",",
        r#","a""#,
    ] {
        assert!(
            matches!(refusal(&record(members)), RecordError::Syntax(_)),
            "{members}"
        );
    }
}

#[test]
fn half_a_surrogate_in_a_parameter_does_not_lose_the_record() {
    let text =
        record(r#","eventSource":"ssm.amazonaws.com","requestParameters":{"name":"\ud800"}"#);
    assert!(trail::resource::resources(&parse(&text)).is_empty());
}

#[test]
fn nesting_of_any_depth_is_passed_over() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    for field in [
        "requestParameters",
        "responseElements",
        "resources",
        "future",
        "eventName",
        "userIdentity",
    ] {
        for value in [&deep, &objects] {
            let text = record(&format!(r#","{field}":{value}"#));
            let read = parse(&text);
            assert_eq!(read.text().len(), text.len(), "{field}");
            assert!(trail::resource::resources(&read).is_empty(), "{field}");
        }
    }
}

#[test]
fn an_insight_record_is_known_by_the_unusual_call() {
    let text = record(
        r#","eventCategory":"Insight","insightDetails":{"eventSource":"ec2.amazonaws.com",
           "eventName":"RunInstances","errorCode":"null"}"#,
    );
    let read = parse(&text);
    assert_eq!(
        (read.name(), read.source()),
        (Some("RunInstances"), Some("ec2.amazonaws.com"))
    );
    assert_eq!(read.error_code(), None, "the text null stands for no error");
    let text = record(r#","insightDetails":{"errorCode":"AccessDenied"}"#);
    assert_eq!(parse(&text).error_code(), Some("AccessDenied"));
}

#[test]
fn records_are_placed_by_category_or_by_what_says_as_much() {
    for (members, category) in [
        ("", Category::Management),
        (r#","eventCategory":"Management""#, Category::Management),
        (r#","eventCategory":"Data""#, Category::Data),
        (
            r#","eventCategory":"NetworkActivity""#,
            Category::NetworkActivity,
        ),
        (r#","eventCategory":"Insight""#, Category::Insight),
        (
            r#","eventCategory":"Data","managementEvent":true"#,
            Category::Data,
        ),
        (
            r#","eventCategory":"Brandnew","managementEvent":false"#,
            Category::Data,
        ),
        (r#","managementEvent":true"#, Category::Management),
        (r#","managementEvent":false"#, Category::Data),
        (r#","managementEvent":"false""#, Category::Data),
        (r#","eventType":"AwsCloudTrailInsight""#, Category::Insight),
        (r#","eventType":"AwsVpceEvent""#, Category::NetworkActivity),
        (r#","eventType":"AwsVpceEvents""#, Category::NetworkActivity),
        (r#","eventType":"AwsApiCall""#, Category::Management),
    ] {
        assert_eq!(
            Category::of(&parse(&record(members))),
            category,
            "{members}"
        );
    }
}

#[test]
fn categories_are_read_as_they_are_written() {
    for category in Category::ALL {
        assert_eq!(category.to_string().parse(), Ok(category));
        assert_eq!(category.as_str().to_lowercase().parse(), Ok(category));
    }
    assert!("Aggregated".parse::<Category>().is_err());
}
