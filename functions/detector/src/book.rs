//! The rules in force: those shipped, and those of the user's own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alerts::RuleSummary;
use aws::Objects;
use detection::{Correlations, Engine, Placeholders, Problem, Rule, Rules, Severity, Source};

use crate::config::RuleFolder;

mod folder;

use folder::{File, read_folder};

/// How long a listing is good, in seconds.
const FRESH: i64 = 60;

/// Rules compiled, with what alerts tell of them.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) rules: Rules,
    pub(crate) engine: Engine,
    pub(crate) correlations: Correlations,
    pub(crate) summaries: Vec<RuleSummary>,
    /// What does not load.
    pub(crate) faults: Vec<Fault>,
    /// Whether the user's own rules are among them, as far as they load.
    pub(crate) is_whole: bool,
}

/// A rule that does not load, in one version of its file.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) etag: String,
    pub(crate) problem: Problem,
}

/// Holds the rules, and looks from time to time whether they have changed.
#[derive(Debug)]
pub(crate) struct Book {
    folder: Option<RuleFolder>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    loaded: Arc<Loaded>,
    files: BTreeMap<String, File>,
    /// When the folder was last looked at, successfully or not.
    looked: Option<i64>,
}

/// The folder could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the rules of bucket {bucket} cannot be read: {source}")]
pub(crate) struct Unread {
    bucket: String,
    source: aws::Error,
}

impl Book {
    /// Compiles the rules that are shipped.
    pub(crate) fn new(folder: Option<RuleFolder>) -> Self {
        let files = BTreeMap::new();
        let loaded = Arc::new(compile(&files, folder.is_none()));
        Self {
            folder,
            state: Mutex::new(State {
                loaded,
                files,
                looked: None,
            }),
        }
    }

    /// The rules in force; reads those that have changed, at most once a minute.
    ///
    /// Where the folder cannot be read, the last rules go on, and the error is told beside them.
    pub(crate) async fn current(
        &self,
        objects: &Objects,
        now: i64,
    ) -> (Arc<Loaded>, Option<Unread>) {
        let (loaded, files) = {
            let mut state = self.state();
            let is_fresh = state
                .looked
                .is_some_and(|looked| (0..FRESH).contains(&now.saturating_sub(looked)));
            if is_fresh || self.folder.is_none() {
                return (Arc::clone(&state.loaded), None);
            }
            state.looked = Some(now);
            (Arc::clone(&state.loaded), state.files.clone())
        };
        let Some(folder) = &self.folder else {
            return (loaded, None);
        };
        let read = match read_folder(folder, &files, objects).await {
            Ok(read) => read,
            Err(source) => {
                let bucket = folder.bucket.clone();
                return (loaded, Some(Unread { bucket, source }));
            }
        };
        let is_same = loaded.is_whole
            && read.len() == files.len()
            && read
                .iter()
                .zip(&files)
                .all(|((key, file), (other, before))| key == other && file.etag == before.etag);
        if is_same {
            return (loaded, None);
        }
        let loaded = Arc::new(compile(&read, true));
        let mut state = self.state();
        state.loaded = Arc::clone(&loaded);
        state.files = read;
        (loaded, None)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compile(files: &BTreeMap<String, File>, is_whole: bool) -> Loaded {
    let shipped = rules::SHIPPED.iter().map(|(path, text)| Source {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    });
    let own = files.iter().filter_map(|(key, file)| {
        Some(Source {
            path: key.clone(),
            text: file.text.as_ref().ok()?.to_string(),
        })
    });
    let (rules, problems) = Rules::read(shipped.chain(own), &Placeholders::new());
    let unread = files.iter().filter_map(|(key, file)| {
        Some(Problem {
            file: key.clone(),
            line: 1,
            column: 1,
            severity: Severity::Error,
            message: (*file.text.as_ref().err()?).to_owned(),
        })
    });
    let problems: Vec<Problem> = problems.into_iter().chain(unread).collect();
    for problem in problems.iter().filter(|problem| !problem.is_error()) {
        tracing::info!(%problem, "a rule may not do what its author thinks");
    }
    let etag = |file: &str| files.get(file).map(|file| file.etag.clone());
    // A file that says the same twice is one problem.
    let mut met = BTreeSet::new();
    let faults = problems
        .into_iter()
        .filter(|problem| problem.is_error() && met.insert(problem.to_string()))
        .map(|problem| Fault {
            etag: etag(&problem.file).unwrap_or_default(),
            problem,
        })
        .collect();
    Loaded {
        engine: rules.engine(),
        correlations: Correlations::of(&rules),
        summaries: rules.iter().map(summary).collect(),
        rules,
        faults,
        is_whole,
    }
}

/// What alerts tell of a rule.
fn summary(rule: &Rule) -> RuleSummary {
    RuleSummary {
        description: rule.description.clone(),
        tags: rule.tags.clone(),
        falsepositives: rule.false_positives.clone(),
        references: rule.references.clone(),
        cis: rule.cis.clone(),
        respond: rule.respond.clone(),
        stage: match rule.stage {
            detection::Stage::Alert => alerts::Stage::Alert,
            detection::Stage::Stage => alerts::Stage::Stage,
        },
        ..RuleSummary::new(&rule.id, &rule.title, level(rule.level))
    }
}

const fn level(level: detection::Level) -> alerts::Level {
    match level {
        detection::Level::Informational => alerts::Level::Informational,
        detection::Level::Low => alerts::Level::Low,
        detection::Level::Medium => alerts::Level::Medium,
        detection::Level::High => alerts::Level::High,
        detection::Level::Critical => alerts::Level::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rules_load_and_are_told_of() {
        let book = Book::new(None);
        let state = book.state();
        let loaded = &state.loaded;
        assert!(loaded.is_whole);
        assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
        assert_eq!(loaded.summaries.len(), loaded.rules.len());
        for (rule, summary) in loaded.rules.iter().zip(&loaded.summaries) {
            assert_eq!((&rule.id, &rule.title), (&summary.id, &summary.title));
            assert_eq!(rule.level.name(), summary.level.as_str());
        }
    }

    #[test]
    fn a_file_that_does_not_load_is_a_fault_with_its_version_and_stops_no_other() {
        let file = |text: Result<&str, &'static str>| File {
            etag: "e".to_owned(),
            text: text.map(Arc::from),
        };
        let files = BTreeMap::from([
            (
                "own/broken.yml".to_owned(),
                file(Ok("title: x\nlogsource: 7\n")),
            ),
            (
                "own/large.yml".to_owned(),
                file(Err("the file is too large")),
            ),
        ]);
        let loaded = compile(&files, true);
        let shipped = compile(&BTreeMap::new(), true);
        assert_eq!(loaded.rules.len(), shipped.rules.len());
        for file in files.keys() {
            let fault = loaded
                .faults
                .iter()
                .find(|fault| fault.problem.file == *file);
            assert_eq!(fault.expect("a fault").etag, "e");
        }
    }
}
