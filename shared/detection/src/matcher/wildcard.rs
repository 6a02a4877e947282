//! Patterns with wildcards in the middle.

use crate::literal::{fold, fold_bytes};
use crate::pattern::Part;

/// A run of characters between two `*`; nothing is any one character.
type Run = Box<[Option<char>]>;

/// A pattern that is no plain, leading or trailing text.
///
/// The runs are looked for from left to right, each at its first place behind the one
/// before, which needs no going back: time is at most text times pattern.
#[derive(Clone, Debug)]
pub(crate) struct Wildcard {
    runs: Box<[Run]>,
    is_cased: bool,
}

impl Wildcard {
    pub(super) fn new(parts: &[Part], is_cased: bool) -> Self {
        let mut runs: Vec<Vec<Option<char>>> = vec![Vec::new()];
        for part in parts {
            match (part, runs.last_mut()) {
                (Part::Any, _) | (_, None) => runs.push(Vec::new()),
                (Part::One, Some(run)) => run.push(None),
                (Part::Text(text), Some(run)) if is_cased => run.extend(text.chars().map(Some)),
                (Part::Text(text), Some(run)) => run.extend(fold(text).chars().map(Some)),
            }
        }
        Self {
            runs: runs.into_iter().map(Run::from).collect(),
            is_cased,
        }
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        if text.is_ascii() {
            let fold = |byte: u8| {
                if self.is_cased {
                    char::from(byte)
                } else {
                    char::from(byte.to_ascii_lowercase())
                }
            };
            return self.fits(text.len(), |at| fold(text[at]));
        }
        let text = if self.is_cased {
            String::from_utf8_lossy(text).into_owned()
        } else {
            fold_bytes(text)
        };
        let characters: Vec<char> = text.chars().collect();
        self.fits(characters.len(), |at| characters[at])
    }

    fn fits(&self, length: usize, at: impl Fn(usize) -> char) -> bool {
        let stands = |run: &Run, from: usize| {
            run.iter()
                .enumerate()
                .all(|(offset, wanted)| wanted.is_none_or(|wanted| at(from + offset) == wanted))
        };
        let (Some((first, rest)), true) = (self.runs.split_first(), self.shortest() <= length)
        else {
            return false;
        };
        if !stands(first, 0) {
            return false;
        }
        let Some((last, middle)) = rest.split_last() else {
            // No `*` at all.
            return first.len() == length;
        };
        // What `shortest` leaves never lets the last run overlap the first.
        let end = length - last.len();
        let mut from = first.len();
        for run in middle {
            let starts = from..(end + 1).saturating_sub(run.len());
            let Some(found) = starts.into_iter().find(|start| stands(run, *start)) else {
                return false;
            };
            from = found + run.len();
        }
        from <= end && stands(last, end)
    }

    /// The length that a text must have.
    fn shortest(&self) -> usize {
        self.runs.iter().map(|run| run.len()).sum()
    }
}
