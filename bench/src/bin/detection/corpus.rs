//! The log files that detection is measured over.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use detection::{Log, RecordError};
use serde_json::Value;

/// Log files as delivered and inflated.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    /// The bytes of each file as it was delivered.
    pub(crate) files: Vec<Vec<u8>>,
    /// What each inflates to.
    pub(crate) contents: Vec<Vec<u8>>,
    /// How many files of the folder are no log files.
    pub(crate) left_out: usize,
    /// How many records there are.
    pub(crate) events: u64,
}

impl Corpus {
    /// Reads all log files below a folder: those named `.json.gz` that hold `Records`.
    pub(crate) fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut paths = Vec::new();
        files(folder, ".json.gz", &mut paths)?;
        let mut corpus = Self::default();
        for path in paths {
            let file = std::fs::read(&path)?;
            let mut content = Vec::new();
            inflate(&file, &mut content).map_err(|error| format!("{}: {error}", path.display()))?;
            if Log::open(&content).is_ok() {
                corpus.files.push(file);
                corpus.contents.push(content);
            } else {
                corpus.left_out += 1;
            }
        }
        let mut events = 0;
        corpus.for_each_record(|_| events += 1)?;
        corpus.events = events;
        if events == 0 {
            return Err(format!("{}: there are no records here", folder.display()).into());
        }
        Ok(corpus)
    }

    /// Visits every record.
    pub(crate) fn for_each_record(&self, mut visit: impl FnMut(&[u8])) -> Result<(), RecordError> {
        let (rules, _) = detection::Rules::read([], &detection::Placeholders::new());
        let engine = rules.engine();
        let mut scratch = engine.scratch();
        for content in &self.contents {
            let mut log = Log::open(content)?;
            while let Some(matched) = engine.matches_next(&mut scratch, &mut log) {
                visit(matched?.record);
            }
        }
        Ok(())
    }

    /// The records as trees.
    pub(crate) fn trees(&self) -> Result<Vec<Value>, Box<dyn Error>> {
        let mut trees = Vec::new();
        let mut failed = None;
        self.for_each_record(|record| match serde_json::from_slice(record) {
            Ok(tree) => trees.push(tree),
            Err(error) => failed = Some(error),
        })?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(trees),
        }
    }

    /// The event names that occur, sorted.
    pub(crate) fn event_names(&self) -> Result<Vec<String>, RecordError> {
        let mut names = BTreeSet::new();
        self.for_each_record(|record| {
            let event = detection::Event::parse(record).ok();
            let name = event.and_then(|event| event.field("eventName").map(Cow::into_owned));
            names.extend(name);
        })?;
        Ok(names.into_iter().collect())
    }
}

/// Inflates a file behind what a buffer held before, which is forgotten.
pub(crate) fn inflate(file: &[u8], content: &mut Vec<u8>) -> std::io::Result<usize> {
    content.clear();
    flate2::bufread::GzDecoder::new(file).read_to_end(content)
}

/// Finds the files below a folder whose names end so, in the order of their names.
pub(crate) fn files(
    folder: &Path,
    ending: &str,
    found: &mut Vec<PathBuf>,
) -> Result<(), Box<dyn Error>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, ending, found)?;
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    Ok(())
}
