//! A second engine, as plain as can be, that the real one must agree with.
//!
//! It evaluates the tree that a rule and an event are made from, by the sentences of
//! `docs/sigma.md`, and shares nothing with the engine but them.

use proptest::prelude::*;

use super::read;

/// A value of an event.
#[derive(Clone, Debug)]
enum Json {
    Null,
    /// A number or flag.
    Word(&'static str),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// The value as a record has it, with white space and escapes that mean nothing.
    fn written(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Word(word) => (*word).to_owned(),
            Self::Text(text) => {
                let escaped: Vec<String> = text
                    .chars()
                    .map(|character| match character {
                        '"' | '\\' => format!("\\{character}"),
                        'b' => "\\u0062".to_owned(),
                        other => other.to_string(),
                    })
                    .collect();
                format!("\"{}\"", escaped.concat())
            }
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::written).collect();
                format!("[ {} ]", items.join(" , "))
            }
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\" :\t{}", value.written()))
                    .collect();
                format!("{{{}}}", members.join(",\n"))
            }
        }
    }

    /// The value as compact JSON with its strings unescaped.
    fn compact(&self) -> String {
        match self {
            Self::Text(text) => format!("\"{text}\""),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::compact).collect();
                format!("[{}]", items.join(","))
            }
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{}", value.compact()))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            other => other.written(),
        }
    }

    fn texts(&self) -> Vec<String> {
        fn in_list(items: &[Json]) -> Vec<String> {
            items
                .iter()
                .flat_map(|item| match item {
                    Json::List(items) => in_list(items),
                    Json::Object(_) => Vec::new(),
                    scalar => scalar.texts(),
                })
                .collect()
        }
        match self {
            Self::Null => Vec::new(),
            Self::Word(word) => vec![(*word).to_owned()],
            Self::Text(text) => vec![text.clone()],
            Self::Object(_) => vec![self.compact()],
            Self::List(items) => {
                let mut texts = in_list(items);
                texts.push(self.compact());
                texts
            }
        }
    }

    fn leaves(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().flat_map(Self::leaves).collect(),
            Self::Object(members) => members
                .iter()
                .flat_map(|(_, value)| value.leaves())
                .collect(),
            scalar => scalar.texts(),
        }
    }

    fn values(&self, path: &str) -> Vec<&Self> {
        let (first, rest) = path
            .split_once('.')
            .map_or((path, None), |(first, rest)| (first, Some(rest)));
        match self {
            Self::List(items) => items.iter().flat_map(|item| item.values(path)).collect(),
            Self::Object(members) => members
                .iter()
                .filter(|(name, _)| *name == first)
                .flat_map(|(_, value)| rest.map_or_else(|| vec![value], |rest| value.values(rest)))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// An item of a selection.
#[derive(Clone, Debug)]
struct Item {
    /// No name is a keyword.
    field: &'static str,
    place: &'static str,
    needs_all: bool,
    is_negated: bool,
    is_cased: bool,
    /// Nothing is null.
    values: Vec<Option<String>>,
}

impl Item {
    fn written(&self) -> String {
        let mut key = self.field.to_owned();
        for (is_there, modifier) in [
            (!self.place.is_empty(), self.place),
            (self.needs_all, "all"),
            (self.is_negated, "neq"),
            (self.is_cased, "cased"),
        ] {
            if is_there {
                key = format!("{key}|{modifier}");
            }
        }
        let values: Vec<String> = self
            .values
            .iter()
            .map(|value| {
                value
                    .as_ref()
                    .map_or("null".to_owned(), |text| format!("'{text}'"))
            })
            .collect();
        format!("'{key}': [{}]", values.join(", "))
    }

    fn holds(&self, event: &Json) -> bool {
        let values = event.values(self.field);
        let texts: Vec<String> = if self.field.is_empty() {
            event.leaves()
        } else {
            values.iter().flat_map(|value| value.texts()).collect()
        };
        let is_one = |wanted: &Option<String>| match wanted {
            None => values.is_empty() || values.iter().any(|value| matches!(value, Json::Null)),
            Some(wanted) => {
                let is_somewhere = self.field.is_empty() && self.place.is_empty();
                let before = is_somewhere || matches!(self.place, "contains" | "endswith");
                let behind = is_somewhere || matches!(self.place, "contains" | "startswith");
                let pattern = pattern(wanted, before, behind, self.is_cased);
                texts
                    .iter()
                    .any(|text| fits(&pattern, &characters(text, self.is_cased)))
            }
        };
        let holds = if self.needs_all {
            self.values.iter().all(is_one)
        } else {
            self.values.iter().any(is_one)
        };
        holds != self.is_negated
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Piece {
    Any,
    One,
    Character(char),
}

fn characters(text: &str, is_cased: bool) -> Vec<char> {
    if is_cased {
        text.chars().collect()
    } else {
        text.chars().flat_map(char::to_lowercase).collect()
    }
}

fn pattern(text: &str, before: bool, behind: bool, is_cased: bool) -> Vec<Piece> {
    let mut pieces = vec![Piece::Any; usize::from(before)];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escaped = rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
        let (piece, length) = match (first, escaped) {
            ('\\', Some(escaped @ ('*' | '?' | '\\'))) => (Piece::Character(escaped), 2),
            ('*', _) => (Piece::Any, 1),
            ('?', _) => (Piece::One, 1),
            (other, _) => (Piece::Character(other), other.len_utf8()),
        };
        match piece {
            Piece::Character(one) => pieces.extend(
                characters(&one.to_string(), is_cased)
                    .into_iter()
                    .map(Piece::Character),
            ),
            wildcard => pieces.push(wildcard),
        }
        rest = &rest[length..];
    }
    pieces.extend(vec![Piece::Any; usize::from(behind)]);
    pieces
}

fn fits(pattern: &[Piece], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some((Piece::Any, rest)), None) => fits(rest, text),
        (Some((Piece::Any, rest)), Some((_, behind))) => fits(rest, text) || fits(pattern, behind),
        (Some((Piece::One, rest)), Some((_, behind))) => fits(rest, behind),
        (Some((Piece::Character(wanted), rest)), Some((found, behind))) => {
            wanted == found && fits(rest, behind)
        }
        (Some(_), None) => false,
    }
}

type Holds = fn(bool, bool) -> bool;
/// Conditions over the selections `x` and `y`, and what they come to.
const CONDITIONS: [(&str, Holds); 8] = [
    ("x and y", |x, y| x && y),
    ("x or y", |x, y| x || y),
    ("x and not y", |x, y| x && !y),
    ("not (x and y)", |x, y| !(x && y)),
    ("not x or y", |x, y| !x || y),
    ("1 of them and not all of them", |x, y| x != y),
    ("[x, not y]", |x, y| x || !y),
    ("x and (y or not y)", |x, _| x),
];
const FIELDS: [&str; 7] = ["eventName", "errorCode", "a", "a.b", "a.b.c", "a.c", ""];

fn item() -> impl Strategy<Value = Item> {
    let values = prop::collection::vec(prop::option::weighted(0.9, r"[a-cA-C*?äÄKk\\]{0,3}"), 1..6);
    let places = prop::sample::select(&["", "", "", "contains", "startswith", "endswith"][..]);
    let flags = (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    );
    (prop::sample::select(&FIELDS[..]), places, values, flags).prop_map(
        |(field, place, mut values, (needs_all, is_negated, is_cased))| {
            if field.is_empty() || !place.is_empty() {
                for value in &mut values {
                    value.get_or_insert_default();
                }
            }
            Item {
                field,
                place,
                needs_all,
                is_negated,
                is_cased,
                values,
            }
        },
    )
}

fn members(
    inner: impl Strategy<Value = Json>,
    names: &'static [&'static str],
) -> impl Strategy<Value = Json> {
    prop::collection::vec(prop::option::of(inner), names.len()).prop_map(|values| {
        let members = names.iter().copied().zip(values);
        Json::Object(
            members
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
        )
    })
}

