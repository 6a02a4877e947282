//! Everything that was found, each event once.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;

use detection::{Correlator, Firing, Group, Level, RuleIndex, Rules};

use super::reader::{Batch, Place};
use super::sighting::{Facts, Sighting};
use super::watch::{Watch, graded};
use crate::logs::LogPath;

mod texts;

pub(super) use texts::{TextId, Texts};

/// How many faults are told one by one.
const TOLD: usize = 200;

/// An event that matched: some two hundred bytes.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) rules: Box<[RuleIndex]>,
    pub(super) second: Option<i64>,
    /// Where it stands first, in the order of paths.
    pub(super) place: Place,
    pub(super) facts: Facts<TextId>,
}

/// A correlation that fired.
#[derive(Debug)]
pub(super) struct Fired {
    pub(super) firing: Firing,
    /// The event at which it last fired, where that is known by its id.
    pub(super) row: Option<usize>,
}

/// A rule that matched, and on what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match<'f> {
    pub(super) rule: RuleIndex,
    pub(super) second: Option<i64>,
    /// The event; of a correlation the one at which it last fired.
    pub(super) row: Option<&'f Row>,
    /// The correlation's part.
    pub(super) fired: Option<&'f Fired>,
}

impl<'f> Match<'f> {
    /// What matches are ordered by.
    fn order(&self) -> (Option<i64>, RuleIndex, Option<Place>, Option<&'f Group>) {
        let place = self.row.map(|row| row.place);
        let group = self.fired.map(|fired| &fired.firing.group);
        (self.second, self.rule, place, group)
    }
}

/// A file or record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Trouble {
    pub(super) file: String,
    /// The byte in its content; nothing where it is about the whole file.
    pub(super) at: Option<u64>,
    pub(super) reason: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.file)?;
        if let Some(at) = self.at {
            write!(formatter, "the record at byte {at}: ")?;
        }
        formatter.write_str(&self.reason)
    }
}

/// What was found in all files.
pub(super) struct Findings<'w> {
    rules: &'w Rules,
    files: &'w [LogPath],
    least: Option<Level>,
    correlator: Correlator<'w>,
    pub(super) texts: Texts,
    rows: Vec<Row>,
    /// The rows by what identifies their events.
    known: HashMap<u128, usize>,
    fired: Vec<Fired>,
    pub(super) events: u64,
    pub(super) content: u64,
    /// How many matching records were of events that had been met already.
    pub(super) repeated: u64,
    worst: Option<Level>,
    troubles: BTreeSet<Trouble>,
    bad_files: BTreeSet<usize>,
    untold: u64,
}

impl<'w> Findings<'w> {
    pub(super) fn new(
        rules: &'w Rules,
        watch: &'w Watch<'w>,
        files: &'w [LogPath],
        least: Option<Level>,
    ) -> Self {
        Self {
            rules,
            files,
            least,
            correlator: Correlator::new(&watch.correlations),
            texts: Texts::default(),
            rows: Vec::new(),
            known: HashMap::new(),
            fired: Vec::new(),
            events: 0,
            content: 0,
            repeated: 0,
            worst: None,
            troubles: BTreeSet::new(),
            bad_files: BTreeSet::new(),
            untold: 0,
        }
    }

    /// Notes a file or folder that could not even be looked at.
    pub(super) fn unreadable(&mut self, path: &Path, reason: &str) {
        self.trouble(Trouble {
            file: path.display().to_string(),
            at: None,
            reason: reason.to_owned(),
        });
    }

