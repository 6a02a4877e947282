//! What is suspicious about a day, told by names and hashes alone.

use std::collections::{BTreeMap, BTreeSet};

use aws::objects::Listed;
use index::Day;
use integrity::location::name_hash;
use integrity::record::{FileMark, FileState, content_mark};
use integrity::{
    DIGEST_LENGTH, DIGEST_SLACK, DigestRecord, Finding, FindingKind, LISTING_SLACK, Location,
};
use trail::ObjectKey;
use trail::key::ObjectKind;

use crate::examine::Stored;
use crate::listing::Indexed;

/// How long behind a file's time digests must reach before it is missed in them, in
/// seconds: it may be delivered some minutes after the time in its name.
const DELIVERY: i64 = 1_800;

/// A day under audit.
pub(super) struct Audit<'a> {
    pub(super) day: Day,
    pub(super) bucket: &'a str,
    pub(super) stored: &'a [Stored],
    /// The marks of all listed files, with their digests, by the hashes of their names.
    listed: BTreeMap<u64, Vec<(usize, &'a FileMark)>>,
    records: &'a BTreeMap<u64, Vec<Indexed>>,
    now: i64,
}

/// What is suspicious, before anything is read to make sure.
#[derive(Default)]
pub(super) struct Suspicions {
    /// Objects and records that no digest lists, though one would by now.
    pub(super) unlisted: Vec<Finding>,
    /// Objects that no digest lists where there is none to list them.
    pub(super) strays: Vec<Finding>,
    /// Digests with files that are not as they should be, and those files' names.
    pub(super) digests: BTreeMap<usize, BTreeMap<u64, Suspicion>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// The object is not in the bucket, if its key is one of the day.
    Gone,
    /// The object is not the one that was indexed.
    Replaced,
    /// The index has another hash.
    Differs,
    /// The index has no record any more.
    Forgotten,
    /// Another digest lists it too.
    Twice,
}

/// What the index is to hold of a day.
pub(super) struct Expected {
    /// Whether file records of the day are still to be there.
    pub(super) are_kept: bool,
}

impl<'a> Audit<'a> {
    pub(super) fn new(
        day: Day,
        bucket: &'a str,
        stored: &'a [Stored],
        records: &'a BTreeMap<u64, Vec<Indexed>>,
        now: i64,
    ) -> Self {
        let mut listed: BTreeMap<u64, Vec<(usize, &FileMark)>> = BTreeMap::new();
        for (number, stored) in stored.iter().enumerate() {
            for mark in &stored.record.files.0 {
                listed.entry(mark.name).or_default().push((number, mark));
            }
        }
        Self {
            day,
            bucket,
            stored,
            listed,
            records,
            now,
        }
    }

    /// Compares names and hashes, without reading anything further.
    pub(super) fn suspicions(
        &self,
        objects: &[Listed],
        present: &BTreeSet<u64>,
        expected: &Expected,
    ) -> Suspicions {
        let mut suspicions = Suspicions::default();
        for object in objects {
            let name = name_hash(self.bucket, &object.key);
            let records = self.records.get(&name).map_or(&[][..], Vec::as_slice);
            match self.listed.get(&name) {
                None => {
                    let detail = if records.is_empty() {
                        "no digest lists it; it is not indexed"
                    } else {
                        "no digest lists it; it is indexed"
                    };
                    let kind = FindingKind::LogUnlisted;
                    self.stray(kind, &object.key, detail, &mut suspicions);
                }
                Some(marks) => {
                    let is_indexed = |etag: &Option<String>| {
                        records.iter().any(|indexed| indexed.record.etag == *etag)
                    };
                    let has_etags = records.iter().any(|indexed| indexed.record.etag.is_some());
                    if has_etags && object.etag.is_some() && !is_indexed(&object.etag) {
                        suspicions.suspect(marks, name, Suspicion::Replaced, self);
                    }
                }
            }
        }
        for (name, records) in self.records {
            if let Some(marks) = self.listed.get(name) {
                let differs = |(_, mark): &&(usize, &FileMark)| {
                    records.iter().any(|indexed| !has_content(indexed, mark))
                };
                if marks
                    .iter()
                    .any(|mark| mark.1.state == FileState::Proven && differs(&mark))
                {
                    suspicions.suspect(marks, *name, Suspicion::Differs, self);
                }
            } else if !present.contains(name)
                && let Some(indexed) = records.first()
            {
                let version = indexed.version.as_deref().unwrap_or("none");
                let detail = format!("no digest lists it, and it is not there; version {version}");
                let kind = FindingKind::IndexUnlisted;
                self.stray(kind, &indexed.key, &detail, &mut suspicions);
            }
        }
        for (name, marks) in &self.listed {
            if !present.contains(name) {
                suspicions.suspect(marks, *name, Suspicion::Gone, self);
            } else if expected.are_kept && !self.records.contains_key(name) {
                suspicions.suspect(marks, *name, Suspicion::Forgotten, self);
            }
            if self.is_listed_twice(marks) {
                suspicions.suspect(&marks[1..], *name, Suspicion::Twice, self);
            }
        }
        suspicions
    }

