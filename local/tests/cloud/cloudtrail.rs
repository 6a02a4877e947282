//! Trails and the keys of digests.

use aws_sdk_cloudtrail::error::ProvideErrorMetadata;
use aws_sdk_cloudtrail::primitives::DateTime;
use local::faults::{Fault, Injection, When};
use local::{Cloud, Storage, Trail};

use crate::clients::cloudtrail;

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
const DAY: i64 = 86_400;
const START: i64 = 1_791_849_600;

#[tokio::test]
async fn keys_are_listed_by_region_and_time() {
    let directory = tempfile::tempdir().expect("a directory");
    let storage = Storage::Directory(directory.path().join("state"));
    let cloud = Cloud::start(storage.clone()).await.expect("a cloud");
    let register = |region: &str, der: &[u8], start: i64| {
        cloud
            .register_public_key(region, der, start, start + 30 * DAY)
            .expect("a key")
    };
    let later = register("us-east-1", b"later", START + 29 * DAY);
    let first = register("us-east-1", b"first", START);
    assert_eq!(first, "8b04d5e3775d298e78455efc5ca404d5");
    assert_eq!(register("us-east-1", b"first", START), first);
    let other = register("eu-west-1", b"other", START);
    cloud.stop().await;

    let cloud = Cloud::start(storage).await.expect("the cloud again");
    let list = async |region: &'static str, start: i64, end: i64| {
        let listed = cloudtrail(&cloud, region)
            .list_public_keys()
            .start_time(DateTime::from_secs(start))
            .end_time(DateTime::from_secs(end))
            .send()
            .await
            .expect("keys");
        let keys = listed.public_key_list().iter();
        keys.map(|key| key.fingerprint().expect("one").to_owned())
            .collect::<Vec<_>>()
    };
    let end = START + 30 * DAY;
    assert_eq!(list("us-east-1", START, end).await, [&*first, &*later]);
    assert_eq!(list("us-east-1", START - DAY, START).await, [&*first]);
    assert_eq!(list("us-east-1", end + 1, end + DAY).await, [&*later]);
    assert_eq!(list("eu-west-1", START, end).await, [&*other]);
    assert!(list("eu-west-1", 0, 1).await.is_empty());
    assert!(list("eu-north-1", START, end).await.is_empty());

    let client = cloudtrail(&cloud, "eu-west-1");
    let call = client
        .list_public_keys()
        .start_time(DateTime::from_secs(START))
        .end_time(DateTime::from_secs(START + 1));
    let listed = call.clone().send().await.expect("keys");
    let key = &listed.public_key_list()[0];
    assert_eq!(key.value().map(AsRef::as_ref), Some(&b"other"[..]));
    assert_eq!(key.validity_start_time().map(DateTime::secs), Some(START));
    assert_eq!(key.validity_end_time().map(DateTime::secs), Some(end));
    let refused = call.end_time(DateTime::from_secs(START - 1)).send().await;
    let refused = refused.expect_err("an end before the start");
    assert_eq!(refused.code(), Some("InvalidTimeRangeException"));
    let removed = cloud.remove_public_key("eu-west-1", &other);
    assert!(removed.expect("a removal"));
    assert!(list("eu-west-1", START, end).await.is_empty());
    cloud.stop().await;
}

#[tokio::test]
async fn a_region_that_is_not_enabled_and_a_fault_are_told() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    cloud.disable_region("eu-south-2").expect("a setting");
    let refused = cloudtrail(&cloud, "eu-south-2").list_public_keys().send();
    let refused = refused.await.expect_err("the Region is not enabled");
    assert_eq!(refused.code(), Some("UnrecognizedClientException"));
    let others = cloudtrail(&cloud, "eu-west-1").list_public_keys().send();
    others.await.expect("an answer");
    cloud.enable_region("eu-south-2").expect("a setting");
    let answered = cloudtrail(&cloud, "eu-south-2").list_public_keys().send();
    answered.await.expect("an answer");
    let throttle = Injection::new(Fault::Throttled, When::First(1)).of("ListPublicKeys");
    cloud.faults().inject(throttle);
    let retried = cloudtrail(&cloud, "eu-south-2").list_public_keys().send();
    retried.await.expect("a retry");
    assert_eq!(cloud.faults().counters().calls("ListPublicKeys"), 5);
    cloud.stop().await;
}

