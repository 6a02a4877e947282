//! What holds for any key, and for any damage to a notification.

use lambda::notice::{messages, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::shape::{SHAPES, expected, only, sqs_event, wrap};

proptest! {
    #[test]
    fn any_key_arrives_as_it_was_written_in_every_wrapping(
        key in "\\PC{1,80}",
        shape in prop::sample::select(&SHAPES),
    ) {
        let event = wrap(shape, &key);
        let expected = Ok(expected(shape, &key));
        prop_assert_eq!(read(&event.to_string()), expected.clone());
        prop_assert_eq!(only(messages(&event)), expected.clone());
        let queued = sqs_event(&[&event.to_string()]);
        prop_assert_eq!(only(messages(&queued)), expected);
    }

    #[test]
    fn no_text_makes_it_panic(body in any::<String>(), bytes in any::<Vec<u8>>()) {
        drop(read(&body));
        drop(read(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn no_damage_to_a_notification_makes_it_panic(
        shape in prop::sample::select(&SHAPES),
        queued in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        let mut event = wrap(shape, "AWSLogs/a+b c.json.gz");
        if queued {
            event = sqs_event(&[&event.to_string()]);
        }
        let mut bytes = event.to_string().into_bytes();
        for (place, byte, kind) in damage {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                2 => bytes.truncate(place.max(1)),
                _ => { bytes.remove(place); bytes.push(byte); }
            }
        }
        let body = String::from_utf8_lossy(&bytes);
        drop(read(&body));
        if let Ok(event) = serde_json::from_str(&body) {
            drop(messages(&event));
        }
    }

    #[test]
    fn no_other_value_in_any_field_makes_it_panic(
        shape in prop::sample::select(&SHAPES),
        place in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            json!(null), json!(true), json!(-1), json!(""), json!("%ff"), json!([]), json!({}),
            json!(["a"]), json!({"Records": 1}), json!([[[]]]),
        ]),
    ) {
        let mut event = wrap(shape, "key");
        let fields = count(&event);
        let mut left = place.index(fields);
        replace(&mut event, &mut left, &value);
        drop(read(&event.to_string()));
        drop(messages(&event));
    }
}

fn children(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.iter_mut().map(|(_, member)| member).collect(),
        _ => Vec::new(),
    }
}

fn count(value: &Value) -> usize {
    let mut copy = value.clone();
    1 + children(&mut copy)
        .into_iter()
        .map(|child| count(child))
        .sum::<usize>()
}

/// Puts `new` where the walk through `value` has made `left` steps.
fn replace(value: &mut Value, left: &mut usize, new: &Value) -> bool {
    if *left == 0 {
        *value = new.clone();
        return true;
    }
    *left -= 1;
    children(value)
        .into_iter()
        .any(|child| replace(child, left, new))
}
