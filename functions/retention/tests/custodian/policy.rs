//! A policy that changes is applied to what is stored, wherever the function is stopped.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{ACCOUNT, DAY, NOON, OTHER, TIME, World, after, check_stamps, settings};

/// Two days of events of two accounts, indexed by a policy of 90 days.
async fn indexed(world: &World) {
    for (account, days) in [(ACCOUNT, 10), (OTHER, 10), (ACCOUNT, 4)] {
        let noon = NOON - days * DAY;
        world.index("90", account, &[noon, noon + 60], NOON).await;
    }
}

/// Applies a policy with a function that is stopped after so many writes, and goes on
/// with others; answers whether it was done before.
async fn stop_and_go_on(first: &World, policy: &str, days: i64, writes: u64) -> bool {
    let world = first.beside().await;
    indexed(&world).await;
    let faults = world.cloud().faults();
    faults.kill_after_writes(writes);
    let custodian = world.impatient_custodian(policy);
    let stopped = custodian
        .handle(&json!({"task": "daily"}), NOON, TIME)
        .await;
    let was_killed = faults.is_killed();
    let stopped = stopped.expect("the task is known");
    assert!(was_killed || stopped.outcome().is_ok());
    faults.revive();
    let end = world.settle(policy, NOON + 300).await;
    assert!(end >= NOON + 900, "a second walk is made");
    let items = world.items().await;
    let what = format!("after {writes} writes");
    let segments = check_stamps(&items, &|day, _| after(day, days), &what);
    assert_eq!(segments, 3, "{what}");
    !was_killed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lengthened_policy_is_applied_whichever_write_is_the_last_of_a_function() {
    let first = World::start().await;
    let mut writes = 0;
    while !stop_and_go_on(&first, "365", 365, writes).await {
        writes += 1;
        assert!(writes < 150, "the walk has too many writes to stop at each");
    }
    assert!(writes > 20, "{writes} writes are too few to stop between");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shortened_policy_is_applied_whichever_write_is_the_last_of_a_function() {
    let first = World::start().await;
    let mut writes = 0;
    // What is past its time by it is not deleted before the table had its days to do so.
    while !stop_and_go_on(&first, "5", 5, writes).await {
        writes += 1;
        assert!(writes < 150, "the walk has too many writes to stop at each");
    }
    assert!(writes > 20, "{writes} writes are too few to stop between");
}

#[tokio::test]
async fn an_exception_of_an_account_is_applied_to_what_was_written_before_it() {
    let world = World::start().await;
    indexed(&world).await;
    let policy = "90;444455556666=365";
    world.daily(policy, NOON).await;
    let items = world.items().await;
    let segments = check_stamps(
        &items,
        &|day, accounts| after(day, if accounts.contains(OTHER) { 365 } else { 90 }),
        "with an exception",
    );
    assert_eq!(segments, 3);
}

#[tokio::test]
async fn a_policy_that_keeps_for_ever_takes_the_time_away_and_gives_it_back() {
    let world = World::start().await;
    indexed(&world).await;
    world.daily("0", NOON).await;
    check_stamps(&world.items().await, &|_, _| None, "for ever");
    world.daily("90", NOON + 60).await;
    check_stamps(&world.items().await, &|day, _| after(day, 90), "again");
}

#[tokio::test]
async fn what_is_right_is_not_written_again() {
    let world = World::start().await;
    indexed(&world).await;
    world.daily("90", NOON).await;
    world.settle("90", NOON + 300).await;
    let before = world.items().await;
    let handled = world.daily("90", NOON + DAY).await;
    assert_eq!(handled.counts.segments, 3);
    assert_eq!(handled.counts.stamped_items, 0);
    assert_eq!(handled.counts.ages["Management"].events, 6);
    let mut after = world.items().await;
    after.retain(|(partition, _), _| partition != "retention");
    assert!(
        after
            .iter()
            .all(|(key, item)| before.get(key) == Some(item))
    );
}

#[tokio::test]
async fn nothing_to_do_costs_next_to_nothing() {
    let world = World::start().await;
    indexed(&world).await;
    world.daily("90", NOON).await;
    let now = world.settle("90", NOON + 300).await;
    let custodian = world.custodian("90");
    let handled = custodian
        .handle(&json!({"task": "continue"}), now + 300, TIME)
        .await
        .expect("nothing is done");
    assert_eq!(handled.counts.segments, 0);
    let consumed = custodian.table().consumed();
    assert!(consumed.write_units() < 0.5, "{}", consumed.write_units());
    assert!(consumed.read_units() < 8.0, "{}", consumed.read_units());
}

#[tokio::test]
async fn writes_keep_to_their_rate() {
    let world = World::start().await;
    indexed(&world).await;
    let settings = retention::Settings {
        write_units_per_second: Some(10),
        ..settings("365")
    };
    let custodian = world.custodian_of(world.table(), settings);
    let begun = Instant::now();
    let handled = custodian
        .handle(&json!({"task": "daily"}), NOON, TIME)
        .await
        .expect("the walk is made");
    let units = handled.counts.write_units;
    // Sixteen writes are under way at once.
    let least = Duration::from_secs_f64((units - 17.0).max(0.0) / 10.0);
    let took = begun.elapsed();
    assert!(units > 20.0 && took >= least, "{units} units in {took:?}");
}

#[tokio::test]
async fn an_invocation_without_time_leaves_everything_to_the_next() {
    let world = World::start().await;
    indexed(&world).await;
    let custodian = world.custodian("365");
    let handled = custodian
        .handle(&json!({"task": "daily"}), NOON, Duration::from_secs(15))
        .await
        .expect("nothing is done");
    assert_eq!(handled.counts.stamped_items, 0);
    assert!(handled.counts.open_jobs > 0);
    world.settle("365", NOON + 300).await;
    check_stamps(&world.items().await, &|day, _| after(day, 365), "later");
}
