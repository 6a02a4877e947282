//! Tallies: calls per minute, from which rates are judged without reading events.
//!
//! A tally counts by log file, because a file may reach several segments (two
//! indexers at once, a batch retried in another composition): a reader takes
//! each file's section once, and so counts the same however files were batched.

use std::collections::{BTreeMap, HashMap};
use std::io;

use serde::{Deserialize, Serialize};
use trail::{Category, Record};

use crate::block::Encoder;
use crate::day::Day;

/// The largest tally that is read, inflated.
const LARGEST: usize = 64 * 1024 * 1024;

/// What calls are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Series {
    /// The account whose history holds the calls.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The event source.
    pub source: String,
    /// The event name.
    pub name: String,
    /// The error code; empty for calls without one.
    pub error_code: String,
    /// Whether the calls only read; unknown for the oldest records.
    pub read_only: Option<bool>,
}

impl Series {
    fn of(record: &Record<'_>) -> Self {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        Self {
            account: text(record.account()),
            region: text(record.aws_region.as_deref()),
            source: text(record.source()),
            name: text(record.name()),
            error_code: text(record.error_code()),
            read_only: record.read_only,
        }
    }
}

/// The calls of one stretch of a log file, by series and minute of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The log file, by a hash of its name and version.
    pub file: String,
    /// Which stretch of the file; files are only ever divided at the same places.
    pub stretch: u32,
    /// Minute of the day and calls, by series.
    pub series: Vec<(Series, Vec<(u16, u32)>)>,
}

impl Section {
    fn calls(&self) -> u64 {
        let minutes = self.series.iter().flat_map(|(_, minutes)| minutes);
        minutes.map(|(_, calls)| u64::from(*calls)).sum()
    }
}

/// The tally of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The segment's category.
    pub category: String,
    /// The segment's day.
    pub day: String,
    /// The stretches of files in it.
    pub sections: Vec<Section>,
}

impl Tally {
    pub(crate) fn encode(&self, encoder: &mut Encoder) -> io::Result<Vec<u8>> {
        encoder.encode_json(self, 6)
    }

    /// Reads a tally's body; nothing where it is damaged.
    pub fn decode(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(&zstd::bulk::decompress(body, LARGEST).ok()?).ok()
    }
}

/// Series by number, so that counting does not keep their names a second time.
#[derive(Default)]
pub(crate) struct SeriesNames {
    numbers: HashMap<String, u32>,
    names: Vec<Series>,
    key: String,
}

impl SeriesNames {
    /// The number of a record's series.
    pub(crate) fn number(&mut self, record: &Record<'_>) -> u32 {
        self.key.clear();
        let texts = [
            record.account(),
            record.aws_region.as_deref(),
            record.source(),
            record.name(),
            record.error_code(),
            record.read_only.map(|flag| if flag { "r" } else { "w" }),
        ];
        for text in texts {
            self.key.push_str(text.unwrap_or_default());
            self.key.push('\0');
        }
        if let Some(number) = self.numbers.get(self.key.as_str()) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(self.key.clone(), number);
        self.names.push(Series::of(record));
        number
    }

    pub(crate) fn name(&self, number: u32) -> Option<&Series> {
        self.names.get(number as usize)
    }
}

/// Calls by category, series and minute (in seconds since 1970), over any number of tallies.
///
/// Adding the same tallies in any order, or more than once, counts the same.
#[derive(Debug, Default)]
pub struct Counts {
    sections: BTreeMap<(Category, Day, String, u32), Section>,
}

impl Counts {
    /// Adds a tally; one that names no category or day is refused as damaged.
    #[must_use = "a tally that is not added is missing from the counts"]
    pub fn add(&mut self, tally: Tally) -> bool {
        let (Ok(category), Ok(day)) = (tally.category.parse(), tally.day.parse()) else {
            return false;
        };
        for section in tally.sections {
            let key = (category, day, section.file.clone(), section.stretch);
            match self.sections.get(&key) {
                // A retry after the horizon passed some events counts fewer of them.
                Some(known) if known.calls() >= section.calls() => {}
                _ => {
                    self.sections.insert(key, section);
                }
            }
        }
        true
    }

    /// The calls by category, series and minute.
    pub fn minutes(&self) -> BTreeMap<(Category, Series), BTreeMap<i64, u64>> {
        let mut minutes: BTreeMap<_, BTreeMap<i64, u64>> = BTreeMap::new();
        for ((category, day, _, _), section) in &self.sections {
            for (series, calls) in &section.series {
                let counted = minutes.entry((*category, series.clone())).or_default();
                for (minute, calls) in calls {
                    let time = day.start() + i64::from(*minute) * 60;
                    *counted.entry(time).or_default() += u64::from(*calls);
                }
            }
        }
        minutes
    }
}
