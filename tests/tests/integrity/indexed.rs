//! What the indexer has found is told too, once.

use index::Retention;
use index::file::{Delivery, FileVersion};
use index::finding::{Finding, FindingKind};
use trail::ObjectKey;

use crate::stack::Stack;

/// Puts a finding of the indexer about the file of some name.
async fn put(stack: &Stack, kind: FindingKind, name: &str) {
    let (key, _) = stack.archive.logs().next().expect("a log file");
    let key = key.replace(".json.gz", &format!("{name}.json.gz"));
    let delivery = Delivery::from(&ObjectKey::parse(&key).expect("a log file's key"));
    let finding = Finding {
        kind,
        file: FileVersion {
            bucket: stack.archive.bucket.clone(),
            key,
            version: None,
        },
        reason: "records that cannot be indexed".to_owned(),
        count: u64::from(kind == FindingKind::Quarantined),
        places: Vec::new(),
    };
    let item = finding.item(&delivery, Retention::OFF);
    stack.table().put(&item).await.expect("the item is put");
}

#[tokio::test]
async fn what_the_indexer_has_found_is_told_once() {
    let stack = Stack::of_hours(8).await;
    stack.run().await;
    put(&stack, FindingKind::Quarantined, "a").await;
    put(&stack, FindingKind::Conflict, "b").await;
    stack.sweep(stack.now()).await;
    let told = stack.told().await;
    let mut rules: Vec<String> = told.iter().map(alerts::Finding::rule_id).collect();
    rules.sort_unstable();
    assert_eq!(
        rules,
        ["trailkeep-index-conflict", "trailkeep-index-quarantined"]
    );
    assert!(
        told.iter()
            .all(|told| told.account.is_some() && told.object.is_some())
    );
    stack.sweep(stack.now() + 3_600).await;
    assert_eq!(stack.told().await, []);
}

#[tokio::test]
async fn a_rejected_file_is_told_when_its_digest_would_have_said_more() {
    let stack = Stack::of_hours(8).await;
    stack.run().await;
    put(&stack, FindingKind::Rejected, "a").await;
    let (key, _) = stack.archive.logs().next().expect("a log file");
    let delivered = ObjectKey::parse(key).ok().and_then(|key| key.delivery_time);
    let delivered = delivered.expect("a time");
    stack.sweep(delivered + 3_600).await;
    assert_eq!(stack.told().await, []);
    stack.sweep(stack.now() + 3_600).await;
    let told = stack.told().await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].rule_id(), "trailkeep-index-rejected");
    stack.sweep(stack.now() + 7_200).await;
    assert_eq!(stack.told().await, []);
}
