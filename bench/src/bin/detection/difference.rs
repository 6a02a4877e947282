//! Why `rsigma-eval` 0.23 answers otherwise, shown rather than guessed.
//!
//! Most of its known defects can be taken out of its way: the record is written so that the
//! defect does not show, and if it then answers as we do, that was why.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use detection::Source;
use serde::Deserialize as _;
use serde_json::Value;
use yaml_serde::{Deserializer, Mapping, Value as Yaml};

/// What a rule asks that `rsigma-eval` may get wrong.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The fields whose text it asks for.
    texts: BTreeSet<String>,
    has_base64offset: bool,
    /// Whether it has keywords of which all must match.
    has_all_keywords: bool,
}

impl Asked {
    /// Reads what each rule asks, by the rules' ids.
    pub(crate) fn by_rule(sources: &[Source]) -> Result<BTreeMap<String, Self>, Box<dyn Error>> {
        let mut rules = BTreeMap::new();
        for source in sources {
            for document in Deserializer::from_str(&source.text) {
                let document = Mapping::deserialize(document)
                    .map_err(|error| format!("{}: {error}", source.path))?;
                let id = document.get("id").and_then(Yaml::as_str);
                if let (Some(id), Some(detection)) = (id, document.get("detection")) {
                    let mut asked = Self::default();
                    asked.read(detection);
                    rules.insert(id.to_owned(), asked);
                }
            }
        }
        Ok(rules)
    }

    fn read(&mut self, value: &Yaml) {
        match value {
            Yaml::Mapping(items) => {
                for (key, value) in items {
                    let mut parts = key.as_str().unwrap_or_default().split('|');
                    let field = parts.next().unwrap_or_default();
                    let modifiers: Vec<_> = parts.collect();
                    self.has_base64offset |= modifiers.contains(&"base64offset");
                    self.has_all_keywords |= field.is_empty() && modifiers.contains(&"all");
                    if !modifiers.contains(&"exists") {
                        self.texts.insert(field.to_owned());
                    }
                    self.read(value);
                }
            }
            Yaml::Sequence(list) => list.iter().for_each(|one| self.read(one)),
            _ => {}
        }
    }

    /// Says why a match is only on one side, where `matches` tells whether `rsigma-eval` matches
    /// a record with the rule, and `is_ours` whether we match this one.
    pub(crate) fn why(
        &self,
        tree: &Value,
        is_ours: bool,
        matches: impl Fn(&Value) -> bool,
    ) -> Option<&'static str> {
        let without = |change: &dyn Fn(&mut Value)| {
            let mut changed = tree.clone();
            change(&mut changed);
            matches(&changed) == is_ours
        };
        if without(&|tree| self.write_objects(tree)) {
            Some("an object has no text to compare")
        } else if without(&remove_nulls) {
            Some("`exists` on null")
        } else if without(&remove_line_breaks) {
            Some("`*` and line breaks")
        } else if self.has_base64offset {
            Some("`base64offset`")
        } else if self.has_all_keywords {
            Some("keywords with `all`")
        } else {
            None
        }
    }

    /// Puts compact JSON in the place of each object that the rule asks for the text of.
    fn write_objects(&self, tree: &mut Value) {
        for field in &self.texts {
            let pointer = format!("/{}", field.replace('.', "/"));
            let Some(value) = tree.pointer_mut(&pointer) else {
                continue;
            };
            let is_object = value.is_object()
                || value
                    .as_array()
                    .is_some_and(|list| list.iter().any(Value::is_object));
            if is_object {
                // Inside of strings, too, quotes are compared as they are meant.
                let text = value.to_string().replace("\\\"", "\"");
                *value = Value::String(text.replace("\\n", "\n"));
            }
        }
    }
}

fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(remove_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

fn remove_line_breaks(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(remove_line_breaks),
        Value::Array(list) => list.iter_mut().for_each(remove_line_breaks),
        Value::String(text) => *text = text.replace(['\n', '\r'], " "),
        _ => {}
    }
}
