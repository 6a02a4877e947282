//! Digests may come late, twice, out of order, or by no message at all.

use std::collections::BTreeSet;

use crate::clean::check_clean;
use crate::stack::Stack;

#[tokio::test]
async fn digests_that_come_in_any_order_and_twice_are_proven() {
    let stack = Stack::of_hours(8).await;
    let (logs, mut digests) = stack.put_all();
    stack.index(&logs).await;
    digests.reverse();
    let again: Vec<String> = digests.iter().step_by(3).cloned().collect();
    digests.extend(again);
    stack.deliver(&digests).await;
    assert_eq!(stack.open().await, []);
    stack.settle().await;
    check_clean(&stack).await;
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn a_digest_that_comes_late_mends_what_was_missing() {
    let stack = Stack::of_hours(8).await;
    let late = late(&stack);
    let (mut logs, mut digests) = (Vec::new(), Vec::new());
    for (key, object) in &stack.archive.objects {
        if *key == late {
            continue;
        }
        let body = stack.put(key, object);
        if sample::digest::Digest::read(&object.bytes).is_some() {
            digests.push(body);
        } else {
            logs.push(body);
        }
    }
    stack.index(&logs).await;
    stack.deliver(&digests).await;
    stack.settle().await;
    let kinds = stack.kinds().await;
    assert_eq!(kinds, BTreeSet::from(["digest-missing".to_owned()]));
    let told = stack.told().await;
    assert_eq!(told.len(), 1, "{told:#?}");

    let body = stack.put(&late, &stack.archive.objects[&late]);
    stack.deliver(&[body]).await;
    stack.settle().await;
    check_clean(&stack).await;
    // It is crossed out and not forgotten, and nobody is told anything further.
    let kept = stack.kept().await;
    assert_eq!(kept.len(), 1);
    assert!(kept.values().all(|(kept, _)| kept.resolved.is_some()));
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn digests_of_which_no_message_comes_are_found_by_the_sweep() {
    let stack = Stack::of_hours(8).await;
    let (logs, _) = stack.put_all();
    stack.index(&logs).await;
    stack.settle().await;
    check_clean(&stack).await;
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn log_files_of_which_no_message_came_are_asked_for() {
    let stack = Stack::of_hours(8).await;
    let (logs, digests) = stack.put_all();
    let indexed: Vec<String> = logs.iter().skip(1).step_by(2).cloned().collect();
    stack.index(&indexed).await;
    stack.deliver(&digests).await;
    stack.settle().await;
    check_clean(&stack).await;
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn digests_that_do_not_come_any_more_are_missed() {
    let mut stack = Stack::of_hours(8).await;
    stack.run().await;
    // The trail was to go on.
    stack.until += 6 * 3_600;
    let counts = stack.sweep(stack.now() + 6 * 3_600).await;
    assert_eq!(
        stack.kinds().await,
        BTreeSet::from(["digest-missing-newest".to_owned()])
    );
    assert!(counts.behind > 0);
    let streams = stack.told().await.len();
    stack.sweep(stack.now() + 7 * 3_600).await;
    assert_eq!(stack.told().await, []);
    assert_eq!(u64::try_from(streams).expect("a few"), counts.behind);
}

/// The key of a digest in the middle of the busiest stream.
fn late(stack: &Stack) -> String {
    let files = |object: &sample::Object| {
        sample::digest::Digest::read(&object.bytes).map_or(0, |digest| digest.files.len())
    };
    let mut digests: Vec<_> = stack.archive.digests().collect();
    digests.retain(|(key, _)| key.contains("/us-east-1/"));
    digests.sort_by_key(|(key, _)| key.rsplit('_').next().map(str::to_owned));
    let middle = &digests[2..digests.len() - 3];
    let busiest = middle.iter().max_by_key(|(_, object)| files(object));
    let (key, object) = busiest.expect("a digest");
    assert!(files(object) > 0);
    (*key).clone()
}
