//! Lays the log files against what the digests list.

use std::collections::{HashMap, HashSet};

use trail::digest::Hash;
use trail::gzip::MemberError;

use super::{Held, LogFact};
use crate::chain::{is_content_genuine, reliance};
use crate::digest::ListedFile;
use crate::finding::{Finding, FindingKind};
use crate::location::Location;
use crate::record::{DigestRecord, FileState};

/// An object by its bucket and key.
pub(super) type Name<'a> = (&'a str, &'a str);

/// What laying the log files against the digests answers.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) checked: u64,
    pub(super) valid: u64,
    /// For each digest, where it was looked at: the states of its log files.
    pub(super) states: Vec<Option<Vec<FileState>>>,
}

/// The log files that no digest lists, by content: where a missing one may have gone.
pub(super) struct Unlisted<'a> {
    pub(super) by_content: HashMap<Hash, Vec<&'a LogFact>>,
}

impl<'a> Unlisted<'a> {
    /// Gathers the whole ones of some log files.
    pub(super) fn of(facts: impl Iterator<Item = &'a LogFact>) -> Self {
        let mut by_content: HashMap<Hash, Vec<&LogFact>> = HashMap::new();
        for fact in facts.filter(|fact| fact.is_whole()) {
            if let Ok(hash) = fact.content {
                by_content.entry(hash).or_default().push(fact);
            }
        }
        Self { by_content }
    }
}

/// Tells which of the digests speak for their log files: one for each place, and only
/// where its list is what CloudTrail wrote, for all that can be told.
pub(super) fn speakers(digests: &[Held]) -> Vec<bool> {
    let mut best: HashMap<Name<'_>, usize> = HashMap::new();
    let mut vouched: HashMap<Name<'_>, Hash> = HashMap::new();
    for (at, held) in digests.iter().enumerate() {
        let record = &held.record;
        best.entry(name_of(record.place()))
            .and_modify(|other| {
                if reliance(record) < reliance(&digests[*other].record) {
                    *other = at;
                }
            })
            .or_insert(at);
        if let (true, Some(previous)) = (is_content_genuine(record), &record.previous) {
            vouched.insert((&previous.bucket, &previous.object), previous.sha256);
        }
    }
    // What the next digest says outweighs what is wrong with the digest by itself.
    let is_genuine = |record: &DigestRecord| match vouched.get(&name_of(record.place())) {
        Some(hash) => record.is_trusted() || record.sha256.as_ref() == Some(hash),
        None => is_content_genuine(record),
    };
    digests
        .iter()
        .enumerate()
        .map(|(at, held)| {
            held.listed.is_some()
                && best.get(&name_of(held.record.place())) == Some(&at)
                && is_genuine(&held.record)
        })
        .collect()
}

pub(super) fn name_of(location: &Location) -> Name<'_> {
    (&location.bucket, &location.key)
}

/// Checks the log files that the digests of the range list.
pub(super) fn check<'a>(
    digests: &'a [Held],
    is_wanted: impl Fn(usize) -> bool,
    find: impl Fn(Name<'_>) -> Option<&'a LogFact>,
    unlisted: &mut Unlisted<'a>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut seen: HashMap<Name<'a>, (usize, FileState)> = HashMap::new();
    let mut told: HashSet<Name<'a>> = HashSet::new();
    for (at, held) in digests.iter().enumerate() {
        let Some(listed) = held.listed.as_ref().filter(|_| is_wanted(at)) else {
            outcome.states.push(None);
            continue;
        };
        let mut states = Vec::with_capacity(listed.len());
        for (place, file) in listed.iter().enumerate() {
            let name: Name<'a> = (&file.bucket, &file.object);
            if let Some((other, state)) = seen.get(&name).copied() {
                states.push(state);
                // A backfill digest may list what another does.
                let is_chain = !held.stream.backfill && !digests[other].stream.backfill;
                if is_chain && told.insert(name) {
                    let others = &digests[other].record.location;
                    outcome.findings.push(about(
                        held,
                        file,
                        FindingKind::LogListedTwice,
                        &format!("listed by {others} and by {}", held.record.location),
                    ));
                }
                continue;
            }
            outcome.checked += 1;
            let trouble = match find(name) {
                Some(fact) => trouble(fact, &file.sha256),
                None => Some(absent(file, unlisted)),
            };
            let is_foreign = held
                .record
                .files
                .0
                .get(place)
                .is_some_and(|mark| mark.state == FileState::Finding);
            let state = if trouble.is_some() || is_foreign {
                FileState::Finding
            } else {
                outcome.valid += 1;
                FileState::Proven
            };
            if let Some((kind, detail)) = trouble {
                let detail = format!("{detail}; listed by {}", held.record.location);
                outcome.findings.push(about(held, file, kind, &detail));
            }
            seen.insert(name, (at, state));
            states.push(state);
        }
        outcome.states.push(Some(states));
    }
    outcome
}

/// Says what is wrong with a log file that is where it is listed.
fn trouble(fact: &LogFact, listed: &Hash) -> Option<(FindingKind, String)> {
    let hash = match &fact.content {
        Ok(hash) => hash,
        Err(error) => {
            let kind = match error {
                MemberError::Truncated => FindingKind::LogTruncated,
                _ => FindingKind::LogInvalid,
            };
            return Some((kind, error.to_string()));
        }
    };
    let appended = format!("{} bytes follow the gzip member", fact.behind);
    match (hash == listed, fact.behind) {
        (true, 0) => None,
        (true, _) => Some((FindingKind::LogAppended, appended)),
        (false, behind) => {
            let mut detail = format!("its content has the hash {}", hex::encode(hash));
            if behind > 0 {
                detail.push_str(", and ");
                detail.push_str(&appended);
            }
            Some((FindingKind::LogChanged, detail))
        }
    }
}

/// Says where a log file went that is not where it is listed.
fn absent(file: &ListedFile, unlisted: &mut Unlisted<'_>) -> (FindingKind, String) {
    match unlisted.by_content.get_mut(&file.sha256).and_then(Vec::pop) {
        Some(fact) => (
            FindingKind::LogMoved,
            format!("its content was found at {}", fact.location),
        ),
        None => (
            FindingKind::LogMissing,
            "the object is not there".to_owned(),
        ),
    }
}

fn about(held: &Held, file: &ListedFile, kind: FindingKind, detail: &str) -> Finding {
    Finding::about(
        kind,
        Location::new(&file.bucket, &file.object),
        (Some(&held.stream.account), Some(&held.stream.region)),
        held.record.end,
        detail,
    )
}
