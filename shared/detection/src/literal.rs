//! Comparing text with what a rule says, in any case or exactly.
//!
//! Case is folded character by character with Unicode's lower-case mapping, on
//! both sides. Where both are ASCII, and nearly all of CloudTrail is, bytes are
//! compared instead, which comes to the same.

use memchr::{memchr, memchr2, memmem};

/// Folds a text's case.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Folds bytes; what is not UTF-8 becomes U+FFFD.
pub(crate) fn fold_bytes(text: &[u8]) -> String {
    fold(&String::from_utf8_lossy(text))
}

/// A text to look for.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    /// The text, folded unless case counts.
    text: Box<[u8]>,
    is_cased: bool,
    is_ascii: bool,
    /// The offset of the byte that is looked for first.
    rare: usize,
}

impl Literal {
    pub(crate) fn new(text: &str, is_cased: bool) -> Self {
        let text = if is_cased {
            text.to_owned()
        } else {
            fold(text)
        };
        let rare = text
            .bytes()
            .enumerate()
            .max_by_key(|(_, byte)| rarity(*byte))
            .map_or(0, |(at, _)| at);
        Self {
            is_ascii: text.is_ascii(),
            text: text.into_bytes().into(),
            is_cased,
            rare,
        }
    }

    /// Whether a text is this one.
    pub(crate) fn equals(&self, text: &[u8]) -> bool {
        self.compare(text, |text, own| text == own, <[u8]>::eq_ignore_ascii_case)
    }

    /// Whether a text starts with this one.
    pub(crate) fn starts(&self, text: &[u8]) -> bool {
        self.compare(text, <[u8]>::starts_with, |text, own| {
            text.get(..own.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(own))
        })
    }

    /// Whether a text ends with this one.
    pub(crate) fn ends(&self, text: &[u8]) -> bool {
        self.compare(text, <[u8]>::ends_with, |text, own| {
            text.len()
                .checked_sub(own.len())
                .is_some_and(|from| text[from..].eq_ignore_ascii_case(own))
        })
    }

    /// Whether a text has this one somewhere in it.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.compare(
            text,
            |text, own| memmem::find(text, own).is_some(),
            |text, own| is_in_folded(text, own, self.rare),
        )
    }

    /// Compares exactly where case counts, by ASCII where that will do, else folded.
    #[inline]
    fn compare(
        &self,
        text: &[u8],
        exact: impl Fn(&[u8], &[u8]) -> bool,
        ascii: impl Fn(&[u8], &[u8]) -> bool,
    ) -> bool {
        if self.is_cased {
            exact(text, &self.text)
        } else if text.is_ascii() {
            self.is_ascii && ascii(text, &self.text)
        } else {
            exact(fold_bytes(text).as_bytes(), &self.text)
        }
    }
}

/// Looks for a folded ASCII text in an ASCII text, by its rarest byte.
fn is_in_folded(text: &[u8], wanted: &[u8], rare: usize) -> bool {
    let Some(&byte) = wanted.get(rare) else {
        return true;
    };
    let upper = byte.to_ascii_uppercase();
    let mut from = rare;
    while from < text.len() {
        let found = if upper == byte {
            memchr(byte, &text[from..])
        } else {
            memchr2(byte, upper, &text[from..])
        };
        let Some(offset) = found else {
            return false;
        };
        let start = from + offset - rare;
        match text.get(start..start + wanted.len()) {
            Some(part) if part.eq_ignore_ascii_case(wanted) => return true,
            Some(_) => from += offset + 1,
            None => return false,
        }
    }
    false
}

/// How seldom a byte is met in CloudTrail records, roughly.
fn rarity(byte: u8) -> usize {
    const COMMON: &[u8] = b"eaostnirc-ludm\":.p0/h1gb2y4s3f,85679wvkx_jzq";
    COMMON
        .iter()
        .position(|common| *common == byte.to_ascii_lowercase())
        .unwrap_or(COMMON.len())
}
