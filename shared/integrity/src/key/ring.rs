//! The public keys at hand.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PublicKey;

/// The most keys that one answer of `ListPublicKeys` is read for.
const MOST_KEYS: usize = 10_000;

/// The public keys at hand, by Region and fingerprint.
///
/// Each Region has keys of its own. Keys whose Region is not told, as in a
/// file of keys beside a folder of logs, serve for every Region.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    regions: BTreeMap<String, BTreeMap<String, PublicKey>>,
    /// The times for which a Region's list is known to be complete.
    complete: BTreeMap<String, Vec<(i64, i64)>>,
}

/// What a ring answers for a fingerprint.
#[derive(Clone, Copy, Debug)]
pub enum Found<'r> {
    /// The key.
    Key(&'r PublicKey),
    /// The keys of the Region and time are at hand, and this is none of them.
    Unknown,
    /// The keys of the Region and time are not at hand.
    Unavailable,
}

/// Says why an answer of `ListPublicKeys` is not imported; nothing of it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It is not the JSON that `aws cloudtrail list-public-keys` prints.
    #[error("not the answer of list-public-keys: an object with PublicKeyList is expected")]
    Shape,
    /// It has more keys than are read.
    #[error("the answer has more than {MOST_KEYS} keys")]
    TooMany,
    /// A key has no value, or one that is no key.
    #[error("key {0} of PublicKeyList has no value that is an rsa public key")]
    Key(usize),
    /// A key's fingerprint is not that of its value.
    #[error("key {0} of PublicKeyList has a fingerprint that is not its value's")]
    Fingerprint(usize),
    /// A key's time is not one.
    #[error("key {0} of PublicKeyList has a validity time that cannot be read")]
    Time(usize),
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "PublicKeyList")]
    keys: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    value: Option<String>,
    fingerprint: Option<String>,
    #[serde(default)]
    validity_start_time: Value,
    #[serde(default)]
    validity_end_time: Value,
}

impl KeyRing {
    /// A ring without keys: every digest's key is unavailable.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key of a Region; without a Region it serves for all.
    pub fn insert(&mut self, region: Option<&str>, key: PublicKey) {
        self.regions
            .entry(region.unwrap_or_default().to_owned())
            .or_default()
            .insert(key.fingerprint().to_owned(), key);
    }

    /// Notes that a Region's keys for a time are all in the ring, however many there are.
    ///
    /// A digest of that time whose key is not in the ring is then forged,
    /// rather than of a Region that cannot be asked.
    pub fn note_complete(&mut self, region: &str, from: i64, until: i64) {
        self.complete
            .entry(region.to_owned())
            .or_default()
            .push((from, until));
    }

    /// Looks up the key of a digest of a Region and time.
    pub fn find(&self, region: &str, fingerprint: &str, time: i64) -> Found<'_> {
        let rings = || {
            ["", region]
                .into_iter()
                .filter_map(|name| self.regions.get(name))
        };
        if let Some(key) = rings().find_map(|keys| keys.get(fingerprint)) {
            return Found::Key(key);
        }
        let is_complete = self.complete.get(region).is_some_and(|times| {
            times
                .iter()
                .any(|(from, until)| (*from..=*until).contains(&time))
        });
        // A list that has a key for the time would have the others for it too.
        if is_complete
            || rings()
                .flat_map(BTreeMap::values)
                .any(|key| key.is_valid_at(time))
        {
            Found::Unknown
        } else {
            Found::Unavailable
        }
    }

    /// Every key with its Region; none where it serves for all.
    pub fn keys(&self) -> impl Iterator<Item = (Option<&str>, &PublicKey)> {
        self.regions.iter().flat_map(|(region, keys)| {
            let region = Some(region.as_str()).filter(|region| !region.is_empty());
            keys.values().map(move |key| (region, key))
        })
    }

    /// Tells whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// Takes over another ring's keys.
    pub fn merge(&mut self, other: Self) {
        for (region, keys) in other.regions {
            self.regions.entry(region).or_default().extend(keys);
        }
        for (region, times) in other.complete {
            self.complete.entry(region).or_default().extend(times);
        }
    }

    /// Adds the keys of an answer of `aws cloudtrail list-public-keys`; says how many.
    ///
    /// Each fingerprint is checked against the value. Times are read as the
    /// command line prints them: ISO 8601, or seconds since 1970.
    pub fn import(&mut self, region: Option<&str>, answer: &[u8]) -> Result<usize, ListError> {
        let answer: Answer = serde_json::from_slice(answer).map_err(|_| ListError::Shape)?;
        if answer.keys.len() > MOST_KEYS {
            return Err(ListError::TooMany);
        }
        let keys = answer
            .keys
            .into_iter()
            .enumerate()
            .map(|(at, listed)| {
                let value = listed.value.ok_or(ListError::Key(at))?;
                let der = BASE64
                    .decode(value.trim().as_bytes())
                    .map_err(|_| ListError::Key(at))?;
                let key = PublicKey::from_der(&der).map_err(|_| ListError::Key(at))?;
                let is_named = |name: &String| name.eq_ignore_ascii_case(key.fingerprint());
                if !listed.fingerprint.as_ref().is_none_or(is_named) {
                    return Err(ListError::Fingerprint(at));
                }
                let from = time(&listed.validity_start_time).ok_or(ListError::Time(at))?;
                let until = time(&listed.validity_end_time).ok_or(ListError::Time(at))?;
                Ok(key.valid(from, until))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let count = keys.len();
        for key in keys {
            self.insert(region, key);
        }
        Ok(count)
    }

    /// Writes the keys as `aws cloudtrail list-public-keys` answers; `None` takes those of every Region.
    pub fn export(&self, region: Option<&str>) -> Value {
        let keys: Vec<Value> = self
            .keys()
            .filter(|(of, _)| region.is_none() || *of == region)
            .map(|(_, key)| written(key))
            .collect();
        json!({ "PublicKeyList": keys })
    }
}

/// Writes one key as an element of `PublicKeyList`.
fn written(key: &PublicKey) -> Value {
    let text = |time: Option<i64>| {
        time.and_then(|time| jiff::Timestamp::from_second(time).ok())
            .map(|time| time.to_string())
    };
    let mut value = json!({
        "Value": BASE64.encode(key.der()),
        "Fingerprint": key.fingerprint(),
    });
    for (name, time) in [
        ("ValidityStartTime", text(key.valid_from)),
        ("ValidityEndTime", text(key.valid_until)),
    ] {
        if let (Some(time), Some(fields)) = (time, value.as_object_mut()) {
            fields.insert(name.to_owned(), Value::String(time));
        }
    }
    value
}

/// Reads a time; the outer none says that it is not one, the inner that none is stated.
#[expect(clippy::option_option, reason = "absent and unreadable are different")]
pub(crate) fn time(value: &Value) -> Option<Option<i64>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(
            text.trim().parse::<jiff::Timestamp>().ok()?.as_second(),
        )),
        Value::Number(number) => {
            let seconds = number.as_f64().filter(|seconds| seconds.abs() < 1e11)?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "bounded above; fractions of a second do not matter"
            )]
            Some(Some(seconds as i64))
        }
        _ => None,
    }
}
