//! Files with a record on every line, cut into log files.

use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom};

use trail::Record;

use super::delivery::{Delivery, ReadError, compress};
use super::key;

/// How much content a log file made of lines has, about; CloudTrail's own have at most 50 MB.
const CONTENT: usize = 8 * 1024 * 1024;

/// The longest line that is kept; CloudTrail's records have at most 1 MB.
const LONGEST: usize = 16 * 1024 * 1024;

/// How many bad lines of a file are told one by one.
const TOLD: usize = 100;

const HEAD: &[u8] = b"{\"Records\":[";

/// A line that is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// What is wrong with it.
    pub(crate) reason: String,
}

/// A line of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'l> {
    /// The byte at which it begins.
    pub(crate) at: u64,
    /// Its text without the white space around it.
    pub(crate) text: &'l [u8],
    /// Whether it is longer than any record, and so not all there.
    pub(crate) is_cut: bool,
}

/// Gives the lines of a file that begin within some of its bytes; empty ones are left out.
///
/// Ranges that meet share no line and leave none out, so that a long file can be read by several
/// threads.
pub(crate) fn each_line(
    path: &std::path::Path,
    range: std::ops::Range<u64>,
    mut give: impl FnMut(Line<'_>),
) -> io::Result<()> {
    let mut file = std::fs::File::open(path)?;
    let mut line = Vec::new();
    // The line that the range cuts into is that of the range before, unless it ends right there.
    let mut at = range.start.saturating_sub(1);
    file.seek(SeekFrom::Start(at))?;
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    if range.start > 0 {
        at += next_line(&mut reader, &mut line)?.unwrap_or(0);
    }
    while at < range.end {
        let Some(whole) = next_line(&mut reader, &mut line)? else {
            break;
        };
        let text = line.trim_ascii();
        let is_cut = whole > line.len() as u64;
        if !text.is_empty() || is_cut {
            give(Line { at, text, is_cut });
        }
        at += whole;
    }
    Ok(())
}

/// Cuts lines into log files, each line verbatim an element of `Records`.
///
/// A line that is not JSON would break its file for the lines around it; it
/// goes in as a JSON string, which the indexer quarantines like any other
/// element that is no record. Empty lines are nothing. The cuts depend on the
/// content alone, so that the same file is always cut into the same objects.
pub(super) fn read(
    mut reader: impl BufRead,
    mut give: impl FnMut(Delivery) -> Result<(), ReadError>,
) -> Result<Vec<BadLine>, ReadError> {
    let mut chunk = Chunk::default();
    let mut bad = Vec::new();
    let mut untold = 0_u64;
    let mut number = 0;
    let mut line = Vec::new();
    while let Some(whole) = next_line(&mut reader, &mut line)? {
        number += 1;
        let text = line.trim_ascii();
        if text.is_empty() && whole == line.len() as u64 {
            continue;
        }
        if let Err(reason) = chunk.add(text, whole, line.len()) {
            if bad.len() < TOLD {
                bad.push(BadLine { number, reason });
            } else {
                untold += 1;
            }
        }
        if chunk.content.len() >= CONTENT {
            give(std::mem::take(&mut chunk).finish())?;
        }
    }
    if !chunk.content.is_empty() {
        give(chunk.finish())?;
    }
    if untold > 0 {
        bad.push(BadLine {
            number,
            reason: format!("{untold} more lines up to here are no records"),
        });
    }
    Ok(bad)
}

/// Reads the next line, of which it keeps at most the longest, and answers its whole length.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<u64>> {
    line.clear();
    let mut whole = reader
        .by_ref()
        .take(LONGEST as u64)
        .read_until(b'\n', line)? as u64;
    if whole == 0 {
        return Ok(None);
    }
    while line.len() == LONGEST && line.last() != Some(&b'\n') {
        let available = reader.fill_buf()?;
        let (used, is_end) = match memchr(available) {
            Some(at) => (at + 1, true),
            None => (available.len(), available.is_empty()),
        };
        reader.consume(used);
        whole += used as u64;
        if is_end {
            break;
        }
    }
    Ok(Some(whole))
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// The log file that is being filled.
#[derive(Default)]
struct Chunk {
    content: Vec<u8>,
    /// The first line that is a record, by its place in the content.
    first: Option<(usize, usize)>,
}

impl Chunk {
    fn add(&mut self, text: &[u8], whole: u64, kept: usize) -> Result<(), String> {
        self.content
            .extend_from_slice(if self.content.is_empty() { HEAD } else { b"," });
        let at = self.content.len();
        if whole > kept as u64 {
            let reason =
                format!("the line has {whole} bytes, more than the {LONGEST} of the longest");
            self.add_string(&reason);
            return Err(reason);
        }
        let line = match std::str::from_utf8(text) {
            Ok(line) => line,
            Err(error) => {
                self.add_string(&String::from_utf8_lossy(text));
                return Err(format!(
                    "the line is not valid UTF-8 at its byte {}",
                    error.valid_up_to()
                ));
            }
        };
        match Record::parse(line) {
            Ok(_) => {
                self.content.extend_from_slice(text);
                self.first.get_or_insert((at, text.len()));
                Ok(())
            }
            Err(error) => {
                if serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok() {
                    self.content.extend_from_slice(text);
                } else {
                    self.add_string(line);
                }
                Err(error.to_string())
            }
        }
    }

    fn add_string(&mut self, text: &str) {
        // Writing text into memory does not fail.
        let _ = serde_json::to_writer(&mut self.content, text);
    }

    fn finish(mut self) -> Delivery {
        self.content.extend_from_slice(b"]}");
        let first = self.first.and_then(|(at, length)| {
            let text = std::str::from_utf8(self.content.get(at..at + length)?).ok()?;
            Record::parse(text).ok()
        });
        let key = key::of_content(&trail::digest::sha256(&self.content), first.as_ref());
        Delivery {
            key,
            body: compress(&self.content),
            is_named_by_content: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use trail::LogFile;
    use trail::log_file::Entry;

    use super::*;

    const GOOD: &str = r#"{"eventTime":"2026-10-13T08:05:09Z", "eventID":"é"}"#;

    fn cut(text: &[u8]) -> (Vec<LogFile>, Vec<BadLine>) {
        let mut files = Vec::new();
        let bad = read(text, |delivery| {
            files.push(LogFile::inflate(&delivery.body, usize::MAX).expect("one gzip member"));
            Ok(())
        });
        (files, bad.expect("it is read"))
    }

    #[test]
    fn bad_lines_are_told_and_break_no_other() {
        let text = format!("{GOOD}\r\n\n{{\"eventTime\":[\n{GOOD}\n\"text\"\n  \n{GOOD}");
        let mut text = text.into_bytes();
        text.extend_from_slice(b"\n\"\xff\n");
        let (files, bad) = cut(&text);
        let numbers: Vec<u64> = bad.iter().map(|bad| bad.number).collect();
        assert_eq!(numbers, [3, 5, 8]);
        let entries = files[0].entries().expect("records");
        let (mut records, mut quarantined) = (0, 0);
        for entry in &entries {
            match entry {
                Entry::Record(record) => {
                    assert_eq!(record.text(), GOOD);
                    records += 1;
                }
                Entry::Quarantined(_) => quarantined += 1,
            }
        }
        assert_eq!((files.len(), records, quarantined), (1, 3, 3));
    }

    #[test]
    fn long_files_are_cut_and_long_lines_are_told() {
        let padding = "x".repeat(1024 * 1024);
        let long = format!(r#"{{"eventTime":"2026-10-13T08:05:09Z","padding":"{padding}"}}"#);
        let mut text = format!("{}\n", vec![long.as_str(); 20].join("\n"));
        text.push_str(&"y".repeat(LONGEST + 5));
        text.push('\n');
        text.push_str(GOOD);
        let (files, bad) = cut(text.as_bytes());
        assert_eq!(files.len(), 3);
        assert_eq!(bad.len(), 1);
        assert_eq!(bad[0].number, 21);
        let entries: usize = files
            .iter()
            .map(|file| file.entries().expect("records").len())
            .sum();
        assert_eq!(entries, 22);
        assert!(
            files
                .iter()
                .all(|file| file.content().len() < CONTENT + 2 * 1024 * 1024)
        );
    }

    #[test]
    fn ranges_that_meet_share_no_line_and_leave_none_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines.jsonl");
        let text = "one\n\ntwo two\r\n  \nthree\nfour";
        std::fs::write(&path, text).expect("a file");
        let end = text.len() as u64;
        for cut in 0..=end {
            let mut found = Vec::new();
            for range in [0..cut, cut..end] {
                let outcome = each_line(&path, range, |line| {
                    let line_text = std::str::from_utf8(line.text).expect("it is ASCII");
                    let start = usize::try_from(line.at).expect("a short file");
                    assert!(text[start..].starts_with(line_text));
                    found.push(line_text.to_owned());
                });
                outcome.expect("it is read");
            }
            assert_eq!(found, ["one", "two two", "three", "four"], "cut at {cut}");
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let (files, bad) = cut(b"\n\n  \n");
        assert!(files.is_empty() && bad.is_empty());
    }
}
