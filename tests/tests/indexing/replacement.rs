//! The same name with other content: of an object, and of an event.

use std::collections::BTreeSet;

use index::finding::FindingKind;
use index::{Attribute, Order};

use crate::batch::{Message, Object};
use crate::delivery::{File, record};
use crate::oracle::Oracle;
use crate::question::{everything, having};
use crate::stack::{NOW, Stack, handle};
use crate::walk::{Walk, check, check_all, check_tallies};

fn unversioned(object: Object) -> Object {
    Object {
        version: None,
        ..object
    }
}

#[tokio::test]
async fn an_object_replaced_under_its_key_is_refused_and_overwrites_nothing() {
    let stack = Stack::start().await;
    let genuine = File::of(
        "file",
        NOW,
        &[
            record("a", NOW, "StopLogging"),
            record("b", NOW, "PutObject"),
        ],
    );
    let object = unversioned(stack.put(&genuine));
    stack.index(std::slice::from_ref(&object), 1).await;
    let present = stack.items().await;

    let forged = File::of("file", NOW, &[record("a", NOW, "DescribeTrails")]);
    let replaced = Message::first(&[&unversioned(stack.put(&forged))]);
    let neighbour = File::of("neighbour", NOW, &[record("c", NOW, "PutObject")]);
    let other = Message::first(&[&stack.put(&neighbour)]);
    let handled = handle(&stack.indexer(), &[replaced.clone(), other]).await;
    assert_eq!(
        handled.response.failed().collect::<Vec<_>>(),
        [replaced.id.as_str()]
    );
    assert_eq!(
        (handled.counts.files, handled.counts.rejected_files),
        (1, 1)
    );
    let again = handle(&stack.indexer(), &[replaced.again()]).await;
    assert_eq!(again.response.failed().count(), 1);

    let findings = stack.findings().await;
    let [finding] = findings.as_slice() else {
        panic!("{} findings", findings.len())
    };
    assert_eq!(
        (finding.kind, &finding.file.key),
        (FindingKind::Conflict, &genuine.key)
    );
    let items = stack.items().await;
    assert!(
        present
            .iter()
            .all(|(key, item)| items.get(key) == Some(item)),
        "overwritten"
    );
    check_all(&stack, &[genuine, neighbour]).await;
}

#[tokio::test]
async fn an_object_that_was_put_again_with_the_same_content_is_known() {
    let stack = Stack::start().await;
    let records = [
        record("a", NOW, "StopLogging"),
        record("b", NOW, "PutObject"),
    ];
    let file = File::of("file", NOW, &records);
    stack.index(&[unversioned(stack.put(&file))], 1).await;
    let present = stack.items().await;
    // Compressed otherwise, it has another ETag.
    let content = format!("{{\"Records\":[{}]}}", records.join(","));
    let same = File::new(file.key.as_str(), sample::compress(content.as_bytes(), 9));
    assert_ne!(same.body, file.body);
    let counts = stack.index(&[unversioned(stack.put(&same))], 1).await;
    assert_eq!((counts.files, counts.records, counts.duplicates), (1, 2, 2));
    assert!(stack.items().await == present);
    assert!(stack.findings().await.is_empty());
}

#[tokio::test]
async fn another_version_of_an_object_is_another_file() {
    let stack = Stack::start().await;
    let one = File::of("file", NOW, &[record("a", NOW, "StopLogging")]);
    let other = File::of("file", NOW, &[record("a", NOW, "DescribeTrails")]);
    let objects = [stack.put(&one), stack.put(&other)];
    stack.index(&objects, 2).await;
    check_all(&stack, &[one, other]).await;
}

#[tokio::test]
async fn the_same_event_id_with_other_content_is_returned_twice_and_reported() {
    let stack = Stack::start().await;
    let files = [
        File::of(
            "one",
            NOW,
            &[
                record("same", NOW - 9, "StopLogging"),
                record("x", NOW, "PutObject"),
            ],
        ),
        File::of(
            "other",
            NOW,
            &[
                record("same", NOW - 9, "DescribeTrails"),
                record("y", NOW, "PutObject"),
            ],
        ),
        File::of(
            "copy",
            NOW,
            &[
                record("same", NOW - 9, "StopLogging"),
                record("x", NOW, "PutObject"),
            ],
        ),
    ];
    for batch in [1, 3] {
        let stack = stack.beside().await;
        stack.index(&stack.put_all(&files), batch).await;
        let oracle = Oracle::of_files(&files);
        assert_eq!(oracle.len(), 4);
        let history = stack.history();
        for page in [1, 2, 50] {
            for query in [
                everything(Order::NewestFirst),
                having(Attribute::EventId, "same"),
            ] {
                check(&history, &oracle, &query, page, NOW).await;
                let walk = Walk::new(&history, &query, page, NOW).finish().await;
                assert_eq!(
                    walk.conflicts,
                    BTreeSet::from(["same".to_owned()]),
                    "page of {page}"
                );
            }
        }
        check_tallies(&stack, &files).await;
    }
}
