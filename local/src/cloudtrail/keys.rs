//! The public keys that digests are verified with, by Region.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock;
use crate::json::Refusal;
use crate::settings::{self, Service};
use crate::store::Store;

/// A public key and the seconds from and to which it is valid.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PublicKey {
    /// The DER bytes in base64.
    value: String,
    fingerprint: String,
    start: i64,
    end: i64,
}

impl PublicKey {
    /// Takes a key as its DER bytes; the fingerprint is their MD5.
    pub(crate) fn new(der: &[u8], start: i64, end: i64) -> PublicKey {
        PublicKey {
            value: STANDARD.encode(der),
            fingerprint: hex::encode(Md5::digest(der)),
            start,
            end,
        }
    }

    /// Stores the key for a Region, and answers its fingerprint.
    pub(crate) fn register(
        self,
        transaction: &Transaction<'_>,
        region: &str,
    ) -> rusqlite::Result<String> {
        let value = json!(self).to_string();
        settings::put(
            transaction,
            Service::PublicKeys,
            region,
            &self.fingerprint,
            &value,
        )?;
        Ok(self.fingerprint)
    }

    fn description(&self) -> Value {
        json!({
            "Value": self.value,
            "Fingerprint": self.fingerprint,
            "ValidityStartTime": self.start,
            "ValidityEndTime": self.end,
        })
    }
}

/// Which keys are asked for; times are seconds and may have fractions.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(rename = "StartTime")]
    start: Option<f64>,
    #[serde(rename = "EndTime")]
    end: Option<f64>,
}

/// Lists the keys that are valid at some time of a range, without paging.
#[expect(
    clippy::cast_precision_loss,
    reason = "times of this side of the year 280 million are exact"
)]
pub(super) fn list(store: &Store, region: &str, wanted: &Wanted) -> Result<Value, Refusal> {
    let now = clock::now() as f64 / 1_000.0;
    let (start, end) = (wanted.start.unwrap_or(now), wanted.end.unwrap_or(now));
    if start > end {
        return Err(Refusal::new(
            "InvalidTimeRangeException",
            "Time range is not valid: the start time is after the end time.",
        ));
    }
    let stored =
        store.read(|connection| settings::all(connection, Service::PublicKeys, Some(region)))?;
    let mut keys: Vec<PublicKey> = stored
        .iter()
        .map(|key| serde_json::from_str(key))
        .collect::<Result<_, _>>()?;
    keys.retain(|key| key.start as f64 <= end && key.end as f64 >= start);
    keys.sort_by_key(|key| key.start);
    let keys: Vec<Value> = keys.iter().map(PublicKey::description).collect();
    Ok(json!({"PublicKeyList": keys}))
}
