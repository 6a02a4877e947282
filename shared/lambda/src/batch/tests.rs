//! Tests of the account of a batch.

use super::*;
use crate::notice::{Notice, Refusal};

fn message(id: &str, source: Source) -> Message {
    Message {
        id: id.to_owned(),
        receive_count: 1,
        source,
        notice: Ok(Notice::Test),
        restore_until: None,
    }
}

fn queue(ids: &[&str]) -> Batch {
    let messages: Vec<_> = ids.iter().map(|id| message(id, Source::Queue)).collect();
    Batch::of(&messages)
}

fn retry() -> Outcome {
    Outcome::Failed(Failure::retry("throttled"))
}

fn reject() -> Outcome {
    Outcome::Failed(Failure::from(Refusal::NotJson))
}

fn answer(batch: Batch) -> String {
    let response = batch.finish().expect("a queue is answered");
    serde_json::to_string(&response).expect("serialises")
}

#[test]
fn a_batch_of_which_all_is_done_is_answered_with_an_empty_list() {
    let mut batch = queue(&["a", "b"]);
    batch.settle("a", Ok(()));
    batch.settle("b", Outcome::Done);
    assert_eq!(answer(batch), r#"{"batchItemFailures":[]}"#);
}

#[test]
fn both_kinds_of_failure_are_answered_and_counted_apart() {
    let mut batch = queue(&["a", "b", "c"]);
    batch.settle("a", retry());
    batch.settle("b", Outcome::Done);
    batch.settle("c", reject());
    let count = Count {
        done: 1,
        retried: 1,
        rejected: 1,
    };
    assert_eq!(batch.count(), count);
    assert_eq!(
        answer(batch),
        r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#
    );
}

#[test]
fn a_message_that_nobody_settled_fails() {
    let mut batch = queue(&["a", "b"]);
    batch.settle("b", Outcome::Done);
    assert_eq!(batch.count().retried, 1);
    let response = batch.finish().expect("a queue is answered");
    assert_eq!(response.failed().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_failure_stands_whatever_comes_before_or_after_it() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut batch = queue(&["a"]);
        for kind in order {
            batch.settle(
                "a",
                [Outcome::Done, retry(), reject()]
                    .into_iter()
                    .nth(kind)
                    .expect("of three"),
            );
        }
        assert_eq!(batch.count().rejected, 1, "{order:?}");
    }
}

#[test]
fn an_id_of_another_batch_is_never_answered() {
    let mut batch = queue(&["a"]);
    batch.settle("a", Outcome::Done);
    batch.settle("z", retry());
    assert_eq!(answer(batch), r#"{"batchItemFailures":[]}"#);
}

#[test]
fn an_event_without_a_queue_fails_as_an_invocation() {
    let messages = [message("", Source::Direct)];
    let mut batch = Batch::of(&messages);
    batch.settle("", reject());
    let undone = Undone {
        retried: 0,
        rejected: 1,
    };
    assert_eq!(batch.finish(), Err(undone));

    let mut batch = Batch::of(&messages);
    batch.settle("", Outcome::Done);
    assert_eq!(answer(batch), r#"{"batchItemFailures":[]}"#);
}
