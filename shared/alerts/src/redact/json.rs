//! Walks a record's JSON, whose order and numbers are kept as they stand.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::name::is_secret;
use super::{REDACTED, text};

/// The deepest that a record is looked into; CloudTrail's own are a fifth of it.
///
/// What lies deeper is taken out. Each level is read once more than the one
/// above, so this also bounds the work.
const DEEPEST: usize = 48;

/// How many times JSON in a string in JSON is looked into; what lies deeper is taken out.
const DEEPEST_STRING: usize = 3;

/// An object's members in their order, repeated names included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// Redacts a JSON text; answers nothing where it is none.
pub(super) fn redact(json: &str) -> Option<String> {
    let value: &RawValue = serde_json::from_str(json).ok()?;
    let mut redacted = String::with_capacity(json.len());
    push_value(value.get(), 0, 0, &mut redacted);
    Some(redacted)
}

/// Redacts a string, and the JSON that it may be.
pub(super) fn redact_string(value: &str) -> Cow<'_, str> {
    redact_nested(value, 0)
}

fn redact_nested(value: &str, strings: usize) -> Cow<'_, str> {
    let is_json = value.trim_start().starts_with(['{', '[']);
    if is_json && let Ok(nested) = serde_json::from_str::<&RawValue>(value) {
        if strings == DEEPEST_STRING {
            return Cow::Borrowed(REDACTED);
        }
        let mut redacted = String::with_capacity(value.len());
        push_value(nested.get(), 0, strings + 1, &mut redacted);
        // Only a secret alters the text: its blanks may be what matters in it.
        return if redacted.contains(REDACTED) {
            Cow::Owned(redacted)
        } else {
            Cow::Borrowed(value)
        };
    }
    text::redact(value)
}

/// Writes a string as JSON.
fn push_string(value: &str, redacted: &mut String) {
    // The string form of a JSON value quotes and escapes it.
    redacted.push_str(&serde_json::Value::from(value).to_string());
}

/// Writes a value without its secrets; one that cannot be read is taken out.
fn push_value(raw: &str, depth: usize, strings: usize, redacted: &mut String) {
    let written = match raw.as_bytes().first() {
        Some(b'{') if depth < DEEPEST => push_object(raw, depth, strings, redacted),
        Some(b'[') if depth < DEEPEST => push_array(raw, depth, strings, redacted),
        Some(b'{' | b'[') => None,
        Some(b'"') => push_text(raw, strings, redacted),
        // A number, a flag or null.
        _ => {
            redacted.push_str(raw);
            Some(())
        }
    };
    if written.is_none() {
        push_string(REDACTED, redacted);
    }
}

fn push_text(raw: &str, strings: usize, redacted: &mut String) -> Option<()> {
    let value: String = serde_json::from_str(raw).ok()?;
    let safe = redact_nested(&value, strings);
    if safe == value {
        // As it stood, escapes and all.
        redacted.push_str(raw);
    } else {
        push_string(&safe, redacted);
    }
    Some(())
}

fn push_array(raw: &str, depth: usize, strings: usize, redacted: &mut String) -> Option<()> {
    let elements: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    redacted.push('[');
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            redacted.push(',');
        }
        push_value(element.get(), depth + 1, strings, redacted);
    }
    redacted.push(']');
    Some(())
}

fn push_object(raw: &str, depth: usize, strings: usize, redacted: &mut String) -> Option<()> {
    let Members(members) = serde_json::from_str(raw).ok()?;
    let is_named_secret = members
        .iter()
        .any(|(name, value)| is_name_of_secret(name, value));
    redacted.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            redacted.push(',');
        }
        push_string(&text::redact(name), redacted);
        redacted.push(':');
        let is_hidden = is_secret(name) || is_named_secret && is_value(name);
        if is_hidden && !matches!(value.get(), "null" | "true" | "false" | "\"\"") {
            push_string(REDACTED, redacted);
        } else {
            push_value(value.get(), depth + 1, strings, redacted);
        }
    }
    redacted.push('}');
    Some(())
}

/// Tells whether a member says that the value beside it is a secret: `"name": "DB_PASSWORD"`.
fn is_name_of_secret(name: &str, value: &RawValue) -> bool {
    const NAMES: [&str; 5] = ["name", "key", "parameterkey", "parametername", "variable"];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
        && serde_json::from_str::<String>(value.get()).is_ok_and(|value| is_secret(&value))
}

/// Tells whether a member is the value beside a name.
fn is_value(name: &str) -> bool {
    ["value", "values", "parametervalue"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(json: &str) -> String {
        redact(json).expect("JSON").replace(REDACTED, "-")
    }

    #[test]
    fn a_record_without_secrets_is_only_compacted() {
        let json = r#"{ "b": [1.50, 1e400, "\u0041", null], "a": {"b": {}, "b": []} }"#;
        assert_eq!(
            redacted(json),
            r#"{"b":[1.50,1e400,"\u0041",null],"a":{"b":{},"b":[]}}"#
        );
    }

    #[test]
    fn secrets_go_by_name_at_any_depth() {
        for (json, expected) in [
            (
                r#"{"responseElements":{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE","sessionToken":"x"}}}"#,
                r#"{"responseElements":{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE","sessionToken":"-"}}}"#,
            ),
            (
                r#"{"a":[{"Secret\u0041ccessKey":"x"}]}"#,
                r#"{"a":[{"SecretAccessKey":"-"}]}"#,
            ),
            (
                r#"{"password":{"a":"x"},"token":[1],"secret":12}"#,
                r#"{"password":"-","token":"-","secret":"-"}"#,
            ),
            (
                r#"{"password":null,"token":true,"secret":""}"#,
                r#"{"password":null,"token":true,"secret":""}"#,
            ),
            (
                r#"{"value":"x","name":"DB_PASSWORD"}"#,
                r#"{"value":"-","name":"DB_PASSWORD"}"#,
            ),
            (
                r#"{"name":"COLOUR","value":"x"}"#,
                r#"{"name":"COLOUR","value":"x"}"#,
            ),
            (
                r#"{"a":"{\"password\": \"x\"}"}"#,
                r#"{"a":"{\"password\":\"-\"}"}"#,
            ),
            (r#"{"a":"{\"b\": \"x\"}"}"#, r#"{"a":"{\"b\": \"x\"}"}"#),
            (r#"{"a":"\ud800 password"}"#, r#"{"a":"-"}"#),
        ] {
            assert_eq!(redacted(json), expected);
        }
    }

    #[test]
    fn what_is_too_deep_to_look_into_is_taken_out() {
        let deep = |depth| format!("{}\"x\"{}", "[".repeat(depth), "]".repeat(depth));
        assert!(redacted(&deep(DEEPEST)).contains('x'));
        assert!(!redacted(&deep(DEEPEST + 1)).contains('x'));
        assert!(!redacted(&deep(100_000)).contains('x'));
        let nested = |depth| {
            let mut json = r#"{"a":"x"}"#.to_owned();
            for _ in 0..depth {
                json = serde_json::json!({ "b": json }).to_string();
            }
            json
        };
        assert!(redacted(&nested(DEEPEST_STRING)).contains('x'));
        assert!(!redacted(&nested(DEEPEST_STRING + 1)).contains('x'));
    }

    #[test]
    fn what_is_no_json_is_not_redacted_but_refused() {
        assert_eq!(redact("{"), None);
        assert_eq!(redact(r#"{"a":1} x"#), None);
    }
}
