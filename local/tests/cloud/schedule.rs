//! Handlers that are called every so often, and on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use local::schedule::Schedule;
use serde_json::{Value, json};

/// Longer than any test.
const NEVER: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_handler_is_called_at_once_on_demand_and_one_call_at_a_time() {
    let at_work = Arc::new(AtomicUsize::new(0));
    let (told, mut calls) = tokio::sync::mpsc::unbounded_channel();
    let schedule =
        Schedule::every(NEVER)
            .input(json!({"sweep": true}))
            .start(move |input: Value| {
                let (at_work, told) = (Arc::clone(&at_work), told.clone());
                async move {
                    assert_eq!(at_work.fetch_add(1, Ordering::SeqCst), 0);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    at_work.fetch_sub(1, Ordering::SeqCst);
                    told.send(input.clone()).expect("the test listens");
                    Ok::<_, std::io::Error>(input)
                }
            });
    assert_eq!(calls.recv().await, Some(json!({"sweep": true})));
    let (first, second) = tokio::join!(schedule.run(), schedule.run_with(json!(2)));
    assert_eq!(first, Ok(json!({"sweep": true})));
    assert_eq!(second, Ok(json!(2)));
    schedule.stop().await;
    assert_eq!(calls.recv().await, Some(json!({"sweep": true})));
    assert_eq!(calls.recv().await, Some(json!(2)));
    assert_eq!(calls.recv().await, None, "nothing was called after the end");
}

#[tokio::test]
async fn a_handler_that_fails_is_called_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let schedule = Schedule::every(Duration::from_millis(1)).start(move |_: Value| {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match call {
                0 => panic!("expected"),
                1 => Err(std::io::Error::other("expected")),
                _ => Ok(Value::Null),
            }
        }
    });
    while calls.load(Ordering::SeqCst) < 4 {
        tokio::task::yield_now().await;
    }
    schedule.stop().await;
    let failing = Schedule::every(NEVER)
        .start(|_: Value| async { Err::<Value, _>(std::io::Error::other("expected")) });
    assert_eq!(failing.run().await, Err("expected".to_owned()));
    failing.stop().await;
}
