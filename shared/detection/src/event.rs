//! One record, read by field name: for grouping, and for what an alert says.

use std::borrow::Cow;

use crate::scan::{self, RecordError, Span};
use crate::text;

/// A CloudTrail record whose fields are looked up by their dotted names.
///
/// This is the plain reader for the few records that matched; [`Engine`](crate::Engine)
/// keeps what it found for the next rule instead.
///
/// ```
/// let event = detection::Event::parse(br#"{"userIdentity":{"type":"Root"}}"#)?;
/// assert_eq!(event.field("userIdentity.type").as_deref(), Some("Root"));
/// assert_eq!(event.field("userIdentity.arn"), None);
/// # Ok::<(), detection::RecordError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Event<'r> {
    record: &'r [u8],
}

impl<'r> Event<'r> {
    /// Takes a record, which must be one JSON object.
    pub fn parse(record: &'r [u8]) -> Result<Self, RecordError> {
        let start = scan::skip_space(record, 0);
        let end = scan::members(record, start, |_, _, _| {})?;
        match scan::skip_space(record, end) {
            at if at == record.len() => Ok(Self {
                record: &record[start..end],
            }),
            at => Err(RecordError::Malformed(at)),
        }
    }

    /// The record's text.
    pub const fn record(&self) -> &'r [u8] {
        self.record
    }

    /// The first text of a field, by the same rules by which rules see it.
    ///
    /// Absent and null fields have none. An object's text is its compact JSON; of an
    /// array the first scalar counts.
    pub fn field(&self, name: &str) -> Option<Cow<'r, str>> {
        self.fields(name).into_iter().next()
    }

    /// The texts of a field: more than one where arrays lie on its path or at its end.
    ///
    /// An array of scalars is its elements; the JSON of a whole array is not among them
    /// unless it is all that there is.
    pub fn fields(&self, name: &str) -> Vec<Cow<'r, str>> {
        let mut found = Vec::new();
        let mut buffer = Vec::new();
        for value in self.values(name) {
            let before = found.len();
            let outcome = text::texts(value, &mut buffer, &mut |kind, text| {
                if kind != text::TextKind::Json || found.len() == before {
                    found.push(Cow::Owned(String::from_utf8_lossy(text).into_owned()));
                }
                false
            });
            if outcome.is_err() {
                found.truncate(before);
            }
        }
        found
    }

    /// The values of a field as they stand in the record.
    pub fn values(&self, name: &str) -> Vec<&'r [u8]> {
        let mut values = vec![self.record];
        for segment in name.split('.') {
            let mut inner = Vec::new();
            for value in values {
                // What cannot be read holds no member of that name.
                let _ = step(value, segment, &mut inner);
            }
            values = inner;
        }
        values
    }
}

/// Adds the members of a name in an object, or in the objects of an array.
fn step<'r>(value: &'r [u8], segment: &str, found: &mut Vec<&'r [u8]>) -> Result<(), RecordError> {
    match value.first() {
        Some(b'{') => {
            let mut last: Option<Span> = None;
            scan::members(value, 0, |key, escaped, span| {
                if is_named(key, escaped, segment) {
                    last = Some(span);
                }
            })?;
            found.extend(last.map(|span| span.of(value)));
        }
        Some(b'[') => {
            scan::elements(value, 0, |span| {
                let element = span.of(value);
                if element.starts_with(b"{") {
                    step(element, segment, found)?;
                }
                Ok(false)
            })?;
        }
        _ => {}
    }
    Ok(())
}

/// Whether a key of the record is a name, escapes undone.
fn is_named(key: &[u8], escaped: bool, name: &str) -> bool {
    if !escaped {
        return key == name.as_bytes();
    }
    let mut text = Vec::new();
    scan::unescape(key, &mut text);
    text == name.as_bytes()
}
