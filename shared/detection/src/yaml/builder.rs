//! Documents from the parser's events.

use std::collections::HashMap;

use saphyr_parser::{Event, ScalarStyle};

use super::{Fault, Key, Mark, Node, Scalar, ScalarKind, Value};

/// How deep a document may nest; Sigma needs about five.
const DEEPEST: usize = 64;
/// How many nodes a document may have once its aliases are put in.
const MOST_NODES: usize = 50_000;

struct Frame {
    mark: Mark,
    anchor: usize,
    value: Value,
    key: Option<Key>,
}

/// Builds nodes from the parser's events, without recursion.
pub(super) struct Builder {
    first_line: usize,
    open: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    /// The documents read so far; empty ones are left out.
    pub(super) finished: Vec<Node>,
}

impl Builder {
    pub(super) fn new(first_line: usize) -> Self {
        Self {
            first_line,
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            finished: Vec::new(),
        }
    }

    /// Makes a mark of the parser's line, from 1, and column, from 0.
    pub(super) const fn mark(&self, line: usize, column: usize) -> Mark {
        Mark {
            line: self.first_line + line,
            column: column + 1,
        }
    }

    pub(super) fn take(
        &mut self,
        event: Event<'_>,
        line: usize,
        column: usize,
    ) -> Result<(), Fault> {
        let mark = self.mark(line, column);
        match event {
            Event::MappingStart(anchor, _) => self.open(mark, anchor, Value::Map(Vec::new())),
            Event::SequenceStart(anchor, _) => self.open(mark, anchor, Value::List(Vec::new())),
            Event::MappingEnd | Event::SequenceEnd => {
                let Some(frame) = self.open.pop() else {
                    return Ok(());
                };
                let node = Node {
                    mark: frame.mark,
                    value: frame.value,
                };
                self.add(node, frame.anchor)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain
                    || tag.is_some_and(|tag| {
                        tag.is_yaml_core_schema() && tag.suffix.as_str() == "str"
                    });
                let kind = if is_text {
                    ScalarKind::Text
                } else {
                    meaning(&text)
                };
                let text = text.into_owned();
                let value = Value::Scalar(Scalar { text, kind });
                self.add(Node { mark, value }, anchor)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    let mut node = node.clone();
                    node.mark = mark;
                    self.add(node, 0)
                }
                None => Err(fault(mark, "the alias names no anchor before it")),
            },
            _ => Ok(()),
        }
    }

    fn open(&mut self, mark: Mark, anchor: usize, value: Value) -> Result<(), Fault> {
        if self.open.len() >= DEEPEST {
            return Err(fault(mark, "the document nests too deep for a rule"));
        }
        self.open.push(Frame {
            mark,
            anchor,
            value,
            key: None,
        });
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        self.nodes += node.count();
        if self.nodes > MOST_NODES {
            return Err(fault(node.mark, "the document is too large for a rule"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            if !node.is_null() {
                self.finished.push(node);
            }
            return Ok(());
        };
        match (&mut frame.value, frame.key.take()) {
            (Value::Map(entries), Some(key)) => {
                if entries.iter().any(|(own, _)| own.text == key.text) {
                    let text = &key.text;
                    let message = format!(
                        "`{text}` is written twice here and only one could count: \
                         give one of them another name, or list its values"
                    );
                    return Err(fault(key.mark, &message));
                }
                entries.push((key, node));
            }
            (Value::Map(_), None) => {
                let Value::Scalar(scalar) = node.value else {
                    return Err(fault(node.mark, "a list or mapping cannot be a key"));
                };
                if scalar.text == "<<" && scalar.kind == ScalarKind::Text {
                    let message = "merge keys (`<<`) are not read: write the entries out";
                    return Err(fault(node.mark, message));
                }
                frame.key = Some(Key {
                    mark: node.mark,
                    text: scalar.text,
                });
            }
            (Value::List(items), _) => items.push(node),
            (Value::Scalar(_), _) => {}
        }
        Ok(())
    }
}

fn fault(mark: Mark, message: &str) -> Fault {
    Fault {
        mark,
        message: message.to_owned(),
    }
}

/// What a plain scalar means by the core schema.
fn meaning(text: &str) -> ScalarKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarKind::Null,
        "true" | "True" | "TRUE" => return ScalarKind::Boolean(true),
        "false" | "False" | "FALSE" => return ScalarKind::Boolean(false),
        _ => {}
    }
    // `nan`, `inf` and the like are numbers to Rust and words to everybody else.
    let looks_numeric = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    match text.parse() {
        Ok(number) if looks_numeric => ScalarKind::Number(number),
        _ => ScalarKind::Text,
    }
}
