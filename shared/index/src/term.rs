//! Terms: attribute and value, hashed.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::attribute::Attribute;

/// The hash of an attribute's value; equal values hash alike for ever.
///
/// Two terms may share a hash: that widens a search and never narrows it, for
/// the record itself decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(u64);

impl Term {
    /// Hashes a value of an attribute.
    ///
    /// Names that stand for the same thing share a term, so that a record has
    /// one of them where it would have several: every form of a resource's or
    /// role's name is indexed by its last part, and a session's name and a
    /// principal's ARN by the user name that they end in.
    pub fn new(attribute: Attribute, value: &str) -> Self {
        let (attribute, text) = match attribute {
            Attribute::ResourceName | Attribute::Role => (attribute, last_part(value)),
            Attribute::Username | Attribute::Session | Attribute::Principal => {
                (Attribute::Username, last_part(value))
            }
            _ => (attribute, value),
        };
        Self(xxh3_64_with_seed(
            text.as_bytes(),
            u64::from(attribute.code()),
        ))
    }

    /// The bucket that the term falls into at a level.
    pub fn bucket(self, level: Level) -> u16 {
        // A shift by 64, at level 1, would not be zero.
        let bucket = self.0.checked_shr(64 - level.bits()).unwrap_or(0);
        u16::try_from(bucket).unwrap_or(u16::MAX)
    }

    /// The first `bits` bits of the hash behind those that chose the bucket.
    pub(crate) fn remainder(self, level: Level, bits: u32) -> u32 {
        u32::try_from((self.0 << level.bits()) >> (64 - bits)).unwrap_or(u32::MAX)
    }
}

/// What stands behind the last `/` or `:` of a name; all of it where nothing does.
fn last_part(name: &str) -> &str {
    match name.rsplit(['/', ':']).next() {
        Some("") | None => name,
        Some(part) => part,
    }
}

/// Into how many buckets a segment's terms are divided: a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Level(u8);

/// Says that there is no level of so many buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no level has {0} buckets")]
pub struct NotALevel(u32);

impl TryFrom<u32> for Level {
    type Error = NotALevel;

    fn try_from(buckets: u32) -> Result<Self, NotALevel> {
        Self::from_buckets(buckets).ok_or(NotALevel(buckets))
    }
}

impl From<Level> for u32 {
    fn from(level: Level) -> Self {
        level.buckets()
    }
}

impl Level {
    /// Every level, from one bucket to 4,096.
    pub const ALL: [Self; 13] = {
        let mut levels = [Self(0); 13];
        let mut bits = 0;
        while bits < 13 {
            levels[bits as usize] = Self(bits);
            bits += 1;
        }
        levels
    };

    /// The level of terms that have a page to themselves, in segments of every level.
    pub const FREQUENT: Self = Self(16);

    /// How many bits of a hash choose the bucket.
    pub(crate) const fn bits(self) -> u32 {
        self.0 as u32
    }

    /// How many buckets there are.
    pub const fn buckets(self) -> u32 {
        1 << self.bits()
    }

    /// The level of so many buckets, of those that segments choose from.
    pub fn from_buckets(buckets: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|level| level.buckets() == buckets)
    }
}
