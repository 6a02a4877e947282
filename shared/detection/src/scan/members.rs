//! Objects, member by member.

use super::{RecordError, Span, skip_space, skip_string, skip_value};

/// The key of a member.
pub(crate) struct Key<'r> {
    /// What stands between its quotes.
    pub(crate) name: &'r [u8],
    pub(crate) is_escaped: bool,
    /// Where its value begins.
    pub(crate) value: usize,
}

/// The members of an object, one after the other.
pub(crate) struct Members<'r> {
    bytes: &'r [u8],
    at: usize,
    is_first: bool,
}

impl<'r> Members<'r> {
    /// Begins at the object that starts at `at`.
    pub(crate) fn new(bytes: &'r [u8], at: usize) -> Result<Self, RecordError> {
        if bytes.get(at) != Some(&b'{') {
            return Err(RecordError::Malformed(at));
        }
        Ok(Self {
            bytes,
            at: at + 1,
            is_first: true,
        })
    }

    /// The next key, or nothing at the end of the object.
    ///
    /// Whoever takes a key says with [`Self::pass`] where its value ends.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<Option<Key<'r>>, RecordError> {
        let bytes = self.bytes;
        let mut at = skip_space(bytes, self.at);
        match bytes.get(at) {
            Some(b'}') => {
                self.at = at + 1;
                return Ok(None);
            }
            Some(b',') if !self.is_first => at = skip_space(bytes, at + 1),
            Some(_) if self.is_first => {}
            _ => return Err(RecordError::Malformed(at)),
        }
        self.is_first = false;
        if bytes.get(at) != Some(&b'"') {
            return Err(RecordError::Malformed(at));
        }
        let (behind, escaped) = skip_string(bytes, at + 1)?;
        let colon = skip_space(bytes, behind);
        if bytes.get(colon) != Some(&b':') {
            return Err(RecordError::Malformed(colon));
        }
        let value = skip_space(bytes, colon + 1);
        Ok(Some(Key {
            name: &bytes[at + 1..behind - 1],
            is_escaped: escaped,
            value,
        }))
    }

    /// Goes on behind a value that ends at `end`.
    #[inline]
    pub(crate) const fn pass(&mut self, end: usize) {
        self.at = end;
    }

    /// The end of the object, once there are no more keys.
    pub(crate) const fn end(&self) -> usize {
        self.at
    }
}

/// Walks the members of the object that starts at `at` and gives back its end.
///
/// `visit` is given each key between its quotes, whether it has escapes, and its value.
pub(crate) fn members<'r>(
    bytes: &'r [u8],
    at: usize,
    mut visit: impl FnMut(&'r [u8], bool, Span),
) -> Result<usize, RecordError> {
    let mut members = Members::new(bytes, at)?;
    while let Some(key) = members.key()? {
        let end = skip_value(bytes, key.value)?;
        visit(key.name, key.is_escaped, Span::new(key.value, end)?);
        members.pass(end);
    }
    Ok(members.end())
}
