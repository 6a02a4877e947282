//! Held items have no time at which they go, until the hold is lifted.

use std::collections::BTreeSet;

use index::{Day, Hold, Scope};

use crate::world::{ACCOUNT, DAY, NOON, OTHER, World, after, check_stamps};

pub(crate) fn hold(id: &str, scope: Scope, start: i64, end: Option<i64>) -> Hold {
    Hold {
        id: id.to_owned(),
        scope,
        start,
        end,
        reason: "a case".to_owned(),
        set_by: "arn:aws:iam::111122223333:user/counsel".to_owned(),
        set_at: NOON,
        lifted_by: None,
        lifted_at: None,
    }
}

async fn put(world: &World, hold: &Hold) {
    let marks = aws::table::Marks::default();
    let put = world.table().overwrite(&hold.item(), &marks).await;
    put.expect("the hold is put");
}

fn lifted(hold: &Hold) -> Hold {
    Hold {
        lifted_by: Some("somebody".to_owned()),
        lifted_at: Some(NOON + 1),
        ..hold.clone()
    }
}

#[tokio::test]
async fn an_account_is_held_over_a_time_with_what_comes_late_until_it_is_lifted() {
    let world = World::start().await;
    let noon = |days: i64| NOON - days * DAY;
    for (account, days) in [(ACCOUNT, 10), (OTHER, 10), (ACCOUNT, 4)] {
        world
            .index("90", account, &[noon(days), noon(days) + 60], NOON)
            .await;
    }
    let case = hold(
        "case",
        Scope::Account(ACCOUNT.to_owned()),
        noon(11),
        Some(noon(9)),
    );
    put(&world, &case).await;
    world.settle("90", NOON).await;
    let held_day = Day::of(noon(10));
    let expected = |day: Day, accounts: &BTreeSet<String>| {
        let is_held = day == held_day && accounts.contains(ACCOUNT);
        if is_held { None } else { after(day, 90) }
    };
    let items = world.items().await;
    assert_eq!(check_stamps(&items, &expected, "held"), 3);
    // What comes late for the held time is held by whoever writes it.
    world
        .index("90", ACCOUNT, &[noon(10) + 7, noon(10) + 9], NOON + 400)
        .await;
    let items = world.items().await;
    assert_eq!(check_stamps(&items, &expected, "late"), 4);
    let now = world.settle("90", NOON + 600).await;
    let handled = world.daily("90", now).await;
    assert_eq!(handled.counts.ages["Management"].held, 2);

    put(&world, &lifted(&case)).await;
    world.settle("90", now + 300).await;
    let items = world.items().await;
    assert_eq!(check_stamps(&items, &|day, _| after(day, 90), "lifted"), 4);
}

#[tokio::test]
async fn an_indexer_that_knew_of_no_hold_is_made_good_by_the_second_walk() {
    let world = World::start().await;
    let noon = NOON - 10 * DAY;
    world.index("90", ACCOUNT, &[noon], NOON).await;
    put(&world, &hold("case", Scope::Everything, noon - DAY, None)).await;
    let custodian = world.custodian("90");
    let task = serde_json::json!({"task": "continue"});
    custodian
        .handle(&task, NOON, crate::world::TIME)
        .await
        .expect("the first walk");
    check_stamps(&world.items().await, &|_, _| None, "the first walk");
    // As if it had been written by an indexer that read the holds before.
    world.index("90", ACCOUNT, &[noon + 60], NOON).await;
    let late = world.items().await.into_values().filter(|item| {
        item.expires.is_none()
            && !item.partition.starts_with("holds")
            && item.partition != "retention"
    });
    for item in late {
        let table = world.table();
        let stamped = table
            .stamp(&item.partition, &item.sort, after(Day::of(noon), 90))
            .await;
        stamped.expect("is stamped");
    }
    world.settle("90", NOON + 300).await;
    check_stamps(&world.items().await, &|_, _| None, "the second walk");
}

#[tokio::test]
async fn a_hold_saves_what_is_past_its_time_and_still_whole() {
    let world = World::start().await;
    world.index("90", ACCOUNT, &[NOON], NOON).await;
    let late = NOON + 92 * DAY;
    put(&world, &hold("case", Scope::Everything, NOON - DAY, None)).await;
    world.settle("90", late).await;
    check_stamps(&world.items().await, &|_, _| None, "held");
    assert!(world.messages(&world.index_queue()).await.is_empty());
}

#[tokio::test]
async fn what_the_table_has_begun_to_drop_is_indexed_again_where_it_is_held() {
    let world = World::start().await;
    world.index("90", ACCOUNT, &[NOON, NOON + 60], NOON).await;
    let items = world.event_items().await;
    let page = items
        .keys()
        .find(|(partition, _)| partition.starts_with("terms#"));
    let (partition, sort) = page.expect("a page");
    let marks = aws::table::Marks::default();
    let dropped = world.table().delete(partition, sort, &marks).await;
    dropped.expect("the table drops it");

    let late = NOON + 92 * DAY;
    put(&world, &hold("case", Scope::Everything, NOON - DAY, None)).await;
    let now = world.settle("90", late).await;
    let left = world.event_items().await;
    assert!(
        left.keys()
            .all(|(partition, _)| partition.starts_with("days#")),
        "{:?}",
        left.keys()
    );
    for message in world.messages(&world.index_queue()).await {
        world.index_message("90", &message.to_string(), now).await;
    }
    let again = world.event_items().await;
    assert_eq!(again.len(), items.len(), "everything is there again");
    world.daily("90", now + 60).await;
    check_stamps(&world.items().await, &|_, _| None, "indexed again");
}
