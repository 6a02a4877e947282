//! Files that arrive while somebody reads on.

use std::collections::{BTreeMap, BTreeSet};

use aws::table::Marks;
use index::Item;

use crate::batch::{Message, Object, event};
use crate::delivery::{Dice, File, delivered};
use crate::oracle::Oracle;
use crate::question;
use crate::stack::{NOW, Stack, TIME};
use crate::walk::{Walk, check_all};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_files_arrive_nothing_is_skipped_and_nothing_repeated() {
    let first = Stack::start().await;
    let mut files = delivered(9, 300);
    Dice::new(9).shuffle(&mut files);
    let objects = first.put_all(&files);
    let (present, _) = files.split_at(files.len() / 2);
    let before = Oracle::of_files(present);
    let after = Oracle::of_files(&files);
    for query in question::few(&after).iter().step_by(2) {
        let stack = first.beside().await;
        let (there, mut arriving) = objects.split_at(present.len());
        stack.index(there, 12).await;
        let history = stack.history();
        let mut walk = Walk::new(&history, query, 9, NOW);
        while !walk.is_over {
            walk.step().await;
            let (next, rest) = arriving.split_at(arriving.len().min(3));
            stack.index(next, 2).await;
            arriving = rest;
        }
        let distinct: BTreeSet<&str> = walk.found.iter().map(String::as_str).collect();
        assert_eq!(distinct.len(), walk.found.len(), "repeated: {query:?}");
        let all = after.answer(query, i64::MIN);
        assert!(
            distinct.iter().all(|text| all.contains(text)),
            "not asked for: {query:?}"
        );
        for text in before.answer(query, i64::MIN) {
            assert!(distinct.contains(text), "skipped: {query:?}");
        }
        let places: Vec<usize> = walk
            .found
            .iter()
            .filter_map(|text| all.iter().position(|other| other == text))
            .collect();
        assert!(places.is_sorted(), "out of order: {query:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_remembers_days_sees_what_comes_later() {
    let stack = Stack::start().await;
    let files: Vec<File> = delivered(10, 200);
    let objects = stack.put_all(&files);
    let history = stack.history();
    let mut so_far = Vec::new();
    for (files, objects) in files.chunks(8).zip(objects.chunks(8)) {
        stack.index(objects, 8).await;
        so_far.extend(files.iter().cloned());
        let oracle = Oracle::of_files(&so_far);
        for query in question::few(&oracle).iter().step_by(3) {
            crate::walk::check(&history, &oracle, query, 500, NOW).await;
        }
    }
    check_all(&stack, &files).await;
}

#[tokio::test]
async fn a_warm_indexer_puts_a_header_that_was_deleted() {
    let stack = Stack::start().await;
    let files = delivered(5, 60);
    let objects = stack.put_all(&files);
    let (first, second) = objects.split_at(objects.len() / 2);
    let indexer = stack.indexer();
    let index = async |objects: &[Object], now: i64| {
        let messages: Vec<Message> = objects
            .iter()
            .map(|object| Message::first(&[object]))
            .collect();
        let handled = indexer.handle(&event(&messages), now, TIME).await;
        assert_eq!(handled.expect("handled").response.failed().count(), 0);
    };
    index(first, NOW).await;
    let table = stack.table();
    for item in stack.items().await.into_values() {
        if item.partition.starts_with("days#") {
            let gone = table
                .delete(&item.partition, &item.sort, &Marks::default())
                .await;
            gone.expect("deleted");
        }
    }
    // In the next slot of write marks, of the same days.
    index(second, NOW + index::table::SLOT_SECONDS).await;
    let headers = |items: &BTreeMap<(String, String), Item>| {
        let keys = items
            .keys()
            .filter(|(partition, _)| partition.starts_with("days#"));
        keys.cloned().collect::<BTreeSet<_>>()
    };
    let alone = stack.beside().await;
    alone.index(second, second.len()).await;
    let expected = headers(&alone.items().await);
    assert!(!expected.is_empty());
    assert_eq!(headers(&stack.items().await), expected);
}
