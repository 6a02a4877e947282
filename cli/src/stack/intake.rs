//! Takes log files from LOGS into the bucket.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use index::Day;
use index::finding::{Finding, FindingKind};
use tokio::runtime::Handle;

use super::digests::Announcement;
use super::{Placed, Progress, Stack, signed};
use crate::failure::Failure;
use crate::logs::{self, Format, LogPath, Logs, ReadError, Stamp};

/// For how long a file must not have changed before it is read.
const QUIET: Duration = Duration::from_secs(1);

/// How many lines of one kind are told of one look; the others are counted.
const TOLD: usize = 200;

/// How many places of a quarantined file are told.
const PLACES: usize = 3;

/// Why a file is not indexed about which nothing was found: its message is a dead letter.
pub(crate) const GIVEN_UP: &str = "it failed each time it was tried: RUST_LOG=warn tells why";

/// What is known of LOGS.
pub(crate) struct Intake {
    logs: Logs,
    stack: Arc<Stack>,
    progress: Arc<Progress>,
    /// The files that were read, as they were then.
    taken: HashMap<PathBuf, Stamp>,
    /// The files that wait for the next look, as they are now.
    waiting: HashMap<PathBuf, Stamp>,
    /// The file that an object was made of, and what its name said.
    sources: HashMap<String, (PathBuf, Format)>,
    skipped: HashSet<PathBuf>,
    unreadable: BTreeMap<PathBuf, String>,
    known: u64,
    findings: HashSet<String>,
    /// The announcements of digests that were put.
    digests: Vec<Announcement>,
    /// The days that this look has marked to be verified.
    marked: HashSet<(String, String, Day)>,
}

/// Whether a file that was changed just now is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Waits until it is quiet.
    FirstSight,
    /// Waits until it is quiet and the same as at the look before.
    SecondSight,
    /// Reads it as it is.
    None,
}

/// What came of one look through LOGS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Log files that were put into the bucket.
    pub(crate) new: u64,
    /// Digests that were put.
    pub(crate) digests: u64,
    /// Whether files are left that may still be written to.
    pub(crate) is_waiting: bool,
}

impl Intake {
    pub(crate) fn new(logs: Logs, stack: Arc<Stack>, progress: Arc<Progress>) -> Self {
        Self {
            logs,
            stack,
            progress,
            taken: HashMap::new(),
            waiting: HashMap::new(),
            sources: HashMap::new(),
            skipped: HashSet::new(),
            unreadable: BTreeMap::new(),
            known: 0,
            findings: HashSet::new(),
            digests: Vec::new(),
            marked: HashSet::new(),
        }
    }

    /// Takes the announcements of the digests that were put: to be sent once the log files are
    /// indexed that these list.
    pub(crate) fn digests(&mut self) -> Vec<Announcement> {
        std::mem::take(&mut self.digests)
    }

    /// Has announcements sent, too, that a process before has left.
    pub(crate) fn expect_digests(&mut self, announcements: Vec<Announcement>) {
        self.digests.extend(announcements);
    }

