use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use local::trigger::Trigger;
use local::{Cloud, Storage};
use serde_json::{Value, json};

/// How often each body was handled.
type Seen = Arc<Mutex<BTreeMap<String, usize>>>;

fn note(seen: &Seen, event: &Value) -> Vec<(String, String, usize)> {
    let mut seen = seen.lock().expect("no panic");
    let records = event["Records"].as_array().expect("records");
    records
        .iter()
        .map(|record| {
            let text = |name: &str| record[name].as_str().expect("text").to_owned();
            let times = seen.entry(text("body")).or_default();
            *times += 1;
            (text("messageId"), text("body"), *times)
        })
        .collect()
}

#[tokio::test]
async fn only_failed_messages_are_retried() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let queue = cloud.create_queue("q", None).expect("a queue");
    for number in 0..25 {
        queue.send(&format!("{number}")).expect("it is sent");
    }
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let trigger = Trigger::new(&queue)
        .retry_after(Duration::ZERO)
        .start(move |event: Value| {
            let handled = note(&noted, &event);
            async move {
                let failures: Vec<Value> = handled
                    .into_iter()
                    .filter(|(_, body, times)| body.ends_with('3') && *times < 3)
                    .map(|(id, ..)| json!({ "itemIdentifier": id }))
                    .collect();
                Ok::<_, std::io::Error>(json!({ "batchItemFailures": failures }))
            }
        });
    trigger.idle().await.expect("everything is handled");
    trigger.stop().await;
    let seen = seen.lock().expect("no panic").clone();
    assert_eq!(seen.len(), 25);
    for (body, times) in &seen {
        assert_eq!(*times, if body.ends_with('3') { 3 } else { 1 }, "{body}");
    }
    cloud.stop().await;
}

#[tokio::test]
async fn errors_panics_and_malformed_answers_fail_the_batch() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let dead = cloud.create_queue("dead", None).expect("a queue");
    let queue = cloud.create_queue("q", Some((&dead, 3))).expect("a queue");
    queue.send("1").expect("it is sent");
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let trigger = Trigger::new(&queue)
        .retry_after(Duration::ZERO)
        .start(move |_: Value| {
            let call = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                match call {
                    0 => Err(std::io::Error::other("expected")),
                    1 => panic!("expected"),
                    _ => Ok(json!({"batchItemFailures": [{"itemIdentifier": "unknown"}]})),
                }
            }
        });
    trigger.idle().await.expect("the queue is empty");
    trigger.stop().await;
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    assert_eq!(dead.depth().expect("a depth").visible, 1);
    cloud.stop().await;
}

#[tokio::test]
async fn a_window_gathers_a_batch_and_the_event_is_lambdas() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let queue = cloud.create_queue("q", None).expect("a queue");
    let events: Arc<Mutex<Vec<Value>>> = Arc::default();
    let noted = Arc::clone(&events);
    let trigger = Trigger::new(&queue)
        .concurrency(1)
        .batch_size(3)
        .window(Duration::from_secs(30))
        .start(move |event: Value| {
            noted.lock().expect("no panic").push(event);
            async { Ok::<_, std::io::Error>(Value::Null) }
        });
    for body in ["a", "b", "c"] {
        queue.send(body).expect("it is sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    trigger.idle().await.expect("everything is handled");
    trigger.stop().await;
    let events = events.lock().expect("no panic").clone();
    assert_eq!(events.len(), 1, "one batch");
    let records = events[0]["Records"].as_array().expect("records");
    let bodies: Vec<&str> = records
        .iter()
        .filter_map(|it| it["body"].as_str())
        .collect();
    assert_eq!(bodies, ["a", "b", "c"]);
    let record = &records[0];
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(
        record["eventSourceARN"],
        "arn:aws:sqs:us-east-1:000000000000:q"
    );
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["md5OfBody"], "0cc175b9c0f1b6a831c399e269772661");
    assert_eq!(record["messageAttributes"], json!({}));
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert!(record["attributes"]["SentTimestamp"].is_string());
    assert!(record["receiptHandle"].is_string());
    cloud.stop().await;
}

#[tokio::test]
async fn stopping_lets_the_batch_at_work_finish() {
    let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
    let queue = cloud.create_queue("q", None).expect("a queue");
    let (started, mut is_started) = tokio::sync::mpsc::unbounded_channel();
    let trigger = Trigger::new(&queue).start(move |_: Value| {
        let started = started.clone();
        async move {
            started.send(()).expect("the test listens");
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok::<_, std::io::Error>(json!({}))
        }
    });
    queue.send("1").expect("it is sent");
    is_started.recv().await.expect("the handler runs");
    trigger.stop().await;
    assert!(queue.depth().expect("a depth").is_empty());
    cloud.stop().await;
}
