//! What is kept by exception, under a hold, or because it was restored.

use index::file::FileRecord;
use index::table::retention::HOLDS;
use index::{Attribute, Class, Day, Event, Hold, Order, Policy, Query, Retention, Scope};
use serde_json::json;

use crate::batch::{Message, Object, notification};
use crate::delivery::{ACCOUNT, File, record};
use crate::question::{everything, having};
use crate::stack::{NOW, Stack, handle};

const DAY: i64 = 86_400;

const OTHER: &str = "444455556666";

/// The same file and records in another account.
fn in_account(file: &File, account: &str) -> File {
    let records: Vec<String> = file
        .texts()
        .map(|text| text.replace(ACCOUNT, account))
        .collect();
    File {
        key: file.key.replace(ACCOUNT, account),
        ..File::of("moved", NOW, &records)
    }
}

fn hold(scope: Scope, start: i64, end: Option<i64>) -> Hold {
    Hold {
        id: "20261013-case-7".to_owned(),
        scope,
        start,
        end,
        reason: "case 7".to_owned(),
        set_by: "arn:aws:iam::111122223333:user/counsel".to_owned(),
        set_at: NOW - 60,
        lifted_by: None,
        lifted_at: None,
    }
}

/// A message that asks for objects to be restored.
fn restoring(objects: &[&Object], until: &str) -> Message {
    let mut body: serde_json::Value =
        serde_json::from_str(&notification(objects)).expect("a notification");
    body["trailkeep"] = json!({ "restore_until": until });
    Message::new(body.to_string())
}

async fn events(stack: &Stack, query: &Query, now: i64) -> Vec<Event> {
    let history = stack.history();
    let page = history.page(query.clone(), None, 1_000, 5 << 20, now).await;
    let page = page.expect("is read");
    assert_eq!(page.cursor, None);
    page.events
}

/// The ids of all events that are shown at a time, the oldest first.
async fn shown(stack: &Stack, now: i64) -> Vec<String> {
    let events = events(stack, &everything(Order::OldestFirst), now).await;
    events.into_iter().map(|event| event.key.id).collect()
}

#[tokio::test]
async fn what_comes_late_under_a_hold_is_indexed_and_does_not_expire() {
    let stack = Stack::start().await.keeping(Retention::days(30));
    let horizon = NOW - 30 * DAY;
    let (start, end) = (horizon - 20 * DAY, horizon - 10 * DAY);
    let times = [
        start - 1,
        start,
        end,
        end + 1,
        horizon - 1,
        horizon,
        NOW - 60,
    ];
    let names = ["before", "first", "last", "after", "past", "kept", "new"];
    let records: Vec<String> = names
        .iter()
        .zip(times)
        .map(|(name, time)| record(name, time, "PutObject"))
        .collect();
    let files = [
        File::of("late", NOW - 60, &records),
        in_account(&File::of("late", NOW - 60, &records[..4]), OTHER),
    ];
    let objects = stack.put_all(&files);
    let held = hold(Scope::Account(ACCOUNT.to_owned()), start, Some(end));
    stack.table().put(&held.item()).await.expect("a hold");

    let counts = stack.index(&objects, 2).await;
    assert_eq!((counts.records, counts.indexed, counts.expired), (11, 4, 7));
    assert_eq!(shown(&stack, NOW).await, ["first", "last", "kept", "new"]);
    let by_name = having(Attribute::EventName, "PutObject");
    assert_eq!(events(&stack, &by_name, NOW).await.len(), 4);
    // Later, the policy keeps none of them any more.
    assert_eq!(shown(&stack, NOW + 40 * DAY).await, ["first", "last"]);

    let held_days = [start, end].map(|time| Day::of(time).to_string());
    let mut unexpiring = 0;
    for ((partition, sort), item) in stack.items().await {
        let is_held = held_days
            .iter()
            .any(|day| partition == format!("segments#Management#{day}") || sort.starts_with(day));
        if is_held || partition == HOLDS {
            assert_eq!(item.expires, None, "{partition} {sort}");
            unexpiring += 1;
        } else if !partition.starts_with("block#")
            && !partition.starts_with("terms#")
            && !partition.starts_with("tally#")
        {
            assert!(item.expires.is_some(), "{partition} {sort}");
        }
    }
    assert_eq!(
        unexpiring,
        1 + 2 * 2,
        "the hold, and two headers and directories"
    );

    // Lifted, it holds nothing: neither what is shown nor what is indexed.
    let lifted = stack.beside().await;
    let held = Hold {
        lifted_by: Some("arn:aws:iam::111122223333:user/counsel".to_owned()),
        lifted_at: Some(NOW - 1),
        ..held
    };
    lifted.table().put(&held.item()).await.expect("a hold");
    let counts = lifted.index(&objects, 2).await;
    assert_eq!((counts.records, counts.indexed, counts.expired), (11, 2, 9));
    assert_eq!(shown(&lifted, NOW).await, ["kept", "new"]);
}