    /// Files that are no logs by their names.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped.len() as u64
    }

    /// Objects that were there with the same content.
    pub(crate) const fn known(&self) -> u64 {
        self.known
    }

    /// Files and folders that could not be read, with the reason.
    pub(crate) const fn unreadable(&self) -> &BTreeMap<PathBuf, String> {
        &self.unreadable
    }

    /// Names the file that an object was made of; the object where that was another run's.
    pub(crate) fn name_of(&self, key: &str) -> String {
        let source = self.sources.get(key);
        source.map_or_else(|| key.to_owned(), |(path, _)| path.display().to_string())
    }

    /// Looks through LOGS once and puts what is new. Blocks.
    ///
    /// Fails where the bucket cannot be written to; a file that cannot be read
    /// is told and counted.
    pub(crate) fn look(&mut self, patience: Patience) -> Result<Look, Failure> {
        let found = self.logs.find();
        self.tell_skipped(found.skipped);
        for (path, reason) in found.unreadable {
            self.tell_unreadable(path, reason);
        }
        let stopping = self.progress.stopping();
        let now = SystemTime::now();
        let mut look = Look::default();
        let before = std::mem::take(&mut self.waiting);
        // Those of a look before may have been verified since.
        self.marked.clear();
        let digests = self.digests.len();
        for log in found.files {
            if stopping.is_set() {
                break;
            }
            if self.taken.get(&log.path) == Some(&log.stamp) {
                continue;
            }
            let is_settled = log.stamp.is_settled(now, QUIET);
            let is_ripe = match patience {
                Patience::None => true,
                Patience::FirstSight => is_settled,
                Patience::SecondSight => is_settled && before.get(&log.path) == Some(&log.stamp),
            };
            if is_ripe {
                look.new += self.take(&log)?;
            } else {
                self.waiting.insert(log.path, log.stamp);
                look.is_waiting = true;
            }
        }
        look.digests = (self.digests.len() - digests) as u64;
        Ok(look)
    }

    /// Puts the objects of a file, and answers how many were new.
    fn take(&mut self, log: &LogPath) -> Result<u64, Failure> {
        let (mut new, mut objects) = (0, 0_u64);
        let Self {
            stack,
            progress,
            sources,
            known,
            digests,
            marked,
            ..
        } = self;
        let read = logs::read(log, |delivery| {
            objects += 1;
            let key = stack.key(&delivery);
            for day in stack.days_to_verify(&delivery) {
                if !marked.contains(&day) {
                    let marking = Handle::current().block_on(stack.mark_day(&day));
                    marking.map_err(|error| error.to_string())?;
                    marked.insert(day);
                }
            }
            if stack.takes_digest(&delivery) {
                let metadata = signed::metadata_of(&log.path);
                let put = stack.put_digest(delivery, metadata);
                match put.map_err(|error| error.to_string())? {
                    Some(announcement) => digests.push(announcement),
                    None => *known += 1,
                }
                return Ok(());
            }
            match stack.put(delivery).map_err(|error| error.to_string())? {
                Placed::New => {
                    progress.expect(1);
                    new += 1;
                    sources.insert(key, (log.path.clone(), log.format));
                }
                Placed::Known => {
                    *known += 1;
                    sources
                        .entry(key)
                        .or_insert_with(|| (log.path.clone(), log.format));
                }
            }
            Ok(())
        });
        match read {
            Ok(bad) => {
                for line in bad {
                    let (path, number) = (log.path.display(), line.number);
                    self.progress
                        .say(format_args!("quarantined {path}:{number}: {}", line.reason));
                }
                if objects == 0 {
                    let reason = "it has no lines".to_owned();
                    self.tell_skipped(vec![(log.path.clone(), reason)]);
                }
                self.unreadable.remove(&log.path);
            }
            Err(ReadError::NotTaken(reason)) => return Err(Failure::new(reason)),
            Err(error) => self.tell_unreadable(log.path.clone(), error.to_string()),
        }
        // What was written to while it was read comes again.
        if Stamp::read(&log.path).is_none_or(|stamp| stamp == log.stamp) {
            self.taken.insert(log.path.clone(), log.stamp);
        }
        Ok(new)
    }

    fn tell_skipped(&mut self, skipped: Vec<(PathBuf, String)>) {
        let mut untold = 0_u64;
        for (number, (path, reason)) in skipped
            .into_iter()
            .filter(|(path, _)| self.skipped.insert(path.clone()))
            .enumerate()
        {
            if number < TOLD {
                self.progress
                    .say(format_args!("skipped {}: {reason}", path.display()));
            } else {
                untold += 1;
            }
        }
        if untold > 0 {
            self.progress.say(format_args!(
                "skipped {untold} more files for the like reasons"
            ));
        }
    }

    fn tell_unreadable(&mut self, path: PathBuf, reason: String) {
        if self.unreadable.get(&path) != Some(&reason) {
            self.progress
                .say(format_args!("rejected {}: {reason}", path.display()));
            self.unreadable.insert(path, reason);
        }
    }

    /// Tells the findings that have not been told, and answers how many of them
    /// are about files that are not indexed.
    pub(crate) fn tell_findings(&mut self, findings: &BTreeMap<String, Finding>) -> u64 {
        let new: Vec<&Finding> = findings
            .iter()
            .filter(|(sort, _)| self.findings.insert((*sort).clone()))
            .map(|(_, finding)| finding)
            .collect();
        for finding in new.iter().take(TOLD) {
            self.tell_finding(finding);
        }
        let untold = new.len().saturating_sub(TOLD);
        if untold > 0 {
            let untold = format_args!("{untold} more files have findings");
            self.progress.say(untold);
        }
        let is_rejection = |finding: &&&Finding| finding.kind != FindingKind::Quarantined;
        new.iter().filter(is_rejection).count() as u64
    }

    /// Tells log files that are not indexed although nothing was found wrong with them.
    pub(crate) fn tell_given_up(&self, keys: &BTreeSet<String>) {
        for key in keys.iter().take(TOLD) {
            let file = self.name_of(key);
            self.progress
                .say(format_args!("rejected {file}: {GIVEN_UP}"));
        }
        let untold = keys.len().saturating_sub(TOLD);
        if untold > 0 {
            self.progress.say(format_args!(
                "rejected {untold} more files for the like reason"
            ));
        }
    }

    fn tell_finding(&self, finding: &Finding) {
        let key = &finding.file.key;
        let source = self.sources.get(key);
        let file = self.name_of(key);
        let reason = &finding.reason;
        match finding.kind {
            FindingKind::Rejected => self.progress.say(format_args!("rejected {file}: {reason}")),
            FindingKind::Conflict => self.progress.say(format_args!("conflict {file}: {reason}")),
            // Their lines were told when they were read.
            FindingKind::Quarantined
                if source.is_some_and(|(_, format)| *format == Format::Lines) => {}
            FindingKind::Quarantined => {
                let (count, told) = (finding.count, finding.places.len().min(PLACES));
                for place in &finding.places[..told] {
                    let (offset, reason) = (place.offset, &place.reason);
                    self.progress
                        .say(format_args!("quarantined {file}: byte {offset}: {reason}"));
                }
                if count > told as u64 {
                    let more = count - told as u64;
                    self.progress
                        .say(format_args!("quarantined {file}: {more} more records"));
                }
            }
        }
    }
}
