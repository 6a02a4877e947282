//! The edges of days and of retention, to the second.

use index::{Attribute, Order, Retention};

use crate::delivery::{File, record};
use crate::oracle::Oracle;
use crate::question::{everything, having};
use crate::stack::{NOW, Stack};
use crate::walk::{Walk, check, check_all};

/// The midnight before it is all indexed.
const MIDNIGHT: i64 = NOW - 43_200;

#[tokio::test]
async fn events_around_midnight_are_found_by_every_range_that_holds_them() {
    let stack = Stack::start().await;
    let at = |name: &str, time: i64| record(&format!("{name}-{time}"), time, "PutObject");
    let mut records: Vec<String> = (-2..=2).map(|second| at("a", MIDNIGHT + second)).collect();
    records.extend((-1..=1).map(|day| at("b", MIDNIGHT + day * 86_400 - 1)));
    // A fraction of a second before midnight is still the day before.
    records.push(at("c", MIDNIGHT - 1).replace("23:59:59Z", "23:59:59.999Z"));
    // So is a time that is written with an offset.
    records.push(at("d", MIDNIGHT - 1).replace("23:59:59Z", "23:59:59+00:00"));
    let files = [
        File::of("one", MIDNIGHT, &records),
        File::of("two", NOW, &records[3..]),
    ];
    stack.index(&stack.put_all(&files), 1).await;
    let oracle = Oracle::of_files(&files);
    assert_eq!(oracle.len(), records.len());
    let history = stack.history();
    let times = [
        None,
        Some(-86_401),
        Some(-2),
        Some(-1),
        Some(0),
        Some(1),
        Some(86_399),
    ];
    for (start, end) in times
        .iter()
        .flat_map(|start| times.iter().map(move |end| (start, end)))
    {
        for order in [Order::NewestFirst, Order::OldestFirst] {
            let mut query = everything(order);
            query.start = start.map(|second| MIDNIGHT + second);
            query.end = end.map(|second| MIDNIGHT + second);
            check(&history, &oracle, &query, 3, NOW).await;
            query.require(Attribute::EventName, "PutObject");
            check(&history, &oracle, &query, 1, NOW).await;
        }
    }
    check_all(&stack, &files).await;
}

#[tokio::test]
async fn events_past_retention_on_arrival_are_counted_and_not_written() {
    let kept = Stack::start().await.keeping(Retention::days(30));
    let horizon = NOW - 30 * 86_400;
    let times = [
        horizon - 9 * 86_400,
        horizon - 1,
        horizon,
        horizon + 1,
        NOW - 60,
    ];
    let records = times.map(|time| record(&format!("at-{time}"), time, "PutObject"));
    let files = [
        File::of("mixed", NOW - 60, &records),
        File::of("past", NOW - 50, &records[..2]),
    ];
    let objects = kept.put_all(&files);
    let counts = kept.index(&objects, 2).await;
    assert_eq!((counts.records, counts.indexed, counts.expired), (7, 3, 4));
    check_all(&kept, &[File::of("mixed", NOW - 60, &records[2..])]).await;

    // The table holds none of them, whatever the reader may think of retention.
    let all = kept.keeping(Retention::OFF);
    let history = all.history();
    let query = everything(Order::NewestFirst);
    assert_eq!(
        Walk::new(&history, &query, 10, NOW)
            .finish()
            .await
            .found
            .len(),
        3
    );
    for ((partition, _), item) in all.items().await {
        let expires = item.expires.expect("everything of it goes some day");
        assert!(expires > NOW, "{partition} is gone before it is written");
    }

    // Without a limit all are kept, and nothing but a mark goes.
    let forever = all.beside().await;
    let counts = forever.index(&objects, 2).await;
    assert_eq!(
        (counts.records, counts.indexed, counts.expired),
        (7, 7 - counts.duplicates, 0)
    );
    check_all(&forever, &files).await;
    for ((partition, _), item) in forever.items().await {
        assert_eq!(
            item.expires.is_some(),
            partition.starts_with("writes#"),
            "{partition}"
        );
    }
}

#[tokio::test]
async fn a_lookup_hides_what_is_past_retention_to_the_second() {
    let stack = Stack::start().await.keeping(Retention::days(7));
    let horizon = NOW - 7 * 86_400;
    let records: Vec<String> = (0..20)
        .map(|second| record(&format!("at-{second}"), horizon + second, "PutObject"))
        .collect();
    let files = [File::of("week", horizon + 60, &records)];
    stack.index(&stack.put_all(&files), 1).await;
    let oracle = Oracle::of_files(&files);
    let history = stack.history();
    for passed in 0..22 {
        let left = usize::try_from(20 - passed).unwrap_or(0);
        let query = everything(Order::OldestFirst);
        assert_eq!(oracle.answer(&query, horizon + passed).len(), left);
        check(&history, &oracle, &query, 6, NOW + passed).await;
        let query = having(Attribute::Region, "us-east-1");
        check(&history, &oracle, &query, 100, NOW + passed).await;
    }
}

#[tokio::test]
async fn a_file_without_records_is_indexed_and_known() {
    let stack = Stack::start().await;
    let file = File::of("empty", NOW, &[] as &[&str]);
    let object = stack.put(&file);
    for _ in 0..2 {
        let counts = stack.index(std::slice::from_ref(&object), 1).await;
        assert_eq!((counts.files, counts.records, counts.segments), (1, 0, 0));
    }
    let items = stack.items().await;
    let partitions: Vec<&str> = items
        .keys()
        .map(|(partition, _)| partition.as_str())
        .collect();
    assert_eq!(partitions, ["files#111122223333#us-east-1#2026-10-13"]);
}
