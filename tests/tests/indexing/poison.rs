//! Files that cannot be indexed, among others that can.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use index::finding::FindingKind;
use local::trigger::Trigger;
use sample::compress;

use crate::batch::{Message, Object, notification};
use crate::delivery::{File, key, record};
use crate::stack::{BUCKET, NOW, Stack, handle};
use crate::walk::check_all;

/// The largest file that is read in these tests.
const LARGEST: usize = 100_000;

fn good(name: &str) -> File {
    let record = |number: i64| record(&format!("{name}-{number}"), NOW - 60 * number, "PutObject");
    File::of(name, NOW, &[record(1), record(2), record(3)])
}

/// Files that cannot be indexed, and a part of the reason.
fn bad() -> Vec<(File, &'static str)> {
    let whole = good("whole").body;
    let raw = |name: &str, body: Vec<u8>| File::raw(name, NOW, body);
    let text = |name: &str, text: &str| raw(name, compress(text.as_bytes(), 6));
    vec![
        (
            raw("truncated", whole[..whole.len() - 9].to_vec()),
            "gzip member is damaged",
        ),
        (
            raw("second", [whole, good("forged").body].concat()),
            "bytes follow the gzip member",
        ),
        (raw("plain", br#"{"Records":[]}"#.to_vec()), "not gzip"),
        (text("hollow", ""), "at byte 0"),
        (text("words", "not json"), "at byte 0"),
        (text("unclosed", r#"{"Records":[{"a":1}"#), "at byte 19"),
        (text("other", r#"{"aggregated":[]}"#), "no Records"),
        (
            raw("bomb", compress(&vec![b' '; 20 * LARGEST], 9)),
            "inflates to more than 100000 bytes",
        ),
    ]
}

fn missing() -> Object {
    let key = key("missing", NOW);
    Object {
        key,
        version: None,
        etag: None,
    }
}

async fn stack() -> Stack {
    Stack::start().await.reading_at_most(LARGEST)
}

/// The reasons for which files were rejected, by key.
async fn rejected(stack: &Stack) -> BTreeMap<String, String> {
    let findings = stack.findings().await.into_iter();
    let rejected = findings.filter(|finding| finding.kind == FindingKind::Rejected);
    rejected
        .map(|finding| (finding.file.key, finding.reason))
        .collect()
}

async fn check_reasons(stack: &Stack, bad: &[(File, &str)]) {
    let mut reasons = rejected(stack).await;
    let reason = reasons
        .remove(&missing().key)
        .expect("a finding of the missing object");
    assert!(reason.contains("not there"), "{reason}");
    for (file, part) in bad {
        let reason = reasons
            .remove(&file.key)
            .unwrap_or_else(|| panic!("no finding of {part}"));
        assert!(reason.contains(part), "{reason}");
    }
    assert!(reasons.is_empty(), "{reasons:?}");
}

#[tokio::test]
async fn a_bad_file_fails_its_own_message_and_the_others_are_indexed_together() {
    let stack = stack().await;
    let files = [good("a"), good("b"), good("c")];
    let bad = bad();
    let mut objects: Vec<Object> = bad.iter().map(|(file, _)| stack.put(file)).collect();
    objects.push(missing());
    let bad_messages: Vec<Message> = objects
        .iter()
        .map(|object| Message::first(&[object]))
        .collect();
    let mut messages = bad_messages.clone();
    for (place, object) in stack.put_all(&files).iter().enumerate() {
        messages.insert(place * 3, Message::first(&[object]));
    }
    let handled = handle(&stack.indexer(), &messages).await;
    let failed: BTreeSet<&str> = handled.response.failed().collect();
    let expected: BTreeSet<&str> = bad_messages
        .iter()
        .map(|message| message.id.as_str())
        .collect();
    assert_eq!(failed, expected);
    check_reasons(&stack, &bad).await;
    assert_eq!(handled.counts.rejected_files, bad_messages.len() as u64);
    assert_eq!((handled.counts.files, handled.counts.segments), (3, 1));
    check_all(&stack, &files).await;

    // Handed out again they fail again, are found once, and change nothing.
    let present = stack.items().await;
    let again: Vec<Message> = bad_messages.iter().map(Message::again).collect();
    let handled = handle(&stack.indexer(), &again).await;
    assert_eq!(handled.response.failed().count(), again.len());
    assert!(stack.items().await == present);
}

#[tokio::test]
async fn a_bad_file_that_comes_without_a_queue_fails_the_invocation() {
    let stack = stack().await;
    let stored = stack.put(&bad().remove(0).0);
    let event = serde_json::from_str(&notification(&[&stored])).expect("json");
    let handled = stack
        .indexer()
        .handle(&event, NOW, Duration::from_mins(5))
        .await;
    assert!(
        matches!(handled, Err(indexer::HandleError::Undone(_))),
        "{handled:?}"
    );
    assert_eq!(stack.findings().await.len(), 1);
}

#[tokio::test]
async fn from_the_second_receive_on_a_file_is_indexed_alone() {
    let stack = stack().await;
    let files = [good("a"), good("b"), good("c"), good("d")];
    let mut messages: Vec<Message> = stack
        .put_all(&files)
        .iter()
        .map(|object| Message::first(&[object]))
        .collect();
    messages[1] = messages[1].again();
    messages[3] = messages[3].again().again();
    let handled = handle(&stack.indexer(), &messages).await;
    assert_eq!(handled.response.failed().count(), 0);
    assert_eq!(handled.counts.segments, 3, "two alone, two together");
    check_all(&stack, &files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_files_end_in_the_dead_letter_queue_and_all_others_are_indexed() {
    for is_raw in [true, false] {
        let stack = stack().await;
        let cloud = stack.cloud();
        let topic = cloud.create_topic("delivered").expect("a topic");
        let dead = cloud.create_queue("dead", None).expect("a queue");
        let queue = cloud
            .create_queue("index", Some((&dead, 3)))
            .expect("a queue");
        cloud
            .subscribe(&topic, &queue, is_raw)
            .expect("a subscription");
        cloud
            .notify(BUCKET, "", "", &topic)
            .expect("a notification");
        let files: Vec<File> = (0..25)
            .map(|number| good(&format!("good-{number}")))
            .collect();
        let bad = bad();
        for (number, file) in files.iter().enumerate() {
            stack.put(file);
            if let Some((file, _)) = bad.get(number) {
                stack.put(file);
            }
        }
        queue
            .send(&notification(&[&missing()]))
            .expect("it is sent");

        let indexer = Arc::new(stack.indexer());
        let trigger = Trigger::new(&queue)
            .batch_size(12)
            .window(Duration::from_millis(30))
            .retry_after(Duration::ZERO)
            .start(move |event| {
                let indexer = Arc::clone(&indexer);
                async move {
                    let handled = indexer.handle(&event, NOW, Duration::from_mins(5)).await;
                    let handled = handled.map_err(|error| error.to_string())?;
                    serde_json::to_value(handled.response).map_err(|error| error.to_string())
                }
            });
        trigger.idle().await.expect("the queue runs empty");
        trigger.stop().await;
        assert_eq!(dead.depth().expect("a depth").visible, bad.len() as u64 + 1);
        check_all(&stack, &files).await;
        check_reasons(&stack, &bad).await;
    }
}

#[tokio::test]
async fn the_good_files_of_a_message_with_a_bad_one_are_indexed_and_not_indexed_again() {
    let stack = stack().await;
    let files = [good("a"), good("b")];
    let objects = stack.put_all(&files);
    let bad = stack.put(&bad().remove(0).0);
    let message = Message::first(&[&objects[0], &bad, &objects[1]]);
    let handled = handle(&stack.indexer(), std::slice::from_ref(&message)).await;
    assert_eq!(
        handled.response.failed().collect::<Vec<_>>(),
        [message.id.as_str()]
    );
    assert_eq!((handled.counts.files, handled.counts.indexed), (2, 6));
    let present = stack.items().await;

    let handled = handle(&stack.indexer(), &[message.again()]).await;
    assert_eq!(
        handled.response.failed().collect::<Vec<_>>(),
        [message.id.as_str()]
    );
    assert_eq!((handled.counts.indexed, handled.counts.duplicates), (0, 6));
    assert_eq!(
        (handled.counts.rejected_files, handled.counts.segments),
        (1, 0)
    );
    assert!(stack.items().await == present);
    check_all(&stack, &files).await;
}
