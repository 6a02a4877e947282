//! A protection that is not as promised is told of once, until it is right again.

use std::sync::Arc;

use aws_sdk_dynamodb::types::TimeToLiveSpecification;
use local::{Key, KeyState, Lifecycle, LockMode, Trail};
use retention::config::Management;
use retention::{Custodian, Promised, Settings};
use serde_json::{Value, json};

use crate::world::{BUCKET, NOON, TIME, World, sdk, settings};

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
const DEPLOYER: &str = "arn:aws:iam::111122223333:role/deployer";
const INDEXER: &str = "arn:aws:iam::111122223333:role/indexer";
const CUSTODIAN: &str = "arn:aws:iam::111122223333:role/custodian";

fn promised() -> Promised {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Promised {
        table: true,
        bucket: Some(BUCKET.to_owned()),
        lock: Some(aws::objects::protection::Lock {
            mode: "GOVERNANCE".to_owned(),
            days: 365,
        }),
        archive_days: Some(0),
        transitions: Vec::new(),
        trail: Some(TRAIL.to_owned()),
        management: Some(Management {
            reads: true,
            writes: true,
        }),
        data: Vec::new(),
        key: Some(KEY.to_owned()),
        exempt: texts(&[BREAK_GLASS]),
        deployers: texts(&[DEPLOYER]),
        called_via: None,
        putters: texts(&[INDEXER, CUSTODIAN]),
        updaters: texts(&[CUSTODIAN]),
        writer_keys: vec![
            (INDEXER.to_owned(), texts(&["block#*", "segments#*"])),
            (
                CUSTODIAN.to_owned(),
                texts(&["block#*", "holds", "segments#*"]),
            ),
        ],
    }
}

/// The table's policy, as the template has it.
fn table_policy(arn: &str) -> Value {
    let deny = |actions: &[&str], exempt: &[&str]| {
        json!({
            "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": arn,
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": exempt}},
        })
    };
    json!({"Version": "2012-10-17", "Statement": [
        deny(&["dynamodb:PutItem"], &[INDEXER, CUSTODIAN, BREAK_GLASS]),
        deny(&["dynamodb:DeleteItem", "dynamodb:UpdateItem"], &[CUSTODIAN, BREAK_GLASS]),
        deny(&["dynamodb:BatchWriteItem", "dynamodb:PartiQL*"], &[BREAK_GLASS]),
        deny(&[
            "dynamodb:AssociateTableReplica", "dynamodb:CreateTableReplica",
            "dynamodb:DeleteResourcePolicy", "dynamodb:DeleteTable",
            "dynamodb:DeleteTableReplica", "dynamodb:PutResourcePolicy",
            "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive", "dynamodb:WriteDataForReplication",
        ], &[DEPLOYER, BREAK_GLASS]),
        {
            "Effect": "Deny", "Principal": "*", "Action": "dynamodb:PutItem", "Resource": arn,
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": INDEXER},
                "ForAnyValue:StringNotLike": {"dynamodb:LeadingKeys": ["block#*", "segments#*"]},
            },
        },
        {
            "Effect": "Deny", "Principal": "*", "Action": "dynamodb:PutItem", "Resource": arn,
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": CUSTODIAN},
                "ForAnyValue:StringNotLike": {"dynamodb:LeadingKeys": "holds"},
            },
        },
        {
            "Effect": "Deny", "Principal": "*", "Resource": arn,
            "Action": ["dynamodb:DeleteItem", "dynamodb:UpdateItem"],
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": CUSTODIAN},
                "ForAnyValue:StringNotLike": {"dynamodb:LeadingKeys": ["block#*", "segments#*"]},
            },
        },
        {
            "Effect": "Deny", "Principal": "*", "Action": "dynamodb:UpdateItem", "Resource": arn,
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": CUSTODIAN},
                "ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["block#*", "segments#*"]},
                "ForAnyValue:StringNotEquals": {"dynamodb:Attributes": ["expires", "pk", "sk"]},
            },
        },
    ]})
}

/// The log bucket's policy, as the template has it.
fn bucket_policy() -> Value {
    let bucket = format!("arn:aws:s3:::{BUCKET}");
    let objects = format!("{bucket}/*");
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Resource": objects,
         "Action": ["s3:PutObject", "s3:ReplicateObject"],
         "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}},
        {"Effect": "Deny", "Principal": "*", "Resource": [bucket, objects],
         "Action": ["s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteObject",
                    "s3:DeleteObjectVersion", "s3:ReplicateDelete",
                    "s3:UpdateObjectEncryption"]},
        {"Effect": "Deny", "Principal": "*", "Resource": objects,
         "Action": ["s3:PutObjectLegalHold", "s3:PutObjectRetention"],
         "Condition": {"ArnNotLike": {"aws:PrincipalArn": BREAK_GLASS}}},
        {"Effect": "Deny", "Principal": "*", "Resource": bucket,
         "Action": ["s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketNotification",
                    "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls",
                    "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
                    "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
                    "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration"],
         "Condition": {"ArnNotLike": {"aws:PrincipalArn": [DEPLOYER, BREAK_GLASS]}}},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [bucket, objects],
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ]})
}

