//! What only looks like an event of EventBridge is refused, and comes no more.

use serde_json::{Value, json};

use crate::message::{Message, bus_event, record};
use crate::stack::{NOW, Stack, handle};

#[tokio::test]
async fn forged_events_are_refused_and_counted_and_done() {
    type Change = fn(&mut Value);
    let forgeries: [Change; 7] = [
        |event| event["source"] = json!("custom.example"),
        |event| event["source"] = Value::Null,
        |event| event["detail-type"] = json!("My API Call via CloudTrail"),
        |event| event["account"] = json!("444455556666"),
        |event| event["detail"]["recipientAccountId"] = json!("444455556666"),
        |event| event["detail"] = json!("PlainCall"),
        |event| event["detail"]["eventTime"] = json!("yesterday"),
    ];
    let stack = Stack::start().await;
    let record = record("forged", NOW, "PlainCall", "mallory");
    let messages: Vec<Message> = forgeries
        .iter()
        .map(|change| {
            let mut event = bus_event(&record);
            change(&mut event);
            Message::new(event.to_string())
        })
        .collect();
    let handled = handle(&stack.detector(), &messages, NOW).await;
    assert_eq!(handled.response.failed().count(), 0);
    assert_eq!(handled.counts.refused, forgeries.len() as u64);
    assert_eq!(handled.counts.evaluated, 0);
    assert!(stack.published().is_empty());
    assert!(stack.alerts().await.is_empty());

    // The same event, as it was before it was changed, is believed.
    stack.detect(&[Message::of_event(&record)], NOW).await;
    assert_eq!(stack.published().len(), 1);
}
