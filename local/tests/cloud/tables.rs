//! The settings of tables, and items that expire.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, PointInTimeRecoveryDescription, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, ReturnValue, TableDescription, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use local::{Cloud, Storage};

use crate::clients::{TABLE, create_table, dynamodb, put, query, sort_keys, table_settings, text};

const ARN: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/index";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

fn number(seconds: i64) -> AttributeValue {
    AttributeValue::N(seconds.to_string())
}

async fn expire(client: &aws_sdk_dynamodb::Client) {
    let specification = TimeToLiveSpecification::builder()
        .attribute_name("expires")
        .enabled(true);
    client
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(specification.build().expect("a specification"))
        .send()
        .await
        .expect("time to live is set");
}

#[tokio::test]
async fn recovery_and_policies_are_kept_beside_the_engine() {
    let directory = tempfile::tempdir().expect("a directory");
    let storage = Storage::Directory(directory.path().join("state"));
    let cloud = Cloud::start(storage.clone()).await.expect("a cloud");
    assert_eq!(cloud.table_settings(), cloud.dynamodb());
    let client = dynamodb(&cloud);
    create_table(&client).await;
    let recovery = client.describe_continuous_backups().table_name(TABLE);
    let recovery = recovery.send().await.expect("a description");
    let status = recovery
        .continuous_backups_description()
        .and_then(|it| it.point_in_time_recovery_description())
        .and_then(|it| it.point_in_time_recovery_status());
    assert_eq!(status, Some(&PointInTimeRecoveryStatus::Disabled));
    let specification = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(true)
        .recovery_period_in_days(14);
    client
        .update_continuous_backups()
        .table_name(TABLE)
        .point_in_time_recovery_specification(specification.build().expect("a specification"))
        .send()
        .await
        .expect("recovery is on");
    let missing = client.get_resource_policy().resource_arn(ARN).send().await;
    let missing = missing.expect_err("no policy");
    assert_eq!(missing.code(), Some("PolicyNotFoundException"));
    let set = client.put_resource_policy().resource_arn(ARN);
    let set = set.policy(POLICY).send().await.expect("a policy");
    let revision = set.revision_id().expect("a revision").to_owned();
    let refused = client
        .put_resource_policy()
        .resource_arn(ARN)
        .policy(POLICY)
        .expected_revision_id("NO_POLICY")
        .send()
        .await
        .expect_err("there is a policy");
    assert_eq!(refused.code(), Some("PolicyNotFoundException"));
    cloud.stop().await;

    // Without an injector the engine alone does not know them.
    let cloud = Cloud::start_without_faults(storage).await.expect("a cloud");
    assert_ne!(cloud.table_settings(), cloud.dynamodb());
    let client = table_settings(&cloud);
    let found = client.get_resource_policy().resource_arn(ARN).send().await;
    let found = found.expect("a policy");
    assert_eq!(found.policy(), Some(POLICY));
    assert_eq!(found.revision_id(), Some(&*revision));
    let recovery = client.describe_continuous_backups().table_name(TABLE);
    let recovery = recovery.send().await.expect("a description");
    let recovery = recovery
        .continuous_backups_description()
        .and_then(|it| it.point_in_time_recovery_description())
        .expect("recovery");
    assert_eq!(recovery.recovery_period_in_days(), Some(14));
    assert!(recovery.earliest_restorable_date_time().is_some());
    put(&client, "1").send().await.expect("a put passes");
    assert_eq!(sort_keys(query(&client)).await, ["1"]);

    client
        .delete_resource_policy()
        .resource_arn(ARN)
        .expected_revision_id(&revision)
        .send()
        .await
        .expect("no policy");
    let missing = client.get_resource_policy().resource_arn(ARN).send().await;
    let missing = missing.expect_err("no policy");
    assert_eq!(missing.code(), Some("PolicyNotFoundException"));
    let missing = client.describe_continuous_backups().table_name("none");
    let missing = missing.send().await.expect_err("no table");
    assert_eq!(missing.code(), Some("TableNotFoundException"));
    let missing = client.get_resource_policy().resource_arn("none").send();
    let missing = missing.await.expect_err("no table");
    assert_eq!(missing.code(), Some("ResourceNotFoundException"));
    cloud.stop().await;
}

