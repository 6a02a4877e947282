//! Huge records, huge files, and very many events in one second.

use index::{Attribute, Order};
use jiff::Timestamp;
use sample::Trail;

use crate::delivery::{Dice, File, record};
use crate::oracle::Oracle;
use crate::question::{everything, having};
use crate::stack::{NOW, Stack};
use crate::walk::{check, check_all, check_tallies};

/// Letters that do not compress much.
fn noise(length: usize, seed: u64) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut dice = Dice::new(seed);
    (0..length)
        .map(|_| char::from(LETTERS[dice.below(64)]))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_of_a_megabyte_that_do_not_compress_come_back_whole() {
    let stack = Stack::start().await;
    let records: Vec<String> = (0..7)
        .map(|number| {
            let record = record(&format!("huge-{number}"), NOW - number, "PutObject");
            let seed = number.unsigned_abs();
            let length = if number % 3 == 2 { 10 } else { 1_000_000 };
            let parameters = format!(
                "{{\"requestParameters\":{{\"body\":\"{}\"}},",
                noise(length, seed)
            );
            record.replacen('{', &parameters, 1)
        })
        .collect();
    let files = [
        File::of("huge", NOW, &records[..4]),
        File::of("more", NOW, &records[3..]),
    ];
    stack.index(&stack.put_all(&files), 2).await;
    for ((partition, sort), item) in stack.items().await {
        assert!(
            item.size() < 400 * 1024,
            "{partition} {sort} has {} bytes",
            item.size()
        );
    }
    let oracle = Oracle::of_files(&files);
    let history = stack.history();
    for page in [1, 50] {
        check(
            &history,
            &oracle,
            &everything(Order::NewestFirst),
            page,
            NOW,
        )
        .await;
        check(
            &history,
            &oracle,
            &having(Attribute::EventId, "huge-4"),
            page,
            NOW,
        )
        .await;
    }
    // Late reads meet blocks of which only some parts are there.
    for hidden in [5, 9, 13] {
        let stack = stack.beside().await;
        stack.cloud().faults().stale_reads(hidden);
        stack.index(&stack.put_all(&files), 2).await;
        check(
            &stack.history(),
            &oracle,
            &everything(Order::OldestFirst),
            2,
            NOW,
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_fifty_megabytes_is_indexed_whole() {
    let stack = Stack::start().await;
    let trail = Trail {
        seed: 11,
        events: 100_000,
        start: Timestamp::from_second(NOW - 7_200).expect("a time"),
        end: Timestamp::from_second(NOW - 3_600).expect("a time"),
        principals: 40,
        ..Trail::default()
    };
    let mut bytes = 0;
    let records: Vec<String> = trail
        .records()
        .map(|record| record.json)
        .take_while(|text| {
            bytes += text.len() + 1;
            bytes <= 50_000_000
        })
        .collect();
    let files = [File::of("large", NOW, &records)];
    let counts = stack.index(&stack.put_all(&files), 1).await;
    assert_eq!(counts.records, records.len() as u64);
    assert_eq!((counts.indexed, counts.quarantined), (counts.records, 0));
    let oracle = Oracle::of_files(&files);
    let history = stack.history();
    check(
        &history,
        &oracle,
        &everything(Order::NewestFirst),
        4_000,
        NOW,
    )
    .await;
    for attribute in [
        Attribute::EventId,
        Attribute::ErrorCode,
        Attribute::Username,
    ] {
        let values = oracle.values(attribute);
        for value in [0, values.len() / 2, values.len() - 1] {
            check(
                &history,
                &oracle,
                &having(attribute, &values[value]),
                1_000,
                NOW,
            )
            .await;
        }
    }
    check_tallies(&stack, &files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_a_large_file_holds_at_both_ends_is_indexed_and_counted() {
    let stack = Stack::start().await;
    // On a day of its own the event is all of a segment, once for either end of the file.
    let twice = record("twice", NOW - 3 * 86_400, "PutObject");
    let padding = "x".repeat(100_000);
    let mut records = vec![twice.clone()];
    records.extend((0..270).map(|number| {
        let parameters = format!("{{\"requestParameters\":{{\"body\":\"{padding}\"}},");
        record(&format!("padded-{number}"), NOW - number, "PutObject").replacen('{', &parameters, 1)
    }));
    records.push(twice);
    let files = [File::of("large", NOW, &records)];
    let objects = stack.put_all(&files);
    let counts = stack.index(&objects, 1).await;
    assert_eq!((counts.files, counts.records), (1, 272));
    check_all(&stack, &files).await;
    let again = stack.index(&objects, 1).await;
    assert_eq!((again.segments, again.duplicates), (0, 272));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_events_of_one_second_are_paged_through_one_by_one() {
    let stack = Stack::start().await;
    let text = |number: usize| {
        // Some have an id in common, some have none.
        let id = if number.is_multiple_of(5) {
            String::new()
        } else {
            format!("e-{:05}", number / 2)
        };
        format!(
            r#"{{"eventTime":"2026-10-13T11:00:00Z","eventID":"{id}","eventName":"N{number}"}}"#
        )
    };
    let records: Vec<String> = (0..10_000).map(text).collect();
    let files: Vec<File> = records
        .chunks(2_500)
        .enumerate()
        .map(|(number, records)| File::of(&format!("tiny-{number}"), NOW, records))
        .collect();
    stack.index(&stack.put_all(&files), 2).await;
    let oracle = Oracle::of_files(&files);
    assert_eq!(oracle.len(), 10_000);
    let history = stack.history();
    for order in [Order::NewestFirst, Order::OldestFirst] {
        check(&history, &oracle, &everything(order), 499, NOW).await;
    }
    check(
        &history,
        &oracle,
        &having(Attribute::EventName, "N7001"),
        1,
        NOW,
    )
    .await;
    check_tallies(&stack, &files).await;
}
