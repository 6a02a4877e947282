//! Objects put with what is said about them, and changed behind S3's back.

use std::collections::BTreeMap;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use local::{Cloud, Storage, Upload};

use crate::clients::s3;

const BUCKET: &str = "logs";
const KEY: &str = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/10/13/a.json.gz";

async fn cloud() -> Cloud {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    cloud
}

#[tokio::test]
async fn uploads_carry_metadata_and_time_and_are_announced_unless_told_not_to() {
    let cloud = cloud().await;
    let topic = cloud.create_topic("logs").expect("a topic");
    let queue = cloud.create_queue("logs", None).expect("a queue");
    cloud.subscribe(&topic, &queue, true).expect("subscribed");
    cloud
        .notify(BUCKET, "", ".json.gz", &topic)
        .expect("a notification");
    let upload = Upload::new("digest")
        .metadata("Signature", "ab12")
        .metadata("signature-algorithm", "SHA256withRSA")
        .modified(1_791_849_600);
    cloud
        .upload(BUCKET, "quiet.json.gz", upload.clone().unannounced())
        .expect("an object");
    assert_eq!(queue.depth().expect("a depth").visible, 0);
    let put = cloud.upload(BUCKET, KEY, upload).expect("an object");
    assert_eq!(queue.depth().expect("a depth").visible, 1);

    let head = s3(&cloud).head_object().bucket(BUCKET).key(KEY);
    let head = head.send().await.expect("a head");
    let metadata = head.metadata().expect("metadata");
    assert_eq!(metadata["signature"], "ab12");
    assert_eq!(metadata["signature-algorithm"], "SHA256withRSA");
    let modified = head.last_modified().expect("a time");
    assert_eq!(modified.secs(), 1_791_849_600);
    assert_eq!(head.version_id(), Some(&*put.version));

    let read = cloud.object(BUCKET, KEY, None).expect("a read");
    let read = read.expect("an object");
    assert_eq!(&read.body[..], b"digest");
    assert_eq!(read.version, put.version);
    assert_eq!(read.modified, 1_791_849_600);
    assert_eq!(read.metadata["signature"], "ab12");
    let keys = cloud.object_keys(BUCKET, "AWSLogs/").expect("keys");
    assert_eq!(keys, [KEY]);
    cloud.stop().await;
}

#[tokio::test]
async fn objects_change_in_place_and_vanish_whole() {
    let cloud = cloud().await;
    let client = s3(&cloud);
    let first = cloud.put_object(BUCKET, KEY, "one").expect("an object");
    let second = Upload::new("two").metadata("signature", "ab12");
    let second = cloud.upload(BUCKET, KEY, second).expect("an object");
    let changed = cloud
        .overwrite_object(BUCKET, KEY, "three")
        .expect("a change");
    assert_eq!(changed.version, second.version);
    assert_ne!(changed.etag, second.etag);
    let got = client.get_object().bucket(BUCKET).key(KEY);
    let got = got.send().await.expect("the object");
    assert_eq!(got.content_length(), Some(5));
    assert_eq!(got.metadata().expect("metadata")["signature"], "ab12");
    let body = got.body.collect().await.expect("the body").into_bytes();
    assert_eq!(&body[..], b"three");

    cloud
        .rewrite_metadata(BUCKET, KEY, &[("Signature", "00")])
        .expect("a change");
    let read = cloud.object(BUCKET, KEY, None).expect("a read");
    let want = BTreeMap::from([("signature".to_owned(), "00".to_owned())]);
    assert_eq!(read.expect("an object").metadata, want);

    let removed = cloud.remove_version(BUCKET, KEY, &second.version);
    assert!(removed.expect("a removal"));
    let removed = cloud.remove_version(BUCKET, KEY, &second.version);
    assert!(!removed.expect("no removal"));
    let found = cloud.find_object(BUCKET, KEY).expect("a read");
    assert_eq!(found, Some(first));
    let marker = cloud.delete_object(BUCKET, KEY).expect("a marker");
    assert_eq!(cloud.object(BUCKET, KEY, None).expect("a read"), None);
    let hidden = cloud.object(BUCKET, KEY, Some(&marker)).expect("a read");
    assert_eq!(hidden, None);
    assert_eq!(cloud.remove_object(BUCKET, KEY).expect("a removal"), 2);
    let listed = client.list_object_versions().bucket(BUCKET).send().await;
    let listed = listed.expect("a listing");
    assert!(listed.versions().is_empty() && listed.delete_markers().is_empty());
    let refused = cloud.overwrite_object(BUCKET, KEY, "x");
    assert!(refused.is_err(), "there is nothing to change");
    cloud.stop().await;
}

#[tokio::test]
async fn deleting_several_objects_tells_which_were_refused() {
    let cloud = cloud().await;
    let client = s3(&cloud);
    let held = cloud.put_object(BUCKET, "held", "1").expect("an object");
    cloud.put_object(BUCKET, "a", "1").expect("an object");
    let lock = aws_sdk_s3::types::ObjectLockLegalHold::builder()
        .status(aws_sdk_s3::types::ObjectLockLegalHoldStatus::On)
        .build();
    client
        .put_object_legal_hold()
        .bucket(BUCKET)
        .key("held")
        .legal_hold(lock)
        .send()
        .await
        .expect("a hold");
    let object = |key: &str, version: Option<&str>| {
        ObjectIdentifier::builder()
            .key(key)
            .set_version_id(version.map(str::to_owned))
            .build()
            .expect("an object")
    };
    let delete = Delete::builder()
        .objects(object("a", None))
        .objects(object("held", Some(&held.version)))
        .build()
        .expect("objects");
    let done = client
        .delete_objects()
        .bucket(BUCKET)
        .delete(delete)
        .send()
        .await
        .expect("an answer");
    assert_eq!(done.deleted()[0].key(), Some("a"));
    assert_eq!(done.deleted()[0].delete_marker(), Some(true));
    assert!(done.deleted()[0].delete_marker_version_id().is_some());
    assert_eq!(done.errors()[0].code(), Some("AccessDenied"));
    assert_eq!(done.errors()[0].key(), Some("held"));
    let keys = cloud.object_keys(BUCKET, "").expect("keys");
    assert_eq!(keys, ["held"]);
    let unknown = client.delete_objects().bucket("none").delete(
        Delete::builder()
            .objects(object("a", None))
            .build()
            .expect("objects"),
    );
    let unknown = unknown.send().await.expect_err("no bucket");
    assert_eq!(unknown.code(), Some("NoSuchBucket"));
    cloud.stop().await;
}
