use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, PutRequest, ReturnConsumedCapacity, WriteRequest,
};
use aws_sdk_dynamodb::{error::ProvideErrorMetadata, error::SdkError};
use local::faults::{Fault, Injection, When};
use local::{Cloud, Storage};

use crate::clients::{
    TABLE, create_table, dynamodb, dynamodb_without_retries, put, query, s3, sort_keys, text,
};

async fn cloud_with_table() -> Cloud {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    create_table(&dynamodb(&cloud)).await;
    cloud
}

#[tokio::test]
async fn throttled_calls_take_no_effect_and_retries_get_through() {
    let cloud = cloud_with_table().await;
    let once = dynamodb_without_retries(&cloud);
    for (fault, code) in [
        (
            Fault::ThroughputExceeded,
            "ProvisionedThroughputExceededException",
        ),
        (Fault::Throttled, "ThrottlingException"),
    ] {
        let throttle = Injection::new(fault, When::Always).of("PutItem");
        cloud.faults().inject(throttle);
        let refused = put(&once, "1").send().await.expect_err("throttled");
        assert_eq!(refused.code(), Some(code));
        cloud.faults().clear();
    }
    assert!(sort_keys(query(&once)).await.is_empty());
    cloud
        .faults()
        .inject(Injection::new(Fault::ThroughputExceeded, When::First(1)).of("PutItem"));
    put(&dynamodb(&cloud), "1").send().await.expect("a retry");
    assert_eq!(sort_keys(query(&once)).await, ["1"]);
    let counters = cloud.faults().counters();
    assert_eq!(counters.calls("PutItem"), 4);
    assert_eq!(counters.operations["PutItem"].struck, 3);
    cloud.stop().await;
}

#[tokio::test]
async fn a_connection_dropped_before_changes_nothing_and_after_it_did() {
    let cloud = cloud_with_table().await;
    let once = dynamodb_without_retries(&cloud);
    cloud
        .faults()
        .inject(Injection::new(Fault::DropBefore, When::Nth(1)).of("PutItem"));
    cloud
        .faults()
        .inject(Injection::new(Fault::DropAfter, When::Nth(2)).of("PutItem"));
    let before = put(&once, "1").send().await.expect_err("dropped before");
    assert!(matches!(before, SdkError::DispatchFailure(_)), "{before:?}");
    assert!(sort_keys(query(&once)).await.is_empty());
    let after = put(&once, "2").send().await.expect_err("dropped after");
    assert!(matches!(after, SdkError::DispatchFailure(_)), "{after:?}");
    assert_eq!(sort_keys(query(&once)).await, ["2"]);
    cloud.stop().await;
}

#[tokio::test]
async fn a_stalled_call_outlasts_an_impatient_client() {
    let cloud = cloud_with_table().await;
    let once = dynamodb_without_retries(&cloud);
    let stall = Fault::StallAfter(Duration::from_mins(1));
    cloud
        .faults()
        .inject(Injection::new(stall, When::First(1)).of("PutItem"));
    let waited = tokio::time::timeout(Duration::from_millis(300), put(&once, "1").send()).await;
    assert!(waited.is_err(), "the call was answered");
    assert_eq!(sort_keys(query(&once)).await, ["1"]);
    cloud.stop().await;
}

#[tokio::test]
async fn a_part_of_a_batch_comes_back_unprocessed() {
    let cloud = cloud_with_table().await;
    let client = dynamodb(&cloud);
    cloud
        .faults()
        .inject(Injection::new(Fault::Unprocessed, When::First(2)));
    let write = |sk: &str| {
        let put = PutRequest::builder()
            .item("pk", text("p"))
            .item("sk", text(sk))
            .build()
            .expect("a put");
        WriteRequest::builder().put_request(put).build()
    };
    let written = client
        .batch_write_item()
        .request_items(TABLE, vec![write("1"), write("2"), write("3")])
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .expect("the batch is answered");
    let unprocessed = written.unprocessed_items().expect("a part is left");
    assert_eq!(unprocessed[TABLE].len(), 1);
    assert_eq!(sort_keys(query(&client)).await, ["1", "2"]);
    assert!((cloud.faults().counters().write_units() - 2.0).abs() < f64::EPSILON);

    let key = |sk: &str| HashMap::from([("pk".to_owned(), text("p")), ("sk".to_owned(), text(sk))]);
    // The query was the second call that the injection looked at.
    cloud
        .faults()
        .inject(Injection::new(Fault::Unprocessed, When::Always));
    let read = client
        .batch_get_item()
        .request_items(
            TABLE,
            KeysAndAttributes::builder()
                .keys(key("1"))
                .keys(key("2"))
                .build()
                .expect("keys"),
        )
        .send()
        .await
        .expect("the batch is answered");
    assert_eq!(read.responses().expect("items")[TABLE].len(), 1);
    let unprocessed = read.unprocessed_keys().expect("a part is left");
    assert_eq!(unprocessed[TABLE].keys(), [key("2")]);
    cloud.stop().await;
}

