//! Findings: what was delivered and could not be indexed, or contradicts what was.

use serde::{Deserialize, Serialize};

use crate::file::{Delivery, FileVersion};
use crate::item::Item;
use crate::retention::Retention;
use crate::table;

/// The most places that one finding lists; its count goes on.
pub const MOST_PLACES: usize = 100;

/// What kind of finding it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    /// Records of a file that could not be indexed, while its others were.
    Quarantined,
    /// A file that could not be indexed at all.
    Rejected,
    /// Stored content that differs from what is to be stored under the same name.
    Conflict,
}

impl FindingKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Quarantined => "quarantined",
            Self::Rejected => "rejected",
            Self::Conflict => "conflict",
        }
    }
}

/// A finding about a log file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind it is.
    pub kind: FindingKind,
    /// The file.
    pub file: FileVersion,
    /// What is wrong, in words, without any of the file's content.
    pub reason: String,
    /// How many records it concerns; zero where it concerns the file.
    pub count: u64,
    /// Where the first of them stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

/// Where a quarantined record stands in its file's inflated content, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The byte offset.
    pub offset: u64,
    /// The length in bytes.
    pub length: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl Finding {
    /// Makes the finding's item; the same finding, found again, is the same item.
    pub fn item(&self, delivery: &Delivery, retention: Retention) -> Item {
        Item {
            partition: table::FINDINGS.to_owned(),
            sort: table::finding(delivery.day, self.kind.as_str(), &self.file.sort()),
            body: serde_json::to_vec(self).unwrap_or_default(),
            expires: retention.expires(delivery.day),
        }
    }

    /// Reads a finding's item.
    pub fn from_body(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}
