//! Files read and matched, in batches that are small.

use std::ops::Range;

use detection::{Log, RuleIndex, Scratch, Sighted};
use memchr::memmem::Finder;

use super::sighting::Sighting;
use super::watch::Watch;
use crate::logs::{Line, LogPath, content, each_line};

/// How many matches a batch has at most, about.
const MATCHES: usize = 512;

/// How many bytes of lines a batch is about, so that a bar moves on.
const BYTES: u64 = 4 << 20;

/// What every record of CloudTrail's has.
const MARK: &[u8] = b"\"eventTime\"";

/// How many faults of a file are told one by one.
const TOLD: usize = 20;

/// Where a record stands: the file's number, and the byte in its inflated content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) at: u64,
}

/// A file or record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) file: usize,
    /// The byte in its content; nothing where it is about the whole file.
    pub(super) at: Option<u64>,
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn at(place: Place, reason: String) -> Self {
        Self {
            file: place.file,
            at: Some(place.at),
            reason,
        }
    }
}

/// What came of a part of a file.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) sightings: Vec<Sighting>,
    /// What the matches are to correlations.
    pub(super) sighted: Vec<Sighted>,
    /// How many records were read, faulty ones included.
    pub(super) events: u64,
    /// How many bytes of the file are behind it.
    pub(super) read: u64,
    /// How many bytes its content has.
    pub(super) content: u64,
    pub(super) faults: Vec<Fault>,
    /// How many faults are not told.
    pub(super) untold: u64,
}

impl Batch {
    pub(super) fn fault(&mut self, fault: Fault) {
        if self.faults.len() < TOLD {
            self.faults.push(fault);
        } else {
            self.untold += 1;
        }
    }
}

/// A part of the work: a file, or some bytes of one with lines.
#[derive(Clone, Debug)]
pub(super) struct Part<'f> {
    pub(super) number: usize,
    pub(super) file: &'f LogPath,
    /// The bytes; nothing for a file that is read whole.
    pub(super) range: Option<Range<u64>>,
}

/// Reads parts of files, one after the other.
pub(super) struct Reader<'w> {
    watch: &'w Watch<'w>,
    scratch: Scratch,
    mark: Finder<'static>,
}

impl<'w> Reader<'w> {
    pub(super) fn new(watch: &'w Watch<'w>) -> Self {
        Self {
            scratch: watch.scratch(),
            watch,
            mark: Finder::new(MARK),
        }
    }

    /// Reads a part; `give` answers whether there is anybody to go on for.
    pub(super) fn read(&mut self, part: &Part<'_>, mut give: impl FnMut(Batch) -> bool) {
        let mut batch = Batch::default();
        match &part.range {
            Some(range) => self.lines(part, range, &mut batch, &mut give),
            None => self.whole(part, &mut batch, &mut give),
        }
        give(batch);
    }

    fn whole(&mut self, part: &Part<'_>, batch: &mut Batch, give: &mut impl FnMut(Batch) -> bool) {
        match content(part.file) {
            Ok(content) => {
                batch.content += content.bytes().len() as u64;
                let place = Place {
                    file: part.number,
                    at: 0,
                };
                if let Err(reason) = self.log(content.bytes(), place, batch, give) {
                    batch.fault(Fault {
                        file: part.number,
                        at: None,
                        reason,
                    });
                }
            }
            Err(error) => batch.fault(Fault {
                file: part.number,
                at: None,
                reason: error.to_string(),
            }),
        }
        batch.read += part.file.stamp.size;
    }

    /// Matches the records of a log file's content, which begins at a place of the file.
    fn log(
        &mut self,
        content: &[u8],
        start: Place,
        batch: &mut Batch,
        give: &mut impl FnMut(Batch) -> bool,
    ) -> Result<(), String> {
        let mut log = Log::open(content)
            .map_err(|_| "it is neither {\"Records\":[...]} nor an array of records".to_owned())?;
        let watch = self.watch;
        loop {
            let place = Place {
                at: start.at + log.offset() as u64,
                ..start
            };
            let Some(outcome) = watch.engine().matches_next(&mut self.scratch, &mut log) else {
                return Ok(());
            };
            batch.events += 1;
            match outcome {
                Ok(matched) => {
                    note(
                        watch,
                        &self.mark,
                        matched.record,
                        matched.rules,
                        place,
                        batch,
                    );
                }
                Err(error) => batch.fault(Fault::at(place, error.to_string())),
            }
            if batch.sightings.len() >= MATCHES && !give(std::mem::take(batch)) {
                return Ok(());
            }
        }
    }

    fn lines(
        &mut self,
        part: &Part<'_>,
        range: &Range<u64>,
        batch: &mut Batch,
        give: &mut impl FnMut(Batch) -> bool,
    ) {
        let mut told = range.start;
        let outcome = each_line(&part.file.path, range.clone(), |line| {
            let place = Place {
                file: part.number,
                at: line.at,
            };
            self.line(line, place, batch, give);
            batch.content += line.text.len() as u64;
            let behind = line.at.min(range.end).saturating_sub(told);
            if behind >= BYTES || batch.sightings.len() >= MATCHES {
                batch.read += behind;
                told += behind;
                give(std::mem::take(batch));
            }
        });
        if let Err(error) = outcome {
            batch.fault(Fault {
                file: part.number,
                at: None,
                reason: error.to_string(),
            });
        }
        batch.read += range.end.saturating_sub(told);
    }

    fn line(
        &mut self,
        line: Line<'_>,
        place: Place,
        batch: &mut Batch,
        give: &mut impl FnMut(Batch) -> bool,
    ) {
        if line.is_cut {
            batch.events += 1;
            return batch.fault(Fault::at(
                place,
                "the line is longer than any record".to_owned(),
            ));
        }
        // Tools that put files together leave a log file on each line.
        let head = &line.text[..line.text.len().min(64)];
        let is_log = head.windows(9).any(|part| part == b"\"Records\"")
            && self.log(line.text, place, batch, give).is_ok();
        if is_log {
            return;
        }
        batch.events += 1;
        let watch = self.watch;
        match watch.engine().matches(&mut self.scratch, line.text) {
            Ok(matched) => note(watch, &self.mark, line.text, matched, place, batch),
            Err(error) => batch.fault(Fault::at(place, error.to_string())),
        }
    }
}

/// Notes a record's matches, and where it is none of CloudTrail's: a match of it is told all the
/// same, but that nothing matches says nothing.
fn note(
    watch: &Watch<'_>,
    mark: &Finder<'_>,
    record: &[u8],
    matched: &[RuleIndex],
    place: Place,
    batch: &mut Batch,
) {
    if mark.find(record).is_none() {
        batch.fault(Fault::at(place, "the record has no eventTime".to_owned()));
    }
    if !matched.is_empty() {
        watch.note(record, matched, place, batch);
    }
}
