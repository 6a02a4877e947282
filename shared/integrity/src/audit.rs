//! The whole check of a set of objects: what `trailkeep verify` does.
//!
//! Objects are examined one at a time, in any order and on as many threads as
//! one likes; of each only hashes and names are kept. When all have been, the
//! digests are laid in their chains and the log files against them.

use std::collections::BTreeMap;

use trail::ObjectKey;
use trail::digest::{Hash, sha256};
use trail::gzip::{Member, MemberError};
use trail::key::ObjectKind;

use crate::digest::ListedFile;
use crate::finding::Finding;
use crate::key::KeyRing;
use crate::location::{Location, StreamId, prefix_of};
use crate::record::DigestRecord;
use crate::stored::{Checked, Metadata, StoredDigest, check};

mod listing;
mod report;
mod sum;
mod unlisted;

pub use report::{Report, Verdict};

/// The most bytes that a log file may inflate to: five times what CloudTrail delivers.
pub const LOG_LIMIT: usize = 256 << 20;

/// What is to be proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The first second; without it everything from each stream's first digest.
    pub start: Option<i64>,
    /// The second up to which; without it up to each stream's newest digest, and what was
    /// delivered later stays unproven.
    pub end: Option<i64>,
    /// Now, where objects are read from where they are delivered: what is not due yet is
    /// pending. A copy has none: it must hold everything.
    pub now: Option<i64>,
    /// The account that was asked for; only named where nothing at all is there.
    pub account: Option<String>,
    /// The Region that was asked for; only named where nothing at all is there.
    pub region: Option<String>,
}

/// An object that was examined.
#[derive(Clone, Debug)]
pub struct Examined(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Digest(Box<Checked>),
    Log(LogFact),
    /// Neither by its key; its digest, where it holds one.
    Stray(LogFact, Option<Box<Checked>>),
}

/// What is kept of a log file.
#[derive(Clone, Debug)]
struct LogFact {
    location: Location,
    /// The hash of the first gzip member's content.
    content: Result<Hash, MemberError>,
    /// How many bytes follow that member.
    behind: usize,
}

impl LogFact {
    fn is_whole(&self) -> bool {
        self.content.is_ok() && self.behind == 0
    }
}

/// Examines an object as it is stored, with the metadata that is stored beside it.
///
/// Whether it is a digest or a log file is told by its key. An object of
/// neither kind is looked at too: it may be one that was moved.
pub fn examine(location: Location, object: &[u8], metadata: &Metadata, keys: &KeyRing) -> Examined {
    let kind = ObjectKey::parse(&location.key).map(|key| key.kind);
    if kind == Ok(ObjectKind::Digest) {
        return Examined(Kind::Digest(Box::new(checked(
            &location, object, metadata, keys,
        ))));
    }
    let (content, behind, is_digest) = match Member::read(object, LOG_LIMIT) {
        Ok(member) => {
            let is_digest = kind.is_err() && may_be_digest(&member.content);
            (Ok(sha256(&member.content)), member.behind, is_digest)
        }
        Err(error) => (Err(error), 0, false),
    };
    let digest = is_digest
        .then(|| checked(&location, object, metadata, keys))
        .filter(|checked| checked.digest.is_some())
        .map(Box::new);
    let fact = LogFact {
        location,
        content,
        behind,
    };
    Examined(match kind {
        Ok(_) => Kind::Log(fact),
        Err(_) => Kind::Stray(fact, digest),
    })
}

fn checked(location: &Location, object: &[u8], metadata: &Metadata, keys: &KeyRing) -> Checked {
    check(
        &StoredDigest {
            location,
            object,
            metadata,
        },
        keys,
    )
}

/// Tells cheaply whether a content can be a digest's, before it is read as one.
fn may_be_digest(content: &[u8]) -> bool {
    let start = content.get(..4096).unwrap_or(content);
    start
        .windows(b"\"digest".len())
        .any(|window| window == b"\"digest")
}

/// A digest of the audit.
#[derive(Debug)]
struct Held {
    stream: StreamId,
    record: DigestRecord,
    findings: Vec<Finding>,
    /// None where it cannot be read.
    listed: Option<Vec<ListedFile>>,
}

/// Whom a log file belongs to by its key: bucket, prefix, account and Region.
type Place = (String, String, String, String);

/// An audit under way.
#[derive(Debug)]
pub struct Audit {
    scope: Scope,
    digests: Vec<Held>,
    /// Digests found where no digest belongs.
    stray_digests: Vec<Held>,
    /// Log files by bucket and key.
    logs: BTreeMap<(String, String), LogFact>,
    /// Objects of neither kind.
    strays: Vec<LogFact>,
    notes: Vec<String>,
}

impl Audit {
    /// Begins an audit.
    pub const fn new(scope: Scope) -> Self {
        Self {
            scope,
            digests: Vec::new(),
            stray_digests: Vec::new(),
            logs: BTreeMap::new(),
            strays: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Takes an object in; of log files the version that was examined last counts.
    ///
    /// Feed everything of the range and a day to each side: a log file is
    /// listed an hour after its delivery, and a chain's links reach behind.
    pub fn take(&mut self, examined: Examined) {
        match examined.0 {
            Kind::Digest(checked) => self.digests.push(Held::new(*checked)),
            Kind::Log(fact) => {
                let name = (fact.location.bucket.clone(), fact.location.key.clone());
                self.logs.insert(name, fact);
            }
            Kind::Stray(fact, digest) => {
                self.stray_digests
                    .extend(digest.map(|checked| Held::new(*checked)));
                self.strays.push(fact);
            }
        }
    }

    /// Adds a note for the reader of the report.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Ends the audit.
    pub fn finish(self) -> Report {
        sum::sum(self)
    }
}

impl Held {
    fn new(checked: Checked) -> Self {
        Self {
            stream: checked.stream,
            record: checked.record,
            findings: checked.findings,
            listed: checked.digest.map(|digest| digest.log_files),
        }
    }
}

/// Whom an object belongs to by its key, and when it was delivered by its name.
fn place_of(location: &Location) -> Option<(Place, ObjectKey<'_>)> {
    let key = ObjectKey::parse(&location.key).ok()?;
    let place = (
        location.bucket.clone(),
        prefix_of(&location.key, &key).to_owned(),
        key.account.to_owned(),
        key.region.to_owned(),
    );
    Some((place, key))
}
