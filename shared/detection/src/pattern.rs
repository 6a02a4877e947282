//! Sigma strings: text with `*` and `?`, and backslashes before those to mean themselves.

use std::collections::BTreeMap;

/// Values for `%name%` in rules with the `expand` modifier.
pub type Placeholders = BTreeMap<String, Vec<String>>;

/// How many patterns one value may become by `expand` or `windash`.
const MOST_PATTERNS: usize = 10_000;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Part {
    /// This text.
    Text(String),
    /// `*`: any text, line breaks included.
    Any,
    /// `?`: one character.
    One,
}

/// A parsed Sigma string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pattern(Vec<Part>);

impl Pattern {
    /// Reads a Sigma string.
    ///
    /// A backslash before `*`, `?` or a backslash makes that character plain; before
    /// anything else it is a backslash.
    pub(crate) fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '*' => pattern.push(Part::Any),
                '?' => pattern.push(Part::One),
                '\\' => match characters.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                    Some(escaped) => pattern.push_char(escaped),
                    None => pattern.push_char('\\'),
                },
                _ => pattern.push_char(character),
            }
        }
        pattern
    }

    /// Makes a pattern in which every character means itself.
    pub(crate) fn plain(text: String) -> Self {
        Self(if text.is_empty() {
            Vec::new()
        } else {
            vec![Part::Text(text)]
        })
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The text, where there is no wildcard.
    pub(crate) fn as_plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Puts `*` before, behind, or around the pattern.
    pub(crate) fn surround(mut self, before: bool, behind: bool) -> Self {
        if before && self.0.first() != Some(&Part::Any) {
            self.0.insert(0, Part::Any);
        }
        if behind && self.0.last() != Some(&Part::Any) {
            self.0.push(Part::Any);
        }
        self
    }

    fn push_char(&mut self, character: char) {
        if let Some(Part::Text(text)) = self.0.last_mut() {
            text.push(character);
        } else {
            self.0.push(Part::Text(character.to_string()));
        }
    }

    fn push(&mut self, part: Part) {
        match (self.0.last_mut(), part) {
            (Some(Part::Any), Part::Any) => {}
            (Some(Part::Text(last)), Part::Text(text)) => last.push_str(&text),
            (_, part) => self.0.push(part),
        }
    }

    fn extend(&mut self, other: &Self) {
        for part in &other.0 {
            self.push(part.clone());
        }
    }

    /// Puts the values of placeholders in place of `%name%`.
    pub(crate) fn expand(&self, placeholders: &Placeholders) -> Result<Vec<Self>, String> {
        self.alternatives(|text| {
            let mut pieces = Vec::new();
            let mut rest = text;
            while let Some((before, name, behind)) = placeholder(rest) {
                let values = placeholders.get(name).ok_or_else(|| {
                    format!(
                        "nothing is given for the placeholder `%{name}%`: \
                         add it to the placeholder file"
                    )
                })?;
                if values.is_empty() {
                    return Err(format!("the placeholder `%{name}%` has no values"));
                }
                pieces.push(vec![Self::plain(before.to_owned())]);
                pieces.push(values.iter().map(|value| Self::parse(value)).collect());
                rest = behind;
            }
            pieces.push(vec![Self::plain(rest.to_owned())]);
            Ok(pieces)
        })
    }

    /// Puts each dash that Windows takes for an option's first character in place of `-` or `/`.
    pub(crate) fn windash(&self) -> Result<Vec<Self>, String> {
        const DASHES: [&str; 5] = ["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"];
        self.alternatives(|text| {
            let mut pieces = Vec::new();
            let mut plain = String::new();
            let mut before = None;
            let mut characters = text.chars().peekable();
            while let Some(character) = characters.next() {
                let starts = !before.is_some_and(is_word);
                let leads = characters.peek().copied().is_some_and(is_word);
                if matches!(character, '-' | '/') && starts && leads {
                    pieces.push(vec![Self::plain(std::mem::take(&mut plain))]);
                    pieces.push(DASHES.map(|dash| Self::plain(dash.to_owned())).to_vec());
                } else {
                    plain.push(character);
                }
                before = Some(character);
            }
            pieces.push(vec![Self::plain(plain)]);
            Ok(pieces)
        })
    }

    /// Every pattern that choosing one alternative for each piece of the texts makes.
    fn alternatives(
        &self,
        pieces_of: impl Fn(&str) -> Result<Vec<Vec<Self>>, String>,
    ) -> Result<Vec<Self>, String> {
        let mut made = vec![Self::default()];
        for part in &self.0 {
            let pieces = match part {
                Part::Text(text) => pieces_of(text)?,
                part => vec![vec![Self(vec![part.clone()])]],
            };
            for piece in pieces {
                if made.len() * piece.len() > MOST_PATTERNS {
                    return Err(format!(
                        "this value becomes more than {MOST_PATTERNS} patterns: split it up"
                    ));
                }
                made = made
                    .iter()
                    .flat_map(|start| {
                        piece.iter().map(move |end| {
                            let mut whole = start.clone();
                            whole.extend(end);
                            whole
                        })
                    })
                    .collect();
            }
        }
        Ok(made)
    }
}

/// The first `%name%` of a text, with what stands before and behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text[from..].find('%')?;
        let close = open + 1 + text[open + 1..].find('%')?;
        let name = &text[open + 1..close];
        if !name.is_empty() && !name.contains('\\') {
            return Some((&text[..open], name, &text[close + 1..]));
        }
        from = open + 1;
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
