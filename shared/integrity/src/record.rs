//! What is kept of a checked digest, so that its chain can be checked without reading it again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use trail::digest::Hash;

use crate::digest::{Digest, Previous};
use crate::finding::FindingKind;
use crate::location::{Location, name_hash};

/// The most bytes that a digest's record is read from: the table's bound on an item.
pub const RECORD_LIMIT: usize = 400 << 10;
/// The most log files that a record lists one by one; a digest of more is split by nobody
/// but fits no item.
pub const MOST_FILES: usize = 15_000;

/// What is kept of a checked digest.
///
/// A chain is assessed from these alone, so that it does not matter in which
/// order the digests came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestRecord {
    /// The first second that it covers. Of a digest that cannot be trusted this and the
    /// end are taken from its name.
    pub start: i64,
    /// The second that it covers up to.
    pub end: i64,
    /// Where it was read.
    #[serde(flatten)]
    pub location: Location,
    /// Where it says it is, if that is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<Location>,
    /// The SHA-256 of its content, where it could be inflated.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "optional_hash"
    )]
    pub sha256: Option<Hash>,
    /// Its signature, as its metadata has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The fingerprint of the key that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What it says of the digest before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// What is wrong with it by itself; none where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<FindingKind>,
    /// The log files that it lists.
    #[serde(default, skip_serializing_if = "FileList::is_empty")]
    pub files: FileList,
}

impl DigestRecord {
    /// The place that the digest has in its chain: where it says it is.
    pub fn place(&self) -> &Location {
        self.named.as_ref().unwrap_or(&self.location)
    }

    /// Tells whether the digest can be relied on for what it says of others.
    pub const fn is_trusted(&self) -> bool {
        self.verdict.is_none()
    }

    /// Writes the record as JSON.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a record; none where the bytes are not one.
    pub fn decode(body: &[u8]) -> Option<Self> {
        if body.len() > RECORD_LIMIT {
            return None;
        }
        serde_json::from_slice(body).ok()
    }
}

/// What is known of a listed log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileState {
    /// Not indexed yet, or not looked at.
    Pending,
    /// There, with the content that the digest lists.
    Proven,
    /// Missing, changed or otherwise in a finding.
    Finding,
}

/// A listed log file, in seventeen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMark {
    /// The hash of its bucket and key: [`name_hash`].
    pub name: u64,
    /// The first eight bytes of its content's SHA-256.
    pub content: u64,
    /// What is known of it.
    pub state: FileState,
}

impl FileMark {
    const LENGTH: usize = 17;

    /// Marks a log file as one that is not looked at yet.
    pub fn new(bucket: &str, key: &str, sha256: &Hash) -> Self {
        Self {
            name: name_hash(bucket, key),
            content: content_mark(sha256),
            state: FileState::Pending,
        }
    }
}

/// The first eight bytes of a content's SHA-256, as [`FileMark`] keeps them.
pub fn content_mark(sha256: &Hash) -> u64 {
    sha256
        .first_chunk::<8>()
        .map_or(0, |first| u64::from_be_bytes(*first))
}

/// The log files that a digest lists, in its order, compact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileList(pub Vec<FileMark>);

impl FileList {
    /// Lists a digest's log files, none of them looked at yet.
    pub fn of(digest: &Digest) -> Self {
        Self(
            digest
                .log_files
                .iter()
                .map(|file| FileMark::new(&file.bucket, &file.object, &file.sha256))
                .collect(),
        )
    }

    /// Tells whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mark of a log file.
    pub fn find(&self, bucket: &str, key: &str) -> Option<&FileMark> {
        let name = name_hash(bucket, key);
        self.0.iter().find(|mark| mark.name == name)
    }

    /// Notes what is known of a log file; says whether it is listed.
    pub fn set(&mut self, bucket: &str, key: &str, state: FileState) -> bool {
        let name = name_hash(bucket, key);
        let mut is_listed = false;
        for mark in self.0.iter_mut().filter(|mark| mark.name == name) {
            mark.state = state;
            is_listed = true;
        }
        is_listed
    }

    /// The state of all of them: a finding outweighs what is pending, and that what is proven.
    pub fn state(&self) -> FileState {
        let mut state = FileState::Proven;
        for mark in &self.0 {
            match mark.state {
                FileState::Finding => return FileState::Finding,
                FileState::Pending => state = FileState::Pending,
                FileState::Proven => {}
            }
        }
        state
    }
}

impl Serialize for FileList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(self.0.len() * FileMark::LENGTH);
        for mark in &self.0 {
            bytes.extend_from_slice(&mark.name.to_be_bytes());
            bytes.extend_from_slice(&mark.content.to_be_bytes());
            bytes.push(match mark.state {
                FileState::Pending => b'p',
                FileState::Proven => b'v',
                FileState::Finding => b'f',
            });
        }
        serializer.serialize_str(&BASE64.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for FileList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = BASE64
            .decode(text.as_bytes())
            .map_err(|_| D::Error::custom("not a list of log files"))?;
        let (marks, []) = bytes.as_chunks::<{ FileMark::LENGTH }>() else {
            return Err(D::Error::custom("not a list of log files"));
        };
        let word = |mark: &[u8; FileMark::LENGTH], at: usize| {
            mark[at..at + 8]
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        marks
            .iter()
            .map(|mark| {
                Ok(FileMark {
                    name: word(mark, 0),
                    content: word(mark, 8),
                    state: match mark[16] {
                        b'p' => FileState::Pending,
                        b'v' => FileState::Proven,
                        b'f' => FileState::Finding,
                        _ => return Err(D::Error::custom("not a state of a log file")),
                    },
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

mod optional_hash {
    use serde::{Deserialize, Deserializer, Serializer};
    use trail::digest::Hash;

    #[expect(clippy::ref_option, reason = "the signature is serde's")]
    pub(super) fn serialize<S: Serializer>(
        hash: &Option<Hash>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match hash {
            Some(hash) => crate::hash_text::serialize(hash, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Hash>, D::Error> {
        #[derive(Deserialize)]
        struct Text(#[serde(with = "crate::hash_text")] Hash);
        Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
    }
}
