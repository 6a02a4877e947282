//! One value of an item, its modifiers applied.

use crate::modifier::check_field;

use super::{
    Atom, Form, Modified, Pattern, Place, Placeholders, Question, Scalar, ScalarKind, Step, Wanted,
    encoding,
};

/// A value on its way through the modifiers.
enum Draft {
    Pattern(Pattern),
    /// Text in UTF-16, for `base64` to encode.
    Bytes(Vec<u8>),
}

/// Applies an item's modifiers to one of its values.
pub(super) fn atom(
    modified: &Modified,
    scalar: &Scalar,
    placeholders: &Placeholders,
) -> Result<Atom, String> {
    let text = scalar.text.as_str();
    if scalar.kind == ScalarKind::Null {
        return if modified.form == Form::Plain
            && modified.steps.is_empty()
            && modified.field.is_some()
        {
            Ok(Atom::Asked(Question::IsNull))
        } else {
            Err("null stands only behind a field without modifiers but `all` and `neq`".to_owned())
        };
    }
    match modified.form {
        Form::Plain => plain(modified, scalar, placeholders).map(Atom::Wanted),
        Form::Regex(flags) => {
            let sources = if modified.steps.contains(&Step::Expand) {
                expanded(text, placeholders)?
            } else {
                vec![text.to_owned()]
            };
            let anchored = |source: String| {
                let starts = modified.steps.contains(&Step::StartsWith);
                let ends = modified.steps.contains(&Step::EndsWith);
                match (starts, ends) {
                    (false, false) => source,
                    (true, false) => format!(r"\A(?:{source})"),
                    (false, true) => format!(r"(?:{source})\z"),
                    (true, true) => format!(r"\A(?:{source})\z"),
                }
            };
            Ok(Atom::Wanted(
                sources
                    .into_iter()
                    .map(|source| Wanted::Regex {
                        source: anchored(source),
                        flags,
                    })
                    .collect(),
            ))
        }
        Form::Network => {
            let networks = if modified.steps.contains(&Step::Expand) {
                expand_plain(text, placeholders)?
            } else {
                vec![text.to_owned()]
            };
            Ok(Atom::Wanted(
                networks.into_iter().map(Wanted::Network).collect(),
            ))
        }
        Form::Compare(comparison) => Ok(Atom::Wanted(vec![Wanted::Compare(
            comparison,
            number(scalar)?,
        )])),
        Form::TimePart(unit, comparison) => Ok(Atom::Wanted(vec![Wanted::TimePart(
            unit,
            comparison,
            number(scalar)?,
        )])),
        Form::Reference => reference(modified, text),
        Form::Exists => match scalar.kind {
            ScalarKind::Boolean(true) => Ok(Atom::AskedNot(Question::IsNull)),
            ScalarKind::Boolean(false) => Ok(Atom::Asked(Question::IsNull)),
            _ => Err("`exists` takes true or false".to_owned()),
        },
    }
}

fn number(scalar: &Scalar) -> Result<f64, String> {
    match scalar.kind {
        ScalarKind::Number(number) => Ok(number),
        _ => scalar
            .text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| {
                format!(
                    "`{}` is no number, and this modifier compares numbers",
                    scalar.text
                )
            }),
    }
}

fn reference(modified: &Modified, text: &str) -> Result<Atom, String> {
    check_field(text)?;
    if Pattern::parse(text).as_plain() != Some(text) {
        return Err("a field name cannot have wildcards".to_owned());
    }
    let place = match modified.steps.first() {
        Some(Step::Contains) => Place::Anywhere,
        Some(Step::StartsWith) => Place::Start,
        Some(Step::EndsWith) => Place::End,
        _ => Place::Whole,
    };
    Ok(Atom::Asked(Question::Reference {
        field: text.to_owned(),
        place,
        is_cased: modified.is_cased,
    }))
}

fn plain(
    modified: &Modified,
    scalar: &Scalar,
    placeholders: &Placeholders,
) -> Result<Vec<Wanted>, String> {
    let is_keyword = modified.field.is_none();
    let text = match scalar.kind {
        ScalarKind::Number(value) if modified.steps.is_empty() && !is_keyword => {
            return Ok(vec![Wanted::Number {
                text: scalar.text.clone(),
                value,
            }]);
        }
        ScalarKind::Boolean(flag) => {
            if flag {
                "true"
            } else {
                "false"
            }
        }
        _ => &scalar.text,
    };
    let mut drafts = vec![Draft::Pattern(Pattern::parse(text))];
    for step in &modified.steps {
        let mut next = Vec::new();
        for draft in drafts {
            next.extend(apply(*step, draft, placeholders)?);
        }
        drafts = next;
    }
    let is_placed = modified
        .steps
        .iter()
        .any(|step| matches!(step, Step::Contains | Step::StartsWith | Step::EndsWith));
    drafts
        .into_iter()
        .map(|draft| {
            let pattern = draft.into_pattern()?;
            let is_somewhere = is_keyword && !is_placed;
            Ok(Wanted::Pattern {
                pattern: pattern.surround(is_somewhere, is_somewhere),
                is_cased: modified.is_cased,
            })
        })
        .collect()
}