#[tokio::test]
async fn nothing_is_indexed_while_a_hold_cannot_be_read() {
    let stack = Stack::start().await.keeping(Retention::days(30));
    let object = stack.put(&File::of("one", NOW, &[record("a", NOW - 60, "PutObject")]));
    let mut damaged = hold(Scope::Everything, 0, None).item();
    damaged.body = b"{}".to_vec();
    stack.table().put(&damaged).await.expect("an item");
    let handled = handle(&stack.indexer(), &[Message::first(&[&object])]).await;
    assert_eq!(handled.response.failed().count(), 1);
    assert_eq!(handled.counts.files, 0);
    assert_eq!(stack.items().await.len(), 1, "the damaged hold");
}

#[tokio::test]
async fn an_account_with_an_exception_has_a_class_and_an_expiry_of_its_own() {
    let policy = Policy::parse("30", "444455556666=365").expect("a policy");
    let stack = Stack::start().await.keeping(policy);
    let times = [NOW - 365 * DAY - 1, NOW - 100 * DAY, NOW - 60];
    let records = times.map(|time| record(&format!("at-{time}"), time, "PutObject"));
    let usual = File::of("one", NOW, &records);
    let files = [in_account(&usual, OTHER), usual];
    let counts = stack.index(&stack.put_all(&files), 2).await;
    assert_eq!((counts.records, counts.indexed, counts.expired), (6, 3, 3));
    assert_eq!(shown(&stack, NOW).await.len(), 3);

    let expires = |time: i64, days: i64| Some(Day::of(time).end() + 1 + days * DAY);
    let mut found = Vec::new();
    for ((partition, sort), item) in stack.items().await {
        if partition.starts_with("segments#") {
            let segment = index::table::parse_newest(&sort).expect("a segment");
            found.push((segment.class().to_owned(), partition, item.expires));
        }
    }
    found.sort();
    let today = format!("segments#Management#{}", Day::of(NOW));
    let old = format!("segments#Management#{}", Day::of(times[1]));
    let excepted = Class::of_account(OTHER).expect("an account").to_string();
    let expected = [
        (excepted.clone(), old, expires(times[1], 365)),
        (excepted, today.clone(), expires(NOW, 365)),
        ("std".to_owned(), today, expires(NOW, 30)),
    ];
    assert_eq!(found, expected);
    let segments = |file: &File| {
        let delivery = file.delivery_day();
        let account = if file.key.contains(OTHER) {
            OTHER
        } else {
            ACCOUNT
        };
        (
            index::table::files(account, "us-east-1", delivery),
            file.key.clone(),
        )
    };
    for (file, days) in files.iter().zip([365, 30]) {
        let (partition, _) = segments(file);
        let items = stack.partition(&partition).await;
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].expires, expires(NOW, days));
    }
}