    /// Takes in a part of a file.
    pub(super) fn add(&mut self, batch: Batch) {
        self.events += batch.events;
        self.content += batch.content;
        self.untold += batch.untold;
        for fault in batch.faults {
            if fault.at.is_none() {
                self.bad_files.insert(fault.file);
            }
            let file = self.files.get(fault.file);
            self.trouble(Trouble {
                file: file.map_or_else(String::new, |file| file.path.display().to_string()),
                at: fault.at,
                reason: fault.reason,
            });
        }
        for sighted in batch.sighted {
            self.correlator.add(sighted);
        }
        for sighting in batch.sightings {
            self.sighting(&sighting);
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.troubles.insert(trouble);
        // The last ones go, so that what is told does not depend on who was first.
        if self.troubles.len() > TOLD && self.troubles.pop_last().is_some() {
            self.untold += 1;
        }
    }

    fn sighting(&mut self, sighting: &Sighting) {
        let levels = sighting.rules.iter();
        let worst = levels.filter_map(|rule| graded(self.rules, *rule)).max();
        self.worst = self.worst.max(worst);
        if let Some(row) = self.known.get(&sighting.identity) {
            self.repeated += 1;
            let row = &mut self.rows[*row];
            row.place = row.place.min(sighting.place);
            return;
        }
        self.known.insert(sighting.identity, self.rows.len());
        self.rows.push(Row {
            rules: sighting.rules.clone().into(),
            second: sighting.second,
            place: sighting.place,
            facts: sighting.facts.map(|text| self.texts.intern(text)),
        });
    }

    /// Evaluates correlations, once everything is read.
    pub(super) fn finish(&mut self, watch: &'w Watch<'w>) {
        self.known = HashMap::new();
        let correlator =
            std::mem::replace(&mut self.correlator, Correlator::new(&watch.correlations));
        let mut awaited = HashMap::new();
        for mut firing in correlator.finish() {
            let rule = firing.correlation;
            // What other correlations saw of it, they have seen.
            firing.at = Vec::new();
            if !self.rules.get(rule).is_alerting {
                continue;
            }
            self.worst = self.worst.max(graded(self.rules, rule));
            if let Some(id) = firing.event_ids.last() {
                let waiting: &mut Vec<usize> = awaited.entry(id.clone()).or_default();
                waiting.push(self.fired.len());
            }
            self.fired.push(Fired { firing, row: None });
        }
        for (number, row) in self.rows.iter().enumerate() {
            let id = row.facts.id.map(|id| self.texts.get(id));
            for waiting in id.and_then(|id| awaited.get(id)).into_iter().flatten() {
                self.fired[*waiting].row.get_or_insert(number);
            }
        }
    }

    /// Everything that is shown, in the order of time, then of rules.
    pub(super) fn matches(&self) -> Vec<Match<'_>> {
        let of_events = self.rows.iter().flat_map(|row| {
            row.rules.iter().map(move |rule| Match {
                rule: *rule,
                second: row.second,
                row: Some(row),
                fired: None,
            })
        });
        let of_correlations = self.fired.iter().map(|fired| Match {
            rule: fired.firing.correlation,
            second: Some(fired.firing.last),
            row: fired.row.map(|row| &self.rows[row]),
            fired: Some(fired),
        });
        let mut matches: Vec<_> = of_events
            .chain(of_correlations)
            .filter(|found| self.is_shown(found.rule))
            .collect();
        matches.sort_by(|one, other| one.order().cmp(&other.order()));
        matches
    }

    fn is_shown(&self, rule: RuleIndex) -> bool {
        let rule = self.rules.get(rule);
        rule.is_alerting && self.least.is_none_or(|least| rule.level >= least)
    }

    /// The highest level of what matched and is not only tried, shown or not.
    pub(super) const fn worst(&self) -> Option<Level> {
        self.worst
    }

    pub(super) fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        self.troubles.iter()
    }

    pub(super) const fn untold(&self) -> u64 {
        self.untold
    }

    /// How many files could not be read to their end.
    pub(super) fn bad_files(&self) -> usize {
        self.bad_files.len()
    }

    /// Whether anything could not be read.
    pub(super) fn has_troubles(&self) -> bool {
        !self.troubles.is_empty() || self.untold > 0
    }

    pub(super) fn file(&self, place: Place) -> Option<&LogPath> {
        self.files.get(place.file)
    }
}
