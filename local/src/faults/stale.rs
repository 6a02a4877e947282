//! Stale reads: what an eventually consistent read does not see yet.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The names of the table's key attributes.
const KEYS: [&str; 2] = ["pk", "sk"];

type Key = (String, String);

/// The keys of the latest puts, by table.
#[derive(Debug, Default)]
pub(super) struct Recent {
    keep: usize,
    tables: HashMap<String, VecDeque<Key>>,
}

impl Recent {
    pub(super) fn keep(&mut self, writes: usize) {
        self.keep = writes;
        for keys in self.tables.values_mut() {
            while keys.len() > writes {
                keys.pop_front();
            }
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.keep > 0
    }

    /// Remembers what a successful `PutItem` wrote.
    pub(super) fn remember(&mut self, request: &[u8]) {
        let Ok(put) = serde_json::from_slice::<Put>(request) else {
            return;
        };
        let keys = self.tables.entry(put.table).or_default();
        keys.push_back((put.item.pk.text, put.item.sk.text));
        while keys.len() > self.keep {
            keys.pop_front();
        }
    }

    fn hides(&self, table: &str, item: &Value) -> bool {
        let text = |name: &str| item.get(name).and_then(|value| value["S"].as_str());
        let (Some(pk), Some(sk)) = (text(KEYS[0]), text(KEYS[1])) else {
            return false;
        };
        self.tables
            .get(table)
            .is_some_and(|keys| keys.iter().any(|key| key.0 == pk && key.1 == sk))
    }

    /// Takes from an answer what the read does not see yet; `None` when it
    /// sees everything.
    pub(super) fn hide(&self, read: &Read, answer: &[u8]) -> Option<Bytes> {
        let mut answer: Value = serde_json::from_slice(answer).ok()?;
        let mut hidden = 0;
        match read {
            Read::Get { table, key } => {
                let item = answer.get("Item")?;
                if self.hides(table, key) || self.hides(table, item) {
                    answer.as_object_mut()?.remove("Item");
                    hidden += 1;
                }
            }
            Read::Query { table, added } => {
                let items = answer.get_mut("Items")?.as_array_mut()?;
                let before = items.len();
                items.retain(|item| !self.hides(table, item));
                hidden = before - items.len();
                for item in items.iter_mut().filter_map(Value::as_object_mut) {
                    for name in added {
                        item.remove(*name);
                    }
                }
                for count in ["Count", "ScannedCount"] {
                    if let Some(counted) = answer[count].as_u64() {
                        let seen = counted.saturating_sub(u64::try_from(hidden).unwrap_or(counted));
                        answer[count] = seen.into();
                    }
                }
                hidden += added.len();
            }
            Read::Batch { tables } => {
                let responses = answer.get_mut("Responses")?.as_object_mut()?;
                for table in tables {
                    if let Some(items) = responses.get_mut(table).and_then(Value::as_array_mut) {
                        let before = items.len();
                        items.retain(|item| !self.hides(table, item));
                        hidden += before - items.len();
                    }
                }
            }
        }
        (hidden > 0).then(|| Bytes::from(answer.to_string()))
    }
}

/// An eventually consistent read.
#[derive(Debug)]
pub(super) enum Read {
    Get {
        table: String,
        key: Value,
    },
    Query {
        table: String,
        /// Key attributes that the caller did not project.
        added: Vec<&'static str>,
    },
    Batch {
        tables: Vec<String>,
    },
}

impl Read {
    /// Recognises an eventually consistent read, and answers it with the
    /// request to send instead, where the keys have to be projected as well.
    pub(super) fn parse(operation: &str, request: &[u8]) -> Option<(Read, Option<Bytes>)> {
        if !matches!(operation, "GetItem" | "Query" | "BatchGetItem") {
            return None;
        }
        let mut request: Value = serde_json::from_slice(request).ok()?;
        let is_strong = |read: &Value| read["ConsistentRead"].as_bool() == Some(true);
        if operation == "BatchGetItem" {
            let tables = request["RequestItems"]
                .as_object()?
                .iter()
                .filter(|(_, read)| !is_strong(read))
                .map(|(table, _)| table.clone())
                .collect();
            return Some((Read::Batch { tables }, None));
        }
        if is_strong(&request) {
            return None;
        }
        let table = request["TableName"].as_str()?.to_owned();
        if operation == "GetItem" {
            let key = request["Key"].take();
            return Some((Read::Get { table, key }, None));
        }
        let added = project_keys(request.as_object_mut()?);
        let rewritten = (!added.is_empty()).then(|| Bytes::from(request.to_string()));
        Some((Read::Query { table, added }, rewritten))
    }
}

/// Adds the key attributes to a projection that leaves them out.
fn project_keys(request: &mut Map<String, Value>) -> Vec<&'static str> {
    let Some(projection) = request
        .get("ProjectionExpression")
        .and_then(Value::as_str)
        .map(str::to_owned)
    else {
        return Vec::new();
    };
    let names: BTreeMap<String, String> = request
        .get("ExpressionAttributeNames")
        .and_then(|names| serde_json::from_value(names.clone()).ok())
        .unwrap_or_default();
    let projected: Vec<&str> = projection
        .split(',')
        .map(str::trim)
        .map(|name| names.get(name).map_or(name, String::as_str))
        .collect();
    let added: Vec<&'static str> = KEYS
        .into_iter()
        .filter(|key| !projected.contains(key))
        .collect();
    if !added.is_empty() {
        let whole = format!("{projection}, {}", added.join(", "));
        request.insert("ProjectionExpression".to_owned(), whole.into());
    }
    added
}

#[derive(Deserialize)]
struct Put {
    #[serde(rename = "TableName")]
    table: String,
    #[serde(rename = "Item")]
    item: ItemKey,
}

#[derive(Deserialize)]
struct ItemKey {
    pk: Text,
    sk: Text,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

#[cfg(test)]
mod tests {
    use super::{Read, Recent};

    fn recent() -> Recent {
        let mut recent = Recent::default();
        recent.keep(1);
        for sk in ["1", "2"] {
            let put = format!(
                r#"{{"TableName":"t","Item":{{"pk":{{"S":"p"}},"sk":{{"S":"{sk}"}},"b":{{"B":""}}}}}}"#
            );
            recent.remember(put.as_bytes());
        }
        recent
    }

    #[test]
    fn only_the_latest_puts_are_hidden_and_counts_agree() {
        let request = br#"{"TableName":"t","ProjectionExpression":"b"}"#;
        let (read, rewritten) = Read::parse("Query", request).expect("an eventual read");
        let rewritten = rewritten.expect("the keys are projected as well");
        assert!(String::from_utf8_lossy(&rewritten).contains("b, pk, sk"));
        let answer = br#"{"Items":[{"pk":{"S":"p"},"sk":{"S":"1"},"b":{"B":""}},
            {"pk":{"S":"p"},"sk":{"S":"2"},"b":{"B":""}}],"Count":2,"ScannedCount":2}"#;
        let hidden = recent().hide(&read, answer).expect("one item is hidden");
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&hidden).expect("an answer"),
            serde_json::json!({"Items": [{"b": {"B": ""}}], "Count": 1, "ScannedCount": 1})
        );
    }

    #[test]
    fn strong_reads_are_left_alone() {
        let request = br#"{"TableName":"t","ConsistentRead":true}"#;
        assert!(Read::parse("Query", request).is_none());
        assert!(Read::parse("GetItem", request).is_none());
    }
}
