//! A log file: one gzip member around `{"Records":[...]}`.

use std::sync::OnceLock;

use crate::digest::{Hash, sha256};
use crate::gzip::{Member, MemberError};
use crate::record::{Record, RecordError};

mod scan;

/// Says why a log file cannot be indexed; none of these helps to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogFileError {
    /// The file is empty or does not start as gzip does.
    #[error("the file is not gzip")]
    NotGzip,
    /// The gzip member is cut short, or its checksum is wrong.
    #[error("the gzip member is damaged")]
    DamagedGzip,
    /// The content is larger than the bound on decompression.
    #[error("the file inflates to more than {limit} bytes")]
    TooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// Something follows the gzip member; a forger's records hide there.
    #[error("{0} bytes follow the gzip member, which must be the whole file")]
    TrailingBytes(usize),
    /// The content is not an object with an array of records.
    #[error("the content is not {{\"Records\":[...]}} at byte {0}")]
    NotRecords(usize),
    /// The content is an aggregated or other file that has no records.
    #[error("the content has no Records")]
    NoRecords,
}

/// An inflated log file.
///
/// The content is hashed and read from the same buffer, so that what a digest
/// vouches for is what is indexed.
#[derive(Debug)]
pub struct LogFile {
    content: Vec<u8>,
    /// Taken when it is first asked for: it costs as much as inflating, and who only
    /// reads the records has no use for it.
    sha256: OnceLock<Hash>,
}

/// One element of a log file's `Records`.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every entry is a record; boxing costs each"
)]
pub enum Entry<'a> {
    /// A record that can be indexed.
    Record(Record<'a>),
    /// An element that cannot; the rest of the file still is.
    Quarantined(Quarantined),
}

/// Where an element of a log file stands that is not a record, and why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The byte offset in the inflated content.
    pub offset: usize,
    /// The element's length in bytes.
    pub length: usize,
    /// What is wrong with it.
    pub reason: RecordError,
}

impl LogFile {
    /// Inflates a log file of at most `limit` bytes of content.
    ///
    /// The file must be exactly one gzip member. A second member, or bytes
    /// behind it, pass the stock validator unseen (facts section 4.4), so they
    /// reject the file here.
    pub fn inflate(file: &[u8], limit: usize) -> Result<Self, LogFileError> {
        if !file.starts_with(&[0x1f, 0x8b]) {
            return Err(LogFileError::NotGzip);
        }
        let member = Member::read(file, limit)?;
        match member.behind {
            0 => Ok(Self::from_content(member.content)),
            behind => Err(LogFileError::TrailingBytes(behind)),
        }
    }

    /// Takes content that is already inflated.
    pub fn from_content(content: Vec<u8>) -> Self {
        Self {
            content,
            sha256: OnceLock::new(),
        }
    }

    /// The inflated content.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The SHA-256 of the inflated content, as a digest file lists it.
    pub fn sha256(&self) -> &Hash {
        self.sha256.get_or_init(|| sha256(&self.content))
    }

    /// The byte offset at which one of the file's own records stands.
    pub fn offset_of(&self, record: &Record<'_>) -> usize {
        let (start, at) = (self.content.as_ptr().addr(), record.text().as_ptr().addr());
        at.saturating_sub(start)
    }

    /// Reads the records, each with its place in the content.
    ///
    /// A bad element does not stop the others. A content that is no array of
    /// records, or whose brackets do not match, fails as a whole.
    pub fn entries(&self) -> Result<Vec<Entry<'_>>, LogFileError> {
        scan::entries(&self.content)
    }
}

impl From<MemberError> for LogFileError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::NotGzip => Self::NotGzip,
            MemberError::Truncated | MemberError::Damaged => Self::DamagedGzip,
            MemberError::TooLarge { limit } => Self::TooLarge { limit },
        }
    }
}
