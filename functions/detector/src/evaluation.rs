//! Finds what matches, and makes candidates of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use alerts::{Alert, GroupValue};
use detection::{Event, Log, RecordError, RuleIndex, Scratch, Stage};
use index::Retention;
use index::table::alerting::Key;
use lambda::batch::Outcome;
use lambda::error::Failure;
use trail::{LogFile, Record};

use crate::Counts;
use crate::book::Loaded;
use crate::candidate::Candidate;
use crate::correlation::Sightings;

/// The most candidates that are gathered before they are settled.
const MOST_FOUND: usize = 1_000;

/// The most bytes of records behind them.
const LARGEST_FOUND: usize = 32 << 20;

/// The most sightings for correlations that are gathered before they are filed.
const MOST_SIGHTED: usize = 20_000;

/// Where a candidate's event came from: the number of a file or of a live event in its batch.
pub(crate) type Origin = usize;

/// A candidate, and where its event came from.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) candidate: Candidate,
    pub(crate) origins: Vec<Origin>,
}

/// The matches of a batch that are not settled yet.
#[derive(Debug)]
pub(crate) struct Gathering<'l> {
    pub(crate) loaded: &'l Loaded,
    scratch: Scratch,
    retention: Retention,
    now: i64,
    found: HashMap<Key, Found>,
    size: usize,
    sightings: Sightings,
    pub(crate) counts: Counts,
}

/// How far a log file was evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// To its end.
    Done,
    /// Up to where there is no room for further matches: settle them, and go on.
    Full,
}

/// Says why an event of EventBridge was not evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unheard {
    /// It is no record, and nothing is lost by it.
    #[error("the event is no record")]
    NoRecord,
    /// It is a record, and the rules could not be held against it.
    #[error("the event could not be evaluated: {0}")]
    Unevaluated(RecordError),
}

impl Unheard {
    /// What becomes of the event's message.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::NoRecord => Outcome::Done,
            // It may be what a rule is there for: somebody must see to it.
            Self::Unevaluated(_) => Outcome::Failed(Failure::reject(self)),
        }
    }
}

impl<'l> Gathering<'l> {
    pub(crate) fn new(loaded: &'l Loaded, retention: Retention, now: i64) -> Self {
        Self {
            loaded,
            scratch: loaded.engine.scratch(),
            retention,
            now,
            found: HashMap::new(),
            size: 0,
            sightings: Sightings::default(),
            counts: Counts::default(),
        }
    }

    /// Evaluates an event of EventBridge.
    pub(crate) fn live(&mut self, record: &str, origin: Origin) -> Result<(), Unheard> {
        let read = Record::parse(record).map_err(|_| Unheard::NoRecord)?;
        let engine = &self.loaded.engine;
        let rules = engine
            .matches(&mut self.scratch, record.as_bytes())
            .map_err(Unheard::Unevaluated)?
            .to_vec();
        self.counts.evaluated += 1;
        Counts::note_lag(&mut self.counts.event_lag, self.now - read.time());
        self.take(record.as_bytes(), &rules, origin, None);
        Ok(())
    }

    /// Takes in a finding of Trailkeep's own.
    pub(crate) fn finding(&mut self, candidate: Candidate, origin: Origin) {
        self.counts.findings += 1;
        self.add(candidate, origin, 0);
    }

    /// Evaluates the records of a log file from where it was left.
    ///
    /// An element that is no record is counted; what it holds is for the indexer to record.
    pub(crate) fn file(&mut self, log: &mut Log<'_>, origin: Origin, key: &str) -> Progress {
        let loaded = self.loaded;
        while !self.is_full() {
            let Some(matched) = loaded.engine.matches_next(&mut self.scratch, log) else {
                return Progress::Done;
            };
            match matched {
                Ok(matched) => {
                    self.counts.evaluated += 1;
                    if !matched.rules.is_empty() {
                        let (record, rules) = (matched.record, matched.rules.to_vec());
                        self.take(record, &rules, origin, Some(key));
                    }
                }
                Err(_) => self.counts.quarantined += 1,
            }
        }
        Progress::Full
    }

    /// Tells whether what is gathered must be settled before there is more.
    pub(crate) fn is_full(&self) -> bool {
        let size = self.size + self.sightings.size();
        let is_long = self.found.len() >= MOST_FOUND || self.sightings.count() >= MOST_SIGHTED;
        is_long || size >= LARGEST_FOUND
    }

    /// Gives out the sightings that are gathered.
    pub(crate) fn take_sightings(&mut self) -> Sightings {
        std::mem::take(&mut self.sightings)
    }

    /// Gives out what is gathered, the oldest events first.
    pub(crate) fn take_found(&mut self) -> Vec<Found> {
        self.size = 0;
        let mut found: Vec<_> = self.found.drain().map(|(_, found)| found).collect();
        found.sort_by(|one, other| one.candidate.key.cmp(&other.candidate.key));
        found
    }

    fn take(&mut self, record: &[u8], rules: &[RuleIndex], origin: Origin, log_file: Option<&str>) {
        let (Ok(text), Ok(event)) = (std::str::from_utf8(record), Event::parse(record)) else {
            self.counts.quarantined += 1;
            return;
        };
        let horizon = self.retention.horizon(self.now);
        let mut is_read = true;
        for sighted in self.loaded.correlations.sightings(rules, &event) {
            if sighted.sighting.second >= horizon {
                self.sightings.add(sighted, origin, text);
            }
        }
        for index in rules {
            let rule = self.loaded.rules.get(*index);
            if !rule.is_alerting {
                continue;
            }
            if rule.stage == Stage::Stage {
                self.counts.stage(&rule.id);
                continue;
            }
            let group: Vec<GroupValue> = rule
                .group
                .iter()
                .map(|field| GroupValue::new(field, &event.field(field).unwrap_or_default()))
                .collect();
            let summary = &self.loaded.summaries[index.number()];
            let Ok(alert) = Alert::of_event(summary, text, &group, log_file) else {
                // It has no time: the indexer has it on record as none that can be indexed.
                is_read = false;
                continue;
            };
            self.counts.matches += 1;
            let time = alert.first_time;
            if time < horizon {
                self.counts.expired += 1;
                continue;
            }
            let suppress = i64::try_from(rule.suppress).unwrap_or(i64::MAX);
            let candidate = Candidate::new(alert, time, suppress, self.retention);
            self.add(candidate, origin, record.len());
        }
        self.counts.quarantined += u64::from(!is_read);
    }

    fn add(&mut self, candidate: Candidate, origin: Origin, size: usize) {
        match self.found.entry(candidate.key.clone()) {
            Entry::Occupied(mut entry) => {
                // The same event by both paths, or delivered twice: one alert.
                self.counts.known += 1;
                let origins = &mut entry.get_mut().origins;
                if !origins.contains(&origin) {
                    origins.push(origin);
                }
            }
            Entry::Vacant(entry) => {
                self.size += size;
                entry.insert(Found {
                    candidate,
                    origins: vec![origin],
                });
            }
        }
    }
}

/// Opens a log file's records, as the indexer does: what it refuses is refused here.
pub(crate) fn open(log: &LogFile) -> Result<Log<'_>, Failure> {
    Log::open(log.content()).map_err(Failure::reject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_rules_could_not_be_held_against_is_rejected_and_one_that_is_none_is_not() {
        let unevaluated = Unheard::Unevaluated(RecordError::Malformed(7)).outcome();
        let Outcome::Failed(failure) = unevaluated else {
            panic!("it must not pass");
        };
        assert!(!failure.is_retry());
        assert!(matches!(Unheard::NoRecord.outcome(), Outcome::Done));
    }
}
