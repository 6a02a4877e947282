//! Digests may come late, twice, out of order, or by no message at all.

use std::collections::BTreeSet;

use crate::clean::check_clean;
use crate::message::event;
use crate::stack::{Stack, handle};

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

/// Two orders in which a backlog may come: the newest first, and mixed.
fn orders(digests: &[String]) -> [Vec<String>; 2] {
    let newest_first = digests.iter().rev().cloned().collect();
    let numbered = digests.iter().zip(0_u32..);
    let mut mixed: Vec<_> = numbered
        .map(|(body, number)| (number.wrapping_mul(2_654_435_761), body))
        .collect();
    mixed.sort_unstable();
    let mixed = mixed.into_iter().map(|(_, body)| body.clone()).collect();
    [newest_first, mixed]
}

/// Has three functions handle a backlog side by side, long after all of it was due; after
/// every round nothing else may be found than what is expected.
async fn work_off(stack: &Stack, digests: &[String], expected: &BTreeSet<String>) {
    const BATCH: usize = 3;
    let functions = [stack.integrity(), stack.integrity(), stack.integrity()];
    for batches in digests.chunks(functions.len() * BATCH) {
        let events: Vec<_> = batches.chunks(BATCH).map(event).collect();
        let now = stack.now() + 86_400;
        let take = async |number: usize| {
            if let Some(event) = events.get(number) {
                let handled = handle(&functions[number], event, now).await;
                assert_eq!(handled.response.failed().count(), 0);
            }
        };
        tokio::join!(take(0), take(1), take(2));
        let kinds: BTreeSet<String> = stack
            .kept()
            .await
            .into_values()
            .map(|(kept, _)| kept.finding.kind)
            .collect();
        assert!(kinds.is_subset(expected), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_backlog_in_any_order_and_side_by_side_alerts_nobody() {
    for order in 0..2 {
        let stack = Stack::of_hours(8).await;
        let (logs, digests) = stack.put_all();
        stack.index(&logs).await;
        let digests = &orders(&digests)[order];
        work_off(&stack, digests, &BTreeSet::new()).await;
        // What one left to another, none left.
        assert!(stack.kept().await.is_empty());
        stack.settle().await;
        check_clean(&stack).await;
        assert!(stack.kept().await.is_empty());
        assert_eq!(stack.told().await, []);
    }
}

#[tokio::test]
async fn a_digest_that_is_gone_is_told_once_whatever_order_the_others_come_in() {
    for order in 0..2 {
        let mut stack = Stack::of_hours(8).await;
        let gone = late(&stack);
        stack.archive.objects.remove(&gone);
        let (logs, digests) = stack.put_all();
        stack.index(&logs).await;
        let digests = &orders(&digests)[order];
        let missing = BTreeSet::from(["digest-missing".to_owned()]);
        work_off(&stack, digests, &missing).await;
        // Found by deliveries alone. Two that find it at once may both tell: the detector
        // publishes a finding once by its id.
        let told = stack.told().await;
        assert!(!told.is_empty());
        let is_gone = |told: &alerts::Finding| told.object.as_deref() == Some(gone.as_str());
        assert!(told.iter().all(is_gone), "{told:#?}");
        let ids: BTreeSet<&str> = told.iter().map(|told| told.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "{told:#?}");
        stack.settle().await;
        let kept = stack.kept().await;
        assert_eq!(kept.len(), 1, "{kept:#?}");
        assert_eq!(stack.open().await.len(), 1);
        assert_eq!(stack.told().await, []);
    }
}

#[tokio::test]
async fn a_digest_in_the_place_of_another_fills_no_gap() {
    let mut stack = Stack::of_hours(8).await;
    let gone = late(&stack);
    let first = stack.archive.digests().map(|(key, _)| key.clone());
    let first = first
        .filter(|key| key.contains("/us-east-1/"))
        .min_by_key(|key| key.rsplit('_').next().map(str::to_owned));
    let first = first.expect("a digest");
    let other = stack.archive.objects[&first].clone();
    stack.archive.objects.insert(gone.clone(), other);
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    // Its own message does not come.
    let is_other = |body: &String| !body.contains(&gone);
    let digests: Vec<String> = digests.into_iter().filter(is_other).collect();
    stack.deliver(&digests).await;
    let kinds = stack.kinds().await;
    assert_eq!(kinds, BTreeSet::from(["digest-missing".to_owned()]));
    assert_eq!(stack.told().await.len(), 1);
}

#[tokio::test]
async fn what_a_digest_without_a_message_leaves_open_is_left_to_the_sweep() {
    let stack = Stack::of_hours(8).await;
    let late = late(&stack);
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    let others = digests.into_iter().filter(|body| !body.contains(&late));
    let others: Vec<String> = others.collect();
    work_off(&stack, &others, &BTreeSet::new()).await;
    stack.settle().await;
    check_clean(&stack).await;
    assert!(stack.kept().await.is_empty());
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
