//! Records of restored files say nothing of the index: they are kept apart, and go early.

use aws::table::Range;
use index::Item;
use index::file::{Delivery, FileRecord};
use index::table;
use trail::ObjectKey;

use crate::clean::check_clean;
use crate::stack::Stack;

/// Puts a record of a restored file beside the own record of the first log file, or in
/// place of it; it is of other content and names a segment that is not there.
async fn restore_first(stack: &Stack) {
    let (key, _) = stack.archive.logs().next().expect("a log file");
    let delivery = Delivery::from(&ObjectKey::parse(key).expect("a log file's key"));
    let partition = table::files(&delivery.account, &delivery.region, delivery.day);
    let answer = stack.table().query(Range::partition(&partition)).await;
    let records = answer.expect("the records").items;
    let own = records.iter().find(|item| item.sort.contains(key.as_str()));
    let own = own.expect("the file is indexed");
    let record = FileRecord::from_body(&own.body).expect("a record");
    let other = FileRecord {
        sha256: record.sha256.chars().rev().collect(),
        segments: vec!["r20990115.0123456789abcdef0123".to_owned()],
        ..record
    };
    let item = Item {
        partition,
        sort: format!("{}#r20990115", own.sort),
        body: serde_json::to_vec(&other).expect("a body"),
        expires: None,
    };
    assert!(table::parse_restored_file(&item.sort).is_some());
    stack.table().put(&item).await.expect("the item is put");
}

#[tokio::test]
async fn a_record_of_a_restored_file_is_not_compared() {
    let stack = Stack::of_hours(8).await.scrubbing(100_000);
    let (logs, digests) = stack.put_all();
    stack.index(&logs).await;
    restore_first(&stack).await;
    stack.deliver(&digests).await;
    stack.settle().await;
    for day in 1..=3 {
        stack.sweep(stack.now() + day * 86_400).await;
    }
    check_clean(&stack).await;
    assert_eq!(stack.told().await, []);
}
