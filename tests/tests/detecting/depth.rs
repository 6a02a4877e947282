//! A record is evaluated however deep it nests, on both paths.

use crate::message::{Message, bus_event, record};
use crate::stack::{NOW, Stack};

/// Deeper than `serde_json` reads; CloudTrail's own records are far from it.
const DEPTHS: [usize; 4] = [126, 127, 128, 20_000];

/// A record whose parameters nest, by arrays or objects.
fn deep(id: &str, name: &str, depth: usize, is_array: bool) -> String {
    let (open, close) = if is_array {
        ("[", "]")
    } else {
        ("{\"a\":", "}")
    };
    let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let shallow = record(id, NOW - 60, name, "alice");
    shallow.replacen('{', &format!("{{\"requestParameters\":{value},"), 1)
}

fn expect_told(stack: &Stack, expected: &[&str]) {
    let published = stack.published();
    let mut told: Vec<&str> = published
        .iter()
        .map(|published| published.alert["event_ids"][0].as_str().expect("an id"))
        .collect();
    told.sort_unstable();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_record_that_nests_deep_in_a_file_is_alerted_on_and_hides_none_behind_it() {
    let mut stack = Stack::start().await;
    for depth in DEPTHS {
        let records = [
            deep("a-array", "PlainCall", depth, true),
            deep("b-silent", "OtherCall", depth, true),
            deep("c-object", "PlainCall", depth, false),
            "7".to_owned(),
            record("d-behind", NOW - 60, "PlainCall", "bob"),
        ];
        let delivered = stack.deliver("deep", &records);
        let handled = stack.detect(&[delivered], NOW).await;
        assert_eq!(handled.counts.evaluated, 4, "{depth}");
        assert_eq!(handled.counts.quarantined, 1, "{depth}");
        expect_told(&stack, &["a-array", "c-object", "d-behind"]);
        stack.check_done().await;
        stack = stack.fresh().await;
    }
}

#[tokio::test]
async fn a_live_event_that_nests_deep_is_alerted_on() {
    let mut stack = Stack::start().await;
    for depth in DEPTHS {
        for is_array in [true, false] {
            let deep = deep("deep", "PlainCall", depth, is_array);
            let shallow = record("deep", NOW - 60, "PlainCall", "alice");
            let event = bus_event(&shallow);
            let (detail, mut envelope) = (event["detail"].to_string(), event.to_string());
            assert!(envelope.contains(&detail));
            envelope = envelope.replace(&detail, &deep);
            let handled = stack.detect(&[Message::new(envelope)], NOW).await;
            assert_eq!((handled.counts.evaluated, handled.counts.refused), (1, 0));
            expect_told(&stack, &["deep"]);
            stack = stack.fresh().await;
        }
    }
}
