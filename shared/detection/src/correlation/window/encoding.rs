//! A window as bytes.
//!
//! A version, flags, the anchor and its account where they are known, the number of
//! sightings, and each sighting: seconds since the one before it, the event's hash, position, account,
//! value, id. Of accounts stands one more, and 0 for none. Numbers are little-endian groups of seven bits,
//! hashes and values are eight bytes.

use std::collections::BTreeSet;

use super::{Anchor, Window};
use crate::correlation::sighting::{EventId, LONGEST_ID, Sighting};

const VERSION: u8 = 1;

/// There is an anchor, and its account behind it.
const HAS_ANCHOR: u8 = 1 | 4;
const IS_FULL: u8 = 2;

const HAS_VALUE: u8 = 1;
const IS_UUID: u8 = 2;
const IS_TEXT: u8 = 4;

/// Says why bytes are no window; reading them again does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// It was written by another release.
    #[error("the window of sightings has version {0}, which this release does not read")]
    Version(u8),
    /// It is not as it was written.
    #[error("the window of sightings is cut short or damaged {0} bytes before its end")]
    Malformed(usize),
}

impl Window {
    /// Writes the window.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, 0];
        if let Some(anchor) = self.anchor {
            bytes[1] |= HAS_ANCHOR;
            number(&mut bytes, anchor.second.cast_unsigned());
            let account = anchor.account;
            number(&mut bytes, account.map_or(0, |it| it.saturating_add(1)));
        }
        if self.is_full {
            bytes[1] |= IS_FULL;
        }
        number(&mut bytes, self.sightings.len() as u64);
        let mut before = 0;
        for sighting in &self.sightings {
            number(&mut bytes, sighting.second.abs_diff(before));
            before = sighting.second;
            write(&mut bytes, sighting);
        }
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, WindowError> {
        let mut rest = Rest { bytes };
        let window = match rest.byte() {
            Some(VERSION) => rest.window(),
            Some(version) => return Err(WindowError::Version(version)),
            None => None,
        };
        window
            .filter(|_| rest.bytes.is_empty())
            .ok_or(WindowError::Malformed(rest.bytes.len()))
    }
}

fn write(bytes: &mut Vec<u8>, sighting: &Sighting) {
    bytes.extend_from_slice(&sighting.event.to_le_bytes());
    number(bytes, sighting.position.into());
    number(bytes, sighting.account.map_or(0, |it| it.saturating_add(1)));
    let has_value = if sighting.value.is_some() {
        HAS_VALUE
    } else {
        0
    };
    let flags = match &sighting.id {
        EventId::None => 0,
        EventId::Uuid(_) => IS_UUID,
        EventId::Text(_) => IS_TEXT,
    };
    bytes.push(flags | has_value);
    if let Some(value) = sighting.value {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    match &sighting.id {
        EventId::None => {}
        EventId::Uuid(uuid) => bytes.extend_from_slice(&uuid.to_be_bytes()),
        EventId::Text(text) => {
            number(bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
    }
}

fn number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// The bytes that are not read yet.
struct Rest<'b> {
    bytes: &'b [u8],
}

impl Rest<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*array)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return None;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn window(&mut self) -> Option<Window> {
        let flags = self.byte()?;
        let anchor = match flags & !IS_FULL {
            0 => None,
            HAS_ANCHOR => Some(Anchor {
                second: self.number()?.cast_signed(),
                account: self.number()?.checked_sub(1),
            }),
            _ => return None,
        };
        let length = usize::try_from(self.number()?).ok()?;
        if length > Window::CAPACITY {
            return None;
        }
        let mut sightings = BTreeSet::new();
        let mut before = 0_i64;
        for _ in 0..length {
            before = before.checked_add_unsigned(self.number()?)?;
            let sighting = self.sighting(before)?;
            if sightings.last().is_some_and(|last| *last >= sighting) {
                return None;
            }
            sightings.insert(sighting);
        }
        Some(Window {
            sightings,
            anchor,
            is_full: flags & IS_FULL != 0,
        })
    }

    fn sighting(&mut self, second: i64) -> Option<Sighting> {
        let event = u64::from_le_bytes(self.array()?);
        let position = self.number()?.try_into().ok()?;
        let account = self.number()?.checked_sub(1);
        let flags = self.byte()?;
        let value = if flags & HAS_VALUE == 0 {
            None
        } else {
            Some(i64::from_le_bytes(self.array()?))
        };
        let id = match flags & !HAS_VALUE {
            0 => EventId::None,
            IS_UUID => EventId::Uuid(u128::from_be_bytes(self.array()?)),
            IS_TEXT => EventId::Text(self.text()?),
            _ => return None,
        };
        Some(Sighting {
            second,
            event,
            position,
            value,
            account,
            id,
        })
    }

    fn text(&mut self) -> Option<Box<str>> {
        let length = usize::try_from(self.number()?).ok()?;
        if length > LONGEST_ID {
            return None;
        }
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(std::str::from_utf8(text).ok()?.into())
    }
}