#[tokio::test]
async fn settings_without_http_are_those_that_are_answered() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = dynamodb(&cloud);
    create_table(&client).await;
    cloud
        .set_table_policy(TABLE, Some(POLICY))
        .expect("a policy");
    cloud
        .set_point_in_time_recovery(TABLE, true)
        .expect("recovery");
    let found = client.get_resource_policy().resource_arn(ARN).send().await;
    assert_eq!(found.expect("a policy").policy(), Some(POLICY));
    let recovery = client.describe_continuous_backups().table_name(TABLE);
    let recovery = recovery.send().await.expect("a description");
    let days = recovery
        .continuous_backups_description()
        .and_then(|it| it.point_in_time_recovery_description())
        .and_then(PointInTimeRecoveryDescription::recovery_period_in_days);
    assert_eq!(days, Some(35));

    // A table that is made anew has none of them.
    let gone = client.delete_table().table_name(TABLE).send().await;
    gone.expect("the table is deleted");
    create_table(&client).await;
    let missing = client.get_resource_policy().resource_arn(ARN).send().await;
    assert!(missing.is_err(), "the policy went with the table");
    cloud.stop().await;
}

#[tokio::test]
async fn a_protected_table_is_not_deleted() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = dynamodb(&cloud);
    create_table(&client).await;
    for is_protected in [true, false] {
        client
            .update_table()
            .table_name(TABLE)
            .deletion_protection_enabled(is_protected)
            .send()
            .await
            .expect("the table is changed");
        let found = client.describe_table().table_name(TABLE).send().await;
        let found = found.expect("a table");
        let found = found
            .table()
            .and_then(TableDescription::deletion_protection_enabled);
        assert_eq!(found, Some(is_protected));
        let deleted = client.delete_table().table_name(TABLE).send().await;
        assert_eq!(deleted.is_err(), is_protected);
    }
    cloud.stop().await;
}

#[tokio::test]
async fn items_expire_at_the_time_that_a_sweep_is_told() {
    const NOW: i64 = 1_791_849_600;
    const YEAR: i64 = 365 * 86_400;
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = dynamodb(&cloud);
    create_table(&client).await;
    assert_eq!(cloud.sweep_ttl_at(NOW).await.expect("a sweep"), 0);
    expire(&client).await;
    let found = client
        .describe_time_to_live()
        .table_name(TABLE)
        .send()
        .await;
    let found = found.expect("a description");
    let found = found.time_to_live_description().expect("a description");
    assert_eq!(
        found.time_to_live_status(),
        Some(&TimeToLiveStatus::Enabled)
    );
    assert_eq!(found.attribute_name(), Some("expires"));
    for (sk, expires) in [
        ("ancient", number(NOW - 6 * YEAR)),
        ("now", number(NOW)),
        ("over", number(NOW - 1)),
        ("text", text("1")),
    ] {
        put(&client, sk)
            .item("expires", expires)
            .send()
            .await
            .expect("a put");
    }
    put(&client, "without").send().await.expect("a put");
    let left = ["ancient", "now", "text", "without"];
    assert_eq!(cloud.sweep_ttl_at(NOW - 1).await.expect("a sweep"), 0);
    assert_eq!(cloud.sweep_ttl_at(NOW).await.expect("a sweep"), 1);
    assert_eq!(sort_keys(query(&client)).await, left);
    assert_eq!(cloud.sweep_ttl_at(NOW + 1).await.expect("a sweep"), 1);
    assert_eq!(
        sort_keys(query(&client)).await,
        ["ancient", "text", "without"]
    );
    cloud.stop().await;
}

#[tokio::test]
async fn expiry_is_set_and_removed_where_the_item_is_there() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = dynamodb(&cloud);
    create_table(&client).await;
    put(&client, "1").send().await.expect("a put");
    let stamp = |sk: &str, expires: Option<i64>| {
        let update = client
            .update_item()
            .table_name(TABLE)
            .key("pk", text("p"))
            .key("sk", text(sk))
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllNew);
        match expires {
            Some(expires) => update
                .update_expression("SET expires = :expires")
                .expression_attribute_values(":expires", number(expires)),
            None => update.update_expression("REMOVE expires"),
        }
        .send()
    };
    for expires in [Some(7), None, None] {
        let stamped = stamp("1", expires).await.expect("an update");
        let item = stamped.attributes().expect("the item");
        assert_eq!(item.get("expires"), expires.map(number).as_ref());
        assert_eq!(item["body"], text("x"));
    }
    let refused = stamp("2", Some(7)).await.expect_err("no item");
    assert_eq!(refused.code(), Some("ConditionalCheckFailedException"));
    let delete = |wanted: i64| {
        client
            .delete_item()
            .table_name(TABLE)
            .key("pk", text("p"))
            .key("sk", text("1"))
            .condition_expression("expires = :expires")
            .expression_attribute_values(":expires", number(wanted))
            .send()
    };
    stamp("1", Some(7)).await.expect("an update");
    let refused = delete(8).await.expect_err("another expiry");
    assert_eq!(refused.code(), Some("ConditionalCheckFailedException"));
    delete(7).await.expect("it is deleted");
    assert!(sort_keys(query(&client)).await.is_empty());
    cloud.stop().await;
}
