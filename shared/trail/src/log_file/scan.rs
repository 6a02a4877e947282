//! Walks the content of a log file from record to record.
//!
//! Records are read where they stand, in one pass. Only when one turns out bad
//! are its brackets matched to find where the next begins.

use super::{Entry, LogFileError, Quarantined};
use crate::record::{Record, RecordError};

/// Reads all elements of the `Records` array of a log file.
pub(super) fn entries(content: &[u8]) -> Result<Vec<Entry<'_>>, LogFileError> {
    let text = std::str::from_utf8(content);
    let mut cursor = Cursor { content, at: 0 };
    let mut entries = None;
    cursor.expect(b'{')?;
    if cursor.peek() == Some(b'}') {
        return Err(LogFileError::NoRecords);
    }
    loop {
        let key = cursor.value()?;
        cursor.expect(b':')?;
        if key == b"\"Records\"" {
            // Readers disagree on which of two counts, so that one could hide the other.
            if entries.is_some() {
                return Err(cursor.broken());
            }
            entries = Some(match text {
                Ok(text) => cursor.records(|at, _| Record::parse_prefix(&text[at..]))?,
                // Rare: some element is not UTF-8, so each is looked at alone.
                Err(_) => cursor.records(|_, element| {
                    let text = std::str::from_utf8(element)
                        .map_err(|error| RecordError::Encoding(error.valid_up_to()))?;
                    Record::parse(text).map(|record| (record, text.len()))
                })?,
            });
        } else {
            cursor.value()?;
        }
        match cursor.next() {
            Some(b',') => {}
            Some(b'}') => break,
            _ => return Err(cursor.broken()),
        }
    }
    if cursor.peek().is_some() {
        return Err(cursor.broken());
    }
    entries.ok_or(LogFileError::NoRecords)
}

struct Cursor<'a> {
    content: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.content.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), LogFileError> {
        if self.peek() == Some(wanted) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.broken())
        }
    }

    const fn broken(&self) -> LogFileError {
        LogFileError::NotRecords(self.at)
    }

    /// Passes over one value of any kind and gives back its bytes.
    fn value(&mut self) -> Result<&'a [u8], LogFileError> {
        self.peek();
        let start = self.at;
        self.at = start + extent(&self.content[start..]).ok_or_else(|| self.broken())?;
        Ok(&self.content[start..self.at])
    }

    /// Reads the array of records with `read`, which is given an element's offset and,
    /// where it needs them, its bytes, and answers the record and its length.
    fn records(
        &mut self,
        read: impl Fn(usize, &'a [u8]) -> Result<(Record<'a>, usize), RecordError>,
    ) -> Result<Vec<Entry<'a>>, LogFileError> {
        let whole = std::str::from_utf8(self.content).is_ok();
        let mut entries = Vec::new();
        self.expect(b'[')?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(entries);
        }
        loop {
            self.peek();
            let offset = self.at;
            let element = if whole { &[][..] } else { self.value()? };
            match read(offset, element) {
                Ok((record, length)) => {
                    self.at = offset + length;
                    entries.push(Entry::Record(record));
                }
                Err(reason) => {
                    self.at = offset;
                    let length = self.value()?.len();
                    entries.push(Entry::Quarantined(Quarantined {
                        offset,
                        length,
                        reason,
                    }));
                }
            }
            match self.next() {
                Some(b',') => {}
                Some(b']') => return Ok(entries),
                _ => return Err(self.broken()),
            }
        }
    }
}

/// The length of the JSON value that some bytes start with, by brackets and quotes alone.
fn extent(bytes: &[u8]) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at += 1 + string_extent(&bytes[at + 1..])?;
                if open == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => open += 1,
            b'}' | b']' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            _ if open == 0 => return scalar_extent(&bytes[at..]).map(|length| at + length),
            _ => {}
        }
        at += 1;
    }
}

/// The length of a string's inside and closing quote.
fn string_extent(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', &bytes[at..])?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
        if at > bytes.len() {
            return None;
        }
    }
}

/// The length of a number or word; nothing where there is none.
fn scalar_extent(bytes: &[u8]) -> Option<usize> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",:]}".contains(byte);
    match bytes.iter().position(ends) {
        Some(0) => None,
        Some(length) => Some(length),
        None => Some(bytes.len()),
    }
}
