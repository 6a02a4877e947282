//! What holds for any bytes and any records.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use trail::log_file::Entry;
use trail::{LogFile, ObjectKey, Record, UserAgentClass};

/// Any JSON value, a few levels deep, with strings that are hard to scan.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        r#"[\[\]{}",:\\ a-z]{0,12}"#.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((r#"[a-zA-Z{}\[\]"\\]{0,8}"#, inner), 0..6).prop_map(|members| members
                .into_iter()
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

/// A record with any request, response and listed resources.
fn any_record() -> impl Strategy<Value = Value> {
    let source = prop::sample::select(vec!["s3", "iam", "sts", "ec2", "ssm", "other"]);
    (source, any_value(), any_value(), any_value(), any_value()).prop_map(
        |(source, request, response, listed, identity)| {
            json!({
                "eventTime": "2026-10-13T08:00:00Z",
                "eventSource": format!("{source}.amazonaws.com"),
                "eventType": "AwsServiceEvent",
                "requestParameters": request,
                "responseElements": response,
                "serviceEventDetails": listed.clone(),
                "resources": listed,
                "userIdentity": identity,
            })
        },
    )
}

/// An element of `Records`: a record, or something that is none.
fn any_element() -> impl Strategy<Value = (Value, bool)> {
    prop_oneof![
        3 => any_record().prop_map(|record| (record, true)),
        1 => any_value().prop_map(|junk| (junk, false)),
    ]
}

fn write(value: &Value, is_pretty: bool) -> String {
    if is_pretty {
        format!("{value:#}")
    } else {
        value.to_string()
    }
}

proptest! {
    #[test]
    fn reading_any_bytes_does_not_panic(content in vec(any::<u8>(), 0..512)) {
        let _ = LogFile::from_content(content.clone()).entries();
        let _ = LogFile::inflate(&content, 4096);
    }

    #[test]
    fn reading_anything_that_looks_like_a_log_file_does_not_panic(
        inside in r#"([\[\]{}",:\\ x1]|"eventTime"|"2026-10-13T08:00:00Z"|null|é){0,40}"#,
        cut in 0_usize..64,
    ) {
        let content = format!(r#"{{"Records":[{inside}]}}"#).into_bytes();
        let kept = content.len().saturating_sub(cut);
        let log = LogFile::from_content(content[..kept].to_vec());
        for entry in log.entries().unwrap_or_default() {
            match entry {
                Entry::Record(record) => prop_assert!(record.text().len() > 2),
                Entry::Quarantined(bad) => prop_assert!(bad.offset + bad.length <= kept),
            }
        }
    }

    #[test]
    fn entries_are_what_was_put_in(
        elements in vec(any_element(), 0..12),
        is_pretty in any::<bool>(),
        other in any_value(),
    ) {
        let texts: Vec<_> = elements.iter().map(|(element, _)| write(element, is_pretty)).collect();
        let mut content = format!("{{\"other\":{},\n \"Records\": [", write(&other, is_pretty));
        let mut offsets = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            content.push_str(if at == 0 { " " } else { " ,\n" });
            offsets.push(content.len());
            content.push_str(text);
        }
        content.push_str("]}");
        let log = LogFile::from_content(content.into_bytes());
        let entries = log.entries().expect("valid JSON");
        prop_assert_eq!(entries.len(), elements.len());
        for (at, entry) in entries.iter().enumerate() {
            let (value, is_record) = &elements[at];
            match entry {
                Entry::Record(record) => {
                    prop_assert!(*is_record || !value["eventTime"].is_null());
                    prop_assert_eq!(record.text(), &*texts[at]);
                    let start = record.text().as_ptr() as usize - log.content().as_ptr() as usize;
                    prop_assert_eq!(start, offsets[at]);
                }
                Entry::Quarantined(bad) => {
                    // A repeated field is no JSON value's fault: maps have each key once.
                    prop_assert!(!is_record, "{:?}", bad);
                    prop_assert_eq!((bad.offset, bad.length), (offsets[at], texts[at].len()));
                }
            }
        }
    }

    #[test]
    fn naming_the_resources_of_any_record_does_not_panic(
        record in any_record(),
        is_pretty in any::<bool>(),
    ) {
        let text = write(&record, is_pretty);
        let record = Record::parse(&text).expect("a record");
        for resource in trail::resource::resources(&record) {
            prop_assert!(!resource.name.is_empty());
            let forms: Vec<_> = resource.name_forms().collect();
            for (at, form) in forms.iter().enumerate() {
                prop_assert!(!form.is_empty() && resource.name.contains(form));
                prop_assert!(!forms[..at].contains(form), "each form once");
            }
        }
        let _ = trail::resource::issued_access_keys(&record);
    }

    #[test]
    fn the_white_space_of_a_record_changes_no_resource(record in any_record()) {
        let (compact, pretty) = (write(&record, false), write(&record, true));
        let compact = Record::parse(&compact).expect("a record");
        let pretty = Record::parse(&pretty).expect("a record");
        prop_assert_eq!(trail::resource::resources(&compact), trail::resource::resources(&pretty));
    }

    #[test]
    fn instances_are_found_wherever_they_stand(
        ids in vec("i-[0-9a-f]{17}", 1..5),
        around in vec("[a-z]{1,8}", 1..8),
        junk in any_value(),
    ) {
        let mut request = json!({"junk": junk, "list": ids});
        for key in around {
            request = json!({"junk": [junk], key: [request]});
        }
        let text = json!({
            "eventTime": "2026-10-13T08:00:00Z",
            "eventSource": "other.amazonaws.com",
            "requestParameters": request,
        })
        .to_string();
        let found = trail::resource::resources(&Record::parse(&text).expect("a record"));
        for id in &ids {
            prop_assert!(found.iter().any(|resource| resource.name == *id), "{id} in {text}");
        }
    }

    #[test]
    fn taking_any_key_or_user_agent_does_not_panic(text in any::<String>()) {
        let _ = ObjectKey::parse(&text);
        let _ = UserAgentClass::of(&text);
        let _ = UserAgentClass::of(&format!("{text} Boto3/1.26 {text}"));
    }
}
