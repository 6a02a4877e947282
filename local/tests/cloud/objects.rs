use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{
    BucketLocationConstraint, EncodingType, ObjectLockLegalHold, ObjectLockLegalHoldStatus,
    ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode,
};
use local::{Cloud, Storage};

use crate::clients::s3;

const BUCKET: &str = "logs";

async fn cloud_with_bucket() -> (Cloud, aws_sdk_s3::Client) {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = s3(&cloud);
    client
        .create_bucket()
        .bucket(BUCKET)
        .object_lock_enabled_for_bucket(true)
        .send()
        .await
        .expect("the bucket is created");
    (cloud, client)
}

async fn put(client: &aws_sdk_s3::Client, key: &str, body: &'static str) -> String {
    let body = ByteStream::from_static(body.as_bytes());
    let put = client.put_object().bucket(BUCKET).key(key).body(body);
    let put = put.send().await.expect("the object is put");
    put.version_id().expect("a version").to_owned()
}

#[tokio::test]
async fn objects_come_back_as_they_were_put() {
    let (cloud, client) = cloud_with_bucket().await;
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("AWSLogs/a b+c=ü/../x.json.gz")
        .body(ByteStream::from_static(b"0123456789"))
        .content_type("application/x-gzip")
        .content_encoding("gzip")
        .metadata("origin", "test")
        .send()
        .await
        .expect("the object is put");
    assert_eq!(put.e_tag(), Some("\"781e5e245d69b566979b86e28d23f2c7\""));
    let get = client
        .get_object()
        .bucket(BUCKET)
        .key("AWSLogs/a b+c=ü/../x.json.gz");
    let got = get.clone().send().await.expect("the object");
    assert_eq!(got.content_type(), Some("application/x-gzip"));
    assert_eq!(got.content_encoding(), Some("gzip"));
    assert_eq!(got.metadata().expect("metadata")["origin"], "test");
    assert_eq!(got.version_id(), put.version_id());
    assert_eq!(got.e_tag(), put.e_tag());
    let body = got.body.collect().await.expect("the body").into_bytes();
    assert_eq!(&body[..], b"0123456789");

    for (range, want, content_range) in [
        ("bytes=2-4", &b"234"[..], "bytes 2-4/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-100", b"56789", "bytes 5-9/10"),
    ] {
        let part = get.clone().range(range).send().await.expect("a part");
        assert_eq!(part.content_range(), Some(content_range));
        let body = part.body.collect().await.expect("the body").into_bytes();
        assert_eq!(&body[..], want, "{range}");
    }
    let refused = get.clone().range("bytes=10-").send().await;
    assert_eq!(
        refused.expect_err("no such range").code(),
        Some("InvalidRange")
    );

    let head = client
        .head_object()
        .bucket(BUCKET)
        .key("AWSLogs/a b+c=ü/../x.json.gz")
        .send()
        .await
        .expect("the head");
    assert_eq!(head.content_length(), Some(10));
    assert_eq!(head.metadata().expect("metadata")["origin"], "test");
    cloud.stop().await;
}

#[tokio::test]
async fn missing_buckets_keys_and_preconditions_are_told_apart() {
    let (cloud, client) = cloud_with_bucket().await;
    let get = |bucket: &str, key: &str| client.get_object().bucket(bucket).key(key).send();
    let code = |error: &dyn ProvideErrorMetadata| error.code().map(str::to_owned);
    let missing = get("none", "a").await.expect_err("no bucket");
    assert_eq!(code(&missing).as_deref(), Some("NoSuchBucket"));
    let missing = get(BUCKET, "a").await.expect_err("no key");
    assert_eq!(code(&missing).as_deref(), Some("NoSuchKey"));
    put(&client, "a", "1").await;
    let refused = client
        .put_object()
        .bucket(BUCKET)
        .key("a")
        .if_none_match("*")
        .send()
        .await
        .expect_err("the key exists");
    assert_eq!(code(&refused).as_deref(), Some("PreconditionFailed"));
    let refused = client.create_bucket().bucket(BUCKET).send().await;
    let refused = refused.expect_err("the bucket exists");
    assert_eq!(code(&refused).as_deref(), Some("BucketAlreadyOwnedByYou"));
    client
        .head_bucket()
        .bucket(BUCKET)
        .send()
        .await
        .expect("it is there");
    let location = client.get_bucket_location().bucket(BUCKET).send().await;
    let location = location.expect("a location");
    assert_eq!(
        location
            .location_constraint()
            .map(BucketLocationConstraint::as_str),
        Some("")
    );
    let buckets = client.list_buckets().send().await.expect("buckets");
    assert_eq!(buckets.buckets()[0].name(), Some(BUCKET));
    let unknown = client.get_bucket_cors().bucket(BUCKET).send().await;
    let unknown = unknown.expect_err("not implemented");
    assert_eq!(
        unknown.raw_response().map(|raw| raw.status().as_u16()),
        Some(501)
    );
    cloud.stop().await;
}

