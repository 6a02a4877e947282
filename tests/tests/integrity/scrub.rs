//! Whatever is done to the index is found, named, and told once.

use std::collections::BTreeSet;

use aws::Table;
use aws::table::{Marks, Range};
use index::file::FileRecord;
use index::table;
use index::{Day, Item};
use trail::{Category, ObjectKey};

use crate::stack::Stack;

/// Sweeps a proven trail whose index somebody has changed, and answers what is found.
async fn found(stack: &Stack) -> BTreeSet<String> {
    stack.sweep(stack.now() + 3_600).await;
    stack.sweep(stack.now() + 7_200).await;
    let told = stack.told().await;
    let ids: BTreeSet<&str> = told.iter().map(|told| told.id.as_str()).collect();
    assert_eq!(ids.len(), told.len(), "told twice: {told:#?}");
    let kinds: BTreeSet<String> = told.into_iter().map(|told| told.kind).collect();
    assert_eq!(kinds, stack.kinds().await);
    kinds
}

async fn proven() -> Stack {
    let stack = Stack::of_hours(8).await.scrubbing(100_000);
    stack.run().await;
    assert_eq!(stack.open().await, []);
    assert_eq!(stack.told().await, []);
    stack
}

/// The items of a partition.
async fn items(table: &Table, partition: &str) -> Vec<Item> {
    let answer = table.query(Range::partition(partition)).await;
    answer.expect("the partition is read").items
}

async fn overwrite(table: &Table, item: &Item) {
    let put = table.overwrite(item, &Marks::default()).await;
    put.expect("the item is put");
}

async fn delete(table: &Table, item: &Item) {
    let none = Marks::default();
    let deleted = table.delete(&item.partition, &item.sort, &none).await;
    deleted.expect("the item is deleted");
}

/// The directory entry of the largest segment.
async fn entry(stack: &Stack) -> Item {
    let table = stack.table();
    let day = Day::of(stack.until - 4 * 3_600);
    let mut entries = items(&table, &table::segments(Category::Management, day)).await;
    entries.sort_by_key(|entry| entry.body.len());
    entries.pop().expect("a segment")
}

fn kinds<const N: usize>(kinds: [&str; N]) -> BTreeSet<String> {
    kinds.into_iter().map(str::to_owned).collect()
}

/// The item of a file record of the day.
async fn record(stack: &Stack) -> Item {
    let day = Day::of(stack.until - 4 * 3_600);
    let key = stack.archive.logs().find_map(|(key, _)| {
        let key = ObjectKey::parse(key).ok()?;
        (Day::from(key.delivery_day) == day).then_some((key.account, key.region))
    });
    let (account, region) = key.expect("a log file");
    let partition = table::files(account, region, day);
    let records = items(&stack.table(), &partition).await;
    let middle = records.len() / 2;
    records.into_iter().nth(middle).expect("a record")
}

#[tokio::test]
async fn a_changed_block_contradicts_its_segment() {
    let stack = proven().await;
    let id = table::parse_newest(&entry(&stack).await.sort).expect("a segment");
    let mut block = items(&stack.table(), &table::blocks(&id)).await.remove(0);
    *block.body.last_mut().expect("a body") ^= 1;
    overwrite(&stack.table(), &block).await;
    assert_eq!(found(&stack).await, kinds(["index-damaged"]));
}

