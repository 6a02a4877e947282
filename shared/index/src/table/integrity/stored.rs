//! What is stored of public keys and findings.

use serde::{Deserialize, Serialize};

use crate::Item;

/// A public key as it is kept: as `aws cloudtrail list-public-keys` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ArchivedKey {
    /// The key in DER, in base64.
    pub value: String,
    /// The fingerprint by which digests name it.
    pub fingerprint: String,
    /// From when on it was in use, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_start_time: Option<String>,
    /// Until when it was in use, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_end_time: Option<String>,
}

impl ArchivedKey {
    /// Makes the key's item, which never expires: a digest is verified however old it is.
    pub fn item(&self, region: &str) -> Item {
        Item {
            partition: super::keys(region),
            sort: self.fingerprint.clone(),
            body: serde_json::to_vec(self).unwrap_or_default(),
            expires: None,
        }
    }

    /// Reads a key's item.
    pub fn from_body(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

/// A finding as it is kept; the finding itself is of the alerts' making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept<F> {
    /// The finding.
    pub finding: F,
    /// When it was entered, in seconds since 1970.
    pub found: i64,
    /// When it was mended; absent while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<i64>,
}
