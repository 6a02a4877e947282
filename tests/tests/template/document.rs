//! Reads the template: YAML with CloudFormation's short tags, into JSON with their long forms.

use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// Returns the path of a file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path)
}

/// Reads a text file of the repository.
pub(crate) fn source(path: &str) -> String {
    let path = repository(path);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// Reads the template.
pub(crate) fn template() -> Value {
    parse(&source(TEMPLATE))
}

/// The template of the stack.
pub(crate) const TEMPLATE: &str = "template.yaml";

/// The template that a `StackSet` deploys to other accounts and Regions.
pub(crate) const FORWARDER: &str = "forwarder.yaml";

/// Reads a document, which is one mapping.
pub(crate) fn parse(text: &str) -> Value {
    let documents = Yaml::load_from_str(text).expect("well-formed yaml");
    assert_eq!(documents.len(), 1, "one document");
    long_form(&documents[0])
}

fn long_form(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(scalar) => plain(scalar),
        Yaml::Sequence(items) => items.iter().map(long_form).collect(),
        Yaml::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let key = key.as_str().expect("keys are strings").to_owned();
                (key, long_form(value))
            });
            Value::Object(entries.collect())
        }
        Yaml::Tagged(tag, node) => intrinsic(&tag.suffix, long_form(node)),
        other => panic!("not used by templates: {other:?}"),
    }
}

fn plain(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(boolean) => json!(boolean),
        Scalar::Integer(integer) => json!(integer),
        Scalar::FloatingPoint(float) => json!(float.into_inner()),
        Scalar::String(string) => json!(string),
    }
}

fn intrinsic(name: &str, argument: Value) -> Value {
    let (name, argument) = match (name, argument) {
        ("Ref" | "Condition", argument) => (name.to_owned(), argument),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').expect("resource and attribute");
            ("Fn::GetAtt".to_owned(), json!([resource, attribute]))
        }
        (name, argument) => (format!("Fn::{name}"), argument),
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

#[test]
fn short_tags_become_their_long_forms() {
    let text = "a: !Ref X\nb: !GetAtt Y.Arn\nc: !If [Z, !Ref X, 1]\nd: !Condition Z\n";
    let long = json!({
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": ["Y", "Arn"]},
        "c": {"Fn::If": ["Z", {"Ref": "X"}, 1]},
        "d": {"Condition": "Z"},
    });
    assert_eq!(parse(text), long);
}
