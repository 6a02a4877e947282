//! Walks JSON where it stands, reading only what is asked for.
//!
//! Values that nobody asks for are passed over by brackets and quotes alone, so
//! what is wrong inside them shows only when they are read. Nothing here
//! recurses: a record may nest as deep as it likes, and takes no longer for it.

mod escape;
mod members;

pub(crate) use escape::{compact, unescape};
pub(crate) use members::{Members, members};

/// How deep brackets are held against their kind; below that they are counted.
const DEEPEST: u32 = 127;

/// Says why a record cannot be evaluated; reading it again does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The bytes are not a JSON object.
    #[error("the record is not a json object at byte {0}")]
    Malformed(usize),
    /// The record is larger than offsets into it can be.
    #[error("the record has {0} bytes, which is too many")]
    TooLarge(usize),
}

/// Where a value stands in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The value's bytes.
    pub(crate) fn of(self, record: &[u8]) -> &[u8] {
        &record[self.start as usize..self.end as usize]
    }

    pub(crate) fn new(start: usize, end: usize) -> Result<Self, RecordError> {
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(end)) => Ok(Self { start, end }),
            _ => Err(RecordError::TooLarge(end)),
        }
    }

    pub(crate) const fn start(self) -> usize {
        self.start as usize
    }

    /// The same value, seen from the start of what its bytes were cut from.
    ///
    /// The value lies within a larger one whose offsets fit, so the sum does.
    pub(crate) fn moved(self, offset: usize) -> Self {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: self.start.saturating_add(offset),
            end: self.end.saturating_add(offset),
        }
    }
}

/// The first byte at or after `at` that is not white space.
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Finds the end of a string from behind its opening quote: the offset behind the
/// closing one, and whether a backslash stands in it.
#[inline]
fn skip_string(bytes: &[u8], start: usize) -> Result<(usize, bool), RecordError> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    // The high bit of each byte that is zero; above the lowest of them there may be others.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut at = start;
    let mut escaped = false;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let backslashes = zeros(word ^ (ONES * u64::from(b'\\')));
        let found = quotes | backslashes;
        if found == 0 {
            at += 8;
            continue;
        }
        at += (found.trailing_zeros() / 8) as usize;
        if bytes[at] == b'"' {
            return Ok((at + 1, escaped));
        }
        escaped = true;
        at += 2;
    }
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return Ok((at + 1, escaped)),
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => at += 1,
        }
    }
    Err(RecordError::Malformed(bytes.len()))
}

/// Passes over one value that starts at `at` and gives back its end.
#[inline]
pub(crate) fn skip_value(bytes: &[u8], at: usize) -> Result<usize, RecordError> {
    match bytes.get(at) {
        Some(b'"') => skip_string(bytes, at + 1).map(|(end, _)| end),
        Some(b'{' | b'[') => skip_nested(bytes, at),
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
            let mut end = at + 1;
            while let Some(b'0'..=b'9' | b'a'..=b'z' | b'E' | b'+' | b'-' | b'.') = bytes.get(end) {
                end += 1;
            }
            Ok(end)
        }
        _ => Err(RecordError::Malformed(at)),
    }
}

fn skip_nested(bytes: &[u8], start: usize) -> Result<usize, RecordError> {
    // One bit for each open bracket: set for a brace.
    let mut open = 0_u128;
    let mut depth = 0_u32;
    let mut at = start;
    loop {
        match bytes.get(at) {
            Some(b'"') => at = skip_string(bytes, at + 1)?.0,
            Some(&bracket @ (b'{' | b'[')) => {
                if depth >= DEEPEST {
                    at = skip_below(bytes, at)?;
                    continue;
                }
                depth += 1;
                open = open << 1 | u128::from(bracket == b'{');
                at += 1;
            }
            Some(&bracket @ (b'}' | b']')) => {
                if (open & 1 == 1) != (bracket == b'}') {
                    return Err(RecordError::Malformed(at));
                }
                open >>= 1;
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Ok(at);
                }
            }
            Some(_) => at += 1,
            None => return Err(RecordError::Malformed(at)),
        }
    }
}

/// Passes over an object or array that lies too deep for the kinds of its brackets to be kept.
fn skip_below(bytes: &[u8], start: usize) -> Result<usize, RecordError> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match bytes.get(at) {
            Some(b'"') => at = skip_string(bytes, at + 1)?.0,
            Some(b'{' | b'[') => {
                depth += 1;
                at += 1;
            }
            Some(b'}' | b']') => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Ok(at);
                }
            }
            Some(_) => at += 1,
            None => return Err(RecordError::Malformed(at)),
        }
    }
}

/// Finds where the array of a name begins among the members of the object at `at`, reading
/// no further.
pub(crate) fn find_array(bytes: &[u8], at: usize, name: &[u8]) -> Result<usize, RecordError> {
    if bytes.get(at) != Some(&b'{') {
        return Err(RecordError::Malformed(at));
    }
    let mut at = skip_space(bytes, at + 1);
    while bytes.get(at) == Some(&b'"') {
        let (behind, _) = skip_string(bytes, at + 1)?;
        let is_it = &bytes[at + 1..behind - 1] == name;
        let colon = skip_space(bytes, behind);
        if bytes.get(colon) != Some(&b':') {
            return Err(RecordError::Malformed(colon));
        }
        at = skip_space(bytes, colon + 1);
        if is_it && bytes.get(at) == Some(&b'[') {
            return Ok(at);
        }
        at = skip_space(bytes, skip_value(bytes, at)?);
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
    }
    Err(RecordError::Malformed(at))
}

/// Walks the scalars and objects of the array that starts at `at`, those of arrays in it
/// included, for as long as `visit` does not answer true; gives back whether it did.
pub(crate) fn elements(
    bytes: &[u8],
    at: usize,
    mut visit: impl FnMut(Span) -> Result<bool, RecordError>,
) -> Result<bool, RecordError> {
    let mut depth = 0_usize;
    let mut at = at;
    loop {
        if bytes.get(at) == Some(&b'[') {
            depth += 1;
            at = skip_space(bytes, at + 1);
            if bytes.get(at) != Some(&b']') {
                continue;
            }
        } else {
            let end = skip_value(bytes, at)?;
            if visit(Span::new(at, end)?)? {
                return Ok(true);
            }
            at = skip_space(bytes, end);
        }
        // Behind an element stands a comma or the end of one array or more.
        while bytes.get(at) == Some(&b']') {
            depth -= 1;
            if depth == 0 {
                return Ok(false);
            }
            at = skip_space(bytes, at + 1);
        }
        match bytes.get(at) {
            Some(b',') => at = skip_space(bytes, at + 1),
            _ => return Err(RecordError::Malformed(at)),
        }
    }
}

/// Walks the scalars of a value at any depth, keys left out, for as long as `visit` does
/// not answer true; gives back whether it did.
pub(crate) fn leaves(
    value: &[u8],
    mut visit: impl FnMut(&[u8]) -> bool,
) -> Result<bool, RecordError> {
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        match byte {
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            b'"' => {
                let end = skip_string(value, at + 1)?.0;
                let next = skip_space(value, end);
                let is_key = value.get(next) == Some(&b':');
                if !is_key && visit(&value[at..end]) {
                    return Ok(true);
                }
                at = next;
            }
            _ => {
                let end = skip_value(value, at)?;
                if visit(&value[at..end]) {
                    return Ok(true);
                }
                at = end;
            }
        }
    }
    Ok(false)
}