#[tokio::test]
async fn a_killed_cloud_answers_nothing_until_it_is_revived() {
    let cloud = cloud_with_table().await;
    let once = dynamodb_without_retries(&cloud);
    cloud.faults().kill_after_writes(2);
    for sk in ["1", "2", "3"] {
        let put = put(&once, sk).send().await;
        assert_eq!(put.is_ok(), sk != "3", "{sk}");
    }
    assert!(cloud.faults().is_killed());
    assert!(query(&once).send().await.is_err());
    cloud.faults().revive();
    assert_eq!(sort_keys(query(&once)).await, ["1", "2"]);
    cloud.stop().await;
}

#[tokio::test]
async fn a_kill_after_reads_of_objects_reaches_the_table_too() {
    let cloud = cloud_with_table().await;
    cloud.create_bucket("logs").expect("a bucket");
    cloud.put_object("logs", "a", "body").expect("an object");
    let (table, objects) = (dynamodb_without_retries(&cloud), s3(&cloud));
    cloud.faults().kill_after_gets(1);
    let get = || objects.get_object().bucket("logs").key("a").send();
    get().await.expect("the first read");
    assert!(get().await.is_err());
    assert!(query(&table).send().await.is_err());
    cloud.faults().revive();
    cloud
        .faults()
        .inject(Injection::new(Fault::Throttled, When::First(1)).of("GetObject"));
    get().await.expect("a retry after SlowDown");
    assert_eq!(cloud.faults().counters().operations["GetObject"].struck, 4);
    cloud.stop().await;
}

#[tokio::test]
async fn eventually_consistent_reads_miss_the_latest_puts() {
    let cloud = cloud_with_table().await;
    let client = dynamodb(&cloud);
    put(&client, "0").send().await.expect("a put");
    cloud.faults().stale_reads(2);
    for sk in ["1", "2", "3"] {
        put(&client, sk).send().await.expect("a put");
    }
    assert_eq!(sort_keys(query(&client)).await, ["0", "1"]);
    let strong = query(&client).consistent_read(true);
    assert_eq!(sort_keys(strong).await, ["0", "1", "2", "3"]);

    let answer = query(&client)
        .projection_expression("#b")
        .expression_attribute_names("#b", "body")
        .send()
        .await
        .expect("a query");
    assert_eq!((answer.count(), answer.scanned_count()), (2, 2));
    let projected = HashMap::from([("body".to_owned(), text("x"))]);
    assert_eq!(answer.items(), [projected.clone(), projected]);

    let get = |strong: bool| {
        client
            .get_item()
            .table_name(TABLE)
            .key("pk", text("p"))
            .key("sk", text("3"))
            .projection_expression("body")
            .consistent_read(strong)
            .send()
    };
    assert!(get(false).await.expect("a read").item().is_none());
    assert!(get(true).await.expect("a read").item().is_some());

    let keys = ["1", "2", "3"].map(|sk| {
        HashMap::<String, AttributeValue>::from([
            ("pk".to_owned(), text("p")),
            ("sk".to_owned(), text(sk)),
        ])
    });
    let batch = |strong: bool| {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys.to_vec()))
            .consistent_read(strong)
            .build()
            .expect("keys");
        client.batch_get_item().request_items(TABLE, keys).send()
    };
    let found = batch(false).await.expect("a batch");
    assert_eq!(found.responses().expect("items")[TABLE].len(), 1);
    let found = batch(true).await.expect("a batch");
    assert_eq!(found.responses().expect("items")[TABLE].len(), 3);

    cloud.faults().stale_reads(0);
    assert_eq!(sort_keys(query(&client)).await.len(), 4);
    cloud.stop().await;
}
