//! Two invocations at once do no harm.

use serde_json::json;

use crate::world::{ACCOUNT, DAY, NOON, OTHER, TIME, World, after, check_stamps};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invocations_at_once_end_in_the_same_state_as_one() {
    let world = World::start().await;
    for days in 1..5 {
        for account in [ACCOUNT, OTHER] {
            let noon = NOON - days * DAY;
            world.index("90", account, &[noon, noon + 60], NOON).await;
        }
    }
    let task = json!({"task": "daily"});
    let custodians: Vec<_> = (0..4).map(|_| world.custodian("365")).collect();
    let runs = custodians
        .iter()
        .map(|custodian| custodian.handle(&task, NOON, TIME));
    let handled = futures::future::join_all(runs).await;
    let stamped: u64 = handled
        .into_iter()
        .map(|handled| handled.expect("nobody fails").counts.stamped_segments)
        .sum();
    assert_eq!(stamped, 8, "each segment is stamped by one of them");
    world.settle("365", NOON + 300).await;
    let items = world.items().await;
    assert_eq!(
        check_stamps(&items, &|day, _| after(day, 365), "at once"),
        8
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_lease_is_told_and_costs_writes_only() {
    let world = World::start().await;
    for days in 1..4 {
        let noon = NOON - days * DAY;
        world.index("90", ACCOUNT, &[noon, noon + 60], NOON).await;
    }
    let task = json!({"task": "daily"});
    let (one, other) = (world.custodian("365"), world.custodian("365"));
    // The other's clock says that the lease is over.
    let (one, other) = tokio::join!(
        one.handle(&task, NOON, TIME),
        other.handle(&task, NOON + 200, TIME)
    );
    let is_done = |handled: Result<retention::Handled, _>| {
        let handled = handled.expect("the task is known");
        handled.outcome().is_ok()
    };
    assert!(is_done(one) | is_done(other));
    world.settle("365", NOON + 600).await;
    let items = world.items().await;
    assert_eq!(check_stamps(&items, &|day, _| after(day, 365), "lost"), 3);
}