#[tokio::test]
async fn deleted_objects_keep_their_versions() {
    let (cloud, client) = cloud_with_bucket().await;
    let first = put(&client, "a", "1").await;
    let second = put(&client, "a", "2").await;
    let deleted = client.delete_object().bucket(BUCKET).key("a").send().await;
    let deleted = deleted.expect("a delete marker");
    assert_eq!(deleted.delete_marker(), Some(true));
    let marker = deleted.version_id().expect("a version").to_owned();
    assert!(
        client
            .get_object()
            .bucket(BUCKET)
            .key("a")
            .send()
            .await
            .is_err()
    );
    let got = client
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .version_id(&first);
    let body = got.send().await.expect("a version").body.collect().await;
    assert_eq!(&body.expect("the body").into_bytes()[..], b"1");

    let page = client.list_object_versions().bucket(BUCKET).max_keys(2);
    let newest = page.clone().send().await.expect("versions");
    assert_eq!(newest.delete_markers()[0].version_id(), Some(&*marker));
    assert_eq!(newest.delete_markers()[0].is_latest(), Some(true));
    assert_eq!(newest.versions()[0].version_id(), Some(&*second));
    assert_eq!(newest.is_truncated(), Some(true));
    let oldest = page
        .key_marker(newest.next_key_marker().expect("a marker"))
        .version_id_marker(newest.next_version_id_marker().expect("a marker"))
        .send()
        .await
        .expect("versions");
    assert_eq!(oldest.versions().len(), 1);
    assert_eq!(oldest.versions()[0].version_id(), Some(&*first));

    let remove = |version: &str| {
        client
            .delete_object()
            .bucket(BUCKET)
            .key("a")
            .version_id(version)
            .send()
    };
    remove(&marker).await.expect("the marker is gone");
    remove(&second).await.expect("the version is gone");
    let got = client.get_object().bucket(BUCKET).key("a").send().await;
    assert_eq!(got.expect("the object is back").version_id(), Some(&*first));
    cloud.stop().await;
}

#[tokio::test]
async fn listings_page_through_keys_and_common_prefixes() {
    let (cloud, client) = cloud_with_bucket().await;
    for key in [
        "a",
        "a/b",
        "a/c/d",
        "b/1",
        "b/2",
        "b/\u{10ffff}x",
        "c d+e",
        "d",
    ] {
        put(&client, key, "x").await;
    }
    let mut pages = client
        .list_objects_v2()
        .bucket(BUCKET)
        .into_paginator()
        .page_size(3)
        .send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        keys.extend(
            page.contents()
                .iter()
                .filter_map(|object| object.key().map(str::to_owned)),
        );
    }
    assert_eq!(
        keys,
        [
            "a",
            "a/b",
            "a/c/d",
            "b/1",
            "b/2",
            "b/\u{10ffff}x",
            "c d+e",
            "d"
        ]
    );

    let mut pages = client
        .list_objects_v2()
        .bucket(BUCKET)
        .delimiter("/")
        .into_paginator()
        .page_size(1)
        .send();
    let mut entries = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        assert_eq!(page.key_count(), Some(1));
        entries.extend(
            page.contents()
                .iter()
                .filter_map(|object| object.key().map(str::to_owned)),
        );
        entries.extend(
            page.common_prefixes()
                .iter()
                .filter_map(|it| it.prefix().map(str::to_owned)),
        );
    }
    assert_eq!(entries, ["a", "a/", "b/", "c d+e", "d"]);

    let listed = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("a/")
        .delimiter("/")
        .start_after("a/a")
        .send()
        .await
        .expect("a page");
    assert_eq!(listed.contents()[0].key(), Some("a/b"));
    assert_eq!(listed.common_prefixes()[0].prefix(), Some("a/c/"));

    let encoded = client
        .list_objects()
        .bucket(BUCKET)
        .marker("b/\u{10ffff}x")
        .max_keys(1)
        .encoding_type(EncodingType::Url)
        .send()
        .await
        .expect("a page");
    assert_eq!(encoded.contents()[0].key(), Some("c+d%2Be"));
    assert_eq!(encoded.next_marker(), Some("c+d%2Be"));
    assert_eq!(encoded.is_truncated(), Some(true));
    cloud.stop().await;
}

#[tokio::test]
async fn locked_versions_are_not_deleted() {
    let (cloud, client) = cloud_with_bucket().await;
    let version = put(&client, "a", "1").await;
    let hold = |status: ObjectLockLegalHoldStatus| {
        let hold = ObjectLockLegalHold::builder().status(status).build();
        client
            .put_object_legal_hold()
            .bucket(BUCKET)
            .key("a")
            .version_id(&version)
            .legal_hold(hold)
            .send()
    };
    let remove = |bypass: bool| {
        client
            .delete_object()
            .bucket(BUCKET)
            .key("a")
            .version_id(&version)
            .bypass_governance_retention(bypass)
            .send()
    };
    hold(ObjectLockLegalHoldStatus::On).await.expect("a hold");
    let refused = remove(true).await.expect_err("held");
    assert_eq!(refused.code(), Some("AccessDenied"));
    hold(ObjectLockLegalHoldStatus::Off).await.expect("no hold");

    let until = DateTime::from_secs(4_102_444_800);
    let retention = ObjectLockRetention::builder()
        .mode(ObjectLockRetentionMode::Governance)
        .retain_until_date(until)
        .build();
    let retain = client
        .put_object_retention()
        .bucket(BUCKET)
        .key("a")
        .retention(retention);
    retain.send().await.expect("a retention");
    let retained = client
        .get_object_retention()
        .bucket(BUCKET)
        .key("a")
        .send()
        .await;
    let retained = retained.expect("a retention");
    assert_eq!(
        retained.retention().and_then(|it| it.retain_until_date()),
        Some(&until)
    );
    let head = client
        .head_object()
        .bucket(BUCKET)
        .key("a")
        .send()
        .await
        .expect("a head");
    assert_eq!(
        head.object_lock_mode().map(ObjectLockMode::as_str),
        Some("GOVERNANCE")
    );
    let refused = remove(false).await.expect_err("retained");
    assert_eq!(refused.code(), Some("AccessDenied"));
    remove(true).await.expect("the bypass");
    cloud.stop().await;
}
