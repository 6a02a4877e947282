//! What is past its time goes, and nothing else does.

use aws::table::Marks;
use index::{Day, Scope};
use serde_json::json;

use crate::hold::hold;
use crate::world::{ACCOUNT, DAY, Items, NOON, OTHER, TIME, World, after, check_stamps};

async fn put(world: &World, hold: &index::Hold) {
    let put = world
        .table()
        .overwrite(&hold.item(), &Marks::default())
        .await;
    put.expect("the hold is put");
}

/// The moment from which on the events of a time are purged by a policy of so many days.
fn purged_from(time: i64, days: i64) -> i64 {
    after(Day::of(time), days + 2).expect("a time")
}

#[tokio::test]
async fn what_is_past_its_time_goes_after_the_days_that_the_table_has_for_it() {
    let world = World::start().await;
    world.index("30", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    let gone = purged_from(NOON, 30);
    let before = world.event_items().await;
    world.daily("30", gone - DAY).await;
    world.settle("30", gone - 1_000).await;
    assert_eq!(world.event_items().await, before, "the table has its days");
    let handled = world.daily("30", gone).await;
    assert_eq!(handled.counts.purged_segments, 1);
    assert!(world.event_items().await.is_empty());
    let handled = world.daily("30", gone + DAY).await;
    assert_eq!(handled.counts.purged_items, 0);
}

#[tokio::test]
async fn what_is_held_and_what_is_shown_stay() {
    let world = World::start().await;
    let policy = "30;444455556666=365";
    let later = NOON + 20 * DAY;
    for (account, time) in [
        (ACCOUNT, NOON),
        (OTHER, NOON),
        (ACCOUNT, later),
        (ACCOUNT, NOON - DAY),
    ] {
        world.index(policy, account, &[time, time + 60], time).await;
    }
    let held = Day::of(NOON - DAY);
    put(
        &world,
        &hold("case", Scope::Everything, held.start(), Some(held.end())),
    )
    .await;
    let handled = world.daily(policy, purged_from(NOON, 30)).await;
    assert_eq!(handled.counts.purged_segments, 1);
    let items = world.items().await;
    let segments = check_stamps(
        &items,
        &|day, accounts| match (day == held, accounts.contains(OTHER)) {
            (true, _) => None,
            (false, true) => after(day, 365),
            (false, false) => after(day, 30),
        },
        "left",
    );
    assert_eq!(segments, 3);
}

#[tokio::test]
async fn a_hold_that_was_set_a_moment_ago_keeps_what_was_to_be_purged() {
    let world = World::start().await;
    world.index("30", ACCOUNT, &[NOON], NOON).await;
    let now = purged_from(NOON, 30);
    // The walk notes what is due, and has no time for the purge.
    let custodian = world.custodian("30");
    let walked = custodian
        .handle(&json!({"task": "daily"}), now - 3 * DAY, TIME)
        .await;
    walked.expect("walked");
    put(&world, &hold("case", Scope::Everything, NOON - DAY, None)).await;
    world.daily("30", now).await;
    check_stamps(&world.items().await, &|_, _| None, "held");
    assert!(!world.event_items().await.is_empty());
}

/// Purges with a function that is stopped after so many writes, and goes on with others.
async fn stop_and_go_on(first: &World, writes: u64) -> bool {
    let world = first.beside().await;
    world.index("30", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    world.index("30", OTHER, &[NOON + 90], NOON).await;
    let kept = NOON + 10 * DAY;
    world.index("30", ACCOUNT, &[kept], kept).await;
    let now = purged_from(NOON, 30);
    let faults = world.cloud().faults();
    faults.kill_after_writes(writes);
    let custodian = world.impatient_custodian("30");
    let stopped = custodian.handle(&json!({"task": "daily"}), now, TIME).await;
    let was_killed = faults.is_killed();
    let stopped = stopped.expect("the task is known");
    assert!(was_killed || stopped.outcome().is_ok());
    faults.revive();
    // The next days', should the function have died with everything noted and nothing done.
    let now = world.settle("30", now + 300).await;
    world.daily("30", now + DAY).await;
    let items = world.event_items().await;
    let what = format!("after {writes} writes");
    assert_eq!(
        check_stamps(&items, &|day, _| after(day, 30), &what),
        1,
        "{what}"
    );
    let day = Day::of(NOON).to_string();
    let of_day = items
        .keys()
        .filter(|(partition, sort)| partition.contains(&day) || sort.starts_with(&day));
    // The records of files go with the table's own deletion, if the function died before them.
    let left: Vec<_> = of_day
        .filter(|(partition, _)| !partition.starts_with("files#"))
        .collect();
    assert!(left.is_empty(), "{what}: {left:?}");
    let blocks = items
        .keys()
        .filter(|(partition, _)| partition.starts_with("block#"));
    let partitions: std::collections::BTreeSet<_> =
        blocks.map(|(partition, _)| partition).collect();
    assert_eq!(partitions.len(), 1, "{what}: blocks of no segment are left");
    !was_killed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_ends_the_same_whichever_write_is_the_last_of_a_function() {
    let first = World::start().await;
    let mut writes = 0;
    while !stop_and_go_on(&first, writes).await {
        writes += 1;
        assert!(
            writes < 150,
            "the purge has too many writes to stop at each"
        );
    }
    assert!(writes > 15, "{writes} writes are too few to stop between");
}

#[tokio::test]
async fn blocks_and_pages_of_no_segment_are_found_and_purged() {
    let world = World::start().await;
    world.index("30", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    let items = world.event_items().await;
    let directory = items
        .keys()
        .find(|(partition, _)| partition.starts_with("segments#"));
    let (partition, sort) = directory.expect("a directory entry").clone();
    let table = world.table();
    table
        .delete(&partition, &sort, &Marks::default())
        .await
        .expect("it is gone");
    let handled = world.daily("30", purged_from(NOON, 30)).await;
    assert_eq!(handled.counts.orphans, 1);
    let left = world.event_items().await;
    // Whose file it was, nobody can tell.
    assert!(
        left.keys()
            .all(|(partition, _)| partition.starts_with("files#")),
        "{:?}",
        left.keys()
    );
}

/// Takes away all directory entries, as a stop between them and what they name does.
async fn orphan(world: &World) {
    let table = world.table();
    for (partition, sort) in world.event_items().await.keys() {
        if partition.starts_with("segments#") {
            let gone = table.delete(partition, sort, &Marks::default()).await;
            gone.expect("it is gone");
        }
    }
}

/// Without the pages nobody finds the blocks again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_an_orphan_goes_before_its_blocks_however_many_buckets_are_purged_at_once() {
    let first = World::start().await;
    let times: Vec<i64> = (0..60).map(|minute| NOON + minute * 60).collect();
    let now = purged_from(NOON, 30);
    let (mut writes, mut was_between) = (0, false);
    loop {
        let world = first.beside().await;
        world.index("30", ACCOUNT, &times, NOON + 3_600).await;
        world.index("30", OTHER, &times[..3], NOON + 3_600).await;
        orphan(&world).await;
        let pages = |items: &Items| -> Vec<String> {
            let pages = items
                .keys()
                .filter(|(partition, _)| partition.starts_with("terms#"));
            let segment =
                |(_, sort): &(String, String)| sort.split_once('#').expect("a page").1.to_owned();
            pages.map(segment).collect()
        };
        let before = pages(&world.event_items().await).len();
        assert!(
            before > 8,
            "{before} pages are too few to be purged side by side"
        );
        let faults = world.cloud().faults();
        faults.kill_after_writes(writes);
        let custodian = world.impatient_custodian("30");
        let stopped = custodian.handle(&json!({"task": "daily"}), now, TIME).await;
        let was_killed = faults.is_killed();
        faults.revive();
        assert!(was_killed || stopped.expect("the task is known").outcome().is_ok());
        let left = world.event_items().await;
        let leading = pages(&left);
        was_between |= (1..before).contains(&leading.len());
        for (partition, sort) in left.keys() {
            if let Some(segment) = partition.strip_prefix("block#") {
                let is_found = leading.iter().any(|leading| leading == segment);
                assert!(is_found, "after {writes} writes: {segment} {sort}");
            }
        }
        let now = world.settle("30", now + 300).await;
        world.daily("30", now + DAY).await;
        let left = world.event_items().await;
        assert!(
            left.keys()
                .all(|(partition, _)| partition.starts_with("files#")),
            "after {writes} writes: {:?}",
            left.keys()
        );
        if !was_killed {
            break;
        }
        writes += 1;
        assert!(writes < 150, "too many writes to stop at each");
    }
    assert!(was_between, "it was never stopped between two pages");
}

#[tokio::test]
async fn orphans_of_a_day_that_is_kept_are_left_alone() {
    let world = World::start().await;
    world.index("30", ACCOUNT, &[NOON], NOON).await;
    let items = world.event_items().await;
    let directory = items
        .keys()
        .find(|(partition, _)| partition.starts_with("segments#"));
    let (partition, sort) = directory.expect("a directory entry").clone();
    let table = world.table();
    table
        .delete(&partition, &sort, &Marks::default())
        .await
        .expect("it is gone");
    let before = world.event_items().await;
    world.daily("30", NOON + 29 * DAY).await;
    assert_eq!(world.event_items().await, before);
    // Neither do those go that somebody may hold.
    put(
        &world,
        &hold("case", Scope::Account(OTHER.to_owned()), NOON - DAY, None),
    )
    .await;
    world.daily("30", purged_from(NOON, 30)).await;
    assert_eq!(world.event_items().await, before);
}

#[tokio::test]
async fn what_the_table_drops_itself_costs_nothing() {
    let world = World::start().await;
    world.index("30", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    world.daily("30", NOON + DAY).await;
    let now = purged_from(NOON, 30);
    world.cloud().sweep_ttl_at(now).await.expect("swept");
    let handled = world.daily("30", now).await;
    assert_eq!(handled.counts.purged_segments, 0);
    assert!(world.event_items().await.is_empty(), "the header is purged");
}
