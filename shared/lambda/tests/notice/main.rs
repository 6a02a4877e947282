//! Every wrapping of a notification, and everything that is none.

mod properties;
mod shape;

use lambda::notice::{Notice, Object, Refusal, messages, read};
use serde_json::json;

use shape::{BUCKET, bus, only, s3, s3_record, sns, sns_event, sqs_event, trail};

#[test]
fn test_and_validation_messages_are_recognised_in_every_wrapping() {
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET});
    for body in [
        "CloudTrail validation message.".to_owned(),
        " CloudTrail validation message.\n".to_owned(),
        format!("\u{feff}{test}"),
        test.to_string(),
        sns("CloudTrail validation message.").to_string(),
        sns(&test.to_string()).to_string(),
        sns_event(&test.to_string()).to_string(),
    ] {
        assert_eq!(read(&body), Ok(Notice::Test), "{body}");
        assert_eq!(
            only(messages(&sqs_event(&[&body]))),
            Ok(Notice::Test),
            "{body}"
        );
    }
    let bare = json!("CloudTrail validation message.");
    assert_eq!(only(messages(&bare)), Ok(Notice::Test));
}

#[test]
fn deletions_are_recognised_in_every_form_that_s3_has() {
    let keys = |notice: Result<Notice, Refusal>| match notice {
        Ok(Notice::Removed(objects)) => objects.into_iter().map(|object| object.key).collect(),
        other => panic!("is {other:?}"),
    };
    for name in [
        "ObjectRemoved:Delete",
        "s3:ObjectRemoved:DeleteMarkerCreated",
        "LifecycleExpiration:Delete",
        "LifecycleExpiration:DeleteMarkerCreated",
    ] {
        let event = s3(&[s3_record(name, "a b")]);
        let found: Vec<String> = keys(read(&event.to_string()));
        assert_eq!(found, ["a b"], "{name}");
    }
    let found: Vec<String> = keys(read(&bus("Object Deleted", "a+b").to_string()));
    assert_eq!(found, ["a+b"]);
}

#[test]
fn mixed_records_lose_nothing() {
    let keyless = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": BUCKET}}});
    let event = s3(&[
        s3_record("ObjectCreated:Put", "one"),
        s3_record("ObjectRemoved:Delete", "two"),
        keyless,
        s3_record("ObjectRestore:Completed", "three"),
        s3_record("ObjectCreated:CompleteMultipartUpload", "four"),
    ]);
    let notice = read(&event.to_string()).expect("holds deliveries");
    let keys = |objects: &[Object]| objects.iter().map(|o| o.key.clone()).collect::<Vec<_>>();
    assert!(matches!(notice, Notice::Mixed { .. }));
    assert_eq!(keys(notice.delivered()), ["one", "four"]);
    assert_eq!(keys(notice.removed()), ["two"]);
    assert_eq!(
        notice.refused(),
        [
            Refusal::Missing("s3.object.key"),
            Refusal::Event("eventName")
        ]
    );
}

#[test]
fn a_trail_notice_delivers_each_of_its_keys_and_tells_of_those_it_cannot() {
    let notice = read(&trail(&["a+b", "c%20d"]).to_string()).expect("two keys");
    let keys: Vec<_> = notice.delivered().iter().map(|o| o.key.as_str()).collect();
    assert_eq!(keys, ["a+b", "c%20d"]);

    let notice = json!({"s3Bucket": BUCKET, "s3ObjectKey": ["a", 1]});
    let notice = read(&notice.to_string()).expect("one key");
    assert_eq!(notice.delivered().len(), 1);
    assert_eq!(notice.refused(), [Refusal::Malformed("s3ObjectKey")]);
}

#[test]
fn a_version_pins_the_object_and_quotes_are_no_part_of_an_etag() {
    let mut event = s3(&[s3_record("ObjectCreated:Put", "key")]);
    event["Records"][0]["s3"]["object"]["eTag"] = json!("\"ab\"");
    event["Records"][0]["s3"]["object"]["versionId"] = json!("");
    let notice = read(&event.to_string()).expect("a delivery");
    assert_eq!(notice.delivered()[0].etag.as_deref(), Some("ab"));
    assert_eq!(notice.delivered()[0].version, None);
}

#[test]
fn what_is_no_notification_is_refused_with_a_reason() {
    let mut newer = s3(&[s3_record("ObjectCreated:Put", "key")]);
    newer["Records"][0]["eventVersion"] = json!("3.0");
    let mut bucketless = s3(&[s3_record("ObjectCreated:Put", "key")]);
    bucketless["Records"][0]["s3"]["bucket"] = json!({});
    let mut latin = s3(&[s3_record("ObjectCreated:Put", "key")]);
    latin["Records"][0]["s3"]["object"]["key"] = json!("caf%E9");
    let mut deep = trail(&["key"]).to_string();
    for _ in 0..5 {
        deep = sns(&deep).to_string();
    }
    for (body, refusal) in [
        (String::new(), Refusal::NotJson),
        ("hello".to_owned(), Refusal::NotJson),
        ("[".repeat(100_000), Refusal::NotJson),
        ("7".to_owned(), Refusal::Unrecognised),
        ("{}".to_owned(), Refusal::Unrecognised),
        (deep, Refusal::TooDeep),
        (s3(&[]).to_string(), Refusal::Empty("Records")),
        (trail(&[]).to_string(), Refusal::Empty("s3ObjectKey")),
        (bucketless.to_string(), Refusal::Missing("s3.bucket.name")),
        (
            json!({"Records": {}}).to_string(),
            Refusal::Malformed("Records"),
        ),
        (latin.to_string(), Refusal::Key("s3.object.key")),
        (newer.to_string(), Refusal::Version("eventVersion")),
        (
            s3(&[s3_record("ObjectTagging:Put", "key")]).to_string(),
            Refusal::Event("eventName"),
        ),
        (
            bus("Object Tags Added", "key").to_string(),
            Refusal::Event("detail-type"),
        ),
        (
            json!({"source": "aws.ec2", "detail-type": "EC2 Spot Instance Interruption Warning"})
                .to_string(),
            Refusal::Service("source"),
        ),
        (
            // A log file itself, where a notification of it belongs.
            json!({"Records": [{"eventSource": "iam.amazonaws.com", "eventName": "CreateUser"}]})
                .to_string(),
            Refusal::Service("eventSource"),
        ),
        (
            json!({"Type": "SubscriptionConfirmation", "TopicArn": "a", "Message": "confirm"})
                .to_string(),
            Refusal::Unconfirmed,
        ),
    ] {
        assert_eq!(
            read(&body),
            Err(refusal),
            "{}",
            &body[..body.len().min(200)]
        );
    }
}
