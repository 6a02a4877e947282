//! The records of a log file, matched as they are found.

use super::{Engine, Scratch};
use crate::rule::RuleIndex;
use crate::scan::{self, RecordError};

/// A place in the inflated content of a log file, `{"Records":[...]}`.
///
/// Matching walks each record anyway, and so finds where the next one begins: no other
/// reader passes over the file.
///
/// ```
/// let (rules, _) = detection::Rules::read([], &detection::Placeholders::new());
/// let engine = rules.engine();
/// let mut scratch = engine.scratch();
/// let mut log = detection::Log::open(br#"{"Records":[{"a":1}, {"a":2}]}"#)?;
/// let mut records = 0;
/// while let Some(matched) = engine.matches_next(&mut scratch, &mut log) {
///     assert!(matched?.record.starts_with(b"{\"a\":"));
///     records += 1;
/// }
/// assert_eq!(records, 2);
/// # Ok::<(), detection::RecordError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Log<'c> {
    content: &'c [u8],
    at: usize,
    is_done: bool,
}

/// A record of a log file and the rules that it matches.
#[derive(Clone, Copy, Debug)]
pub struct Matched<'s, 'c> {
    /// The record's text, to be read with [`Event`](crate::Event).
    pub record: &'c [u8],
    /// The single-event rules that match, in the order of the rule set.
    pub rules: &'s [RuleIndex],
}

impl<'c> Log<'c> {
    /// Finds the records of a log file.
    ///
    /// Fails where the content is no object with an array of `Records`. What else is in
    /// the object is passed over; whether the file is one that CloudTrail wrote is for
    /// `trail` to say.
    pub fn open(content: &'c [u8]) -> Result<Self, RecordError> {
        let start = scan::skip_space(content, 0);
        let at = scan::find_array(content, start, b"Records")?;
        let first = scan::skip_space(content, at + 1);
        Ok(Self {
            content,
            at: first,
            is_done: content.get(first) == Some(&b']'),
        })
    }

    /// The byte at which the next record begins.
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// Goes on behind the element that ends at `end`.
    fn advance(&mut self, end: usize) -> Result<(), RecordError> {
        let behind = scan::skip_space(self.content, end);
        match self.content.get(behind) {
            Some(b',') => self.at = scan::skip_space(self.content, behind + 1),
            Some(b']') => self.is_done = true,
            _ => {
                self.is_done = true;
                return Err(RecordError::Malformed(behind));
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Finds the rules that the next record of a log file matches; nothing behind the last.
    ///
    /// An element that is no record is an error with its place in the file, and the walk
    /// goes on behind it wherever its end can be found.
    pub fn matches_next<'s, 'c>(
        &self,
        scratch: &'s mut Scratch,
        log: &mut Log<'c>,
    ) -> Option<Result<Matched<'s, 'c>, RecordError>> {
        if log.is_done {
            return None;
        }
        let start = log.at;
        let outcome = self.match_at(scratch, log.content, start);
        let end = match outcome {
            Ok(end) => Ok(end),
            Err(_) => scan::skip_value(log.content, start),
        };
        let Ok(end) = end else {
            log.is_done = true;
            return Some(Err(RecordError::Malformed(start)));
        };
        if let Err(error) = log.advance(end) {
            return Some(Err(error));
        }
        Some(outcome.map(|_| Matched {
            record: &log.content[start..end],
            rules: &scratch.matches,
        }))
    }
}
