//! A rule set in both engines.

use std::error::Error;

use detection::{
    Correlations, Correlator, Engine, Event, Log, Placeholders, Rules, Scratch, Source,
};
use serde_json::Value;

use crate::corpus::Corpus;
use crate::oracle::Oracle;
use crate::resident_memory;

/// Rules, compiled.
pub(crate) struct Set {
    /// Their text.
    pub(crate) sources: Vec<Source>,
    /// The rules.
    pub(crate) rules: Rules,
    /// The rules compiled.
    pub(crate) engine: Engine,
    /// The rules over several events.
    correlations: Correlations,
    /// The MB that they take, the text left out.
    pub(crate) megabytes: f64,
}

impl Set {
    /// Loads rules; what does not load is among the problems.
    pub(crate) fn load(sources: Vec<Source>) -> (Self, Vec<String>) {
        let before = resident_memory();
        let (rules, problems) = Rules::read(sources.iter().cloned(), &Placeholders::new());
        let engine = rules.engine();
        let megabytes = resident_memory() - before;
        let set = Self {
            correlations: Correlations::of(&rules),
            sources,
            rules,
            engine,
            megabytes,
        };
        let problems = problems.iter().filter(|problem| problem.is_error());
        (set, problems.map(ToString::to_string).collect())
    }

    /// How many rules of single events there are.
    pub(crate) fn singles(&self) -> usize {
        let rules = self.rules.iter();
        rules.filter(|rule| rule.correlation().is_none()).count()
    }

    /// Matches all records of a log file and counts the matches.
    pub(crate) fn matches(
        &self,
        scratch: &mut Scratch,
        content: &[u8],
    ) -> Result<u64, Box<dyn Error>> {
        let mut matches = 0;
        let mut log = Log::open(content)?;
        while let Some(matched) = self.engine.matches_next(scratch, &mut log) {
            matches += matched?.rules.len() as u64;
        }
        Ok(matches)
    }

    /// The same with the rules over several events, from one file to the next.
    pub(crate) fn correlate<'s>(
        &'s self,
        scratch: &mut Scratch,
        correlator: &mut Correlator<'s>,
        content: &[u8],
    ) -> Result<(), Box<dyn Error>> {
        let mut log = Log::open(content)?;
        while let Some(matched) = self.engine.matches_next(scratch, &mut log) {
            let matched = matched?;
            if !matched.rules.is_empty() {
                correlator.see(matched.rules, &Event::parse(matched.record)?);
            }
        }
        Ok(())
    }

    /// A correlator that has seen nothing.
    pub(crate) const fn correlator(&self) -> Correlator<'_> {
        Correlator::new(&self.correlations)
    }

    /// How many rules are tried on an event, on average.
    pub(crate) fn tried(&self, corpus: &Corpus) -> Result<f64, Box<dyn Error>> {
        let mut scratch = self.engine.scratch();
        for content in &corpus.contents {
            self.matches(&mut scratch, content)?;
        }
        #[expect(clippy::cast_precision_loss, reason = "printed figures")]
        Ok(scratch.tried() as f64 / scratch.records() as f64)
    }
}

/// Matches records in `rsigma-eval` and counts the matches.
pub(crate) fn count(oracle: &Oracle, trees: &[Value]) -> usize {
    trees.iter().map(|tree| oracle.count(tree)).sum()
}
