//! The proof of one event: a document that needs nothing else to be checked.
//!
//! It holds the record, the log file that it stands in, the digest that lists
//! the log file, the digest's signature and the key that verifies it, and the
//! next digest, which vouches for the one before. [`Proof::verify`] checks
//! every step, and so can anybody with sha256sum and openssl.

use serde::{Deserialize, Serialize};
use trail::digest::Hash;

use crate::key::PublicKey;
use crate::location::Location;

mod build;
mod verdict;
mod verify;

pub use build::{Evidence, SignedDigest};
pub use verdict::{Outcome, Step, Verdict};

/// The most bytes that a proof is read from: the largest log file, in base64, and digests.
pub const PROOF_LIMIT: usize = 256 << 20;
/// The version of the document that is written and read.
pub const VERSION: u32 = 1;

/// The proof of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The version of the document.
    pub version: u32,
    /// The event's id.
    pub event_id: String,
    /// The record, byte for byte.
    pub record: String,
    /// Where it stands in the inflated log file.
    pub position: Position,
    /// The log file.
    pub log_file: LogFileProof,
    /// The digest that lists the log file.
    pub digest: DigestProof,
    /// The key that verifies the digest's signature.
    pub public_key: KeyProof,
    /// The next digest; none while it is not there yet.
    pub next_digest: Option<NextDigestProof>,
}

/// Where a record stands in an inflated log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Its place in `Records`, from 0.
    pub index: u64,
    /// Its first byte.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
}

/// A log file in a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFileProof {
    /// Where it is stored.
    #[serde(flatten)]
    pub location: Location,
    /// The SHA-256 of its inflated content.
    #[serde(with = "crate::hash_text")]
    pub sha256: Hash,
    /// The object as it is stored, gzip; none where whoever checks has to fetch it.
    pub content: Option<Base64>,
}

/// A digest in a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestProof {
    /// Where it is stored.
    #[serde(flatten)]
    pub location: Location,
    /// The object as it is stored, gzip.
    pub content: Base64,
    /// The signature, hexadecimal, as the object's metadata has it.
    pub signature: String,
    /// The signature's algorithm.
    pub signature_algorithm: String,
}

/// The next digest in a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextDigestProof {
    /// The digest.
    #[serde(flatten)]
    pub digest: DigestProof,
    /// The key that verifies it, if it is another than that of the digest before.
    #[serde(default)]
    pub public_key: Option<KeyProof>,
}

/// A public key in a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyProof {
    /// The Region that signs with it.
    pub region: String,
    /// Its name in digests: the MD5 of its DER.
    pub fingerprint: String,
    /// Its DER.
    pub value: Base64,
    /// When it was in use, where that is known.
    #[serde(default)]
    pub validity: Option<Validity>,
}

/// When a key was in use, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// From when on.
    pub start: Option<i64>,
    /// Until when.
    pub end: Option<i64>,
}

impl KeyProof {
    /// States a key of a Region.
    pub fn of(region: &str, key: &PublicKey) -> Self {
        let has_validity = key.valid_from.is_some() || key.valid_until.is_some();
        Self {
            region: region.to_owned(),
            fingerprint: key.fingerprint().to_owned(),
            value: Base64(key.der().to_owned()),
            validity: has_validity.then_some(Validity {
                start: key.valid_from,
                end: key.valid_until,
            }),
        }
    }
}

/// Says why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The document is not a proof's JSON.
    #[error("not a proof: {reason} at line {line}, column {column}")]
    Syntax {
        /// What is wrong.
        reason: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The document is larger than what is read.
    #[error("the proof has more than {PROOF_LIMIT} bytes")]
    TooLarge,
    /// The document is of another version.
    #[error("the proof is of version {0}, only {VERSION} is known")]
    Version(u32),
    /// The log file cannot be read.
    #[error("the log file cannot be read: {0}")]
    LogFile(#[from] trail::LogFileError),
    /// The log file does not hold the record.
    #[error("the log file does not hold the record")]
    NoRecord,
    /// A digest has no signature beside it.
    #[error("the digest has no signature")]
    NoSignature,
}

impl Proof {
    /// Writes the document.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a document; whether it proves anything is for [`Proof::verify`].
    pub fn decode(text: &[u8]) -> Result<Self, ProofError> {
        if text.len() > PROOF_LIMIT {
            return Err(ProofError::TooLarge);
        }
        let proof: Self = serde_json::from_slice(text).map_err(|error| ProofError::Syntax {
            reason: if error.is_data() {
                "a field is missing or of another type"
            } else {
                "invalid json"
            },
            line: error.line(),
            column: error.column(),
        })?;
        if proof.version == VERSION {
            Ok(proof)
        } else {
            Err(ProofError::Version(proof.version))
        }
    }
}

/// Bytes that are base64 in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base64(pub Vec<u8>);

impl TryFrom<String> for Base64 {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text)
            .map(Self)
            .map_err(|_| "not base64")
    }
}

impl From<Base64> for String {
    fn from(bytes: Base64) -> Self {
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes.0)
    }
}
