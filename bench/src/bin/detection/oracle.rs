//! The same rules in the crate `rsigma-eval`, and where it answers otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use detection::{Rules, Source};
use rsigma_eval::event::JsonEvent;
use serde_json::Value;

use crate::corpus::Corpus;
use crate::difference::Asked;

/// An engine of `rsigma-eval`.
pub(crate) struct Oracle {
    engine: rsigma_eval::Engine,
    /// What it does not load.
    pub(crate) refused: Vec<String>,
}

impl Oracle {
    /// Loads the rules of single events.
    pub(crate) fn load(sources: &[Source]) -> Result<Self, Box<dyn Error>> {
        let mut engine = rsigma_eval::Engine::new();
        let mut refused = Vec::new();
        let mut rules = Vec::new();
        for source in sources {
            let collection = rsigma_parser::parse_sigma_yaml(&source.text)
                .map_err(|error| format!("{}: {error}", source.path))?;
            let errors = collection.errors.iter();
            refused.extend(errors.map(|error| format!("{}: {error}", source.path)));
            rules.extend(collection.rules);
        }
        for (number, error) in engine.add_rules(&rules) {
            refused.push(format!("{}: {error}", rules[number].title));
        }
        Ok(Self { engine, refused })
    }

    /// Turns its filter of substrings on, which is faster or slower by the rules.
    pub(crate) fn with_bloom_filter(mut self) -> Self {
        self.engine.set_bloom_prefilter(true);
        self
    }

    /// How many rules it has.
    pub(crate) fn rules(&self) -> usize {
        self.engine.rule_count()
    }

    /// Counts the matches of a record.
    pub(crate) fn count(&self, tree: &Value) -> usize {
        self.engine.evaluate(&JsonEvent::borrow(tree)).len()
    }

    /// The ids of the rules that a record matches.
    fn ids(&self, tree: &Value) -> BTreeSet<String> {
        let results = self.engine.evaluate(&JsonEvent::borrow(tree));
        let ids = results.into_iter().map(|result| result.header.rule_id);
        ids.map(Option::unwrap_or_default).collect()
    }
}

/// What comparing event by event found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Matches that both have.
    pub(crate) shared: u64,
    /// How many matches only one has, by why.
    pub(crate) explained: BTreeMap<&'static str, u64>,
    /// How many matches only one has for no known reason, by the rule and who has them.
    pub(crate) unexplained: BTreeMap<(String, &'static str), u64>,
}

impl Comparison {
    /// Compares the matches of every record.
    pub(crate) fn of(
        corpus: &Corpus,
        rules: &Rules,
        oracle: &Oracle,
        asked: &BTreeMap<String, Asked>,
    ) -> Result<Self, Box<dyn Error>> {
        let engine = rules.engine();
        let mut scratch = engine.scratch();
        let mut comparison = Self::default();
        let mut failed: Option<Box<dyn Error>> = None;
        corpus.for_each_record(|record| {
            let matches = match engine.matches(&mut scratch, record) {
                Ok(matches) => matches.iter().map(|it| rules.get(*it).id.clone()),
                Err(error) => return failed = Some(error.into()),
            };
            match serde_json::from_slice(record) {
                Ok(tree) => comparison.add(&matches.collect(), &tree, oracle, asked),
                Err(error) => failed = Some(error.into()),
            }
        })?;
        match failed {
            Some(error) => Err(error),
            None => Ok(comparison),
        }
    }

    fn add(
        &mut self,
        ours: &BTreeSet<String>,
        tree: &Value,
        oracle: &Oracle,
        asked: &BTreeMap<String, Asked>,
    ) {
        let theirs = oracle.ids(tree);
        self.shared += ours.intersection(&theirs).count() as u64;
        for id in ours.symmetric_difference(&theirs) {
            let is_ours = ours.contains(id);
            let matches = |tree: &Value| oracle.ids(tree).contains(id);
            if let Some(why) = asked.get(id).and_then(|it| it.why(tree, is_ours, matches)) {
                *self.explained.entry(why).or_default() += 1;
            } else {
                let who = if is_ours { "ours" } else { "rsigma-eval's" };
                *self.unexplained.entry((id.clone(), who)).or_default() += 1;
            }
        }
    }
}