#[tokio::test]
async fn trails_are_shown_where_they_reach() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let mut trail = Trail::new(ARN, "logs");
    trail.prefix = Some("org".to_owned());
    cloud.put_trail(&trail).expect("a trail");
    let mut regional = Trail::new(
        "arn:aws:cloudtrail:eu-west-1:111122223333:trail/regional",
        "logs",
    );
    regional.is_multi_region = false;
    cloud.put_trail(&regional).expect("a trail");
    let names = async |region: &'static str, shadows: bool| {
        let listed = cloudtrail(&cloud, region)
            .describe_trails()
            .include_shadow_trails(shadows)
            .send()
            .await
            .expect("trails");
        let trails = listed.trail_list().iter();
        trails
            .map(|trail| trail.name().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("us-east-1", true).await, ["main"]);
    assert_eq!(names("eu-west-1", true).await, ["regional", "main"]);
    assert_eq!(names("eu-west-1", false).await, ["regional"]);
    assert!(names("eu-north-1", false).await.is_empty());

    let client = cloudtrail(&cloud, "us-east-1");
    for name in ["main", ARN] {
        let found = client.get_trail().name(name).send().await.expect("a trail");
        let found = found.trail().expect("a trail");
        assert_eq!(found.trail_arn(), Some(ARN));
        assert_eq!(found.s3_bucket_name(), Some("logs"));
        assert_eq!(found.s3_key_prefix(), Some("org"));
        assert_eq!(found.home_region(), Some("us-east-1"));
        assert_eq!(found.log_file_validation_enabled(), Some(true));
        assert_eq!(found.kms_key_id(), None);
    }
    let refused = client.get_trail().name("regional").send().await;
    let refused = refused.expect_err("it is of another Region");
    assert_eq!(refused.code(), Some("TrailNotFoundException"));
    assert!(cloud.put_trail(&Trail::new("main", "logs")).is_err());
    assert!(cloud.delete_trail(ARN).expect("a removal"));
    let refused = client.get_trail_status().name(ARN).send().await;
    let refused = refused.expect_err("it is gone");
    assert_eq!(refused.code(), Some("TrailNotFoundException"));
    cloud.stop().await;
}

#[tokio::test]
async fn status_and_selectors_are_as_they_were_set() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = cloudtrail(&cloud, "us-east-1");
    let mut trail = Trail::new(ARN, "logs");
    cloud.put_trail(&trail).expect("a trail");
    let status = client.get_trail_status().name(ARN).send().await;
    let status = status.expect("a status");
    assert_eq!(status.is_logging(), Some(true));
    assert_eq!(status.latest_digest_delivery_time(), None);
    let found = client.get_event_selectors().trail_name("main").send().await;
    let found = found.expect("selectors");
    assert_eq!(found.trail_arn(), Some(ARN));
    assert_eq!(
        found.event_selectors()[0].include_management_events(),
        Some(true)
    );

    trail.is_logging = false;
    trail.latest_digest_delivery = Some(START);
    trail.digest_delivery_error = Some("AccessDenied".to_owned());
    trail.event_selectors = serde_json::Value::Null;
    trail.advanced_event_selectors = serde_json::json!([{
        "Name": "management",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }]);
    cloud.put_trail(&trail).expect("another trail");
    let status = client.get_trail_status().name(ARN).send().await;
    let status = status.expect("a status");
    assert_eq!(status.is_logging(), Some(false));
    assert_eq!(
        status.latest_digest_delivery_time().map(DateTime::secs),
        Some(START)
    );
    assert_eq!(status.latest_digest_delivery_error(), Some("AccessDenied"));
    let found = client.get_event_selectors().trail_name(ARN).send().await;
    let found = found.expect("selectors");
    assert!(found.event_selectors().is_empty());
    let selector = &found.advanced_event_selectors()[0];
    assert_eq!(selector.field_selectors()[0].field(), "eventCategory");
    let refused = client.start_logging().name(ARN).send().await;
    let refused = refused.expect_err("not implemented");
    assert_eq!(
        refused.raw_response().map(|raw| raw.status().as_u16()),
        Some(501)
    );
    cloud.stop().await;
}
