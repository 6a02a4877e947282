//! Whatever is done to the bucket is found, named as it should be, and told once.

use std::collections::BTreeSet;

use sample::tamper::{TAMPERINGS, Tampering};

use crate::stack::Stack;

/// Does a deed to a trail before it is delivered, and sees it found.
async fn check(tampering: &Tampering) {
    let name = tampering.name;
    let mut stack = Stack::of_hours(8).await;
    let changed = tampering.apply(&mut stack.archive.objects);
    assert!(changed.is_some(), "{name} needs a longer trail");
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    stack.deliver(&digests).await;
    stack.settle().await;
    // Everything comes twice.
    stack.index(&logs).await;
    stack.deliver(&digests).await;
    stack.settle().await;

    let open = stack.open().await;
    let kinds: BTreeSet<&str> = open.iter().map(|finding| finding.kind.as_str()).collect();
    for kind in tampering.must {
        assert!(kinds.contains(kind), "{name}: no {kind} in {open:#?}");
    }
    let allowed = |kind: &&str| tampering.must.contains(kind) || tampering.may.contains(kind);
    assert!(kinds.iter().all(allowed), "{name}: {open:#?}");

    // Each was told once, and nothing else was.
    let told = stack.told().await;
    let ids: BTreeSet<&str> = told.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids.len(), told.len(), "{name}: told twice: {told:#?}");
    assert!(
        open.iter().all(|finding| ids.contains(finding.id.as_str())),
        "{name}"
    );
    let told: BTreeSet<&str> = told.iter().map(|finding| finding.kind.as_str()).collect();
    assert!(told.iter().all(allowed), "{name}: {told:?}");
}

/// Every fourth deed from one on, so that the tests run side by side.
async fn check_quarter(first: usize) {
    for tampering in TAMPERINGS.iter().skip(first).step_by(4) {
        Box::pin(check(tampering)).await;
    }
}

#[tokio::test]
async fn the_first_quarter_of_deeds_is_found() {
    check_quarter(0).await;
}

#[tokio::test]
async fn the_second_quarter_of_deeds_is_found() {
    check_quarter(1).await;
}

#[tokio::test]
async fn the_third_quarter_of_deeds_is_found() {
    check_quarter(2).await;
}

#[tokio::test]
async fn the_fourth_quarter_of_deeds_is_found() {
    check_quarter(3).await;
}

#[tokio::test]
async fn what_is_done_after_all_was_verified_is_found() {
    for (name, kind) in [
        ("log-record-changed", "log-changed"),
        ("log-member-appended", "log-appended"),
        ("log-removed", "log-missing"),
        ("log-added", "log-unlisted"),
        ("digest-member-appended", "digest-appended"),
        ("digest-removed", "digest-missing"),
    ] {
        let stack = Stack::of_hours(8).await;
        stack.run().await;
        assert_eq!(stack.open().await, []);
        let tampering = TAMPERINGS.iter().find(|tampering| tampering.name == name);
        let mut objects = stack.archive.objects.clone();
        let changed = tampering.and_then(|tampering| tampering.apply(&mut objects));
        for key in changed.expect("the trail is long enough") {
            if let Some(object) = objects.get(&key) {
                stack.put(&key, object);
            } else {
                let removed = stack.cloud.delete_object(&stack.archive.bucket, &key);
                removed.expect("a delete marker");
            }
        }
        stack.sweep(stack.now() + 3_600).await;
        stack.sweep(stack.now() + 7_200).await;
        assert_eq!(
            stack.kinds().await,
            BTreeSet::from([kind.to_owned()]),
            "{name}"
        );
        let told = stack.told().await;
        assert_eq!(told.len(), 1, "{name}: {told:#?}");
    }
}
