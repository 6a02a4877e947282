//! Whether the rules were held against all that the indexer keeps.
//!
//! The two read a log file each in its own way. What one keeps and the other cannot
//! read would be found by lookups and alerted on by nobody.

use detection::{Event, Matched};
use lambda::error::Failure;
use trail::LogFile;
use trail::log_file::Entry;

use crate::book::Loaded;
use crate::evaluation::open;

/// Counts the records of a log file that can be indexed and that the rules cannot be held
/// against.
///
/// It reads the file by both readers once more, record by record: counts alone would let one
/// that only the engine reads stand for one that only the indexer does.
pub(crate) fn unevaluated(log: &LogFile, loaded: &Loaded) -> Result<u64, Failure> {
    let entries = log.entries().map_err(Failure::reject)?;
    let indexed = entries.iter().filter_map(|entry| match entry {
        Entry::Record(record) => Some(record.text().as_bytes()),
        Entry::Quarantined(_) => None,
    });
    let mut records = open(log)?;
    let mut scratch = loaded.engine.scratch();
    let evaluated = std::iter::from_fn(|| {
        loop {
            let matched = loaded.engine.matches_next(&mut scratch, &mut records)?;
            let is_taken = |matched: &Matched<'_, '_>| {
                matched.rules.is_empty() || Event::parse(matched.record).is_ok()
            };
            if let Ok(matched) = matched
                && is_taken(&matched)
            {
                return Some(matched.record);
            }
        }
    });
    Ok(missing(indexed, evaluated))
}

/// Counts those of some places in a file that are not among others; both in their order.
fn missing<'c>(
    places: impl Iterator<Item = &'c [u8]>,
    others: impl Iterator<Item = &'c [u8]>,
) -> u64 {
    let mut others = others.map(<[u8]>::as_ptr).peekable();
    let is_missing = |place: &&[u8]| {
        while others.next_if(|other| *other < place.as_ptr()).is_some() {}
        others.next_if_eq(&place.as_ptr()).is_none()
    };
    places.filter(is_missing).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_reader_alone_reads_does_not_stand_for_what_the_other_alone_does() {
        let content = b"0123456789";
        let places = |numbers: &'static [usize]| {
            let numbers = numbers.iter();
            numbers.map(|number| &content[*number..=*number])
        };
        for (indexed, evaluated, count) in [
            (&[0, 1, 2][..], &[0, 1, 2][..], 0),
            (&[0, 1, 2], &[0, 2], 1),
            (&[0, 1, 2], &[0, 2, 5], 1),
            (&[0, 1, 2], &[], 3),
            (&[4], &[1, 2, 3], 1),
            (&[4], &[1, 4, 9], 0),
            (&[], &[1], 0),
        ] {
            assert_eq!(missing(places(indexed), places(evaluated)), count);
        }
    }
}
