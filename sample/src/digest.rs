//! Digest files: what CloudTrail says every hour about what it delivered.
//!
//! A digest is written as text and not built as a value, so that the order of
//! its fields is AWS's and does not depend on features of the JSON crate.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::archive::Object;
use crate::deliver::{compress, inflate};
use crate::rhythm::push_time;
use crate::signer::{Signer, sha256};

/// The name of the metadata in which the signature is.
pub const SIGNATURE: &str = "signature";

/// The name of the metadata in which the signature's algorithm is.
pub const SIGNATURE_ALGORITHM: &str = "signature-algorithm";

/// The one algorithm that CloudTrail signs with.
const ALGORITHM: &str = "SHA256withRSA";

/// What a digest file holds.
///
/// ```
/// use sample::{Archive, Delivery, Trail, digest::Digest};
///
/// let archive = Archive::new(&Trail { events: 100, ..Trail::hours(2) }, Delivery::default());
/// let (_, object) = archive.digests().next().expect("a digest");
/// let digest = Digest::read(&object.bytes).expect("it is one");
/// assert!(digest.previous.is_none(), "it is the first of its stream");
/// assert_eq!(digest.end - digest.start, 3600);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// `awsAccountId`.
    pub account: String,
    /// `digestStartTime`, in seconds of the epoch.
    pub start: i64,
    /// `digestEndTime`, in seconds of the epoch.
    pub end: i64,
    /// `digestS3Bucket`.
    pub bucket: String,
    /// `digestS3Object`.
    pub key: String,
    /// `digestPublicKeyFingerprint`.
    pub fingerprint: String,
    /// The digest before it; none in a starting digest.
    pub previous: Option<Previous>,
    /// `logFiles`.
    pub files: Vec<Listed>,
}

/// What a digest says about the digest before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// `previousDigestS3Bucket`.
    pub bucket: String,
    /// `previousDigestS3Object`.
    pub key: String,
    /// `previousDigestHashValue`.
    pub sha256: String,
    /// `previousDigestSignature`.
    pub signature: String,
}

/// A log file that a digest lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// `s3Bucket`.
    pub bucket: String,
    /// `s3Object`.
    pub key: String,
    /// `hashValue`.
    pub sha256: String,
    /// `newestEventTime`, in seconds of the epoch.
    pub newest: i64,
    /// `oldestEventTime`, in seconds of the epoch.
    pub oldest: i64,
}

impl Digest {
    /// Reads a digest file of this crate's making; nothing where it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::parse(&inflate(bytes)?)
    }

    /// Reads the content of a digest file of this crate's making; nothing where it is none.
    pub fn parse(content: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(content).ok()?;
        let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let time = |value: &Value, name: &str| {
            let time: Timestamp = value.get(name)?.as_str()?.parse().ok()?;
            Some(time.as_second())
        };
        let listed = |file: &Value| {
            Some(Listed {
                bucket: text(file, "s3Bucket")?,
                key: text(file, "s3Object")?,
                sha256: text(file, "hashValue")?,
                newest: time(file, "newestEventTime")?,
                oldest: time(file, "oldestEventTime")?,
            })
        };
        let previous = text(&value, "previousDigestS3Object").and_then(|key| {
            Some(Previous {
                bucket: text(&value, "previousDigestS3Bucket")?,
                key,
                sha256: text(&value, "previousDigestHashValue")?,
                signature: text(&value, "previousDigestSignature")?,
            })
        });
        Some(Self {
            account: text(&value, "awsAccountId")?,
            start: time(&value, "digestStartTime")?,
            end: time(&value, "digestEndTime")?,
            bucket: text(&value, "digestS3Bucket")?,
            key: text(&value, "digestS3Object")?,
            fingerprint: text(&value, "digestPublicKeyFingerprint")?,
            previous,
            files: value
                .get("logFiles")?
                .as_array()?
                .iter()
                .map(listed)
                .collect::<Option<_>>()?,
        })
    }

    /// Writes the content of the digest file.
    pub fn json(&self) -> String {
        let times =
            |time: Option<i64>| time.map_or_else(|| "null".to_owned(), |at| quote(&instant(at)));
        let previous = self.previous.as_ref();
        let of_previous = |part: fn(&Previous) -> &str| {
            previous.map_or_else(|| "null".to_owned(), |previous| quote(part(previous)))
        };
        let files: Vec<String> = self.files.iter().map(Listed::json).collect();
        format!(
            r#"{{"awsAccountId":{},"digestStartTime":"{}","digestEndTime":"{}","digestS3Bucket":{},"digestS3Object":{},"digestPublicKeyFingerprint":{},"digestSignatureAlgorithm":"{ALGORITHM}","newestEventTime":{},"oldestEventTime":{},"previousDigestS3Bucket":{},"previousDigestS3Object":{},"previousDigestHashValue":{},"previousDigestHashAlgorithm":{},"previousDigestSignature":{},"logFiles":[{}]}}"#,
            quote(&self.account),
            instant(self.start),
            instant(self.end),
            quote(&self.bucket),
            quote(&self.key),
            quote(&self.fingerprint),
            times(self.files.iter().map(|file| file.newest).max()),
            times(self.files.iter().map(|file| file.oldest).min()),
            of_previous(|previous| &previous.bucket),
            of_previous(|previous| &previous.key),
            of_previous(|previous| &previous.sha256),
            of_previous(|_| "SHA-256"),
            of_previous(|previous| &previous.signature),
            files.join(","),
        )
    }

    /// Writes the text that is signed: end, place, hash of the content and the signature before it.
    pub fn text_to_sign(&self) -> String {
        format!(
            "{}\n{}/{}\n{}\n{}",
            instant(self.end),
            self.bucket,
            self.key,
            hex::encode(sha256(self.json().as_bytes())),
            self.previous
                .as_ref()
                .map_or("null", |previous| previous.signature.as_str()),
        )
    }

    /// Makes the object of the digest, signed with a key; the fingerprint in it stays what it is.
    pub fn object(&self, signer: &Signer, written: i64) -> Object {
        let metadata = [
            (SIGNATURE, signer.sign(&self.text_to_sign())),
            (SIGNATURE_ALGORITHM, ALGORITHM.to_owned()),
        ];
        Object {
            bytes: compress(self.json().as_bytes(), 9),
            metadata: metadata
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<BTreeMap<_, _>>(),
            written,
        }
    }

    /// Says of the digest with this signature what the next one says about it.
    pub fn as_previous(&self, signature: &str) -> Previous {
        Previous {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            sha256: hex::encode(sha256(self.json().as_bytes())),
            signature: signature.to_owned(),
        }
    }
}

impl Listed {
    fn json(&self) -> String {
        format!(
            r#"{{"s3Bucket":{},"s3Object":{},"hashValue":{},"hashAlgorithm":"SHA-256","newestEventTime":"{}","oldestEventTime":"{}"}}"#,
            quote(&self.bucket),
            quote(&self.key),
            quote(&self.sha256),
            instant(self.newest),
            instant(self.oldest),
        )
    }
}

/// Puts text into a JSON string, quotes included.
fn quote(text: &str) -> String {
    Value::from(text).to_string()
}

fn instant(second: i64) -> String {
    let mut text = String::new();
    push_time(&mut text, second);
    text
}
