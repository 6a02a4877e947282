//! Cursors of lists of alerts: where the next page goes on.
//!
//! Like those of events they hold all there is to know, and are bound to the
//! parameters that they were given for. They also hold the range of time, so
//! that one that is relative stays where it was while it is walked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use index::Day;
use serde::{Deserialize, Serialize};

/// A position in the list, which goes from the newest day to the oldest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The day that the list goes on with.
    pub(super) day: Day,
    /// The sort key on that day behind which it does; nothing where at the day's begin.
    pub(super) behind: Option<String>,
}

/// A cursor as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// The version of the format.
    v: u8,
    /// A hash of the parameters.
    q: u64,
    /// The first second of the range, where there is one.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<i64>,
    /// The last second of it.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<i64>,
    d: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<String>,
}

const VERSION: u8 = 1;

impl Cursor {
    /// Makes the cursor of a position.
    pub(super) fn new(
        parameters: u64,
        (start, end): (Option<i64>, Option<i64>),
        position: Position,
    ) -> Self {
        Self {
            v: VERSION,
            q: parameters,
            start,
            end,
            d: position.day.to_string(),
            k: position.behind,
        }
    }

    /// Writes it as a parameter takes it.
    pub(super) fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads a cursor, and where it leads; nothing where it is none of these parameters.
    pub(super) fn read(text: &str, parameters: u64) -> Option<(Self, Position)> {
        let cursor: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        if cursor.v != VERSION || cursor.q != parameters {
            return None;
        }
        let position = Position {
            day: cursor.d.parse().ok()?,
            behind: cursor.k.clone().filter(|sort| !sort.is_empty()),
        };
        Some((cursor, position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_by_its_own_parameters_only() {
        for behind in [
            None,
            Some("43200#8a8ecf0ae496d0c44cfe9b296ad980df".to_owned()),
        ] {
            let position = Position {
                day: "2026-10-13".parse().expect("a day"),
                behind,
            };
            let cursor = Cursor::new(7, (Some(5), None), position.clone());
            let text = cursor.write();
            assert_eq!(Cursor::read(&text, 7), Some((cursor, position)));
            assert_eq!(Cursor::read(&text, 8), None);
            assert_eq!(Cursor::read(&text[1..], 7), None);
        }
        assert_eq!(Cursor::read("not a cursor", 7), None);
    }
}
