//! The settings of buckets.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, DefaultRetention, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
    ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule,
    PublicAccessBlockConfiguration, Transition, TransitionStorageClass, VersioningConfiguration,
};
use local::{Cloud, Lifecycle, LockMode, Storage};

use crate::clients::s3;

const BUCKET: &str = "logs";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

fn code(error: &impl ProvideErrorMetadata) -> &str {
    error.code().expect("a code")
}

#[tokio::test]
async fn a_bucket_without_settings_is_told_apart_from_no_bucket() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = s3(&cloud);
    cloud.create_bucket_without_lock(BUCKET).expect("a bucket");
    for (bucket, codes) in [
        (
            BUCKET,
            [
                "NoSuchBucketPolicy",
                "NoSuchLifecycleConfiguration",
                "NoSuchPublicAccessBlockConfiguration",
                "ObjectLockConfigurationNotFoundError",
            ],
        ),
        ("none", ["NoSuchBucket"; 4]),
    ] {
        let policy = client.get_bucket_policy().bucket(bucket).send().await;
        assert_eq!(code(&policy.expect_err("no policy")), codes[0]);
        let lifecycle = client.get_bucket_lifecycle_configuration();
        let lifecycle = lifecycle.bucket(bucket).send().await;
        assert_eq!(code(&lifecycle.expect_err("no rules")), codes[1]);
        let block = client.get_public_access_block().bucket(bucket).send().await;
        let block = block.expect_err("no block");
        assert_eq!(code(&block), codes[2]);
        let status = block.raw_response().map(|raw| raw.status().as_u16());
        assert_eq!(status, Some(404));
        let lock = client.get_object_lock_configuration();
        let lock = lock.bucket(bucket).send().await;
        assert_eq!(code(&lock.expect_err("no lock")), codes[3]);
    }
    cloud.stop().await;
}

#[tokio::test]
async fn settings_come_back_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let storage = Storage::Directory(directory.path().join("state"));
    let cloud = Cloud::start(storage.clone()).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    let client = s3(&cloud);
    let refused = client.put_bucket_policy().bucket(BUCKET).policy("no json");
    let refused = refused.send().await.expect_err("no policy");
    assert_eq!(code(&refused), "MalformedPolicy");
    let put = client.put_bucket_policy().bucket(BUCKET).policy(POLICY);
    put.send().await.expect("a policy");
    let rule = LifecycleRule::builder()
        .id("archive")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("AWSLogs/").build())
        .transitions(
            Transition::builder()
                .days(90)
                .storage_class(TransitionStorageClass::GlacierIr)
                .build(),
        )
        .expiration(LifecycleExpiration::builder().days(3_650).build())
        .build()
        .expect("a rule");
    let rules = BucketLifecycleConfiguration::builder().rules(rule.clone());
    client
        .put_bucket_lifecycle_configuration()
        .bucket(BUCKET)
        .lifecycle_configuration(rules.build().expect("rules"))
        .send()
        .await
        .expect("rules");
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(false)
        .build();
    client
        .put_public_access_block()
        .bucket(BUCKET)
        .public_access_block_configuration(block.clone())
        .send()
        .await
        .expect("a block");
    cloud.stop().await;

    let cloud = Cloud::start(storage).await.expect("the cloud again");
    let client = s3(&cloud);
    let policy = client.get_bucket_policy().bucket(BUCKET).send().await;
    assert_eq!(policy.expect("a policy").policy(), Some(POLICY));
    let rules = client.get_bucket_lifecycle_configuration().bucket(BUCKET);
    assert_eq!(rules.send().await.expect("rules").rules(), [rule]);
    let found = client.get_public_access_block().bucket(BUCKET).send().await;
    let found = found.expect("a block");
    assert_eq!(found.public_access_block_configuration(), Some(&block));

    let gone = client.delete_bucket_policy().bucket(BUCKET);
    gone.send().await.expect("no policy");
    let gone = client.get_bucket_policy().bucket(BUCKET).send().await;
    assert_eq!(code(&gone.expect_err("no policy")), "NoSuchBucketPolicy");
    let gone = client.delete_bucket_lifecycle().bucket(BUCKET);
    gone.send().await.expect("no rules");
    let gone = client.delete_public_access_block().bucket(BUCKET);
    gone.send().await.expect("no block");
    cloud
        .set_bucket_policy(BUCKET, Some(POLICY))
        .expect("a policy");
    let policy = client.get_bucket_policy().bucket(BUCKET).send().await;
    assert_eq!(policy.expect("a policy").policy(), Some(POLICY));
    cloud.stop().await;
}

