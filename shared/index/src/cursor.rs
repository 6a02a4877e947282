//! Cursors: where the next page goes on.
//!
//! A cursor holds all there is to know, so that no server keeps state for it.
//! It is bound to its query by a hash and names a position in the scan: either
//! the last event that was given back, or a time before which (in the order of
//! the scan) everything was, so that it advances also over an empty page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::event::EventKey;
use crate::query::Query;

/// A position in the scan of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// This event and everything before it was given back.
    Behind(EventKey),
    /// Everything before this second was given back, and nothing of it.
    At(i64),
}

impl Position {
    /// The second at which the scan goes on.
    pub const fn time(&self) -> i64 {
        match self {
            Self::Behind(key) => key.time,
            Self::At(time) => *time,
        }
    }
}

/// Says why a text is not a cursor of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It was cut, changed or never a cursor.
    #[error("the cursor is not one that this service gave")]
    Unreadable,
    /// It belongs to another query.
    #[error("the cursor belongs to a query with other parameters")]
    OtherQuery,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    /// The version of the format.
    v: u8,
    /// The query's fingerprint.
    q: u64,
    /// The position's time.
    t: i64,
    /// The id of the last event, where one was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    i: Option<String>,
    /// The hash of its content.
    #[serde(default)]
    c: u64,
}

const VERSION: u8 = 1;

/// Writes a cursor.
pub fn write(query: &Query, position: &Position) -> String {
    let (id, content) = match position {
        Position::Behind(key) => (Some(key.id.clone()), key.content),
        Position::At(_) => (None, 0),
    };
    let wire = Wire {
        v: VERSION,
        q: query.fingerprint(),
        t: position.time(),
        i: id,
        c: content,
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap_or_default())
}

/// Reads a cursor of a query.
pub fn read(query: &Query, cursor: &str) -> Result<Position, CursorError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(cursor)
        .map_err(|_| CursorError::Unreadable)?;
    let wire: Wire = serde_json::from_slice(&bytes).map_err(|_| CursorError::Unreadable)?;
    if wire.v != VERSION {
        return Err(CursorError::Unreadable);
    }
    if wire.q != query.fingerprint() {
        return Err(CursorError::OtherQuery);
    }
    Ok(match wire.i {
        Some(id) => Position::Behind(EventKey {
            time: wire.t,
            id,
            content: wire.c,
        }),
        None => Position::At(wire.t),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attribute;

    #[test]
    fn a_cursor_is_read_by_its_own_query_only() {
        let query = Query::default();
        let key = EventKey {
            time: 1_791_849_600,
            id: "a".into(),
            content: u64::MAX,
        };
        for position in [Position::Behind(key), Position::At(-5)] {
            let cursor = write(&query, &position);
            assert_eq!(read(&query, &cursor), Ok(position));
            let mut other = query.clone();
            other.require(Attribute::EventName, "DeleteBucket");
            assert_eq!(read(&other, &cursor), Err(CursorError::OtherQuery));
            assert_eq!(read(&query, &cursor[1..]), Err(CursorError::Unreadable));
        }
        assert_eq!(read(&query, "not a cursor"), Err(CursorError::Unreadable));
    }
}
