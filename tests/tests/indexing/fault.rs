//! Throttling, lost connections and late reads lose nothing and double nothing.

use local::faults::{Fault, Injection, When};

use crate::delivery::delivered;
use crate::oracle::Oracle;
use crate::question;
use crate::stack::{NOW, Stack};
use crate::walk::{check, check_all};

/// Indexes and looks up while every third call meets a fault.
async fn index_through(fault: Fault) {
    let stack = Stack::start().await;
    let files = delivered(7, 100);
    let objects = stack.put_all(&files);
    let faults = stack.cloud().faults();
    faults.inject(Injection::new(fault, When::Every(3)));
    stack.index(&objects, 20).await;
    let oracle = Oracle::of_files(&files);
    let history = stack.history();
    for query in question::few(&oracle).iter().step_by(4) {
        check(&history, &oracle, query, 100, NOW).await;
    }
    let counters = faults.counters();
    for operation in ["PutItem", "GetItem", "GetObject", "Query"] {
        assert!(
            counters.operations[operation].struck > 0,
            "{operation} met no fault"
        );
    }
    faults.clear();
    check_all(&stack, &files).await;
    assert!(stack.findings().await.is_empty(), "a fault is no finding");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttling_loses_nothing_and_doubles_nothing() {
    index_through(Fault::ThroughputExceeded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_before_a_call_loses_nothing() {
    index_through(Fault::DropBefore).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_after_a_call_took_effect_doubles_nothing() {
    index_through(Fault::DropAfter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_that_lag_behind_right_after_indexing_skip_nothing() {
    let first = Stack::start().await;
    let files = delivered(8, 300);
    let objects = first.put_all(&files);
    for hidden in [1, 25, 200, 100_000] {
        let stack = first.beside().await;
        stack.cloud().faults().stale_reads(hidden);
        stack.index(&objects, 15).await;
        let oracle = Oracle::of_files(&files);
        let history = stack.history();
        for (number, query) in question::few(&oracle).iter().enumerate() {
            // The same history is asked again and again, so that it has hints as well.
            let page = [60, 1_000][number % 2];
            check(&history, &oracle, query, page, NOW + 600).await;
        }
        stack.cloud().faults().stale_reads(0);
    }
}
