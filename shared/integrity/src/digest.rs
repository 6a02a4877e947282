//! Digest files: what CloudTrail vouches for, hour by hour.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use trail::digest::Hash;

use crate::location::{LONGEST_BUCKET, LONGEST_KEY};

/// The most bytes that a digest may inflate to: some hundred thousand log files.
pub const DIGEST_LIMIT: usize = 64 << 20;
/// The longest hexadecimal signature that is read: that of an 8,192-bit key.
pub const LONGEST_SIGNATURE: usize = 2048;
/// The only algorithm that digests are signed with.
pub const ALGORITHM: &str = "SHA256withRSA";

/// A digest file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The account that it is about.
    pub account: String,
    /// The first second that it covers; a log file counts by its delivery.
    pub start: i64,
    /// The second that it covers up to.
    pub end: i64,
    /// The end as it stands in the file: it is part of what is signed.
    pub end_text: String,
    /// The bucket that it was delivered to.
    pub bucket: String,
    /// The key that it was delivered under.
    pub object: String,
    /// The fingerprint of the public key that verifies it.
    pub fingerprint: String,
    /// The algorithm that it is signed with.
    pub algorithm: String,
    /// The time of the newest event in its log files; none without any.
    pub newest_event: Option<i64>,
    /// The time of the oldest event in its log files; none without any.
    pub oldest_event: Option<i64>,
    /// The digest before it; none in a starting digest.
    pub previous: Option<Previous>,
    /// The log files that were delivered in its time.
    pub log_files: Vec<ListedFile>,
}

/// What a digest says of the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub object: String,
    /// The SHA-256 of its inflated content.
    #[serde(with = "crate::hash_text")]
    pub sha256: Hash,
    /// Its signature, hexadecimal, as it stands in the file: it is part of what is signed.
    pub signature: String,
}

/// A log file as a digest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub object: String,
    /// The SHA-256 of its inflated content.
    pub sha256: Hash,
    /// The time of its newest event, where the digest states one.
    pub newest: Option<i64>,
    /// The time of its oldest event, where the digest states one.
    pub oldest: Option<i64>,
}

