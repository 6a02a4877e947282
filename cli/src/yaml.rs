//! YAML that people write beside rules, read into JSON.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Number, Value};

/// How deep a file may nest; an event needs about ten.
const DEEPEST: usize = 64;

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The line, from 1.
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

/// A node that knows its line.
pub(crate) type Node<'t> = MarkedYaml<'t>;

/// Reads a file of one document.
///
/// Aliases are refused: a few lines of them become gigabytes once they are put in.
pub(crate) fn document(text: &str) -> Result<Node<'_>, Fault> {
    let mut depth = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| Fault::new(error.marker().line(), not_yaml(error.info())))?;
        match event {
            Event::Alias(_) => {
                return Err(Fault::new(
                    span.start.line(),
                    "aliases are not read: write the value out",
                ));
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Fault::new(span.start.line(), "the file nests too deep"));
        }
    }
    let mut documents = MarkedYaml::load_from_str(text)
        .map_err(|error| Fault::new(error.marker().line(), not_yaml(error.info())))?;
    match (documents.pop(), documents.pop()) {
        (Some(document), None) => Ok(document),
        (None, _) => Err(Fault::new(1, "the file is empty")),
        (Some(second), Some(_)) => Err(Fault::new(
            line(&second),
            "the file has more than one document",
        )),
    }
}

fn not_yaml(what: &str) -> String {
    format!("this is not YAML: {what}")
}

/// The line of a node, from 1.
pub(crate) fn line(node: &Node<'_>) -> usize {
    node.span.start.line()
}

/// The entries of a mapping, their keys as text; fails with the line of anything else.
pub(crate) fn entries<'n, 't>(node: &'n Node<'t>) -> Result<Vec<(String, &'n Node<'t>)>, Fault> {
    let YamlData::Mapping(entries) = &node.data else {
        return Err(Fault::new(line(node), "a mapping is expected here"));
    };
    entries
        .iter()
        .map(|(key, value)| match &key.data {
            YamlData::Value(scalar) => Ok((text(scalar), value)),
            _ => Err(Fault::new(line(key), "this cannot be a key")),
        })
        .collect()
}

/// The items of a list; fails with the line of anything else.
pub(crate) fn items<'n, 't>(node: &'n Node<'t>) -> Result<&'n [Node<'t>], Fault> {
    match &node.data {
        YamlData::Sequence(items) => Ok(items),
        _ => Err(Fault::new(line(node), "a list is expected here")),
    }
}

/// The text of a scalar that is not null.
pub(crate) fn scalar(node: &Node<'_>) -> Option<String> {
    match &node.data {
        YamlData::Value(Scalar::Null) => None,
        YamlData::Value(scalar) => Some(text(scalar)),
        _ => None,
    }
}

/// Turns a node into JSON.
pub(crate) fn json(node: &Node<'_>) -> Result<Value, Fault> {
    Ok(match &node.data {
        YamlData::Value(scalar) => plain(scalar),
        YamlData::Sequence(items) => {
            Value::Array(items.iter().map(json).collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(_) => Value::Object(
            entries(node)?
                .into_iter()
                .map(|(key, value)| Ok((key, json(value)?)))
                .collect::<Result<Map<_, _>, Fault>>()?,
        ),
        _ => return Err(Fault::new(line(node), "tags are not read")),
    })
}

fn plain(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(flag) => Value::Bool(*flag),
        Scalar::Integer(integer) => Value::Number((*integer).into()),
        Scalar::FloatingPoint(float) => {
            Number::from_f64(float.into_inner()).map_or(Value::Null, Value::Number)
        }
        Scalar::String(text) => Value::String(text.to_string()),
    }
}

fn text(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Null => String::new(),
        Scalar::Boolean(flag) => flag.to_string(),
        Scalar::Integer(integer) => integer.to_string(),
        Scalar::FloatingPoint(float) => float.to_string(),
        Scalar::String(text) => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_becomes_json() {
        let text = "a: [1, 2.5, true, null, '1', x]\nb: {c: \"\", 7: {}}\n";
        let node = document(text).expect("it is YAML");
        assert_eq!(
            json(&node),
            Ok(json!({"a": [1, 2.5, true, null, "1", "x"], "b": {"c": "", "7": {}}}))
        );
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
        for (text, line, words) in [
            ("", 1, "empty"),
            ("a: 1\n---\nb: 2\n", 3, "more than one"),
            ("a: &x [1]\nb: *x\n", 2, "aliases"),
            ("a: 1\nb: [1\nc: 2\n", 3, "not YAML"),
            ("a: 1\na: 2\n", 2, "duplicated"),
            (deep.as_str(), 1, "too deep"),
        ] {
            let fault = document(text).expect_err(text);
            assert_eq!(fault.line, line, "{text}: {fault:?}");
            assert!(fault.message.contains(words), "{fault:?}");
        }
    }
}
