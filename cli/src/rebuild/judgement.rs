//! What of each file of a group differs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use index::Day;
use index::file::FileVersion;

use super::archived::{Archived, File, Mark};
use super::group::{Member, Recording};
use super::ledger::{Counts, FileDifference, Listing, SegmentDifference};
use super::totals::Totals;

/// How many ids of events are told of a file.
const MOST_IDS: usize = 10;

/// An event of the index that its file does not have.
#[derive(Debug)]
pub(super) struct Foreign {
    /// The number of the file in the group.
    pub(super) member: usize,
    pub(super) time: i64,
    pub(super) id: Box<str>,
}

/// The files of a group as the archive has them, and what differs.
#[derive(Debug)]
pub(super) struct Judgement<'g> {
    members: &'g [Member],
    archived: &'g [Archived],
    numbers: HashMap<&'g FileVersion, usize>,
    findings: Vec<Finding>,
}

/// What differs of a file.
#[derive(Debug, Default)]
struct Finding {
    /// Events that only the index has, as often as it has them.
    extra: HashMap<(i64, Box<str>), u64>,
    /// By the day of the events.
    days: BTreeMap<String, Counts>,
    reason: Option<String>,
    ids: Vec<String>,
}

impl Finding {
    fn note(&mut self, time: i64, id: &str, count: impl FnOnce(&mut Counts)) {
        let day = Day::of(time).to_string();
        count(self.days.entry(day).or_default());
        if self.ids.len() < MOST_IDS && !id.is_empty() && !self.ids.iter().any(|known| known == id)
        {
            self.ids.push(id.to_owned());
        }
    }
}

impl<'g> Judgement<'g> {
    /// Judges files by what the archive says of each.
    pub(super) fn new(members: &'g [Member], archived: &'g [Archived]) -> Self {
        let numbers = members.iter().enumerate();
        Self {
            members,
            archived,
            numbers: numbers
                .map(|(number, member)| (&member.version, number))
                .collect(),
            findings: members.iter().map(|_| Finding::default()).collect(),
        }
    }

    /// The number of a file in the group.
    pub(super) fn member(&self, version: &FileVersion) -> Option<usize> {
        self.numbers.get(version).copied()
    }

    /// Tells whether a file of the archive has a record, or nobody knows.
    pub(super) fn has(&self, member: usize, mark: &Mark) -> bool {
        match &self.archived[member] {
            Archived::Held(file) => file.marks.contains(mark),
            Archived::Unreadable(_) => true,
            // Another version of it may be there, with the same records.
            Archived::Gone => {
                let key = &self.members[member].version.key;
                let others = self.members.iter().zip(self.archived);
                let mut others = others.filter(|(other, _)| other.version.key == *key);
                others.any(|(_, other)| match other {
                    Archived::Held(file) => file.marks.contains(mark),
                    Archived::Gone | Archived::Unreadable(_) => false,
                })
            }
        }
    }

    /// Notes an event of the index that its file does not have.
    pub(super) fn add_foreign(&mut self, foreign: Foreign) {
        let Foreign { member, time, id } = foreign;
        let finding = &mut self.findings[member];
        finding.note(time, &id, |counts| counts.extra += 1);
        *finding.extra.entry((time, id)).or_default() += 1;
    }

    /// Finds the events that must be in the index and are not.
    ///
    /// One that is there under the same id and time with another content is different.
    pub(super) fn find_missing(&mut self, present: &HashSet<Mark>) {
        for (archived, finding) in self.archived.iter().zip(&mut self.findings) {
            let Archived::Held(file) = archived else {
                continue;
            };
            for event in file
                .expected
                .iter()
                .filter(|event| !present.contains(&event.mark))
            {
                let twin = finding.extra.get_mut(&(event.time, event.id.clone()));
                let is_different = twin.is_some_and(|left| {
                    let is_there = *left > 0;
                    *left = left.saturating_sub(1);
                    is_there
                });
                finding.note(event.time, &event.id, |counts| {
                    if is_different {
                        counts.extra -= 1;
                        counts.different += 1;
                    } else {
                        counts.missing += 1;
                    }
                });
            }
        }
    }

    /// Looks at the records of the files, and at files that are not as they should be.
    pub(super) fn look_at_records(&mut self) {
        let files = self.members.iter().zip(self.archived);
        for ((member, archived), finding) in files.zip(&mut self.findings) {
            finding.reason = match archived {
                Archived::Held(file) => {
                    let is_any_missing = finding.days.values().any(|counts| counts.missing > 0);
                    wrong_record(member, file, is_any_missing)
                }
                Archived::Unreadable(reason) => {
                    Some(format!("the archived file cannot be read: {reason}"))
                }
                Archived::Gone if finding.days.is_empty() => None,
                Archived::Gone => Some("the archive does not have it in this version".to_owned()),
            };
        }
    }

    /// Counts what was compared.
    pub(super) fn count(&self, totals: &mut Totals) {
        let held = self.archived.iter().filter_map(|archived| match archived {
            Archived::Held(file) => Some(file.as_ref()),
            Archived::Gone | Archived::Unreadable(_) => None,
        });
        for File { marks, past, .. } in held {
            totals.files += 1;
            totals.events += marks.len() as u64;
            totals.past += past;
        }
    }

    /// The files of which anything differs. Those of a segment that is wrong are indexed
    /// again with it, where its directory entry names them.
    pub(super) fn into_differences(self, wrong: &[SegmentDifference]) -> Vec<FileDifference> {
        let wrong = wrong
            .iter()
            .filter(|wrong| wrong.entry == Listing::Readable);
        let wrong: BTreeSet<&str> = wrong.map(|wrong| wrong.segment.as_str()).collect();
        let findings = self.members.iter().zip(self.findings);
        let differing =
            findings.filter(|(_, finding)| finding.reason.is_some() || !finding.days.is_empty());
        differing
            .map(|(member, finding)| {
                let mut segments = member.segments.iter();
                FileDifference {
                    version: member.version.clone(),
                    days: finding.days,
                    reason: finding.reason,
                    events: finding.ids,
                    is_in_segment: segments.any(|segment| wrong.contains(segment.as_str())),
                }
            })
            .collect()
    }
}

/// What is wrong with a file's record, if anything.
fn wrong_record(member: &Member, file: &File, is_any_missing: bool) -> Option<String> {
    let record = match &member.record {
        Recording::Nothing if member.is_restored || file.expected.is_empty() => return None,
        Recording::Nothing if is_any_missing => return Some("it is not indexed".to_owned()),
        Recording::Nothing => return Some("its record is missing".to_owned()),
        Recording::Damaged => return Some("its record is damaged".to_owned()),
        Recording::Record(record) => record,
    };
    if record.sha256 != file.sha256 {
        return Some("its record names another hash".to_owned());
    }
    (record.records != file.records)
        .then(|| "its record names another number of records".to_owned())
}
