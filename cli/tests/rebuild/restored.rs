//! `trailkeep backfill --restore`, and what a backfill leaves as it is.

use index::Day;
use serde_json::{Value, json};

use crate::stack::{DAY, Stack, get, key, record, run};

/// The ids of the events that lookups show at a time, each with the day until which it is
/// restored.
async fn shown(stack: &Stack, now: i64) -> Vec<(String, Value)> {
    let lookups = stack.serve_lookups(now).await;
    let answer = get(&lookups, "/v1/events?start=2000-01-01T00:00:00Z&limit=50").await;
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let events = answer["events"]
        .as_array()
        .unwrap_or_else(|| panic!("events: {answer}"));
    let shown = events.iter().map(|event| {
        let id = event["event_id"].as_str().expect("an id");
        (id.to_owned(), event["restored_until"].clone())
    });
    shown.collect()
}

fn of(names: &[&str], restored_until: &Value) -> Vec<(String, Value)> {
    let names = names.iter();
    names
        .map(|name| ((*name).to_owned(), restored_until.clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_past_retention_come_back_marked_and_go_on_their_day() {
    let stack = Stack::start("30").await;
    let at = |days: i64| stack.now - days * DAY;
    for (name, days) in [("new", 1), ("old", 40)] {
        stack.deliver(
            &key(name, at(days)),
            &[record(name, at(days) - 60, "PutObject")],
        );
    }
    stack.settle().await;
    assert_eq!(shown(&stack, stack.now).await, of(&["new"], &Value::Null));
    // Indexed again as ever, what is past retention stays away.
    let outcome = run(&mut stack.backfill()).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    stack.settle().await;
    assert_eq!(shown(&stack, stack.now).await, of(&["new"], &Value::Null));

    let until = Day::of(stack.now + 3 * DAY);
    let outcome = run(stack
        .backfill()
        .args(["--restore", &until.to_string(), "--output", "json"]))
    .await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let told = outcome.json();
    assert_eq!(
        (&told["files"], &told["restored_until"]),
        (&json!(2), &json!(until.to_string()))
    );
    assert!(told["estimate"]["table_storage_usd"].is_number(), "{told}");
    for text in [
        format!("for 3 days; they go when {until} begins (UTC)"),
        "without --to, events that are kept anyway are restored as well".to_owned(),
    ] {
        assert!(outcome.err.contains(&text), "{text} in {}", outcome.err);
    }
    stack.settle().await;

    let marked = json!(until.to_string());
    let mut both = of(&["new"], &Value::Null);
    both.extend(of(&["old"], &marked));
    assert_eq!(
        shown(&stack, stack.now).await,
        both,
        "and the new one is not doubled"
    );
    assert_eq!(shown(&stack, until.start() - 1).await, both);
    assert_eq!(
        shown(&stack, until.start()).await,
        of(&["new"], &Value::Null)
    );
    // The table drops them by itself.
    for item in stack.partitions("block#r").await {
        assert_eq!(item.expires, Some(until.start()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_restores_nothing_is_refused() {
    let stack = Stack::start("30").await;
    let today = Day::of(stack.now).to_string();
    for until in [today.as_str(), "2020-01-01", "0d", "soon", "9999d"] {
        let outcome = run(stack.backfill().args(["--restore", until])).await;
        assert_eq!(outcome.code, Some(2), "{until}: {outcome:?}");
        assert!(!stack.state().exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_indexed_when_it_was_delivered_is_known_to_a_backfill() {
    let stack = Stack::start("90").await;
    let at = |days: i64| stack.now - days * DAY;
    for (name, days) in [("a", 1), ("b", 2)] {
        stack.deliver(
            &key(name, at(days)),
            &[record(name, at(days) - 60, "PutObject")],
        );
    }
    stack.settle().await;
    // A key under which something else stood before: the newest version counts.
    let replaced = key("c", at(3));
    stack.deliver(&replaced, &[record("c", at(3) - 60, "PutObject")]);
    stack.settle().await;
    let items = stack.items().await;
    let outcome = run(&mut stack.backfill()).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    stack.settle().await;
    assert!(stack.items().await == items, "nothing is written");
}
