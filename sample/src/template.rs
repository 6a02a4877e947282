//! Templates of JSON: literal text with `<slots>` that a record fills.
//!
//! `<bucket>` is the bucket of this record wherever it stands in the record's
//! templates; a digit at the end (`<guid2>`) asks for another one of the kind.

use crate::dice::derive;
use crate::slot::{Scene, Slot};

#[derive(Clone, Debug)]
enum Piece {
    Text(&'static str),
    Slot(Slot, u64),
}

/// A template, parsed once and filled for every record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template(Vec<Piece>);

impl Template {
    /// Parses a template; what is no known slot stays literal text.
    pub(crate) fn parse(text: &'static str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('<') {
            let (before, tail) = rest.split_at(open);
            let parsed = tail
                .find('>')
                .and_then(|close| Some((parse_slot(tail.get(1..close)?)?, close)));
            if let Some(((slot, salt), close)) = parsed {
                pieces.push(Piece::Text(before));
                pieces.push(Piece::Slot(slot, salt));
                rest = tail.get(close + 1..).unwrap_or_default();
            } else {
                pieces.push(Piece::Text(rest.get(..=open).unwrap_or_default()));
                rest = tail.get(1..).unwrap_or_default();
            }
        }
        pieces.push(Piece::Text(rest));
        pieces.retain(|piece| !matches!(piece, Piece::Text("")));
        Self(pieces)
    }

    /// Appends the template, filled in for `scene`.
    pub(crate) fn fill(&self, scene: &Scene<'_>, out: &mut String) {
        for piece in &self.0 {
            match *piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Slot(slot, salt) => slot.write(scene, salt, out),
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn has_unknown_slot(&self) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Text(text) if text.contains('<')))
    }
}

fn parse_slot(name: &str) -> Option<(Slot, u64)> {
    let bare = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let salt = name.get(bare.len()..)?.parse().unwrap_or(0);
    Some((Slot::named(bare)?, derive(0, salt)))
}
