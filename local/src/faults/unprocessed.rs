//! Batches of which a part comes back unprocessed.

use bytes::Bytes;
use serde_json::{Map, Value};

/// The part of a batch that is withheld from the table.
#[derive(Debug)]
pub(super) struct Withheld {
    /// `UnprocessedItems` or `UnprocessedKeys`
    field: &'static str,
    tables: Map<String, Value>,
}

/// Splits a batch request: the earlier half, rounded up, is to be sent.
///
/// `None` for a batch of one, since DynamoDB processes at least one or
/// throttles, and for what is no batch.
pub(super) fn split(operation: &str, request: &[u8]) -> Option<(Bytes, Withheld)> {
    let field = match operation {
        "BatchWriteItem" => "UnprocessedItems",
        "BatchGetItem" => "UnprocessedKeys",
        _ => return None,
    };
    let mut request: Value = serde_json::from_slice(request).ok()?;
    let tables = request.get_mut("RequestItems")?.as_object_mut()?;
    let total: usize = tables.values().map(|table| entries(table).len()).sum();
    if total < 2 {
        return None;
    }
    let mut left = total.div_ceil(2);
    let mut withheld = Map::new();
    for (name, table) in tables.iter_mut() {
        let taken = entries(table).len().min(left);
        left -= taken;
        let rest = list(table)?.split_off(taken);
        if rest.is_empty() {
            continue;
        }
        let mut part = table.clone();
        *list(&mut part)? = rest;
        withheld.insert(name.clone(), part);
    }
    tables.retain(|_, table| !entries(table).is_empty());
    let sent = Bytes::from(request.to_string());
    Some((
        sent,
        Withheld {
            field,
            tables: withheld,
        },
    ))
}

impl Withheld {
    /// Adds the withheld part to the answer for the part that was sent.
    pub(super) fn give_back(self, answer: &[u8]) -> Option<Bytes> {
        let mut answer: Value = serde_json::from_slice(answer).ok()?;
        let unprocessed = answer
            .as_object_mut()?
            .entry(self.field)
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()?;
        for (name, mut table) in self.tables {
            match unprocessed.get_mut(&name).and_then(list) {
                Some(entries) => entries.append(list(&mut table)?),
                None => {
                    unprocessed.insert(name, table);
                }
            }
        }
        Some(Bytes::from(answer.to_string()))
    }
}

/// The requests of a batch write, or the keys of a batch read.
fn list(table: &mut Value) -> Option<&mut Vec<Value>> {
    if table.is_array() {
        table.as_array_mut()
    } else {
        table.get_mut("Keys")?.as_array_mut()
    }
}

fn entries(table: &Value) -> &[Value] {
    table
        .as_array()
        .or_else(|| table.get("Keys")?.as_array())
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::split;

    #[test]
    fn the_later_half_of_a_batch_comes_back() {
        let request = json!({"RequestItems": {
            "a": {"Keys": [1, 2, 3], "ConsistentRead": true},
            "b": {"Keys": [4]},
        }});
        let (sent, withheld) =
            split("BatchGetItem", request.to_string().as_bytes()).expect("a batch of four");
        let sent: Value = serde_json::from_slice(&sent).expect("a request");
        assert_eq!(
            sent["RequestItems"],
            json!({"a": {"Keys": [1, 2], "ConsistentRead": true}})
        );
        let answer = withheld
            .give_back(br#"{"Responses":{},"UnprocessedKeys":{}}"#)
            .expect("an answer");
        let answer: Value = serde_json::from_slice(&answer).expect("an answer");
        assert_eq!(
            answer["UnprocessedKeys"],
            json!({"a": {"Keys": [3], "ConsistentRead": true}, "b": {"Keys": [4]}})
        );
    }

    #[test]
    fn a_batch_of_one_passes() {
        let request = br#"{"RequestItems":{"a":[{"PutRequest":{}}]}}"#;
        assert!(split("BatchWriteItem", request).is_none());
        assert!(split("PutItem", request).is_none());
    }
}
