//! Walks the strings of a JSON text without building anything.
//!
//! `requestParameters` and `responseElements` are valid JSON when they get
//! here, because the record around them was read. So quotes and braces are all
//! there is to look at, and one pass finds every string and the keys that lead
//! to it. Whatever is not valid is passed over, never a panic.

use std::borrow::Cow;

/// How many objects deep strings are looked for; what lies deeper is passed over.
const DEPTH: usize = 24;

/// The keys that lead from the root of a JSON text to one of its strings.
///
/// Arrays leave no trace: their elements stand under the array's own key.
pub(super) struct Keys<'a> {
    /// The key of each open object, outermost first; the root's is empty.
    open: [&'a str; DEPTH],
    depth: usize,
    key: &'a str,
}

impl<'a> Keys<'a> {
    /// The innermost key.
    pub(super) const fn last(&self) -> &'a str {
        self.key
    }

    /// How many keys lead to the string.
    pub(super) const fn len(&self) -> usize {
        self.depth
    }

    /// The keys around the innermost one, from the inside out.
    pub(super) fn parents(&self) -> impl Iterator<Item = &'a str> {
        self.open[..self.depth].iter().skip(1).rev().copied()
    }
}

/// A string of a JSON text, as it is written there.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    quoted: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// What stands between the quotes, escapes and all.
    pub(super) fn raw(self) -> &'a str {
        &self.quoted[1..self.quoted.len() - 1]
    }

    /// The text that is meant; nothing where an escape means nothing.
    pub(super) fn decode(self) -> Option<Cow<'a, str>> {
        if self.escaped {
            serde_json::from_str(self.quoted).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(self.raw()))
        }
    }
}

/// Calls `visit` with every string value and the keys that lead to it.
pub(super) fn strings<'a>(json: &'a str, mut visit: impl FnMut(&Keys<'a>, Text<'a>)) {
    let bytes = json.as_bytes();
    let mut keys = Keys {
        open: [""; DEPTH],
        depth: 0,
        key: "",
    };
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let Some((length, escaped)) = extent(&bytes[at..]) else {
                    return;
                };
                let text = Text {
                    quoted: &json[at..at + length],
                    escaped,
                };
                at += length;
                let next = bytes[at..]
                    .iter()
                    .position(|byte| !byte.is_ascii_whitespace());
                match next {
                    Some(gap) if bytes[at + gap] == b':' => {
                        keys.key = text.raw();
                        at += gap + 1;
                    }
                    _ if (1..=DEPTH).contains(&keys.depth) => visit(&keys, text),
                    _ => {}
                }
                continue;
            }
            b'{' => {
                if let Some(open) = keys.open.get_mut(keys.depth) {
                    *open = keys.key;
                }
                keys.depth += 1;
            }
            b'}' => {
                keys.depth = keys.depth.saturating_sub(1);
                keys.key = keys.open.get(keys.depth).copied().unwrap_or_default();
            }
            _ => {}
        }
        at += 1;
    }
}

/// The length of the string that some bytes start with, quotes included, and
/// whether it holds escapes.
fn extent(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut at = 1;
    let mut escaped = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some((at + 1, escaped));
        }
        escaped = true;
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    type Found = Vec<(Vec<String>, String)>;

    /// What the walk finds: the keys from the root and the decoded text.
    fn walked(json: &str) -> Found {
        let mut found = Vec::new();
        strings(json, |keys, text| {
            let mut path: Vec<_> = keys.parents().map(str::to_owned).collect();
            path.reverse();
            path.push(keys.last().to_owned());
            assert_eq!(path.len(), keys.len());
            found.push((path, text.decode().expect("valid JSON").into_owned()));
        });
        found
    }

    /// The same by way of a tree, which is the plain way to do it.
    fn expected(value: &Value, path: &mut Vec<String>, found: &mut Found) {
        match value {
            Value::String(text) if !path.is_empty() => found.push((path.clone(), text.clone())),
            Value::Array(elements) => {
                for element in elements {
                    expected(element, path, found);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    path.push(key.clone());
                    expected(member, path, found);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            r#"[\[\]{}",:\\ a]{0,8}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 48, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map("[a-c:{}]{0,3}", inner, 0..5)
                    .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>())
                    .prop_map(Value::from),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_a_tree_holds(value in any_value(), is_pretty in any::<bool>()) {
            let json = if is_pretty { format!("{value:#}") } else { value.to_string() };
            let mut found = Vec::new();
            // What stands outside every object has no key to be known by.
            if value.is_object() {
                expected(&value, &mut Vec::new(), &mut found);
                prop_assert_eq!(walked(&json), found);
            }
        }

        #[test]
        fn the_walk_of_any_text_does_not_panic(text in any::<String>(), like in r#"[\[\]{}",:\\ a]{0,64}"#) {
            strings(&text, |_, _| {});
            strings(&like, |_, text| drop(text.decode()));
        }
    }

    #[test]
    fn strings_of_an_array_stand_under_its_key() {
        let found = walked(r#"{"a":["x",{"b":"y"},[["z"]]],"c":"w"}"#);
        let paths: Vec<_> = found
            .iter()
            .map(|(path, text)| (path.join("."), &**text))
            .collect();
        let expected = [("a", "x"), ("a.b", "y"), ("a", "z"), ("c", "w")];
        assert!(
            paths
                .iter()
                .map(|(path, text)| (&**path, *text))
                .eq(expected)
        );
    }

    #[test]
    fn what_lies_too_deep_is_passed_over() {
        for (depth, count) in [(DEPTH, 1), (DEPTH + 1, 0), (10_000, 0)] {
            let json = format!("{}\"x\"{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            assert_eq!(walked(&json).len(), count, "{depth}");
            let both = format!("{{\"b\":{json},\"c\":\"y\"}}");
            assert!(walked(&both).iter().any(|(_, text)| text == "y"), "{depth}");
        }
    }
}