    /// Tells whether different digests list a file, rather than copies of one.
    fn is_listed_twice(&self, marks: &[(usize, &FileMark)]) -> bool {
        let trusted = marks.iter().filter_map(|(number, _)| self.trusted(*number));
        let mut places = trusted.map(|record| &record.place().key);
        let first = places.next();
        first.is_some_and(|first| places.any(|place| place != first)) || {
            // Within one digest.
            let mut numbers = marks.iter().map(|(number, _)| number);
            let first = numbers.next();
            numbers.any(|number| Some(number) == first)
        }
    }

    fn trusted(&self, number: usize) -> Option<&'a DigestRecord> {
        let record = &self.stored.get(number)?.record;
        record.is_trusted().then_some(record)
    }

    /// Notes that no digest lists a file, where one would by now.
    ///
    /// Where no digest covers the file's time, or one that cannot be read, that is the
    /// finding, and not each of the hour's files.
    fn stray(&self, kind: FindingKind, key: &str, detail: &str, suspicions: &mut Suspicions) {
        let Ok(parsed) = ObjectKey::parse(key) else {
            return;
        };
        // Nobody says that digests list them.
        if parsed.kind == ObjectKind::Insight {
            return;
        }
        let time = parsed
            .delivery_time
            .filter(|time| Day::of(*time) == self.day);
        let place = (Some(parsed.account), Some(parsed.region));
        let object = Location::new(self.bucket, key);
        let at = time.unwrap_or(self.day.start());
        let finding = Finding::about(kind, object, place, at, detail);
        let records = self.stored.iter().map(|stored| &stored.record);
        let regular = records.filter(|record| !record.place().key.ends_with("_backfill.json.gz"));
        let Some(time) = time else {
            // Its name is none that CloudTrail gives, or of another day.
            let is_ripe = self.now >= self.day.end().saturating_add(LISTING_SLACK);
            if (is_ripe || parsed.delivery_time.is_some()) && !self.stored.is_empty() {
                suspicions.unlisted.push(finding);
            }
            return;
        };
        let covering = regular
            .clone()
            .filter(|record| record.start <= time.saturating_add(60) && time < record.end);
        let is_covered = covering.clone().next().is_some();
        let is_readable = covering.clone().all(|record| record.fingerprint.is_some());
        let reach = regular.map(|record| record.end).max();
        let is_reached = reach.is_some_and(|reach| reach >= time.saturating_add(DELIVERY));
        let is_overdue = self.now >= time.saturating_add(DIGEST_LENGTH + DIGEST_SLACK);
        let is_ripe = self.now >= time.saturating_add(LISTING_SLACK);
        if is_covered && is_readable && is_ripe && (is_reached || is_overdue) {
            suspicions.unlisted.push(finding);
        } else if is_overdue && kind == FindingKind::LogUnlisted {
            suspicions.strays.push(finding);
        }
    }
}

impl Suspicions {
    /// Notes a suspicion of a file with each of the digests that list it and can be relied on.
    fn suspect(
        &mut self,
        marks: &[(usize, &FileMark)],
        name: u64,
        suspicion: Suspicion,
        audit: &Audit<'_>,
    ) {
        let trusted = marks
            .iter()
            .find(|(number, _)| audit.trusted(*number).is_some());
        let Some((number, mark)) = trusted else {
            return;
        };
        // What was found of it when its digest was examined was found; what is pending is
        // examined again.
        if mark.state == FileState::Proven {
            let names = self.digests.entry(*number).or_default();
            names.entry(name).or_insert(suspicion);
        }
    }
}

fn has_content(indexed: &Indexed, mark: &FileMark) -> bool {
    let mut hash = [0; 32];
    let text = &indexed.record.sha256;
    hex::decode_to_slice(text, &mut hash).is_ok() && content_mark(&hash) == mark.content
}
