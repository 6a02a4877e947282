//! Times, in whole seconds since 1970, written as people and records write them.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

/// Writes a time as CloudTrail does: `2026-10-13T21:51:03Z`.
///
/// A time that no calendar has is written as its number.
pub(crate) fn stamp(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
pub(crate) fn serialize<S: Serializer>(second: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&stamp(*second))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = text.parse::<Timestamp>().map(Timestamp::as_second);
    time.or_else(|_| text.parse()).map_err(|_| {
        D::Error::custom("not a time: expected ISO 8601 with an offset, or seconds since 1970")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Moment(#[serde(with = "super")] i64);

    #[test]
    fn a_time_is_written_as_in_a_record() {
        assert_eq!(super::stamp(1_791_928_263), "2026-10-13T21:51:03Z");
    }

    proptest! {
        #[test]
        fn every_time_survives(second: i64) {
            let text = serde_json::to_string(&Moment(second)).expect("text");
            let read: Moment = serde_json::from_str(&text).expect("the same");
            prop_assert_eq!(read, Moment(second));
        }
    }
}
