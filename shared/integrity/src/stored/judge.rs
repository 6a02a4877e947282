//! What is wrong with a digest by itself.

use trail::digest::{Hash, sha256};
use trail::gzip::{Member, MemberError};

use super::{Metadata, StoredDigest};
use crate::digest::{ALGORITHM, DIGEST_LIMIT, Digest, signature_bytes};
use crate::finding::FindingKind;
use crate::key::{Found, KeyRing};
use crate::location::StreamId;

/// What is wrong with a digest, and in words.
pub(super) type Trouble = (FindingKind, String);

/// A digest's object, read.
pub(super) struct Read {
    /// The hash of the first gzip member's content.
    pub(super) content: Hash,
    /// How many bytes follow that member.
    behind: usize,
    pub(super) digest: Digest,
}

/// Reads a digest's object; where that fails says why, and the content's hash if there is one.
pub(super) fn read(object: &[u8]) -> Result<Read, (Trouble, Option<Hash>)> {
    let member = Member::read(object, DIGEST_LIMIT).map_err(|error| {
        let kind = match error {
            MemberError::Truncated => FindingKind::DigestTruncated,
            _ => FindingKind::DigestInvalid,
        };
        ((kind, error.to_string()), None)
    })?;
    let content = sha256(&member.content);
    let digest = Digest::parse(&member.content).map_err(|error| {
        (
            (FindingKind::DigestInvalid, error.to_string()),
            Some(content),
        )
    })?;
    Ok(Read {
        content,
        behind: member.behind,
        digest,
    })
}

/// Says what is wrong with a digest that can be read.
///
/// A signature that does not fit comes first: whatever else such a digest says
/// of itself, its place included, may be the forger's.
pub(super) fn judge(stored: &StoredDigest<'_>, read: &Read, keys: &KeyRing) -> Option<Trouble> {
    let (location, digest) = (stored.location, &read.digest);
    let own = StreamId::of_digest(&digest.bucket, &digest.object);
    let place = StreamId::of_digest(&location.bucket, &location.key);
    let is_backfill = own.as_ref().is_some_and(|(stream, _)| stream.backfill);
    let generated = stored
        .metadata
        .backfill_generated
        .as_deref()
        .and_then(generated);
    // The key is one of the time at which the digest was made.
    let time = generated.filter(|_| is_backfill).unwrap_or(digest.end);
    let find = |stream: &Option<(StreamId, Option<i64>)>, fingerprint: &str| {
        let region = stream.as_ref().map_or("", |(stream, _)| &stream.region);
        keys.find(region, fingerprint, time)
    };
    let signature = signature_trouble(digest, read.content, stored.metadata, |fingerprint| {
        let found = find(&own, fingerprint);
        match find(&place, fingerprint) {
            // A forger may name a Region whose keys are not at hand.
            key @ Found::Key(_) if matches!(found, Found::Unavailable) => key,
            _ => found,
        }
    });
    if let Some((FindingKind::DigestSignatureInvalid | FindingKind::DigestKeyUnknown, _)) =
        &signature
    {
        return signature;
    }
    if read.behind > 0 {
        return Some((
            FindingKind::DigestAppended,
            format!("{} bytes follow the digest's gzip member", read.behind),
        ));
    }
    if !location.is_object(&digest.bucket, &digest.object) {
        let own = format!("s3://{}/{}", digest.bucket, digest.object);
        return Some((
            FindingKind::DigestMoved,
            format!("the digest says that it is {own}"),
        ));
    }
    let Some((stream, _)) = own else {
        return Some((
            FindingKind::DigestForeign,
            "the digest's key is not of cloudtrail's layout".to_owned(),
        ));
    };
    if stream.account != digest.account {
        return Some((
            FindingKind::DigestForeign,
            format!(
                "the digest is about account {}, its key about {}",
                digest.account, stream.account
            ),
        ));
    }
    if is_backfill && generated.is_none() {
        return Some((
            FindingKind::DigestInvalid,
            "the backfill digest has no backfill-generation-timestamp".to_owned(),
        ));
    }
    signature
}

/// Says what is wrong with a digest's signature.
fn signature_trouble<'k>(
    digest: &Digest,
    content: Hash,
    metadata: &Metadata,
    find: impl FnOnce(&str) -> Found<'k>,
) -> Option<Trouble> {
    let (Some(signature), Some(algorithm)) = (&metadata.signature, &metadata.signature_algorithm)
    else {
        return Some((
            FindingKind::DigestSignatureMissing,
            "the object's metadata has no signature or no signature-algorithm".to_owned(),
        ));
    };
    if algorithm != ALGORITHM || digest.algorithm != ALGORITHM {
        return Some((
            FindingKind::DigestSignatureInvalid,
            format!("the signature's algorithm is not {ALGORITHM}"),
        ));
    }
    let key = match find(&digest.fingerprint) {
        Found::Key(key) => key,
        Found::Unknown => {
            return Some((
                FindingKind::DigestKeyUnknown,
                format!(
                    "no key of the region has the fingerprint {}",
                    digest.fingerprint
                ),
            ));
        }
        Found::Unavailable => {
            return Some((
                FindingKind::KeyUnavailable,
                format!(
                    "the region's keys of that time are not at hand, wanted is {}",
                    digest.fingerprint
                ),
            ));
        }
    };
    let is_signed = signature_bytes(signature)
        .is_some_and(|bytes| key.verify(digest.string_to_sign(&content).as_bytes(), &bytes));
    (!is_signed).then(|| {
        (
            FindingKind::DigestSignatureInvalid,
            format!("the signature is not that of key {}", digest.fingerprint),
        )
    })
}

/// Reads the time at which a backfill digest was made, which is when its key was in use.
fn generated(text: &str) -> Option<i64> {
    match text.parse::<jiff::Timestamp>() {
        Ok(time) => Some(time.as_second()),
        Err(_) => text.parse().ok(),
    }
}
