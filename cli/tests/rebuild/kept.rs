//! What is kept no more, and what is held or restored.

use index::{Hold, Scope};
use serde_json::json;

use crate::stack::{DAY, Stack, key, record, run};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_retention_is_not_missing() {
    let stack = Stack::start("30").await;
    let at = |days: i64| stack.now - days * DAY;
    stack.deliver(
        &key("new", at(1)),
        &[record("new", at(1) - 60, "PutObject")],
    );
    stack.deliver(
        &key("old", at(40)),
        &[record("old", at(40) - 60, "PutObject")],
    );
    stack.settle().await;
    let report = stack.check().await;
    assert_eq!(
        (&report["equal"], &report["past_retention"]),
        (&json!(true), &json!(1))
    );
    // Kept for longer, it would have to be there.
    let outcome = run(stack.rebuild().args(["--check", "--retention", "90"])).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(outcome.json()["missing"], 1);
    let narrowed = ["--check", "--retention", "90", "--account", "444455556666"];
    let outcome = run(stack.rebuild().args(narrowed)).await;
    assert_eq!(
        (outcome.code, &outcome.json()["files"]),
        (Some(0), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hold_covers_must_be_there_where_it_was_when_the_hold_was_set() {
    let stack = Stack::start("30").await;
    let at = |days: i64| stack.now - days * DAY;
    for (name, days) in [("gone", 60), ("held", 35)] {
        stack.deliver(
            &key(name, at(days)),
            &[record(name, at(days) - 60, "PutObject")],
        );
    }
    stack.settle().await;
    let hold = Hold {
        id: "20261013-case-7".to_owned(),
        scope: Scope::Everything,
        start: 0,
        end: None,
        reason: "case 7".to_owned(),
        set_by: "arn:aws:iam::111122223333:user/counsel".to_owned(),
        set_at: at(10),
        lifted_by: None,
        lifted_at: None,
    };
    stack.table().put(&hold.item()).await.expect("a hold");
    let report = stack.check().await;
    assert_eq!(
        (&report["missing"], &report["past_retention"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(report["differences"][0]["events"], json!(["held"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_restored_is_compared_as_well() {
    let stack = Stack::start("30").await;
    let at = |days: i64| stack.now - days * DAY;
    let old = key("old", at(60));
    stack.deliver(&old, &[record("old", at(60) - 60, "PutObject")]);
    stack.settle().await;
    let outcome = run(stack.backfill().args(["--restore", "5d"])).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    stack.settle().await;
    let report = stack.check().await;
    assert_eq!(
        (&report["equal"], &report["segments"]),
        (&json!(true), &json!(1))
    );

    for block in stack.partitions("block#r").await {
        stack.delete(&(block.partition, block.sort)).await;
    }
    let report = stack.check().await;
    assert_eq!(
        (&report["missing"], &report["damaged_segments"]),
        (&json!(1), &json!(1))
    );
    let outcome = stack.repair().await;
    assert_eq!(outcome.json()["repaired"]["removed"], 1, "{outcome:?}");
    assert_eq!(stack.check().await["equal"], true, "restored again");
}
