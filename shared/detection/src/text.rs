//! The texts of a value: what string matching sees of it.

use crate::scan::{self, RecordError};

/// What a text was in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextKind {
    /// A string, unescaped.
    String,
    /// A number as it is written.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object or array as compact JSON, its strings unescaped.
    Json,
}

/// Shows every text of a value to `visit` until it answers true; gives back whether it did.
///
/// A string, number or flag is one text, null is none. An object is its compact JSON. An
/// array is each scalar in it, arrays within included, and then its compact JSON.
pub(crate) fn texts(
    value: &[u8],
    buffer: &mut Vec<u8>,
    visit: &mut impl FnMut(TextKind, &[u8]) -> bool,
) -> Result<bool, RecordError> {
    match value.first() {
        Some(b'{') => json(value, buffer, visit),
        Some(b'[') => Ok(in_array(value, buffer, visit)? || json(value, buffer, visit)?),
        _ => Ok(scalar(value, buffer, visit)),
    }
}

/// Shows the text of a scalar, if it has one.
#[inline]
pub(crate) fn scalar(
    value: &[u8],
    buffer: &mut Vec<u8>,
    visit: &mut impl FnMut(TextKind, &[u8]) -> bool,
) -> bool {
    match value {
        [b'"', inner @ .., b'"'] => {
            if memchr::memchr(b'\\', inner).is_none() {
                return visit(TextKind::String, inner);
            }
            buffer.clear();
            scan::unescape(inner, buffer);
            visit(TextKind::String, buffer)
        }
        b"true" | b"false" => visit(TextKind::Boolean, value),
        [b'-' | b'0'..=b'9', ..] => visit(TextKind::Number, value),
        _ => false,
    }
}

fn in_array(
    array: &[u8],
    buffer: &mut Vec<u8>,
    visit: &mut impl FnMut(TextKind, &[u8]) -> bool,
) -> Result<bool, RecordError> {
    scan::elements(array, 0, |span| {
        let element = span.of(array);
        Ok(!element.starts_with(b"{") && scalar(element, buffer, visit))
    })
}

fn json(
    value: &[u8],
    buffer: &mut Vec<u8>,
    visit: &mut impl FnMut(TextKind, &[u8]) -> bool,
) -> Result<bool, RecordError> {
    buffer.clear();
    scan::compact(value, buffer)?;
    Ok(visit(TextKind::Json, buffer))
}
