//! More rules than there are, made from those that there are.
//!
//! A copy has another id, title and name, and other values: each text has the copy's
//! letters behind its first letter or digit, each regular expression behind its end, so
//! that copies share no question with one another or with the original, and no event has
//! what they ask for. What is not a text, networks, `exists` and references to fields stay,
//! and so do selections and conditions. Correlations and filters are not copied.

use std::error::Error;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use detection::Source;
use serde::Deserialize as _;
use yaml_serde::{Deserializer, Mapping, Value};

/// Makes copies until there are `wanted` rules of single events, originals included.
///
/// With names that occur, `occurring`, copies ask for those where the original asks for event
/// names, each for others, and keep the event source: they are tried on real events.
pub(crate) fn copies(
    sources: &[Source],
    wanted: usize,
    occurring: &[String],
) -> Result<Vec<Source>, Box<dyn Error>> {
    let mut originals = Vec::new();
    for source in sources {
        for document in Deserializer::from_str(&source.text) {
            let document = Mapping::deserialize(document)
                .map_err(|error| format!("{}: {error}", source.path))?;
            if document.contains_key("detection") {
                originals.push((source.path.as_str(), document));
            }
        }
    }
    if originals.is_empty() {
        return Err("there are no rules to copy".into());
    }
    let missing = wanted.saturating_sub(originals.len());
    (0..missing)
        .map(|number| {
            let (path, original) = &originals[number % originals.len()];
            let copy = Copy {
                number: number / originals.len(),
                occurring,
            };
            Ok(Source {
                path: format!("{path} ({number})"),
                text: yaml_serde::to_string(&copy.rule(original.clone()))?,
            })
        })
        .collect()
}

/// Which copy it is, and what it asks for.
struct Copy<'n> {
    number: usize,
    occurring: &'n [String],
}

impl Copy<'_> {
    fn rule(&self, mut rule: Mapping) -> Mapping {
        let letters = self.letters();
        for (key, value) in &mut rule {
            let (Some(key), Value::String(text)) = (key.as_str(), value) else {
                continue;
            };
            match key {
                "title" | "name" => *text = format!("{text}_{letters}"),
                // The first eight digits of a UUID.
                "id" => {
                    let rest = text.get(8..).unwrap_or_default();
                    *text = format!("{:08x}{rest}", self.hash(text) >> 32);
                }
                _ => {}
            }
        }
        if let Some(Value::Mapping(detection)) = rule.get_mut("detection") {
            for (key, selection) in detection.iter_mut() {
                if key.as_str().is_none_or(|key| key != "condition") {
                    self.selection(selection);
                }
            }
        }
        rule
    }

    fn selection(&self, selection: &mut Value) {
        match selection {
            Value::Mapping(items) => {
                for (key, value) in items.iter_mut() {
                    self.item(key.as_str().unwrap_or_default(), value);
                }
            }
            Value::Sequence(list) => list.iter_mut().for_each(|one| self.selection(one)),
            keyword => self.item("", keyword),
        }
    }

    fn item(&self, key: &str, value: &mut Value) {
        let (field, modifiers) = key.split_once('|').unwrap_or((key, ""));
        let has = |names: &[&str]| modifiers.split('|').any(|one| names.contains(&one));
        match value {
            Value::Sequence(list) => list.iter_mut().for_each(|one| self.item(key, one)),
            Value::String(_) if has(&["cidr", "exists", "fieldref", "expand"]) => {}
            Value::String(_) if field == "eventSource" && !self.occurring.is_empty() => {}
            Value::String(text) if has(&["re"]) => text.push_str(&self.letters()),
            Value::String(text) if key == "eventName" && !self.occurring.is_empty() => {
                let count = self.occurring.len() as u64;
                let chosen = usize::try_from(self.hash(text) % count).unwrap_or_default();
                text.clone_from(&self.occurring[chosen]);
            }
            Value::String(text) => {
                if let Some(at) = text.find(char::is_alphanumeric) {
                    let behind = text[at..]
                        .chars()
                        .next()
                        .map_or(at, |it| at + it.len_utf8());
                    text.insert_str(behind, &self.letters());
                }
            }
            _ => {}
        }
    }

    /// Letters that no other copy has.
    fn letters(&self) -> String {
        let digits = format!("{:02}", self.number);
        let letter = |digit: u8| char::from(b'q' + (digit - b'0'));
        digits.bytes().map(letter).collect()
    }

    fn hash(&self, text: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.number, text).hash(&mut hasher);
        hasher.finish()
    }
}
