//! The kinds of findings, with what a person is told of each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a finding matters; the names are those of alert levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing was tampered with; something cannot be checked from here.
    Low,
    /// Unusual, and perhaps nobody's intention.
    Medium,
    /// Evidence is missing, or of no use as it stands.
    High,
    /// Evidence was altered, or made.
    Critical,
}

impl Severity {
    /// The severity's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident $name:literal $severity:ident $title:literal $respond:ident;)+) => {
        /// What kind of finding it is.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum FindingKind {
            $($(#[$doc])+ $kind,)+
        }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The kind's name, as alerts and tables have it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$kind => Severity::$severity,)+ }
            }

            /// One sentence that names it.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }

            /// What to do about it.
            pub const fn respond(self) -> &'static str {
                match self { $(Self::$kind => $respond,)+ }
            }
        }
    };
}

const MISSING: &str = "Look in the bucket for a delete marker or an older version of the object and restore it; look for DeleteObject, StopLogging, DeleteTrail and PutBucketLifecycleConfiguration calls around the time; ask GetTrailStatus for delivery errors.";
const ALTERED: &str = "Keep the object's versions as evidence and restore the one that was delivered; look for PutObject and CopyObject calls on the key by anyone but CloudTrail, and treat what the caller did since as unproven.";
const CHAIN: &str = "Compare the two digests and their versions with another copy of the archive; a redelivery can break a chain for some hours, a change that stays is tampering.";
const UNKNOWN_KEY: &str = "Ask list-public-keys for the Region and time of the digest; if CloudTrail does not know the fingerprint, the digest was signed by somebody else: treat it as forged.";
const IMPORT_KEYS: &str = "Run aws cloudtrail list-public-keys in the Region and import its answer with the operator route for keys.";
const PLANTED: &str = "Treat the object as planted: CloudTrail did not vouch for it. Find who put it there, and remove what was indexed of it with a rebuild.";
const RESTARTED: &str = "Look for StopLogging, StartLogging, DeleteTrail, CreateTrail and UpdateTrail calls in the hours before: while logging was off nothing was recorded.";
const REPAIR: &str = "Run trailkeep rebuild: it compares the index with the archive, which is the truth, and repairs it; find out who wrote to the table.";

kinds! {
    /// Hours between two digests are covered by none.
    DigestMissing "digest-missing" High "Hours of a trail are covered by no digest" MISSING;
    /// The newest digests are not there though their time is past.
    DigestMissingNewest "digest-missing-newest" High "The newest digests of a trail are missing" MISSING;
    /// There is no digest at all for an account and Region that deliver.
    DigestsMissing "digests-missing" High "An account and Region have no digests at all" MISSING;
    /// A digest is no gzip, no JSON, or lacks a field.
    DigestInvalid "digest-invalid" Critical "A digest cannot be read" ALTERED;
    /// Something follows the digest's gzip member.
    DigestAppended "digest-appended" Critical "Bytes were appended to a digest" ALTERED;
    /// A digest's gzip member is cut short.
    DigestTruncated "digest-truncated" Critical "A digest was cut short" ALTERED;
    /// A digest says that it belongs to another place.
    DigestMoved "digest-moved" Critical "A digest was moved from its place" ALTERED;
    /// A digest's signature is not in its metadata.
    DigestSignatureMissing "digest-signature-missing" Critical "A digest has lost its signature" ALTERED;
    /// A digest's signature does not fit its content.
    DigestSignatureInvalid "digest-signature-invalid" Critical "A digest's signature does not fit its content" ALTERED;
    /// A digest names a key that is not among those of its Region.
    DigestKeyUnknown "digest-key-unknown" Critical "A digest is signed with a key that is not CloudTrail's" UNKNOWN_KEY;
    /// The keys of a Region are not at hand.
    KeyUnavailable "key-unavailable" Low "A Region's public keys cannot be fetched from here" IMPORT_KEYS;
    /// A digest's hash of its predecessor differs from the predecessor's.
    DigestHashChainBroken "digest-hash-chain-broken" Critical "A digest does not vouch for the one before it" CHAIN;
    /// A digest's copy of its predecessor's signature differs from the predecessor's.
    DigestSignatureChainBroken "digest-signature-chain-broken" Critical "A digest states another signature of the one before it" CHAIN;
    /// Two digests of a trail cover the same time.
    DigestOverlap "digest-overlap" Medium "Two digests of a trail cover the same time" CHAIN;
    /// A digest is of another account, Region or prefix than its place.
    DigestForeign "digest-foreign" Critical "A digest is about another account or Region than its place" ALTERED;
    /// A digest without a predecessor stands in the middle of a stream.
    StartUnexpected "start-unexpected" High "A trail was started anew" RESTARTED;
    /// A listed log file is gone.
    LogMissing "log-missing" Critical "A log file that CloudTrail delivered is gone" MISSING;
    /// A listed log file has another content.
    LogChanged "log-changed" Critical "A log file was changed" ALTERED;
    /// Something follows a log file's gzip member.
    LogAppended "log-appended" Critical "Bytes were appended to a log file" ALTERED;
    /// A log file's gzip member is cut short.
    LogTruncated "log-truncated" Critical "A log file was cut short" ALTERED;
    /// A log file is no gzip, or damaged.
    LogInvalid "log-invalid" Critical "A log file cannot be read" ALTERED;
    /// A log file is listed by no digest.
    LogUnlisted "log-unlisted" Critical "A log file is listed by no digest" PLANTED;
    /// A listed log file stands under another key.
    LogMoved "log-moved" High "A log file was moved from its place" ALTERED;
    /// A digest lists a log file of another account, Region or prefix.
    LogForeign "log-foreign" Critical "A digest lists a log file of another account, Region or prefix" PLANTED;
    /// A log file is listed twice.
    LogListedTwice "log-listed-twice" Medium "A log file is listed twice" CHAIN;
    /// The index recorded another hash of a log file than its digest lists.
    IndexDiffers "index-differs" Critical "A log file was indexed with other content than its digest lists" REPAIR;
    /// An indexed log file is listed by no digest.
    IndexUnlisted "index-unlisted" Critical "An indexed log file is listed by no digest" PLANTED;
    /// An item of a segment contradicts the segment's name.
    IndexDamaged "index-damaged" Critical "Items of the index contradict each other" REPAIR;
    /// A file's record names a segment that is not there.
    IndexMissing "index-missing" Critical "Items of the index are missing" REPAIR;
}

impl FindingKind {
    /// Reads a kind's name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kinds_names_agree() {
        assert_eq!(FindingKind::ALL.len(), 29);
        for kind in FindingKind::ALL {
            let written = serde_json::to_value(kind).expect("serializes");
            assert_eq!(written, kind.as_str());
            assert_eq!(FindingKind::named(kind.as_str()), Some(*kind));
            assert!(!kind.title().ends_with('.') && kind.respond().ends_with('.'));
        }
        assert_eq!(FindingKind::named("log-unheard-of"), None);
    }
}
