//! Detectors that work at once on the same events publish each alert once.

use crate::message::{Message, record};
use crate::stack::{LEASE, NOW, Stack, distinct, handle, try_sweep};

fn arriving() -> Vec<Message> {
    (0..30)
        .map(|number| {
            let name = ["PlainCall", "FoldedCall", "FoldedCall"][number % 3];
            Message::of_event(&record(&format!("e-{number}"), NOW - 60, name, "alice"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn detectors_on_the_same_events_publish_each_alert_once() {
    let mut stack = Stack::start().await;
    for _ in 0..4 {
        let detectors = [stack.detector(), stack.detector(), stack.detector()];
        let messages = arriving();
        let mut backwards = messages.clone();
        backwards.reverse();
        let results = tokio::join!(
            handle(&detectors[0], &messages, NOW),
            handle(&detectors[1], &backwards, NOW),
            handle(&detectors[2], &messages[10..], NOW),
        );
        for handled in [results.0, results.1, results.2] {
            assert_eq!(handled.response.failed().count(), 0);
        }
        let ids = stack.published_ids();
        assert_eq!((ids.len(), distinct(&ids).len()), (11, 11));

        let over = NOW + 3_600 + LEASE;
        let (one, other) = tokio::join!(
            try_sweep(&detectors[0], over),
            try_sweep(&detectors[1], over)
        );
        assert!(one.is_ok() && other.is_ok());
        let closing = stack.published_kind("closing");
        assert_eq!(closing.len(), 1);
        assert_eq!(closing[0]["count"], 19);
        stack.sweep(NOW + 20_000).await;
        stack.check_done().await;
        assert_eq!(stack.published().len(), 12);
        stack = stack.fresh().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sweeps_at_once_publish_what_was_left_once() {
    let stack = Stack::start().await;
    stack.front.throttle(u64::MAX);
    let messages = arriving();
    handle(&stack.impatient_detector(), &messages, NOW).await;
    assert!(stack.published().is_empty());
    stack.front.throttle(0);
    let detectors = [stack.detector(), stack.detector(), stack.detector()];
    let results = tokio::join!(
        try_sweep(&detectors[0], NOW + LEASE),
        try_sweep(&detectors[1], NOW + LEASE),
        try_sweep(&detectors[2], NOW + LEASE),
    );
    for swept in [results.0, results.1, results.2] {
        swept.expect("the sweep is done");
    }
    let ids = stack.published_ids();
    assert_eq!(ids.len(), distinct(&ids).len());
    assert!(ids.len() >= 11);
}
