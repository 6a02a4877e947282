//! A function that is stopped between any two writes leaves nothing that a retry does not mend.

use std::time::Duration;

use index::{EventKey, Order};
use tokio::time::timeout;
use trail::Record;

use crate::batch::{Message, Object, event};
use crate::delivery::{File, delivered};
use crate::oracle::Oracle;
use crate::question::everything;
use crate::stack::{NOW, Stack, handle};
use crate::walk::{Walk, check_all};

/// Indexes a batch that is stopped after so many writes, and then what is handed out again.
///
/// Answers whether the batch was done before it would have been stopped.
async fn stop_and_retry(first: &Stack, files: &[File], objects: &[Object], writes: u64) -> bool {
    let stack = first.beside().await;
    let messages: Vec<Message> = objects
        .iter()
        .map(|object| Message::first(&[object]))
        .collect();
    let faults = stack.cloud().faults();
    faults.kill_after_writes(writes);
    let stopped = handle(&stack.impatient_indexer(), &messages).await;
    let was_killed = faults.is_killed();
    faults.revive();

    // What is there already is what was delivered, and can be read.
    let oracle = Oracle::of_files(files);
    let history = stack.history();
    let query = everything(Order::NewestFirst);
    let met = Walk::new(&history, &query, 100, NOW).finish().await.found;
    let expected = oracle.answer(&query, i64::MIN);
    assert!(
        met.iter().all(|text| expected.contains(&text.as_str())),
        "after {writes} writes"
    );
    assert!(met.is_sorted_by_key(|text| {
        std::cmp::Reverse(EventKey::of(&Record::parse(text).expect("a record")))
    }));

    // A function that crashed has answered nothing: everything comes again. One that
    // saw its writes fail has named the messages that are to come again.
    let failed: Vec<&str> = stopped.response.failed().collect();
    let is_retried =
        |message: &&Message| writes.is_multiple_of(2) || failed.contains(&message.id.as_str());
    let retried: Vec<Message> = messages
        .iter()
        .filter(is_retried)
        .map(Message::again)
        .collect();
    if !retried.is_empty() {
        let handled = handle(&stack.indexer(), &retried).await;
        assert_eq!(
            handled.response.failed().count(),
            0,
            "after {writes} writes"
        );
    }
    check_all(&stack, files).await;
    assert!(stack.findings().await.is_empty(), "a crash is no finding");
    !was_killed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_any_two_writes_of_a_batch_changes_no_answer() {
    let first = Stack::start().await;
    let mut files = delivered(4, 60);
    files.truncate(9);
    let objects = first.put_all(&files);
    let mut writes = 0;
    while !stop_and_retry(&first, &files, &objects, writes).await {
        writes += 1;
        assert!(
            writes < 100,
            "the batch is too large to try every write of it"
        );
    }
    assert!(writes > 15, "{writes} writes are too few to stop between");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_a_large_batch_changes_no_answer() {
    let first = Stack::start().await;
    let files = delivered(5, 400);
    let objects = first.put_all(&files);
    let mut writes = 3;
    let mut crashes = 0;
    while !stop_and_retry(&first, &files, &objects, writes).await {
        crashes += 1;
        writes += 83;
    }
    assert!(crashes > 1, "the batch has no more than {writes} writes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_before_and_between_reads_of_files_changes_no_answer() {
    let stack = Stack::start().await;
    let mut files = delivered(6, 100);
    files.truncate(6);
    let objects = stack.put_all(&files);
    let faults = stack.cloud().faults();
    for gets in [0, 3] {
        faults.kill_after_gets(gets);
        let messages: Vec<Message> = objects
            .iter()
            .map(|object| Message::first(&[object]))
            .collect();
        // Reads of files are retried for longer than anyone waits here: Lambda ends it.
        let indexer = stack.impatient_indexer();
        let ended = timeout(Duration::from_millis(500), handle(&indexer, &messages)).await;
        assert!(faults.is_killed());
        assert!(ended.is_err() || gets == 0, "the function ended by itself");
        faults.revive();
    }
    stack.index(&objects, 6).await;
    check_all(&stack, &files).await;
}

#[tokio::test]
async fn a_batch_for_which_no_time_is_left_is_given_back_whole() {
    let stack = Stack::start().await;
    let mut files = delivered(13, 60);
    files.truncate(3);
    let objects = stack.put_all(&files);
    let messages: Vec<Message> = objects
        .iter()
        .map(|object| Message::first(&[object]))
        .collect();
    let handled = stack
        .indexer()
        .handle(&event(&messages), NOW, Duration::from_secs(9))
        .await;
    let handled = handled.expect("a batch from a queue is answered");
    assert_eq!(handled.response.failed().count(), messages.len());
    assert_eq!(handled.counts, indexer::Counts::default());
    assert!(stack.items().await.is_empty(), "not even a finding");
    stack.index(&objects, 3).await;
    check_all(&stack, &files).await;
}