#[tokio::test]
async fn a_default_retention_locks_what_is_put_from_then_on() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    let client = s3(&cloud);
    let free = cloud.put_object(BUCKET, "before", "1").expect("an object");
    let found = client.get_object_lock_configuration().bucket(BUCKET);
    let found = found.send().await.expect("a lock");
    assert_eq!(
        found.object_lock_configuration().and_then(|it| it.rule()),
        None
    );
    let retention = DefaultRetention::builder()
        .mode(ObjectLockRetentionMode::Compliance)
        .days(7);
    let rule = ObjectLockRule::builder().default_retention(retention.build());
    let wanted = ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .rule(rule.build())
        .build();
    client
        .put_object_lock_configuration()
        .bucket(BUCKET)
        .object_lock_configuration(wanted.clone())
        .send()
        .await
        .expect("a default");
    let found = client.get_object_lock_configuration().bucket(BUCKET);
    let found = found.send().await.expect("a lock");
    assert_eq!(found.object_lock_configuration(), Some(&wanted));

    let put = client.put_object().bucket(BUCKET).key("after");
    let put = put.body(ByteStream::from_static(b"2")).send().await;
    let locked = put.expect("an object");
    let locked = locked.version_id().expect("a version");
    let head = client.head_object().bucket(BUCKET).key("after");
    let head = head.send().await.expect("a head");
    let modified = head.last_modified().expect("a time").secs();
    let until = head.object_lock_retain_until_date().expect("a lock");
    assert!((until.secs() - modified - 7 * 86_400).abs() <= 1);
    let remove = |key: &str, version: &str| {
        client
            .delete_object()
            .bucket(BUCKET)
            .key(key)
            .version_id(version)
            .bypass_governance_retention(true)
            .send()
    };
    let refused = remove("after", locked).await.expect_err("it is locked");
    assert_eq!(code(&refused), "AccessDenied");
    remove("before", &free.version)
        .await
        .expect("it is not locked");
    cloud.stop().await;
}

#[tokio::test]
async fn settings_without_http_are_those_that_are_answered() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    let client = s3(&cloud);
    let lifecycle = Lifecycle {
        transitions: vec![("GLACIER_IR".to_owned(), 90)],
        expires: Some(3_650),
        versions_expire: Some(3_651),
    };
    cloud
        .set_lifecycle(BUCKET, Some(&lifecycle))
        .expect("a lifecycle");
    cloud.block_public_access(BUCKET, true).expect("a block");
    let lock = Some((LockMode::Governance, 365));
    cloud.set_default_lock(BUCKET, lock).expect("a lock");

    let rules = client.get_bucket_lifecycle_configuration().bucket(BUCKET);
    let rules = rules.send().await.expect("rules");
    let rule = &rules.rules()[0];
    assert_eq!(
        rule.expiration().and_then(LifecycleExpiration::days),
        Some(3_650)
    );
    assert_eq!(rule.filter().and_then(|it| it.prefix()), Some(""));
    assert_eq!(rule.status(), &ExpirationStatus::Enabled);
    assert_eq!(rule.transitions()[0].days(), Some(90));
    let class = rule.transitions()[0].storage_class();
    assert_eq!(class, Some(&TransitionStorageClass::GlacierIr));
    let versions = rule.noncurrent_version_expiration();
    let versions = versions.and_then(NoncurrentVersionExpiration::noncurrent_days);
    assert_eq!(versions, Some(3_651));
    let block = client.get_public_access_block().bucket(BUCKET).send().await;
    let block = block.expect("a block");
    let block = block.public_access_block_configuration().expect("a block");
    assert_eq!(block.restrict_public_buckets(), Some(true));
    let lock = client.get_object_lock_configuration().bucket(BUCKET);
    let lock = lock.send().await.expect("a lock");
    let lock = lock.object_lock_configuration().and_then(|it| it.rule());
    let lock = lock.and_then(|it| it.default_retention()).expect("a rule");
    assert_eq!(lock.days(), Some(365));
    assert_eq!(lock.mode(), Some(&ObjectLockRetentionMode::Governance));

    cloud.set_lifecycle(BUCKET, None).expect("no lifecycle");
    cloud.block_public_access(BUCKET, false).expect("no block");
    let rules = client.get_bucket_lifecycle_configuration().bucket(BUCKET);
    let rules = rules.send().await.expect_err("no rules");
    assert_eq!(code(&rules), "NoSuchLifecycleConfiguration");
    let block = client.get_public_access_block().bucket(BUCKET).send().await;
    let block = block.expect_err("no block");
    assert_eq!(code(&block), "NoSuchPublicAccessBlockConfiguration");
    cloud.stop().await;
}

#[tokio::test]
async fn versioning_is_not_suspended_and_may_be_said_to_be() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.create_bucket(BUCKET).expect("a bucket");
    let client = s3(&cloud);
    let suspended = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::Suspended)
        .build();
    let refused = client
        .put_bucket_versioning()
        .bucket(BUCKET)
        .versioning_configuration(suspended)
        .send()
        .await
        .expect_err("the bucket has object lock");
    assert_eq!(code(&refused), "InvalidBucketState");
    for (is_enabled, status) in [
        (false, BucketVersioningStatus::Suspended),
        (true, BucketVersioningStatus::Enabled),
    ] {
        cloud.set_versioning(BUCKET, is_enabled).expect("a setting");
        let found = client.get_bucket_versioning().bucket(BUCKET).send().await;
        assert_eq!(found.expect("a status").status(), Some(&status));
    }
    cloud.stop().await;
}
