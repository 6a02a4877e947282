//! A function that is stopped between any two writes leaves nothing that a retry does not mend.

use std::collections::BTreeSet;
use std::time::Duration;

use sample::tamper::TAMPERINGS;

use crate::message::event;
use crate::stack::Stack;

/// Delivers and sweeps a trail with forged files, stopped after so many writes again and
/// again until it is through; answers what was found and who was told.
async fn stopped_after(writes: u64, deeds: &[&str]) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut stack = Stack::of_hours(8).await;
    for name in deeds {
        let deed = TAMPERINGS.iter().find(|deed| deed.name == *name);
        let changed = deed.and_then(|deed| deed.apply(&mut stack.archive.objects));
        assert!(changed.is_some(), "{name}");
    }
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    let time = Duration::from_mins(5);
    let faults = stack.cloud.faults();
    for bodies in digests.chunks(8) {
        let mut left = bodies.to_vec();
        for attempt in 0.. {
            assert!(attempt < 200, "it gets through");
            faults.kill_after_writes(writes + 2 * attempt);
            let integrity = stack.impatient_integrity();
            let handled = integrity.handle(&event(&left), stack.until, time).await;
            let was_killed = faults.is_killed();
            faults.revive();
            let failed = handled.map_or(usize::MAX, |handled| handled.response.failed().count());
            if !was_killed && failed == 0 {
                break;
            }
            left = bodies.to_vec();
        }
    }
    for attempt in 0.. {
        assert!(attempt < 400, "it gets through");
        faults.kill_after_writes(writes + 3 * attempt);
        let integrity = stack.impatient_integrity();
        let swept = integrity
            .handle(&stack.order(stack.now()), stack.now(), time)
            .await;
        let was_killed = faults.is_killed();
        faults.revive();
        if !was_killed && swept.is_ok() {
            break;
        }
    }
    stack.settle().await;
    let open = stack.open().await.into_iter();
    let told = stack.told().await.into_iter();
    // One that was stopped between telling and noting it tells again: the detector
    // publishes a finding once by its id.
    (
        open.map(|finding| finding.id).collect(),
        told.map(|finding| finding.id).collect(),
    )
}

#[tokio::test]
async fn a_function_that_is_stopped_again_and_again_finds_the_same() {
    let deeds = ["log-removed"];
    let (open, told) = stopped_after(1_000_000, &deeds).await;
    assert!(!open.is_empty() && open == told);
    for writes in [1, 2] {
        let (found, heard) = stopped_after(writes, &deeds).await;
        assert_eq!(found, open, "after {writes} writes");
        assert_eq!(heard, told, "after {writes} writes");
    }
}

#[tokio::test]
async fn two_sweeps_at_once_find_and_tell_what_one_does() {
    let mut stack = Stack::of_hours(8).await;
    let deed = TAMPERINGS.iter().find(|deed| deed.name == "log-added");
    deed.and_then(|deed| deed.apply(&mut stack.archive.objects))
        .expect("the deed is done");
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    stack.deliver(&digests).await;
    tokio::join!(stack.sweep(stack.now()), stack.sweep(stack.now()));
    let open = stack.open().await;
    let kinds: Vec<&str> = open.iter().map(|finding| finding.kind.as_str()).collect();
    assert_eq!(kinds, ["log-unlisted"]);
    let told: BTreeSet<String> = stack.told().await.into_iter().map(|told| told.id).collect();
    assert_eq!(told, BTreeSet::from([open[0].id.clone()]));
    stack.settle().await;
    assert_eq!(stack.told().await, []);
}