fn apply(step: Step, draft: Draft, placeholders: &Placeholders) -> Result<Vec<Draft>, String> {
    let patterns = match step {
        Step::Contains => vec![draft.into_pattern()?.surround(true, true)],
        Step::StartsWith => vec![draft.into_pattern()?.surround(false, true)],
        Step::EndsWith => vec![draft.into_pattern()?.surround(true, false)],
        Step::WinDash => draft.into_pattern()?.windash()?,
        Step::Expand => draft.into_pattern()?.expand(placeholders)?,
        Step::Base64 => {
            vec![Pattern::plain(encoding::base64(
                &draft.into_bytes("base64")?,
            ))]
        }
        Step::Base64Offset => {
            let bytes = draft.into_bytes("base64offset")?;
            if bytes.len() < 2 {
                return Err("`base64offset` needs at least two bytes to find".to_owned());
            }
            encoding::base64_at_offsets(&bytes)
                .into_iter()
                .map(Pattern::plain)
                .collect()
        }
        Step::Wide => return draft.wide("wide", false, u16::to_le_bytes),
        Step::Utf16 => return draft.wide("utf16", true, u16::to_le_bytes),
        Step::Utf16Be => return draft.wide("utf16be", false, u16::to_be_bytes),
    };
    Ok(patterns.into_iter().map(Draft::Pattern).collect())
}

impl Draft {
    fn into_pattern(self) -> Result<Pattern, String> {
        match self {
            Self::Pattern(pattern) => Ok(pattern),
            Self::Bytes(bytes) => String::from_utf8(bytes).map(Pattern::plain).map_err(|_| {
                "this value in UTF-16 is no text: write `base64` or `base64offset` behind it"
                    .to_owned()
            }),
        }
    }

    fn into_bytes(self, modifier: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Pattern(pattern) => pattern
                .as_plain()
                .map(|text| text.as_bytes().to_vec())
                .ok_or_else(|| {
                    format!(
                        "`{modifier}` cannot encode wildcards: put `contains` behind it, \
                         and a backslash before a `*` or `?` that is meant as it stands"
                    )
                }),
        }
    }

    fn wide(
        self,
        modifier: &str,
        has_mark: bool,
        bytes: impl Fn(u16) -> [u8; 2],
    ) -> Result<Vec<Self>, String> {
        let text = String::from_utf8(self.into_bytes(modifier)?)
            .map_err(|_| format!("`{modifier}` stands behind another encoding"))?;
        let mark = has_mark.then_some(0xFEFF);
        let units = mark.into_iter().chain(text.encode_utf16());
        Ok(vec![Self::Bytes(units.flat_map(bytes).collect())])
    }
}

impl Wanted {
    /// Whether compiling it can fail for what the rule's author wrote.
    pub(super) const fn can_fail(&self) -> bool {
        matches!(self, Self::Regex { .. } | Self::Network(_))
    }
}

/// The values of placeholders within a regular expression, in which they mean themselves.
fn expanded(source: &str, placeholders: &Placeholders) -> Result<Vec<String>, String> {
    let escaped: Placeholders = placeholders
        .iter()
        .map(|(name, values)| {
            let values = values.iter().map(|value| regex::escape(value)).collect();
            (name.clone(), values)
        })
        .collect();
    expand_plain(source, &escaped)
}

/// The values of placeholders within a text without wildcards.
fn expand_plain(text: &str, placeholders: &Placeholders) -> Result<Vec<String>, String> {
    // Wildcards in the values mean themselves here.
    let plain: Placeholders = placeholders
        .iter()
        .map(|(name, values)| {
            let values = values
                .iter()
                .map(|value| {
                    value
                        .replace('\\', r"\\")
                        .replace('*', r"\*")
                        .replace('?', r"\?")
                })
                .collect();
            (name.clone(), values)
        })
        .collect();
    let patterns = Pattern::plain(text.to_owned()).expand(&plain)?;
    Ok(patterns
        .iter()
        .filter_map(|pattern| pattern.as_plain().map(str::to_owned))
        .collect())
}