#[tokio::test]
async fn a_deleted_block_is_missed_and_found_again_when_it_is_back() {
    let stack = proven().await;
    let id = table::parse_newest(&entry(&stack).await.sort).expect("a segment");
    let blocks = items(&stack.table(), &table::blocks(&id)).await;
    let block = blocks.last().expect("a block");
    delete(&stack.table(), block).await;
    assert_eq!(found(&stack).await, kinds(["index-missing"]));
    overwrite(&stack.table(), block).await;
    stack.sweep(stack.now() + 10_800).await;
    stack.sweep(stack.now() + 14_400).await;
    assert_eq!(stack.open().await, []);
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn a_changed_directory_entry_contradicts_its_segment() {
    let stack = proven().await;
    let mut entry = entry(&stack).await;
    let middle = entry.body.len() / 2;
    entry.body[middle] ^= 1;
    overwrite(&stack.table(), &entry).await;
    assert_eq!(found(&stack).await, kinds(["index-damaged"]));
}

#[tokio::test]
async fn a_deleted_directory_entry_is_missed() {
    let stack = proven().await;
    delete(&stack.table(), &entry(&stack).await).await;
    assert_eq!(found(&stack).await, kinds(["index-missing"]));
}

#[tokio::test]
async fn a_deleted_segment_is_missed() {
    let stack = proven().await;
    let entry = entry(&stack).await;
    let id = table::parse_newest(&entry.sort).expect("a segment");
    for block in items(&stack.table(), &table::blocks(&id)).await {
        delete(&stack.table(), &block).await;
    }
    delete(&stack.table(), &entry).await;
    assert_eq!(found(&stack).await, kinds(["index-missing"]));
}

#[tokio::test]
async fn a_deleted_header_hides_its_day_and_is_missed() {
    let stack = proven().await;
    let day = Day::of(stack.until - 4 * 3_600);
    let headers = items(&stack.table(), &table::days(Category::Management)).await;
    let of_day = |item: &Item| table::parse_header(&item.sort).is_some_and(|of| of.0 == day);
    let headers: Vec<Item> = headers.into_iter().filter(of_day).collect();
    assert!(!headers.is_empty());
    for header in &headers {
        delete(&stack.table(), header).await;
    }
    stack.sweep(stack.now() + 3_600).await;
    stack.sweep(stack.now() + 7_200).await;
    // Each is named, and told once.
    let mut named: Vec<String> = headers
        .iter()
        .map(|header| format!("header {}/{}", header.partition, header.sort))
        .collect();
    named.sort_unstable();
    let objects = |findings: Vec<alerts::Finding>| {
        assert!(findings.iter().all(|one| one.kind == "index-missing"));
        let objects = findings.into_iter().filter_map(|one| one.object);
        let mut objects: Vec<String> = objects.collect();
        objects.sort_unstable();
        objects
    };
    assert_eq!(objects(stack.told().await), named);
    assert_eq!(objects(stack.open().await), named);

    for header in &headers {
        overwrite(&stack.table(), header).await;
    }
    stack.sweep(stack.now() + 10_800).await;
    assert_eq!(stack.open().await, []);
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn a_header_is_not_missed_of_segments_that_are_past_their_time() {
    let stack = proven().await;
    let table = stack.table();
    let day = Day::of(stack.until - 4 * 3_600);
    for header in items(&table, &table::days(Category::Management)).await {
        delete(&table, &header).await;
    }
    for day in [day.previous(), day, day.next()] {
        for mut entry in items(&table, &table::segments(Category::Management, day)).await {
            entry.expires = Some(stack.now());
            overwrite(&table, &entry).await;
        }
    }
    assert_eq!(found(&stack).await, BTreeSet::new());
}

#[tokio::test]
async fn a_deleted_term_page_is_missed() {
    let stack = proven().await;
    let entry = entry(&stack).await;
    let day = Day::of(stack.until - 4 * 3_600);
    let id = table::parse_newest(&entry.sort).expect("a segment");
    let directory = index::directory::Directory::decode(&entry.body, day).expect("an entry");
    let keys = index::segment::keys(&id, Category::Management, day, &directory);
    let keys = keys.expect("the keys of log files");
    let mut deleted = false;
    for key in &keys.pages {
        let page = stack.table().get(&key.partition, &key.sort).await;
        if let Some(page) = page.expect("the table answers") {
            delete(&stack.table(), &page).await;
            deleted = true;
            break;
        }
    }
    assert!(deleted, "the segment has pages");
    assert_eq!(found(&stack).await, kinds(["index-missing"]));
}

#[tokio::test]
async fn a_file_record_with_another_hash_differs() {
    let stack = proven().await;
    let mut item = record(&stack).await;
    let mut record = FileRecord::from_body(&item.body).expect("a record");
    record.sha256 = "00".repeat(32);
    item.body = serde_json::to_vec(&record).expect("is written");
    overwrite(&stack.table(), &item).await;
    assert_eq!(found(&stack).await, kinds(["index-differs"]));
}

#[tokio::test]
async fn a_deleted_file_record_is_asked_for_again() {
    let stack = proven().await;
    let item = record(&stack).await;
    delete(&stack.table(), &item).await;
    stack.settle().await;
    assert_eq!(stack.open().await, []);
    assert_eq!(stack.told().await, []);
    let again = stack.table().get(&item.partition, &item.sort).await;
    let again = again.expect("the table answers").expect("a record");
    let read = |item: &Item| FileRecord::from_body(&item.body).expect("a record");
    assert!(read(&again).has_content_of(&read(&item)));
}
