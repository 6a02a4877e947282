//! YAML documents with the place of every node.
//!
//! Scalars keep their text beside what it means: an account id that is written
//! without quotes is `012345678901` and not a number without its first digit.
//! Each document is parsed on its own, so that a broken one does not take the
//! rest of its file with it.

use saphyr_parser::Parser;

mod builder;

use builder::Builder;

/// Where something stands in a file, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    pub(crate) value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A plain or quoted scalar.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order in which it is written.
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) mark: Mark,
    pub(crate) text: String,
}

/// A scalar as it is written and as it is meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) kind: ScalarKind,
}

/// What a scalar means by YAML 1.2's core schema.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ScalarKind {
    Null,
    Boolean(bool),
    Number(f64),
    Text,
}

/// Why a document cannot be read.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) mark: Mark,
    pub(crate) message: String,
}

impl Node {
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(key, _)| key.text == name)
            .map(|(_, value)| value)
    }

    /// The entries of a mapping; none of anything else.
    pub(crate) fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) const fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar that is not null.
    pub(crate) fn as_text(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.kind != ScalarKind::Null)
            .map(|scalar| scalar.text.as_str())
    }

    pub(crate) fn is_null(&self) -> bool {
        self.as_scalar()
            .is_some_and(|scalar| scalar.kind == ScalarKind::Null)
    }

    /// Puts the entries of another mapping over this one's, mappings within merged likewise.
    pub(crate) fn overlay(&mut self, above: &Self) {
        let Value::Map(entries) = &mut self.value else {
            *self = above.clone();
            return;
        };
        for (key, value) in above.entries() {
            match entries.iter_mut().find(|(own, _)| own.text == key.text) {
                Some((_, own)) if matches!(value.value, Value::Map(_)) => own.overlay(value),
                Some((_, own)) => *own = value.clone(),
                None => entries.push((key.clone(), value.clone())),
            }
        }
    }

    fn count(&self) -> usize {
        1 + match &self.value {
            Value::Scalar(_) => 0,
            Value::List(items) => items.iter().map(Self::count).sum(),
            Value::Map(entries) => entries.iter().map(|(_, value)| value.count()).sum(),
        }
    }
}

/// Reads all documents of a file; empty ones are left out.
pub(crate) fn documents(text: &str) -> Vec<Result<Node, Fault>> {
    let mut documents = Vec::new();
    for (first_line, chunk) in chunks(text) {
        let mut builder = Builder::new(first_line);
        let mut failed = None;
        for event in Parser::new_from_str(chunk) {
            let step = match event {
                Ok((event, span)) => builder.take(event, span.start.line(), span.start.col()),
                Err(error) => Err(Fault {
                    mark: builder.mark(error.marker().line(), error.marker().col()),
                    message: format!("this is not YAML: {}", error.info()),
                }),
            };
            if let Err(fault) = step {
                failed = Some(fault);
                break;
            }
        }
        documents.extend(builder.finished.into_iter().map(Ok));
        documents.extend(failed.map(Err));
    }
    documents
}

/// Cuts a file before each `---`, which YAML allows nowhere else at the start of a line.
fn chunks(text: &str) -> Vec<(usize, &str)> {
    let mut chunks = Vec::new();
    let (mut start, mut start_line) = (0, 0);
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let marker = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if marker && at > start {
            chunks.push((start_line, &text[start..at]));
            (start, start_line) = (at, number);
        }
        at += line.len();
    }
    chunks.push((start_line, &text[start..]));
    chunks.retain(|(_, chunk)| {
        chunk
            .lines()
            .map(str::trim)
            .any(|line| !line.is_empty() && !line.starts_with(['#', '%']) && line != "---")
    });
    chunks
}