fn json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        8 => "[a-cA-CäÄkK\u{212a}\"\\\\\n]{0,3}".prop_map(Json::Text),
        1 => Just(Json::Null),
        1 => prop::sample::select(&["true", "false", "5", "-1.5e3"][..]).prop_map(Json::Word),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::List),
            members(inner, &["b", "c"]),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// Rules match what the sentences of the documentation say.
    #[test]
    fn the_engine_agrees_with_the_plainest_one(
        rules in prop::collection::vec(
            (
                prop::collection::vec(item(), 1..3),
                prop::collection::vec(item(), 1..3),
                prop::sample::select(&CONDITIONS[..]),
            ),
            1..6,
        ),
        events in prop::collection::vec(members(json(), &["eventName", "errorCode", "a"]), 1..8),
    ) {
        let mut text = String::new();
        let list = |items: &[Item]| {
            // A list of maps, one item to each, all of which could be one selection's.
            items.iter().map(|item| format!("    - {}\n", item.written())).collect::<Vec<_>>().concat()
        };
        for (number, (x, y, (condition, _))) in rules.iter().enumerate() {
            text = format!(
                "{text}---\ntitle: T\nid: '{number}'\nlevel: low\nlogsource: {{product: aws}}\n\
                 detection:\n  x:\n{}  y:\n{}  condition: {condition}\n",
                list(x),
                list(y),
            );
        }
        let (loaded, problems) = read(&text);
        prop_assert!(problems.is_empty(), "{:?}\n{}", problems, text);
        for event in &events {
            let record = event.written();
            let found = super::matching(&loaded, &record);
            let wanted: Vec<String> = rules
                .iter()
                .enumerate()
                .filter(|(_, (x, y, (_, holds)))| {
                    let any = |items: &[Item]| items.iter().any(|item| item.holds(event));
                    holds(any(x), any(y))
                })
                .map(|(number, _)| number.to_string())
                .collect();
            prop_assert_eq!(found, wanted, "{}\n{}", text, record);
        }
    }
}
