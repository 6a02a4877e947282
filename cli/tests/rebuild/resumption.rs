//! A check that is killed and gone on with.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stack::{DAY, Stack, key, record, run};

/// The days on which a file each is delivered.
const DAYS: i64 = 150;

fn last_key(stack: &Stack) -> Option<String> {
    let state: Value = serde_json::from_slice(&std::fs::read(stack.state()).ok()?).ok()?;
    state["last_key"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_goes_on_where_it_was() {
    let stack = Stack::start("365").await;
    for days in 1..=DAYS {
        let delivered = stack.now - days * DAY;
        let records = [record(
            &format!("event-{days}"),
            delivered - 60,
            "PutObject",
        )];
        stack.deliver(&key(&format!("day{days}"), delivered), &records);
    }
    stack.settle().await;
    // Something of every third day is lost.
    let lost = stack.partitions("block#").await;
    let lost: Vec<_> = lost.into_iter().step_by(3).collect();
    for block in &lost {
        stack
            .delete(&(block.partition.clone(), block.sort.clone()))
            .await;
    }
    let whole = stack.check().await;
    assert_eq!(whole["missing"], lost.len(), "{whole}");

    let arguments = ["--check", "--retention", "365"];
    let mut reached = None;
    for _ in 0..3 {
        let mut child = stack.rebuild().args(arguments).spawn().expect("it runs");
        let moved = async {
            while last_key(&stack) == reached {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let moved = tokio::time::timeout(Duration::from_mins(1), moved).await;
        moved.expect("in time");
        child.kill().await.expect("it is killed");
        assert!(
            stack.state().exists(),
            "it was over before it could be killed"
        );
        reached = last_key(&stack);
    }
    // A state is of use to the same check only.
    let other = run(stack.rebuild().args(["--check", "--retention", "80"])).await;
    assert_eq!(other.code, Some(2), "{other:?}");

    let outcome = run(stack.rebuild().args(arguments)).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.err.contains("going on where it was"),
        "{}",
        outcome.err
    );
    assert_eq!(outcome.json(), whole, "as if it had never been killed");
    let left: Vec<_> = std::fs::read_dir(stack.home.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(json!(left.len()), 0, "{left:?}");
}
