//! Puts a proof together.

use trail::LogFile;
use trail::log_file::Entry;

use super::{
    Base64, DigestProof, KeyProof, LogFileProof, NextDigestProof, Position, Proof, ProofError,
    VERSION,
};
use crate::audit::LOG_LIMIT;
use crate::digest::ALGORITHM;
use crate::key::PublicKey;
use crate::location::Location;
use crate::stored::StoredDigest;

/// A digest with the key that verifies it.
#[derive(Clone, Copy, Debug)]
pub struct SignedDigest<'a> {
    /// The digest as it is stored.
    pub stored: StoredDigest<'a>,
    /// The Region whose key it is.
    pub region: &'a str,
    /// The key.
    pub key: &'a PublicKey,
}

/// What a proof is made of.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The event's id.
    pub event_id: &'a str,
    /// The record, byte for byte; none takes the first of the log file that has the id.
    pub record: Option<&'a str>,
    /// Where the log file is stored.
    pub log_location: &'a Location,
    /// The log file as it is stored.
    pub log_object: &'a [u8],
    /// Whether the document holds the log file, or only says where it is.
    pub with_log: bool,
    /// The digest that lists the log file.
    pub digest: SignedDigest<'a>,
    /// The digest after it, where there is one.
    pub next: Option<SignedDigest<'a>>,
}

impl Proof {
    /// Puts a proof together.
    ///
    /// Fails where the log file does not hold the record, or a digest has no
    /// signature. Whether everything fits is for [`Proof::verify`] to say.
    pub fn build(evidence: &Evidence<'_>) -> Result<Self, ProofError> {
        let log = LogFile::inflate(evidence.log_object, LOG_LIMIT)?;
        let (record, position) = find(&log, evidence)?;
        Ok(Self {
            version: VERSION,
            event_id: evidence.event_id.to_owned(),
            record,
            position,
            log_file: LogFileProof {
                location: evidence.log_location.clone(),
                sha256: *log.sha256(),
                content: evidence
                    .with_log
                    .then(|| Base64(evidence.log_object.to_owned())),
            },
            digest: signed(&evidence.digest)?,
            public_key: KeyProof::of(evidence.digest.region, evidence.digest.key),
            next_digest: evidence
                .next
                .map(|next| {
                    let is_other = next.key.der() != evidence.digest.key.der();
                    signed(&next).map(|digest| NextDigestProof {
                        digest,
                        public_key: is_other.then(|| KeyProof::of(next.region, next.key)),
                    })
                })
                .transpose()?,
        })
    }
}

/// Finds the record in the log file.
fn find(log: &LogFile, evidence: &Evidence<'_>) -> Result<(String, Position), ProofError> {
    let entries = log.entries()?;
    let (index, record) = entries
        .iter()
        .enumerate()
        .find_map(|(index, entry)| match entry {
            Entry::Record(record)
                if record.id() == Some(evidence.event_id)
                    && evidence.record.is_none_or(|text| text == record.text()) =>
            {
                Some((index, record))
            }
            _ => None,
        })
        .ok_or(ProofError::NoRecord)?;
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok((
        record.text().to_owned(),
        Position {
            index: number(index),
            offset: number(log.offset_of(record)),
            length: number(record.text().len()),
        },
    ))
}

fn signed(digest: &SignedDigest<'_>) -> Result<DigestProof, ProofError> {
    let stored = &digest.stored;
    Ok(DigestProof {
        location: stored.location.clone(),
        content: Base64(stored.object.to_owned()),
        signature: stored
            .metadata
            .signature
            .clone()
            .ok_or(ProofError::NoSignature)?,
        signature_algorithm: stored
            .metadata
            .signature_algorithm
            .clone()
            .unwrap_or_else(|| ALGORITHM.to_owned()),
    })
}
