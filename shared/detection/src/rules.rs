//! A rule set: rule files read, checked and put together.

use std::sync::Arc;

use crate::engine::Engine;
use crate::expression::Expression;
use crate::pattern::Placeholders;
use crate::predicate::Predicates;
use crate::problem::{Problem, Report};
use crate::rule::{Rule, RuleIndex};
use crate::yaml::{self, Mark};

mod attributes;
mod collection;
mod correlations;
mod detection;
mod filter;
mod resolve;

/// How large one rule file may be.
const LARGEST_FILE: usize = 4 << 20;

/// A rule file.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name that problems and rules give the file.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// Rules that loaded, in the order in which they were read.
#[derive(Debug, Default)]
pub struct Rules {
    list: Vec<Rule>,
    /// Each rule's expression; a correlation has none.
    expressions: Vec<Option<Expression>>,
    predicates: Arc<Predicates>,
}

impl Rules {
    /// Reads rule files: rules, filters and correlations, several to a file.
    ///
    /// References go across files, so all of a set are read at once. A rule that does not
    /// load is left out with a [`Problem`] that says where and why, and does not stop the
    /// others.
    pub fn read(
        sources: impl IntoIterator<Item = Source>,
        placeholders: &Placeholders,
    ) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut predicates = Predicates::default();
        let mut drafts = resolve::Drafts::default();
        for source in sources {
            let mut report = Report::new(&source.path, &mut problems);
            if source.text.len() > LARGEST_FILE {
                let message = format!("the file is larger than {LARGEST_FILE} bytes: split it up");
                report.error(Mark { line: 1, column: 1 }, message);
                continue;
            }
            let mut documents = Vec::new();
            for document in yaml::documents(&source.text) {
                match document {
                    Ok(node) => documents.push(node),
                    Err(fault) => report.error(fault.mark, fault.message),
                }
            }
            for document in collection::merged(documents, &mut report) {
                let mut report = Report::new(&source.path, &mut problems);
                drafts.read(&document, &mut predicates, placeholders, &mut report);
            }
        }
        let (list, expressions) = drafts.resolve(&mut predicates, &mut problems);
        let rules = Self {
            list,
            expressions,
            predicates: Arc::new(predicates),
        };
        (rules, problems)
    }

    /// The rules.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.list.iter()
    }

    /// The rules with their numbers.
    pub fn indexed(&self) -> impl Iterator<Item = (RuleIndex, &Rule)> {
        (0..).map(RuleIndex).zip(&self.list)
    }

    /// A rule of this set.
    ///
    /// # Panics
    ///
    /// Panics at a number of another, larger set.
    pub fn get(&self, index: RuleIndex) -> &Rule {
        &self.list[index.number()]
    }

    /// How many rules there are.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether no rule loaded.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Compiles the rules for matching.
    pub fn engine(&self) -> Engine {
        Engine::new(&self.expressions, Arc::clone(&self.predicates))
    }
}