/// A world in which everything is as promised.
async fn protected() -> (World, Arc<Custodian>) {
    let world = World::start().await;
    let cloud = world.cloud();
    let arn = world.table().describe().await.expect("a table").arn;
    let policy = table_policy(&arn).to_string();
    cloud
        .set_table_policy(&world.table, Some(&policy))
        .expect("set");
    cloud
        .set_point_in_time_recovery(&world.table, true)
        .expect("set");
    let policy = bucket_policy().to_string();
    cloud.set_bucket_policy(BUCKET, Some(&policy)).expect("set");
    cloud
        .set_default_lock(BUCKET, Some((LockMode::Governance, 365)))
        .expect("set");
    cloud.block_public_access(BUCKET, true).expect("set");
    cloud.put_trail(&Trail::new(TRAIL, BUCKET)).expect("set");
    cloud.put_key(&Key::new(KEY)).expect("set");
    let settings = Settings {
        promised: promised(),
        ..settings("90")
    };
    let custodian = world.custodian_of(world.table(), settings);
    (world, custodian)
}

/// Looks at everything; answers the kinds of what was told.
async fn look(world: &World, custodian: &Arc<Custodian>, now: i64) -> (u64, u64, Vec<String>) {
    let handled = custodian.handle(&json!({"task": "daily"}), now, TIME).await;
    let counts = handled.expect("looked").counts;
    let told = world.messages(&world.alert_queue()).await;
    let kinds = told.iter().map(|message| {
        assert_eq!(message["source"], "trailkeep");
        assert_eq!(message["finding"]["origin"], "retention");
        message["finding"]["kind"]
            .as_str()
            .expect("a kind")
            .to_owned()
    });
    (
        counts.drifted.expect("looked"),
        counts.unknown,
        kinds.collect(),
    )
}

#[tokio::test]
async fn nothing_is_told_where_everything_is_as_promised() {
    let (world, custodian) = protected().await;
    assert_eq!(look(&world, &custodian, NOON).await, (0, 0, vec![]));
}

/// Changes a protection.
type Change = fn(&World);

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of protections")]
async fn every_protection_that_drifts_is_told_once_and_again_after_it_was_right() {
    let changes: [(&str, Change, Change); 12] = [
        (
            "bucket-lifecycle",
            |world| {
                let lifecycle = Lifecycle {
                    transitions: Vec::new(),
                    expires: Some(30),
                    versions_expire: None,
                };
                let set = world.cloud().set_lifecycle(BUCKET, Some(&lifecycle));
                set.expect("set");
            },
            |world| world.cloud().set_lifecycle(BUCKET, None).expect("set"),
        ),
        (
            "trail-bucket",
            |world| trail(world, |trail| trail.bucket = "elsewhere".to_owned()),
            |world| trail(world, |_| {}),
        ),
        (
            "table-recovery",
            |world| {
                world
                    .cloud()
                    .set_point_in_time_recovery(&world.table, false)
                    .expect("set");
            },
            |world| {
                world
                    .cloud()
                    .set_point_in_time_recovery(&world.table, true)
                    .expect("set");
            },
        ),
        (
            "bucket-versioning",
            |world| world.cloud().set_versioning(BUCKET, false).expect("set"),
            |world| world.cloud().set_versioning(BUCKET, true).expect("set"),
        ),
        (
            "bucket-lock",
            |world| {
                let lock = Some((LockMode::Governance, 30));
                world.cloud().set_default_lock(BUCKET, lock).expect("set");
            },
            |world| {
                let lock = Some((LockMode::Compliance, 400));
                world.cloud().set_default_lock(BUCKET, lock).expect("set");
            },
        ),
        (
            "bucket-policy",
            |world| world.cloud().set_bucket_policy(BUCKET, None).expect("set"),
            |world| {
                let policy = bucket_policy().to_string();
                world
                    .cloud()
                    .set_bucket_policy(BUCKET, Some(&policy))
                    .expect("set");
            },
        ),
        (
            "bucket-public-access",
            |world| {
                world
                    .cloud()
                    .block_public_access(BUCKET, false)
                    .expect("set");
            },
            |world| {
                world
                    .cloud()
                    .block_public_access(BUCKET, true)
                    .expect("set");
            },
        ),
        (
            "trail-logging",
            |world| trail(world, |trail| trail.is_logging = false),
            |world| trail(world, |_| {}),
        ),
        (
            "trail-regions",
            |world| trail(world, |trail| trail.is_multi_region = false),
            |world| trail(world, |_| {}),
        ),
        (
            "trail-validation",
            |world| trail(world, |trail| trail.validates_files = false),
            |world| trail(world, |_| {}),
        ),
        (
            "trail-selectors",
            |world| {
                trail(world, |trail| {
                    trail.advanced_event_selectors = json!([{
                        "Name": "writes alone",
                        "FieldSelectors": [
                            {"Field": "eventCategory", "Equals": ["Management"]},
                            {"Field": "readOnly", "Equals": ["false"]},
                        ],
                    }]);
                    trail.event_selectors = Value::Null;
                });
            },
            |world| trail(world, |_| {}),
        ),
        (
            "key-state",
            |world| {
                let mut key = Key::new(KEY);
                key.state = KeyState::PendingDeletion;
                key.deletion = Some(NOON);
                world.cloud().put_key(&key).expect("set");
            },
            |world| world.cloud().put_key(&Key::new(KEY)).expect("set"),
        ),
    ];
    let (world, custodian) = protected().await;
    let mut now = NOON;
    for (check, break_it, mend) in changes {
        let kind = vec![format!("drift-{check}")];
        for _ in 0..2 {
            break_it(&world);
            assert_eq!(
                look(&world, &custodian, now).await,
                (1, 0, kind.clone()),
                "{check}"
            );
            assert_eq!(
                look(&world, &custodian, now + 60).await,
                (1, 0, vec![]),
                "{check}"
            );
            mend(&world);
            assert_eq!(
                look(&world, &custodian, now + 120).await,
                (0, 0, vec![]),
                "{check}"
            );
            now += 600;
        }
    }
}

