//! The keys that digests are signed with: kept once they were met, waited for where they
//! cannot be had.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use index::table::integrity::{self as places, ArchivedKey};

use crate::clean::check_clean;
use crate::stack::Stack;

#[tokio::test]
async fn keys_are_kept_for_when_cloudtrail_lists_them_no_more() {
    let stack = Stack::of_hours(8).await;
    stack.run().await;
    check_clean(&stack).await;
    let key = &stack.archive.public_keys[0];
    for region in stack.regions() {
        let item = stack
            .table()
            .get(&places::keys(&region), &key.fingerprint)
            .await;
        let item = item.expect("the table answers").expect("a key");
        let kept = ArchivedKey::from_body(&item.body).expect("of its form");
        assert_eq!(STANDARD.decode(kept.value).expect("base64"), key.value);
        let removed = stack.cloud.remove_public_key(&region, &key.fingerprint);
        assert!(removed.expect("the cloud answers"));
    }
    // The same digests, to a function that has just started.
    let (_, digests) = stack.put_all();
    stack.deliver(&digests).await;
    stack.settle().await;
    assert_eq!(stack.open().await, []);
}

#[tokio::test]
async fn a_region_that_cannot_be_asked_is_no_tampering_and_waits_for_its_keys() {
    let stack = Stack::of_hours(8).await;
    for region in stack.regions() {
        stack.cloud.disable_region(&region).expect("disabled");
    }
    stack.run().await;
    let kinds = stack.kinds().await;
    assert_eq!(kinds, BTreeSet::from(["key-unavailable".to_owned()]));
    let told = stack.told().await;
    assert_eq!(
        told.len(),
        stack.regions().len(),
        "once for each: {told:#?}"
    );
    assert!(told.iter().all(|told| told.severity == alerts::Level::Low));

    // An operator imports them.
    for region in stack.regions() {
        for key in &stack.archive.public_keys {
            let archived = ArchivedKey {
                value: STANDARD.encode(&key.value),
                fingerprint: key.fingerprint.clone(),
                validity_start_time: None,
                validity_end_time: None,
            };
            let put = stack.table().put(&archived.item(&region)).await;
            put.expect("the key is put");
        }
    }
    stack.settle().await;
    check_clean(&stack).await;
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn a_region_that_has_no_such_key_means_forgery() {
    let stack = Stack::of_hours(8).await;
    for region in stack.regions() {
        let fingerprint = &stack.archive.public_keys[0].fingerprint;
        let removed = stack.cloud.remove_public_key(&region, fingerprint);
        assert!(removed.expect("the cloud answers"));
    }
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    stack.deliver(&digests[..1]).await;
    let kinds = stack.kinds().await;
    assert_eq!(kinds, BTreeSet::from(["digest-key-unknown".to_owned()]));
}
