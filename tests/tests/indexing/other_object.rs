//! What a bucket, a topic and a queue hand over besides log files.

use serde_json::json;

use crate::batch::{Message, Object, notification};
use crate::delivery::{File, record};
use crate::stack::{BUCKET, NOW, Stack, handle};
use crate::walk::check_all;

fn object(key: &str) -> Object {
    Object {
        key: key.to_owned(),
        version: None,
        etag: None,
    }
}

/// S3's notification of something that happened to an object.
fn happened(event: &str, key: &str) -> String {
    notification(&[&object(key)]).replace("ObjectCreated:Put", event)
}

#[tokio::test]
async fn objects_that_others_handle_are_done_with_and_counted() {
    let stack = Stack::start().await;
    let others = [
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/10/13/111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20261013T080000Z.json.gz",
        "AWSLogs/o-abc123/111122223333/CloudTrail-Aggregated/us-east-1/2026/10/13/111122223333_CloudTrail-Aggregated_us-east-1_20261013T0800Z_AbCdEfGhIjKlMnOp.json.gz",
        "AWSLogs/111122223333/CloudTrail/",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/13/",
        "AWSLogs/111122223333/Config/us-east-1/2026/10/13/ConfigHistory/config.json.gz",
        "AWSLogs/111122223333/elasticloadbalancing/us-east-1/2026/10/13/lb.log.gz",
        "athena-results/query.csv",
    ];
    let messages: Vec<Message> = others
        .iter()
        .map(|key| Message::first(&[&object(key)]))
        .collect();
    stack.cloud().faults().reset_counters();
    let handled = handle(&stack.indexer(), &messages).await;
    assert_eq!(handled.response.failed().count(), 0);
    assert_eq!(handled.counts.other_objects, others.len() as u64);
    assert_eq!(
        (handled.counts.files, handled.counts.rejected_files),
        (0, 0)
    );
    assert!(
        stack.cloud().faults().counters().operations.is_empty(),
        "nothing is read for them"
    );
}

#[tokio::test]
async fn deletions_tests_and_validations_are_done_and_what_is_not_for_us_fails() {
    let stack = Stack::start().await;
    let file = File::of("file", NOW, &[record("a", NOW, "PutObject")]);
    let stored = stack.put(&file);
    let done = [
        happened("ObjectRemoved:Delete", &file.key),
        happened("ObjectRemoved:DeleteMarkerCreated", &file.key),
        happened("LifecycleExpiration:Delete", &file.key),
        json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}).to_string(),
        "CloudTrail validation message.".to_owned(),
        json!({"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:111122223333:logs",
            "Message": "CloudTrail validation message."})
        .to_string(),
    ];
    let refused = [
        happened("ObjectRestore:Completed", &file.key),
        happened("ObjectCreated:Put", &file.key).replace("aws:s3", "aws:dynamodb"),
        json!({"source": "aws.ec2", "detail-type": "Object Created", "detail": {}}).to_string(),
        json!({"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:us-east-1:111122223333:logs",
            "Message": "You have chosen to subscribe", "Token": "t"})
        .to_string(),
        "hello".to_owned(),
        "{}".to_owned(),
        String::new(),
        // CloudTrail's own layout, but no name or day that CloudTrail gives.
        notification(&[&object(&file.key.replace(".json.gz", ".json"))]),
        notification(&[&object(&file.key.replace("/10/13/", "/13/10/"))]),
    ];
    let done = done.map(Message::new);
    let refused = refused.map(Message::new);
    let indexed = Message::first(&[&stored]);
    let messages: Vec<Message> = refused
        .iter()
        .chain([&indexed])
        .chain(&done)
        .cloned()
        .collect();
    let handled = handle(&stack.indexer(), &messages).await;
    let failed: Vec<&str> = handled.response.failed().collect();
    let expected: Vec<&str> = refused.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(failed, expected);
    assert_eq!((handled.counts.files, handled.counts.indexed), (1, 1));
    assert_eq!(
        (handled.counts.other_objects, handled.counts.rejected_files),
        (3, 2)
    );
    let findings = stack.findings().await;
    let mut reasons: Vec<&str> = findings
        .iter()
        .map(|finding| finding.reason.as_str())
        .collect();
    reasons.sort_unstable();
    let expected = [
        "the key does not end in .json.gz",
        "the key's path names no day of the calendar",
    ];
    assert_eq!(reasons, expected);
    check_all(&stack, &[file]).await;
}

#[tokio::test]
async fn a_log_file_is_indexed_by_whatever_notification_names_it() {
    let first = Stack::start().await;
    let file = File::of("file", NOW, &[record("a", NOW, "PutObject")]);
    let stored = first.put(&file);
    let s3 = notification(&[&stored]);
    let in_topic = |message: &str| {
        json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-east-1:111122223333:logs",
            "Message": message})
        .to_string()
    };
    let notice = json!({"s3Bucket": BUCKET, "s3ObjectKey": [file.key]}).to_string();
    let bus =
        json!({"version": "0", "id": "b", "source": "aws.s3", "detail-type": "Object Created",
        "detail": {"version": "0", "bucket": {"name": BUCKET},
            "object": {"key": file.key, "version-id": stored.version, "etag": stored.etag}}})
        .to_string();
    for body in [
        s3.clone(),
        in_topic(&s3),
        notice.clone(),
        in_topic(&notice),
        bus,
    ] {
        let stack = first.beside().await;
        let handled = handle(&stack.indexer(), &[Message::new(body)]).await;
        assert_eq!(handled.response.failed().count(), 0);
        assert_eq!(handled.counts.indexed, 1);
        check_all(&stack, std::slice::from_ref(&file)).await;
    }
}
