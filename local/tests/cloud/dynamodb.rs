use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, TimeToLiveSpecification};
use local::{Cloud, CloudError, Storage};

use crate::clients::{TABLE, create_table, dynamodb, put, query, sort_keys};

#[tokio::test]
async fn conditional_puts_and_capacity_are_answered_through_the_injector() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = dynamodb(&cloud);
    create_table(&client).await;
    let first = put(&client, "1")
        .condition_expression("attribute_not_exists(pk)")
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .expect("the first put");
    let units = first
        .consumed_capacity()
        .and_then(aws_sdk_dynamodb::types::ConsumedCapacity::capacity_units);
    assert_eq!(units, Some(1.0));
    let again = put(&client, "1")
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await
        .expect_err("the second put is refused");
    assert!(again.as_service_error().is_some_and(
        aws_sdk_dynamodb::operation::put_item::PutItemError::is_conditional_check_failed_exception
    ));
    assert_eq!(sort_keys(query(&client)).await, ["1"]);
    let counters = cloud.faults().counters();
    assert_eq!(counters.calls("PutItem"), 2);
    assert!((counters.write_units() - 1.0).abs() < f64::EPSILON);
    assert_eq!(counters.most_in_flight, 1);
    cloud.stop().await;
}

#[tokio::test]
async fn expired_items_go_when_they_are_swept_and_not_before() {
    let cloud = Cloud::start_without_faults(Storage::Memory)
        .await
        .expect("a cloud");
    let client = dynamodb(&cloud);
    create_table(&client).await;
    client
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(
            TimeToLiveSpecification::builder()
                .attribute_name("expires")
                .enabled(true)
                .build()
                .expect("a specification"),
        )
        .send()
        .await
        .expect("time to live is set");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time after 1970")
        .as_secs();
    for (sk, expires) in [("over", now - 10), ("kept", now + 1_000)] {
        put(&client, sk)
            .item("expires", AttributeValue::N(expires.to_string()))
            .send()
            .await
            .expect("a put");
    }
    assert_eq!(sort_keys(query(&client)).await, ["kept", "over"]);
    assert_eq!(cloud.sweep_ttl().await.expect("a sweep"), 1);
    assert_eq!(sort_keys(query(&client)).await, ["kept"]);
    assert_eq!(cloud.faults().counters().calls("Query"), 0);
    cloud.stop().await;
}

#[tokio::test]
async fn a_directory_keeps_the_table_and_belongs_to_one_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let storage = Storage::Directory(directory.path().join("state"));
    let cloud = Cloud::start(storage.clone()).await.expect("a cloud");
    let client = dynamodb(&cloud);
    create_table(&client).await;
    put(&client, "1").send().await.expect("a put");
    assert!(matches!(
        Cloud::start(storage.clone()).await,
        Err(CloudError::InUse)
    ));
    cloud.stop().await;
    let cloud = Cloud::start(storage).await.expect("the cloud again");
    assert_eq!(sort_keys(query(&dynamodb(&cloud))).await, ["1"]);
    cloud.stop().await;
}

#[tokio::test]
async fn a_cloud_may_be_dropped_on_a_runtime() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    create_table(&dynamodb(&cloud)).await;
    drop(cloud);
}