fn trail(world: &World, change: impl FnOnce(&mut Trail)) {
    let mut trail = Trail::new(TRAIL, BUCKET);
    change(&mut trail);
    world.cloud().put_trail(&trail).expect("set");
}

#[tokio::test]
async fn the_tables_own_settings_are_looked_at() {
    let (world, custodian) = protected().await;
    let table = world.table();
    let unprotected = table
        .client()
        .update_table()
        .table_name(table.name())
        .deletion_protection_enabled(false);
    unprotected.send().await.expect("updated");
    let off = TimeToLiveSpecification::builder()
        .enabled(false)
        .attribute_name("expires")
        .build()
        .expect("a specification");
    let off = table
        .client()
        .update_time_to_live()
        .table_name(table.name())
        .time_to_live_specification(off);
    off.send().await.expect("updated");
    let arn = table.describe().await.expect("a table").arn;
    let mut policy = table_policy(&arn);
    // The indexer may delete, too.
    policy["Statement"][1]["Condition"]["ArnNotLike"]["aws:PrincipalArn"] =
        json!([INDEXER, CUSTODIAN, BREAK_GLASS]);
    world
        .cloud()
        .set_table_policy(&world.table, Some(&policy.to_string()))
        .expect("set");
    let (drifted, unknown, kinds) = look(&world, &custodian, NOON).await;
    assert_eq!((drifted, unknown), (3, 0));
    let expected = [
        "drift-table-ttl",
        "drift-table-deletion-protection",
        "drift-table-policy",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn drift_that_cannot_be_told_is_told_later_and_what_cannot_be_looked_at_is_no_drift() {
    let (world, _) = protected().await;
    world
        .cloud()
        .set_point_in_time_recovery(&world.table, false)
        .expect("set");
    // Nothing of CloudTrail's can be asked: five checks.
    world
        .cloud()
        .disable_region(local::REGION)
        .expect("disabled");
    let settings = || Settings {
        promised: promised(),
        ..settings("90")
    };
    // A queue that is not there.
    let clients = retention::Clients {
        table: world.table(),
        objects: aws::Objects::new(&sdk(world.cloud().s3())),
        index_queue: None,
        alert_queue: Some(aws::Queue::new(
            &sdk(world.cloud().sqs()),
            format!("{}/000000000000/nobody", world.cloud().sqs()),
        )),
        trail: Some(aws::Trail::new(&sdk(world.cloud().cloudtrail()), TRAIL)),
        key: Some(aws::EncryptionKey::new(&sdk(world.cloud().kms()), KEY)),
    };
    let custodian = Arc::new(Custodian::new(clients, settings()));
    let handled = custodian
        .handle(&json!({"task": "daily"}), NOON, TIME)
        .await;
    let outcome = handled.expect("the task is known").outcome();
    let error = outcome.expect_err("the drift is not told").to_string();
    assert!(error.contains("drift"), "{error}");

    let custodian = world.custodian_of(world.table(), settings());
    let handled = custodian
        .handle(&json!({"task": "continue"}), NOON + 300, TIME)
        .await;
    let counts = handled.expect("told").counts;
    assert_eq!((counts.drifted, counts.unknown), (Some(1), 5));
    let told = world.messages(&world.alert_queue()).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["finding"]["kind"], "drift-table-recovery");
    assert_eq!(told[0]["finding"]["time"], NOON, "since it was seen first");
}

#[tokio::test]
async fn an_adopted_bucket_and_another_stacks_trail_are_not_looked_at() {
    let world = World::start().await;
    let custodian = world.custodian("90");
    let handled = custodian
        .handle(&json!({"task": "daily"}), NOON, TIME)
        .await;
    let counts = handled.expect("looked").counts;
    assert_eq!((counts.drifted, counts.unknown), (Some(0), 0));
}
