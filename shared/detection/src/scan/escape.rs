//! Strings of JSON as the text that they mean.

use super::{RecordError, skip_string};

/// Writes what stands between a string's quotes as the text that it means.
///
/// A half of a surrogate pair becomes U+FFFD, an unknown escape stays as it is.
pub(crate) fn unescape(mut raw: &[u8], text: &mut Vec<u8>) {
    while let Some(at) = memchr::memchr(b'\\', raw) {
        text.extend_from_slice(&raw[..at]);
        let escape = &raw[at + 1..];
        let Some((kind, behind)) = escape.split_first() else {
            raw = &raw[at..];
            break;
        };
        raw = behind;
        match kind {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'u' => {
                let (character, length) = unicode(behind);
                let mut buffer = [0; 4];
                text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                raw = &behind[length..];
            }
            other => text.push(*other),
        }
    }
    text.extend_from_slice(raw);
}

/// The character that the digits behind `\u` mean, and how many bytes they take.
fn unicode(digits: &[u8]) -> (char, usize) {
    let unit = |at: usize| {
        let digits = digits.get(at..at + 4)?;
        let digits = std::str::from_utf8(digits).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let lost = char::REPLACEMENT_CHARACTER;
    match unit(0) {
        None => (lost, 0),
        Some(high @ 0xD800..=0xDBFF) if digits.get(4..6) == Some(b"\\u") => match unit(6) {
            Some(low @ 0xDC00..=0xDFFF) => {
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                (char::from_u32(code).unwrap_or(lost), 10)
            }
            _ => (lost, 4),
        },
        Some(unit) => (char::from_u32(unit).unwrap_or(lost), 4),
    }
}

/// Writes an object or array without white space and with the text of its strings unescaped.
pub(crate) fn compact(value: &[u8], text: &mut Vec<u8>) -> Result<(), RecordError> {
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        match byte {
            b'"' => {
                let (end, escaped) = skip_string(value, at + 1)?;
                if escaped {
                    text.push(b'"');
                    unescape(&value[at + 1..end - 1], text);
                    text.push(b'"');
                } else {
                    text.extend_from_slice(&value[at..end]);
                }
                at = end;
            }
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            _ => {
                text.push(*byte);
                at += 1;
            }
        }
    }
    Ok(())
}
