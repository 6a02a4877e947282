//! KMS keys.

use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::primitives::DateTime;
use aws_sdk_kms::types::KeyState as State;
use local::{Cloud, Key, KeyState, Storage};

use crate::clients::kms;

const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const ARN: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ALIAS: &str = "arn:aws:kms:us-east-1:111122223333:alias/logs";

#[tokio::test]
async fn a_key_is_described_by_every_name_it_has() {
    let directory = tempfile::tempdir().expect("a directory");
    let storage = Storage::Directory(directory.path().join("state"));
    let cloud = Cloud::start(storage.clone()).await.expect("a cloud");
    let mut key = Key::new(ARN);
    key.aliases = vec!["alias/logs".to_owned()];
    cloud.put_key(&key).expect("a key");
    cloud.stop().await;

    let cloud = Cloud::start(storage).await.expect("the cloud again");
    let client = kms(&cloud);
    for name in [ID, ARN, ALIAS, "alias/logs"] {
        let found = client.describe_key().key_id(name).send().await;
        let found = found.expect("a key");
        let found = found.key_metadata().expect("metadata");
        assert_eq!(found.arn(), Some(ARN));
        assert_eq!(found.aws_account_id(), Some("111122223333"));
        assert_eq!(found.key_state(), Some(&State::Enabled));
        assert!(found.enabled());
    }
    let policy = client.get_key_policy().key_id(ID).send().await;
    let policy = policy.expect("a policy");
    assert_eq!(policy.policy_name(), Some("default"));
    assert_eq!(policy.policy(), Some(&*key.policy));
    assert!(key.policy.contains("arn:aws:iam::111122223333:root"));
    let refused = client.get_key_policy().key_id(ID).policy_name("other");
    let refused = refused.send().await.expect_err("no policy");
    assert_eq!(refused.code(), Some("NotFoundException"));

    key.state = KeyState::PendingDeletion;
    key.deletion = Some(1_791_849_600);
    cloud.put_key(&key).expect("the key again");
    let found = client
        .describe_key()
        .key_id(ID)
        .send()
        .await
        .expect("a key");
    let found = found.key_metadata().expect("metadata");
    assert_eq!(found.key_state(), Some(&State::PendingDeletion));
    assert!(!found.enabled());
    assert_eq!(
        found.deletion_date().map(DateTime::secs),
        Some(1_791_849_600)
    );
    cloud.stop().await;
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let client = kms(&cloud);
    for name in [ARN, ALIAS] {
        let refused = client.describe_key().key_id(name).send().await;
        let refused = refused.expect_err("no key");
        assert_eq!(refused.code(), Some("NotFoundException"));
        assert!(refused.as_service_error().is_some_and(
            aws_sdk_kms::operation::describe_key::DescribeKeyError::is_not_found_exception
        ));
    }
    assert!(cloud.put_key(&Key::new("1234")).is_err());
    let elsewhere = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    cloud.put_key(&Key::new(elsewhere)).expect("a key");
    let refused = client.describe_key().key_id(ID).send().await;
    assert!(refused.is_err(), "it is of another Region");
    assert!(cloud.delete_key(elsewhere).expect("a removal"));
    let refused = client.disable_key().key_id(ID).send().await;
    let refused = refused.expect_err("not implemented");
    assert_eq!(
        refused.raw_response().map(|raw| raw.status().as_u16()),
        Some(501)
    );
    cloud.stop().await;
}
