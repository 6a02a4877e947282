//! Order, batching, repetition and company change no answer.

use std::collections::{BTreeMap, BTreeSet};

use index::directory::Directory;
use index::file::{FileRecord, FileVersion};
use index::table;
use trail::LogFile;

use crate::batch::{Message, Object};
use crate::delivery::{Dice, File, delivered};
use crate::stack::{BUCKET, Stack, handle};
use crate::walk::check_all;

/// Messages that name objects in any order, each up to three times, one to three a message.
fn shuffled(objects: &[Object], dice: &mut Dice) -> Vec<Message> {
    let mut named: Vec<&Object> = Vec::new();
    for object in objects {
        named.extend(std::iter::repeat_n(object, 1 + dice.below(3)));
    }
    dice.shuffle(&mut named);
    dice.cut(&named, 3)
        .into_iter()
        .map(|objects| Message {
            receives: 1 + u32::from(dice.below(4) == 0),
            ..Message::first(objects)
        })
        .collect()
}

/// Has a fresh indexer handle messages in batches, and counts what went where.
async fn index(
    stack: &Stack,
    messages: &[Message],
    most: usize,
    dice: &mut Dice,
) -> indexer::Counts {
    let indexer = stack.indexer();
    let mut counts = indexer::Counts::default();
    for batch in dice.cut(messages, most) {
        let handled = handle(&indexer, batch).await;
        assert_eq!(handled.response.failed().count(), 0);
        counts += handled.counts;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_order_any_batching_and_any_repetition_give_the_same_answers_and_tallies() {
    let first = Stack::start().await;
    let files = delivered(1, 500);
    let objects = first.put_all(&files);
    for seed in 0..4 {
        let stack = first.beside().await;
        let mut dice = Dice::new(seed);
        let messages = shuffled(&objects, &mut dice);
        let most = [1, 4, 30, 1_000][dice.below(4)];
        let counts = index(&stack, &messages, most, &mut dice).await;
        assert!(counts.files >= files.len() as u64);
        let present = stack.items().await;
        check_all(&stack, &files).await;

        // Once everything is there, nothing is written any more.
        let again = index(&stack, &shuffled(&objects, &mut dice), 7, &mut dice).await;
        assert_eq!(
            (again.records, again.indexed, again.segments),
            (again.duplicates, 0, 0)
        );
        assert!(
            stack.items().await == present,
            "redelivery changed the table"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_indexers_at_once_give_the_same_answers_and_tallies() {
    let first = Stack::start().await;
    let files = delivered(2, 400);
    let objects = first.put_all(&files);
    for seed in 10..13 {
        let stack = first.beside().await;
        let mut dice = Dice::new(seed);
        let messages = shuffled(&objects, &mut dice);
        let mut others = messages.clone();
        let (mut one, mut other) = (Dice::new(seed + 100), Dice::new(seed + 200));
        if seed % 2 == 0 {
            // Else both are handed the very same messages in the same batches.
            other.shuffle(&mut others);
        } else {
            other = one.clone();
        }
        let most = 1 + dice.below(40);
        tokio::join!(
            index(&stack, &messages, most, &mut one),
            index(&stack, &others, most, &mut other),
        );
        check_all(&stack, &files).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_indexer_puts_and_gets_reads_the_holds_and_does_nothing_else() {
    let stack = Stack::start().await;
    let files = delivered(3, 200);
    let objects = stack.put_all(&files);
    let broken = stack.put(&File::raw("broken", crate::stack::NOW, b"no gzip".to_vec()));
    stack.cloud().faults().reset_counters();
    stack.index(&objects, 10).await;
    stack.index(&objects, 3).await;
    handle(&stack.indexer(), &[Message::first(&[&broken])]).await;
    let counters = stack.cloud().faults().counters();
    let called: BTreeSet<&str> = counters.operations.keys().map(String::as_str).collect();
    assert_eq!(
        called,
        BTreeSet::from(["GetItem", "GetObject", "PutItem", "Query"])
    );
    // Once an invocation, strongly.
    let invocations = files.len().div_ceil(10) + files.len().div_ceil(3) + 1;
    assert_eq!(counters.calls("Query"), invocations as u64);
    assert_eq!(stack.findings().await.len(), 1);
    for ((partition, sort), item) in stack.items().await {
        let mut prefixes = table::WRITTEN.iter();
        assert!(
            prefixes.any(|prefix| partition.starts_with(prefix)),
            "{partition}"
        );
        assert!(
            item.size() < 400 * 1024,
            "{partition} {sort} has {} bytes",
            item.size()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_file_is_recorded_with_its_content_and_the_segments_that_hold_it() {
    let stack = Stack::start().await;
    let files = delivered(14, 200);
    let objects = stack.put_all(&files);
    stack.index(&objects, 9).await;
    let mut held: BTreeMap<String, Directory> = BTreeMap::new();
    let mut recorded = BTreeMap::new();
    for ((partition, sort), item) in stack.items().await {
        if let Some(("segments", rest)) = partition.split_once('#') {
            let (_, day) = rest.split_once('#').expect("a category and a day");
            let directory = Directory::decode(&item.body, day.parse().expect("a day"));
            let segment = table::parse_newest(&sort).expect("a segment");
            held.insert(segment.to_string(), directory.expect("a directory"));
        } else if partition.starts_with("files#") {
            recorded.insert(sort, FileRecord::from_body(&item.body).expect("a file"));
        }
    }
    assert_eq!(recorded.len(), files.len());
    for (file, object) in files.iter().zip(&objects) {
        let version = FileVersion {
            bucket: BUCKET.to_owned(),
            key: file.key.clone(),
            version: object.version.clone(),
        };
        let record = &recorded[&version.sort()];
        let log = LogFile::inflate(&file.body, usize::MAX).expect("a log file");
        assert_eq!(record.sha256, FileRecord::hash_text(log.sha256()));
        assert_eq!(
            (record.records, record.size),
            (file.records.len() as u64, file.body.len() as u64)
        );
        assert_eq!(record.etag, object.etag);
        let named: BTreeSet<&String> = record.segments.iter().collect();
        let holding = held.iter().filter(|(_, directory)| {
            directory
                .files
                .iter()
                .any(|entry| entry.version == version && entry.sha256 == record.sha256)
        });
        let holding: BTreeSet<&String> = holding.map(|(segment, _)| segment).collect();
        assert_eq!(named, holding, "{}", file.key);
        assert!(!named.is_empty());
    }
}
