//! Many exact texts at once.

use std::collections::HashSet;

use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use crate::literal::{fold, fold_bytes};

/// How long a text is folded without allocating.
const SHORT: usize = 256;

/// Exact texts in any case.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExactSet {
    folded: HashSet<Box<[u8]>, Xxh3DefaultBuilder>,
    longest: usize,
}

impl ExactSet {
    pub(crate) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut set = Self::default();
        for text in texts {
            let text = fold(text).into_bytes();
            set.longest = set.longest.max(text.len());
            set.folded.insert(text.into());
        }
        set
    }

    pub(crate) fn has(&self, text: &[u8]) -> bool {
        with_folded(text, self.longest, |folded| self.folded.contains(folded)) == Some(true)
    }
}

/// Folds a text and looks at it, unless it is ASCII and longer than anything looked for.
#[inline]
pub(crate) fn with_folded<T>(
    text: &[u8],
    longest: usize,
    look: impl FnOnce(&[u8]) -> T,
) -> Option<T> {
    if !text.is_ascii() {
        return Some(look(fold_bytes(text).as_bytes()));
    }
    if text.len() > longest {
        return None;
    }
    let mut buffer = [0; SHORT];
    match buffer.get_mut(..text.len()) {
        Some(short) => {
            short.copy_from_slice(text);
            short.make_ascii_lowercase();
            Some(look(short))
        }
        None => Some(look(&text.to_ascii_lowercase())),
    }
}
