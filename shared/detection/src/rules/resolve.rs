//! References between documents: who means whom, and what loads in the end.

use std::collections::{BTreeSet, HashMap};

use crate::expression::Expression;
use crate::pattern::Placeholders;
use crate::predicate::Predicates;
use crate::problem::{Problem, Report};
use crate::rule::{Kind, Rule, RuleIndex};
use crate::selection::Reader;
use crate::yaml::{Mark, Node};

use super::attributes::{self, mark_of};
use super::collection::Document;
use super::correlations::{self, Reference, Unresolved};
use super::detection::{self, LogSource};
use super::filter::{self, Filter};

mod narrowing;
mod references;

use narrowing::{narrow_correlations, narrowing};
use references::correlation;

/// What a rule matches, before references are resolved.
enum Body {
    Single(Expression),
    Correlation(Unresolved),
}

struct Draft {
    rule: Rule,
    mark: Mark,
    body: Body,
}

/// Everything read so far.
#[derive(Default)]
pub(super) struct Drafts {
    read: Vec<Draft>,
    filters: Vec<Filter>,
    ids: HashMap<String, usize>,
    names: HashMap<String, usize>,
    titles: HashMap<String, usize>,
}

impl Drafts {
    /// Reads one document; a rule with an error is left out.
    pub(super) fn read(
        &mut self,
        document: &Document,
        predicates: &mut Predicates,
        placeholders: &Placeholders,
        report: &mut Report<'_>,
    ) {
        let node = &document.node;
        let mut reader = Reader {
            predicates,
            placeholders,
            report,
        };
        if node.get("filter").is_some() {
            self.filters.extend(filter::read(node, &mut reader));
            return;
        }
        let is_correlation = node.get("correlation").is_some();
        if !is_correlation {
            let source = detection::log_source(node, &mut reader);
            if let Some(LogSource::Other(name)) = source {
                report.warning(
                    mark_of(node, "logsource"),
                    format!("the rule is for {name} and not for aws/cloudtrail: it is left out"),
                );
                return;
            }
        }
        let body = if is_correlation {
            correlations::read(node, reader.report).map(Body::Correlation)
        } else {
            detection::of_rule(node, &mut reader)
                .and_then(|found| detection::expression(found, &[], &mut reader))
                .map(Body::Single)
        };
        let rule = attributes::rule(document, report);
        if let (Some(mut rule), Some(body), false) = (rule, body, report.has_errors()) {
            if let Body::Correlation(correlation) = &body
                && !has_own_group(node)
            {
                rule.group.clone_from(&correlation.group_by);
            }
            self.add(rule, node, body, report);
        }
    }

    fn add(&mut self, rule: Rule, node: &Node, body: Body, report: &mut Report<'_>) {
        if let Some(first) = self.ids.get(&rule.id) {
            let first = &self.read[*first].rule;
            report.error(
                mark_of(node, "id"),
                format!(
                    "the id `{}` is taken by {}:{}: give this rule another",
                    rule.id, first.file, first.line
                ),
            );
            return;
        }
        let number = self.read.len();
        self.ids.insert(rule.id.clone(), number);
        self.titles.entry(rule.title.clone()).or_insert(number);
        if let Some(name) = &rule.name {
            let first = *self.names.entry(name.clone()).or_insert(number);
            if first != number {
                let first = &self.read[first].rule;
                report.warning(
                    mark_of(node, "name"),
                    format!(
                        "the name `{name}` is taken by {}:{}: whoever refers to it means that one",
                        first.file, first.line
                    ),
                );
            }
        }
        self.read.push(Draft {
            mark: node.mark,
            rule,
            body,
        });
    }

    /// Finds the rule of a name, id or title; true with it where it is by title.
    fn find(&self, name: &str) -> Option<(usize, bool)> {
        let exactly = self.names.get(name).or_else(|| self.ids.get(name));
        exactly
            .map(|number| (*number, false))
            .or_else(|| self.titles.get(name).map(|number| (*number, true)))
    }

