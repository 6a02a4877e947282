//! What a correlation remembers of a match.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

use crate::event::Event;
use crate::instant::Instant;

/// The longest event id that is kept, in bytes; CloudTrail's have 36.
pub(super) const LONGEST_ID: usize = 48;

/// A match of a rule that a correlation names, reduced to what evaluation needs.
///
/// Two sightings of the same event that are equal are one, so that events which are
/// delivered twice count once. They are ordered by time, and within a second by the
/// event's hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sighting {
    /// When the event happened, in seconds since 1970, never before.
    pub second: i64,
    /// The hash of the event's account and id.
    pub event: u64,
    /// Which of the correlation's rules matched, as its place among them; 0 where the kind
    /// of correlation does not tell them apart.
    pub position: u32,
    /// What is counted or added up: the hash of a value, or thousandths of a number.
    pub value: Option<i64>,
    /// The account whose history holds the event.
    pub account: Option<u64>,
    /// The event's id, for the alert.
    pub id: EventId,
}

/// The id of an event; CloudTrail's are UUIDs, which take 16 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventId {
    /// The event has none.
    #[default]
    None,
    /// A UUID as CloudTrail writes it.
    Uuid(u128),
    /// Anything else, cut to 48 bytes.
    Text(Box<str>),
}

impl EventId {
    /// Keeps an id.
    pub fn new(text: &str) -> Self {
        if let Some(uuid) = uuid(text) {
            return Self::Uuid(uuid);
        }
        match &text[..text.floor_char_boundary(LONGEST_ID)] {
            "" => Self::None,
            text => Self::Text(text.into()),
        }
    }

    /// Whether the event has none.
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(text) => formatter.write_str(text),
            Self::Uuid(uuid) => {
                let text = format!("{uuid:032x}");
                let (head, tail) = (&text[..20], &text[20..]);
                let (time, rest) = head.split_at(8);
                write!(formatter, "{time}-")?;
                for part in rest.as_bytes().chunks(4) {
                    write!(formatter, "{}-", String::from_utf8_lossy(part))?;
                }
                formatter.write_str(tail)
            }
        }
    }
}

/// Reads a UUID in the one way in which it is written back.
fn uuid(text: &str) -> Option<u128> {
    if text.len() != 36 {
        return None;
    }
    text.bytes().enumerate().try_fold(0, |number, (at, byte)| {
        let digit = match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => return Some(number),
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

/// What the sightings that are counted together have in common: the fields of `group-by`,
/// by the names that it uses, and their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// Names and values in the order of `group-by`.
    pub pairs: Vec<(String, String)>,
}

impl Group {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(of, _)| of == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What all sightings of an event share.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) second: i64,
    pub(super) event: u64,
    pub(super) account: Option<u64>,
    pub(super) id: EventId,
}

impl Identity {
    /// Reads who an event is; nothing where it does not say when it happened.
    ///
    /// An event without an id is known by its text.
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        let time = event.field("eventTime")?;
        let second = Instant::parse(time.as_bytes())?.seconds();
        let account = event.field("recipientAccountId").unwrap_or_default();
        let id = event.field("eventID").unwrap_or_default();
        let hash = if id.is_empty() {
            xxh3_64(event.record())
        } else {
            xxh3_64(
                [account.as_bytes(), &[0], id.as_bytes()]
                    .concat()
                    .as_slice(),
            )
        };
        let is_number = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        (second >= 0).then(|| Self {
            second,
            event: hash,
            account: account.parse().ok().filter(|_| is_number),
            id: EventId::new(&id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_it_was_read() {
        let long = "é".repeat(40);
        for text in [
            "",
            "x",
            "8d369ed2-9100-433f-9d17-b4532f7041e5",
            "8D369ED2-9100-433F-9D17-B4532F7041E5",
            "8d369ed2-9100-433f-9d17-b4532f7041e",
            "8d369ed2-9100-433f-9d17-b4532f70-1e5",
            "8d369ed2a9100-433f-9d17-b4532f7041e5",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(EventId::new(text).to_string(), text);
        }
        assert_eq!(EventId::new(&long).to_string(), "é".repeat(24));
        assert!(matches!(
            EventId::new("8d369ed2-9100-433f-9d17-b4532f7041e5"),
            EventId::Uuid(_)
        ));
    }

    #[test]
    fn an_event_is_known_by_account_and_id_and_else_by_its_text() {
        let of = |text: &str| {
            let event = Event::parse(text.as_bytes()).expect("it is an object");
            Identity::of(&event)
        };
        let time = r#""eventTime":"2026-03-02T09:15:00Z""#;
        let event = |rest: &str| {
            of(&format!("{{{time}{rest}}}"))
                .expect("it has a time")
                .event
        };
        let known = event(r#","eventID":"a","recipientAccountId":"111122223333""#);
        let changed = event(r#","eventID":"a","recipientAccountId":"111122223333","b":1"#);
        assert_eq!(known, changed);
        assert_ne!(known, event(r#","eventID":"a""#));
        assert_ne!(event(r#","b":1"#), event(r#","b":2"#));
        for text in [
            "{}",
            r#"{"eventTime":"yesterday"}"#,
            r#"{"eventTime":"1969-12-31T23:59:59Z"}"#,
        ] {
            assert!(of(text).is_none(), "{text}");
        }
    }
}
