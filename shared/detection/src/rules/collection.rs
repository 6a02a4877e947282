//! Rule collections: `action: global`, `reset` and `repeat`.

use crate::problem::Report;
use crate::yaml::{Node, Value};

/// A document with the collection's common parts put in.
pub(super) struct Document {
    pub(super) node: Node,
    /// How often the id of this document's template stood in the file before it.
    pub(super) repetition: usize,
}

/// Carries the actions of a file out and gives back the documents to read.
pub(super) fn merged(documents: Vec<Node>, report: &mut Report<'_>) -> Vec<Document> {
    let mut merged: Vec<Document> = Vec::new();
    let mut global: Option<Node> = None;
    let mut previous: Option<Node> = None;
    let mut from_template = 0;
    for node in documents {
        if !matches!(node.value, Value::Map(_)) {
            report.error(
                node.mark,
                "this document is no rule: a rule is a mapping with `title`, `logsource` and `detection`",
            );
            continue;
        }
        let action = node
            .get("action")
            .and_then(Node::as_text)
            .map(str::to_owned);
        match action.as_deref() {
            Some("global") => {
                let node = without_action(node);
                global = Some(node.clone());
                previous = Some(node);
                from_template = 0;
            }
            Some("reset") => global = None,
            Some("repeat") => {
                let Some(mut whole) = previous.take() else {
                    report.error(node.mark, "there is no rule before this one to repeat");
                    continue;
                };
                let mark = node.mark;
                let own_id = node.get("id").is_some();
                whole.overlay(&without_action(node));
                whole.mark = mark;
                previous = Some(whole.clone());
                from_template += usize::from(!own_id);
                merged.push(Document {
                    node: whole,
                    repetition: if own_id { 0 } else { from_template },
                });
            }
            Some(other) => report.error(
                node.mark,
                format!("the action `{other}` is not known: there are global, reset and repeat"),
            ),
            None => {
                let stands_alone =
                    node.get("correlation").is_some() || node.get("filter").is_some();
                let mut whole = node;
                let mut repetition = 0;
                if !stands_alone && let Some(global) = &global {
                    if global.get("id").is_some() {
                        repetition = from_template;
                        from_template += 1;
                    }
                    whole.overlay(global);
                }
                if !stands_alone {
                    previous = Some(whole.clone());
                    if global.is_none() {
                        from_template = 0;
                    }
                }
                merged.push(Document {
                    node: whole,
                    repetition,
                });
            }
        }
    }
    merged
}

fn without_action(mut node: Node) -> Node {
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|(key, _)| key.text != "action");
    }
    node
}