    fn find_reported(
        &self,
        reference: &Reference,
        report: &mut Report<'_>,
        is_error: bool,
    ) -> Option<usize> {
        let name = &reference.name;
        let found = self.find(name);
        match found {
            Some((_, false)) => {}
            Some((_, true)) => report.warning(
                reference.mark,
                format!("`{name}` is the title of a rule: refer to it by name or id, which do not change"),
            ),
            None => {
                let message = format!("no rule that loaded has the name or id `{name}`");
                if is_error {
                    report.error(reference.mark, message);
                } else {
                    report.warning(reference.mark, message);
                }
            }
        }
        found.map(|(number, _)| number)
    }

    /// Puts filters and references in and gives back what loads.
    pub(super) fn resolve(
        mut self,
        predicates: &mut Predicates,
        problems: &mut Vec<Problem>,
    ) -> (Vec<Rule>, Vec<Option<Expression>>) {
        self.apply_filters(problems);
        let references = self.references(problems);
        let loading = self.loading(&references, problems);
        let mut numbers: HashMap<usize, RuleIndex> = HashMap::new();
        for (index, number) in (0..).map(RuleIndex).zip(&loading) {
            numbers.insert(*number, index);
        }
        let (mut quiet, mut loud) = (BTreeSet::new(), BTreeSet::new());
        for number in &loading {
            if let Body::Correlation(correlation) = &self.read[*number].body {
                let named = if correlation.generates {
                    &mut loud
                } else {
                    &mut quiet
                };
                named.extend(references[number].iter().copied());
            }
        }
        let mut expressions = Vec::new();
        let mut rules = Vec::new();
        for (number, draft) in self.read.into_iter().enumerate() {
            if !numbers.contains_key(&number) {
                continue;
            }
            let mut rule = draft.rule;
            rule.is_alerting = !quiet.contains(&number) || loud.contains(&number);
            match draft.body {
                Body::Single(expression) => {
                    rule.narrowing = narrowing(&expression, predicates);
                    expressions.push(Some(expression));
                }
                Body::Correlation(unresolved) => {
                    let named = references
                        .get(&number)
                        .map(Vec::as_slice)
                        .unwrap_or_default();
                    let named: Vec<RuleIndex> = named
                        .iter()
                        .filter_map(|of| numbers.get(of).copied())
                        .collect();
                    rule.kind = Kind::Correlation(correlation(unresolved, named));
                    expressions.push(None);
                }
            }
            rules.push(rule);
        }
        narrow_correlations(&mut rules);
        (rules, expressions)
    }

    fn apply_filters(&mut self, problems: &mut Vec<Problem>) {
        for filter in std::mem::take(&mut self.filters) {
            let mut report = Report::new(&filter.file, problems);
            let named: Vec<usize> = match &filter.rules {
                None => (0..self.read.len()).collect(),
                Some(references) => references
                    .iter()
                    .filter_map(|(mark, name)| {
                        let reference = Reference {
                            mark: *mark,
                            name: name.clone(),
                        };
                        self.find_reported(&reference, &mut report, false)
                    })
                    .collect(),
            };
            let mut applied = 0;
            for number in named.into_iter().collect::<BTreeSet<_>>() {
                if let Body::Single(expression) = &mut self.read[number].body {
                    let own = std::mem::replace(expression, Expression::All(Vec::new()));
                    *expression = Expression::All(vec![own, filter.expression.clone()]);
                    applied += 1;
                } else if filter.rules.is_some() {
                    let message =
                        "a filter does not apply to a correlation: name the rules under it";
                    report.warning(filter.mark, message);
                }
            }
            if applied == 0 {
                report.warning(
                    filter.mark,
                    format!("the filter `{}` applies to no rule", filter.title),
                );
            }
        }
    }
}

fn has_own_group(node: &Node) -> bool {
    node.get("trailkeep")
        .is_some_and(|own| own.get("group").is_some())
}
