//! One stored digest, checked by itself.

use trail::ObjectKey;
use trail::digest::Hash;
use trail::key::ObjectKind;

use crate::digest::Digest;
use crate::finding::{Finding, FindingKind};
use crate::key::KeyRing;
use crate::location::{Location, StreamId, prefix_of};
use crate::record::{DigestRecord, FileList, FileState};

mod judge;

use judge::{judge, read};

/// What S3 keeps of a digest beside its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `x-amz-meta-signature`: the signature, hexadecimal.
    pub signature: Option<String>,
    /// `x-amz-meta-signature-algorithm`.
    pub signature_algorithm: Option<String>,
    /// `x-amz-meta-backfill-generation-timestamp`, of backfill digests.
    pub backfill_generated: Option<String>,
}

impl Metadata {
    /// Reads metadata by its names without `x-amz-meta-`, in any case of letters.
    pub fn from_pairs<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Self {
        let mut metadata = Self::default();
        for (name, value) in pairs {
            let field = match name.to_ascii_lowercase().as_str() {
                "signature" => &mut metadata.signature,
                "signature-algorithm" => &mut metadata.signature_algorithm,
                "backfill-generation-timestamp" => &mut metadata.backfill_generated,
                _ => continue,
            };
            *field = Some(value.to_owned());
        }
        metadata
    }
}

/// A digest as it was read.
#[derive(Clone, Copy, Debug)]
pub struct StoredDigest<'a> {
    /// Where it was read.
    pub location: &'a Location,
    /// The object as it is stored: one gzip member.
    pub object: &'a [u8],
    /// What is stored beside it.
    pub metadata: &'a Metadata,
}

/// What a check of one digest answers.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The stream that it belongs to; by what it says of itself, where that is read.
    pub stream: StreamId,
    /// What is kept of it. Its verdict is none where nothing is wrong with it.
    pub record: DigestRecord,
    /// Its content, where it can be read.
    pub digest: Option<Digest>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Checks a digest by itself: content, place and signature.
///
/// At most one finding says what is wrong with the digest, the first in the
/// order in which one would look; others may be about the log files that it
/// lists. The hash and signature chains are for [`crate::chain`].
pub fn check(stored: &StoredDigest<'_>, keys: &KeyRing) -> Checked {
    let location = stored.location;
    let place = StreamId::of_digest(&location.bucket, &location.key);
    let (at, named_time) = place
        .clone()
        .map_or((StreamId::default(), None), |(stream, time)| (stream, time));
    let (content_hash, digest, trouble) = match read(stored.object) {
        Ok(read) => {
            let trouble = judge(stored, &read, keys);
            (Some(read.content), Some(read.digest), trouble)
        }
        Err((trouble, content)) => (content, None, Some(trouble)),
    };
    // What it says of itself counts where it is signed, so that a moved digest still
    // stands in its chain.
    let is_moved = matches!(trouble, Some((FindingKind::DigestMoved, _)));
    let (stream, own_time) = digest
        .as_ref()
        .filter(|_| is_moved)
        .and_then(|digest| StreamId::of_digest(&digest.bucket, &digest.object))
        .unwrap_or((at, named_time));
    let verdict = trouble.as_ref().map(|(kind, _)| *kind);
    let mut record = record(
        stored,
        digest.as_ref(),
        content_hash,
        verdict,
        own_time.or(named_time),
    );
    let subject = (
        Some(stream.account.as_str()).filter(|account| !account.is_empty()),
        Some(stream.region.as_str()).filter(|region| !region.is_empty()),
    );
    let mut findings: Vec<_> = trouble
        .into_iter()
        .map(|(kind, detail)| Finding::about(kind, location.clone(), subject, record.end, detail))
        .collect();
    if let Some(digest) = &digest
        && verdict.is_none()
    {
        for finding in foreign_files(digest, location, subject) {
            if let Some(file) = &finding.object {
                record
                    .files
                    .set(&file.bucket, &file.key, FileState::Finding);
            }
            findings.push(finding);
        }
    }
    Checked {
        stream,
        record,
        digest,
        findings,
    }
}

/// Finds log files that a digest lists and that are not of its account, Region and prefix.
fn foreign_files<'d>(
    digest: &'d Digest,
    location: &'d Location,
    subject: (Option<&'d str>, Option<&'d str>),
) -> impl Iterator<Item = Finding> + 'd {
    let own = ObjectKey::parse(&digest.object).ok();
    digest.log_files.iter().filter_map(move |file| {
        let is_own = match (&own, ObjectKey::parse(&file.object)) {
            (Some(own), Ok(key)) => {
                file.bucket == digest.bucket
                    && prefix_of(&file.object, &key) == prefix_of(&digest.object, own)
                    && (key.account, key.region) == (own.account, own.region)
                    && key.kind != ObjectKind::Digest
            }
            _ => false,
        };
        (!is_own).then(|| {
            Finding::about(
                FindingKind::LogForeign,
                Location::new(file.bucket.clone(), file.object.clone()),
                subject,
                digest.end,
                format!("listed by {location}, which is of another account, region or prefix"),
            )
        })
    })
}

/// Tells whether a digest with this verdict has the content that was delivered, as far as
/// is known: its place, its signature or what was appended to it may be in a finding.
pub(crate) const fn is_genuine(verdict: Option<FindingKind>) -> bool {
    matches!(
        verdict,
        None | Some(
            FindingKind::KeyUnavailable
                | FindingKind::DigestMoved
                | FindingKind::DigestAppended
                | FindingKind::DigestSignatureMissing
        )
    )
}

/// What is kept of a digest.
fn record(
    stored: &StoredDigest<'_>,
    digest: Option<&Digest>,
    content: Option<Hash>,
    verdict: Option<FindingKind>,
    named_time: Option<i64>,
) -> DigestRecord {
    let (start, end) = if let Some(digest) = digest.filter(|_| is_genuine(verdict)) {
        (digest.start, digest.end)
    } else {
        // Whoever altered it may have altered its times; its name is what others refer to.
        let stated = digest.map(|digest| digest.end);
        let end = named_time.or(stated).unwrap_or(0);
        (end.saturating_sub(crate::DIGEST_LENGTH), end)
    };
    let location = stored.location;
    let named = digest
        .filter(|_| verdict == Some(FindingKind::DigestMoved))
        .map(|digest| Location::new(digest.bucket.clone(), digest.object.clone()));
    DigestRecord {
        start,
        end,
        location: location.clone(),
        named,
        sha256: content,
        signature: stored
            .metadata
            .signature
            .clone()
            .filter(|signature| signature.len() <= crate::digest::LONGEST_SIGNATURE),
        fingerprint: digest.map(|digest| digest.fingerprint.clone()),
        previous: digest.and_then(|digest| digest.previous.clone()),
        verdict,
        files: digest.map_or_else(FileList::default, FileList::of),
    }
}