#[tokio::test]
async fn restored_events_are_kept_apart_until_their_day_begins() {
    let stack = Stack::start().await.keeping(Retention::days(30));
    let until: Day = "2026-11-15".parse().expect("a day");
    let times = [NOW - 400 * DAY, NOW - 200 * DAY, NOW - 10 * DAY];
    let records = times.map(|time| record(&format!("at-{time}"), time, "PutObject"));
    let object = stack.put(&File::of("old", NOW - 10 * DAY, &records));
    let (plain, restore) = (
        Message::first(&[&object]),
        restoring(&[&object], "2026-11-15"),
    );

    // In one batch with the same file as it is delivered, and once more.
    let handled = handle(&stack.indexer(), &[plain, restore.clone()]).await;
    assert_eq!(handled.response.failed().count(), 0);
    let counts = handled.counts;
    assert_eq!((counts.files, counts.indexed, counts.expired), (2, 4, 2));
    let handled = handle(&stack.indexer(), &[restore]).await;
    assert_eq!((handled.counts.duplicates, handled.counts.segments), (3, 0));

    let all = everything(Order::OldestFirst);
    for query in [all.clone(), having(Attribute::EventName, "PutObject")] {
        let mut found = events(&stack, &query, NOW).await;
        found.sort_by_key(|event| event.key.time);
        let marks: Vec<Option<Day>> = found.iter().map(|event| event.restored_until).collect();
        assert_eq!(marks, [Some(until), Some(until), None]);
    }
    let mut old = all;
    old.end = Some(times[1]);
    assert_eq!(events(&stack, &old, NOW).await.len(), 2);
    assert_eq!(events(&stack, &old, until.start() - 1).await.len(), 2);
    assert_eq!(events(&stack, &old, until.start()).await.len(), 0);

    let class = Class::restored(until);
    for ((partition, sort), item) in stack.items().await {
        if sort.contains(class.as_str()) || partition.contains(class.as_str()) {
            let grace = if partition.starts_with("days#") {
                32 * DAY
            } else {
                0
            };
            let is_mark = partition.starts_with("writes#");
            assert!(
                is_mark || item.expires == Some(until.start() + grace),
                "{partition} {sort}"
            );
        }
    }
    let files = format!("files#{ACCOUNT}#us-east-1#{}", Day::of(NOW - 10 * DAY));
    let files = stack.partition(&files).await;
    assert_eq!(files.len(), 2);
    assert_eq!(files[1].sort, format!("{}#r20261115", files[0].sort));
    assert_eq!(
        index::table::parse_restored_file(&files[1].sort),
        Some(until)
    );
    assert_eq!(index::table::parse_restored_file(&files[0].sort), None);
    let record = FileRecord::from_body(&files[1].body).expect("a record");
    assert!(
        record
            .segments
            .iter()
            .all(|segment| segment.starts_with("r20261115."))
    );
    assert_eq!((record.segments.len(), record.expired), (3, 0));
}

#[tokio::test]
async fn a_day_that_is_none_is_refused_and_one_that_is_over_restores_nothing() {
    let stack = Stack::start().await.keeping(Retention::days(30));
    let old = record("old", NOW - 100 * DAY, "PutObject");
    let object = stack.put(&File::of("old", NOW - 10 * DAY, &[old]));
    let refused = ["", "2026-02-30", "2026-11-15Z", "tomorrow"];
    let refused = refused.map(|until| restoring(&[&object], until));
    let handled = handle(&stack.indexer(), &refused).await;
    assert_eq!(handled.response.failed().count(), refused.len());
    assert!(stack.items().await.is_empty());
    let over = restoring(&[&object], "2026-10-13");
    let handled = handle(&stack.indexer(), &[over]).await;
    assert_eq!(handled.response.failed().count(), 0);
    assert_eq!((handled.counts.indexed, handled.counts.expired), (0, 1));
    assert!(shown(&stack, NOW).await.is_empty());
}
