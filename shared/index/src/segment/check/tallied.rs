//! Whether the tally counts what the records say.

use std::collections::{BTreeMap, BTreeSet};

use trail::{Category, Record};

use crate::day::Day;
use crate::directory::Directory;
use crate::segment::seal::file_hash;
use crate::tally::{Series, SeriesNames, Tally};

/// The calls of the records by file, series and minute of the day.
#[derive(Default)]
pub(super) struct Tallied {
    names: SeriesNames,
    calls: BTreeMap<(u32, u32, u16), u64>,
}

/// The calls of one file.
type Calls<'s> = BTreeMap<(&'s Series, u16), u64>;

impl Tallied {
    pub(super) fn add(&mut self, file: u32, day: Day, record: &Record<'_>) {
        let minute = u16::try_from(day.second(record.time()) / 60).unwrap_or_default();
        let series = self.names.number(record);
        *self.calls.entry((file, series, minute)).or_default() += 1;
    }

    /// Tells whether a tally counts the same.
    ///
    /// A file's section counts what the file holds, and of a record that several files hold
    /// the segment keeps one: of files that hold such records, only the number of calls
    /// is compared.
    pub(super) fn agrees(
        &self,
        tally: &[u8],
        category: Category,
        day: Day,
        directory: &Directory,
    ) -> bool {
        let Some(tally) = Tally::decode(tally) else {
            return false;
        };
        if (tally.category, tally.day) != (category.to_string(), day.to_string()) {
            return false;
        }
        let mut stated: BTreeMap<&str, Calls<'_>> = BTreeMap::new();
        for section in &tally.sections {
            let calls = stated.entry(&section.file).or_default();
            for (series, minutes) in &section.series {
                for (minute, count) in minutes {
                    *calls.entry((series, *minute)).or_default() += u64::from(*count);
                }
            }
        }
        (0..).zip(&directory.files).all(|(number, file)| {
            let stated = stated.remove(file_hash(&file.version).as_str());
            let stated = stated.unwrap_or_default();
            if file.duplicates == 0 {
                return stated == self.calls_of(number);
            }
            let calls: u64 = stated.values().sum();
            (file.records..=file.records + file.duplicates).contains(&calls)
        }) && stated.is_empty()
    }

    fn calls_of(&self, file: u32) -> Calls<'_> {
        let calls = self.calls.range((file, 0, 0)..=(file, u32::MAX, u16::MAX));
        calls
            .filter_map(|((_, series, minute), calls)| {
                Some(((self.names.name(*series)?, *minute), *calls))
            })
            .collect()
    }
}

/// The stretches of a segment's files that its tally lists, files by their number; nothing
/// where the tally is damaged or names another file.
pub(super) fn stretches(tally: &[u8], directory: &Directory) -> Option<BTreeSet<(u32, u32)>> {
    let numbers: BTreeMap<String, u32> = directory
        .files
        .iter()
        .map(|file| file_hash(&file.version))
        .zip(0..)
        .collect();
    let sections = Tally::decode(tally)?.sections;
    sections
        .iter()
        .map(|section| Some((*numbers.get(&section.file)?, section.stretch)))
        .collect()
}