/// Says why a content is not a digest's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The content is not JSON, or a field of it has an unforeseen type.
    #[error("the digest is not valid json at line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A field is repeated, or of another type than digests have.
    #[error(
        "a field of the digest is repeated or of an unforeseen type at line {line}, column {column}"
    )]
    Shape {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A field is not there, or null where it must not be.
    #[error("the digest has no {0}")]
    Missing(&'static str),
    /// A field's text is not what the field holds.
    #[error("the digest's {0} cannot be read")]
    Invalid(&'static str),
}

/// A string that borrows from the content where it can.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    #[serde(borrow)]
    aws_account_id: Option<Text<'a>>,
    digest_start_time: Option<Text<'a>>,
    digest_end_time: Option<Text<'a>>,
    digest_s3_bucket: Option<Text<'a>>,
    digest_s3_object: Option<Text<'a>>,
    digest_public_key_fingerprint: Option<Text<'a>>,
    digest_signature_algorithm: Option<Text<'a>>,
    newest_event_time: Option<Text<'a>>,
    oldest_event_time: Option<Text<'a>>,
    previous_digest_s3_bucket: Option<Text<'a>>,
    previous_digest_s3_object: Option<Text<'a>>,
    previous_digest_hash_value: Option<Text<'a>>,
    previous_digest_hash_algorithm: Option<Text<'a>>,
    previous_digest_signature: Option<Text<'a>>,
    log_files: Option<Vec<ListedFields<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedFields<'a> {
    #[serde(borrow)]
    s3_bucket: Option<Text<'a>>,
    s3_object: Option<Text<'a>>,
    hash_value: Option<Text<'a>>,
    hash_algorithm: Option<Text<'a>>,
    newest_event_time: Option<Text<'a>>,
    oldest_event_time: Option<Text<'a>>,
}

impl Digest {
    /// Reads a digest's inflated content; unknown fields pass.
    pub fn parse(content: &[u8]) -> Result<Self, DigestError> {
        // A struct would also be read from an array, position by position.
        if content.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(DigestError::Syntax { line: 1, column: 1 });
        }
        let fields: Fields<'_> = serde_json::from_slice(content).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            if error.is_data() {
                DigestError::Shape { line, column }
            } else {
                DigestError::Syntax { line, column }
            }
        })?;
        let end_text = required(fields.digest_end_time, "digestEndTime", 64)?;
        let (start, end) = (
            time(fields.digest_start_time, "digestStartTime")?
                .ok_or(DigestError::Missing("digestStartTime"))?,
            seconds(&end_text).ok_or(DigestError::Invalid("digestEndTime"))?,
        );
        if end < start {
            return Err(DigestError::Invalid("digestEndTime"));
        }
        let previous = match fields.previous_digest_s3_object {
            Some(object) => Some(Previous {
                bucket: required(
                    fields.previous_digest_s3_bucket,
                    "previousDigestS3Bucket",
                    LONGEST_BUCKET,
                )?,
                object: required(Some(object), "previousDigestS3Object", LONGEST_KEY)?,
                sha256: hash(
                    fields.previous_digest_hash_value.as_ref(),
                    fields.previous_digest_hash_algorithm.as_ref(),
                    ["previousDigestHashValue", "previousDigestHashAlgorithm"],
                )?,
                signature: required(
                    fields.previous_digest_signature,
                    "previousDigestSignature",
                    LONGEST_SIGNATURE,
                )?,
            }),
            // What is signed would state a signature that the chain does not know of.
            None if fields.previous_digest_signature.is_some() => {
                return Err(DigestError::Missing("previousDigestS3Object"));
            }
            None => None,
        };
        let listed = fields.log_files.ok_or(DigestError::Missing("logFiles"))?;
        Ok(Self {
            account: required(fields.aws_account_id, "awsAccountId", 64)?,
            start,
            end,
            end_text,
            bucket: required(fields.digest_s3_bucket, "digestS3Bucket", LONGEST_BUCKET)?,
            object: required(fields.digest_s3_object, "digestS3Object", LONGEST_KEY)?,
            fingerprint: required(
                fields.digest_public_key_fingerprint,
                "digestPublicKeyFingerprint",
                64,
            )?,
            algorithm: required(
                fields.digest_signature_algorithm,
                "digestSignatureAlgorithm",
                64,
            )?,
            newest_event: time(fields.newest_event_time, "newestEventTime")?,
            oldest_event: time(fields.oldest_event_time, "oldestEventTime")?,
            previous,
            log_files: listed
                .into_iter()
                .map(ListedFile::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The text that CloudTrail signed, of a digest whose content has this hash.
    ///
    /// It names the place that the digest itself states. Whether that is where
    /// it was found is another question, with a finding of its own.
    pub fn string_to_sign(&self, content: &Hash) -> String {
        let previous = self
            .previous
            .as_ref()
            .map_or("null", |previous| previous.signature.as_str());
        format!(
            "{}\n{}/{}\n{}\n{previous}",
            self.end_text,
            self.bucket,
            self.object,
            hex::encode(content)
        )
    }
}

impl ListedFile {
    fn read(fields: ListedFields<'_>) -> Result<Self, DigestError> {
        Ok(Self {
            bucket: required(fields.s3_bucket, "logFiles.s3Bucket", LONGEST_BUCKET)?,
            object: required(fields.s3_object, "logFiles.s3Object", LONGEST_KEY)?,
            sha256: hash(
                fields.hash_value.as_ref(),
                fields.hash_algorithm.as_ref(),
                ["logFiles.hashValue", "logFiles.hashAlgorithm"],
            )?,
            newest: time(fields.newest_event_time, "logFiles.newestEventTime")?,
            oldest: time(fields.oldest_event_time, "logFiles.oldestEventTime")?,
        })
    }
}

fn required(
    text: Option<Text<'_>>,
    name: &'static str,
    longest: usize,
) -> Result<String, DigestError> {
    let text = text.ok_or(DigestError::Missing(name))?.0;
    if text.len() > longest {
        return Err(DigestError::Invalid(name));
    }
    Ok(text.into_owned())
}

fn time(text: Option<Text<'_>>, name: &'static str) -> Result<Option<i64>, DigestError> {
    text.map(|text| seconds(&text.0).ok_or(DigestError::Invalid(name)))
        .transpose()
}

fn seconds(text: &str) -> Option<i64> {
    Some(text.parse::<jiff::Timestamp>().ok()?.as_second())
}

/// Reads a SHA-256 in hexadecimal; `names` are those of the value and of its algorithm.
fn hash(
    value: Option<&Text<'_>>,
    algorithm: Option<&Text<'_>>,
    names: [&'static str; 2],
) -> Result<Hash, DigestError> {
    let value = value.ok_or(DigestError::Missing(names[0]))?;
    if algorithm.is_some_and(|algorithm| algorithm.0 != "SHA-256") {
        return Err(DigestError::Invalid(names[1]));
    }
    let mut hash = Hash::default();
    hex::decode_to_slice(value.0.as_bytes(), &mut hash)
        .map_err(|_| DigestError::Invalid(names[0]))?;
    Ok(hash)
}

/// Reads a hexadecimal signature.
pub(crate) fn signature_bytes(text: &str) -> Option<Vec<u8>> {
    (text.len() <= LONGEST_SIGNATURE)
        .then(|| hex::decode(text).ok())
        .flatten()
}
