//! Which rules the correlations name, and which of them load.

use std::collections::{BTreeSet, HashMap};

use super::{Body, Drafts};
use crate::correlation::{Alias, Correlation};
use crate::problem::{Problem, Report};
use crate::rule::RuleIndex;
use crate::rules::correlations::{Reference, Unresolved};

impl Drafts {
    /// The drafts that each correlation names, where all of them are there.
    pub(super) fn references(&self, problems: &mut Vec<Problem>) -> HashMap<usize, Vec<usize>> {
        let mut found = HashMap::new();
        for (number, draft) in self.read.iter().enumerate() {
            let Body::Correlation(correlation) = &draft.body else {
                continue;
            };
            let mut report = Report::new(&draft.rule.file, problems);
            let named: Vec<usize> = correlation
                .rules
                .iter()
                .filter_map(|reference| self.find_reported(reference, &mut report, true))
                .collect();
            for (name, fields) in &correlation.aliases {
                for (reference, _) in fields {
                    let is_named = correlation
                        .rules
                        .iter()
                        .any(|rule| rule.name == reference.name);
                    if !is_named {
                        report.error(
                            reference.mark,
                            format!(
                                "the alias `{name}` is of `{}`, which is not under `rules` by that name",
                                reference.name
                            ),
                        );
                    }
                }
            }
            if !report.has_errors() {
                found.insert(number, named);
            }
        }
        found
    }

    /// The drafts that load: a correlation does when all that it names do, and not itself.
    pub(super) fn loading(
        &self,
        references: &HashMap<usize, Vec<usize>>,
        problems: &mut Vec<Problem>,
    ) -> BTreeSet<usize> {
        let mut loading: BTreeSet<usize> = BTreeSet::new();
        for (number, draft) in self.read.iter().enumerate() {
            if matches!(draft.body, Body::Single(_)) {
                loading.insert(number);
            }
        }
        loop {
            let ready: Vec<usize> = references
                .iter()
                .filter(|(number, named)| {
                    !loading.contains(number) && named.iter().all(|of| loading.contains(of))
                })
                .map(|(number, _)| *number)
                .collect();
            if ready.is_empty() {
                break;
            }
            loading.extend(ready);
        }
        for (number, draft) in self.read.iter().enumerate() {
            if references.contains_key(&number) && !loading.contains(&number) {
                Report::new(&draft.rule.file, problems).error(
                    draft.mark,
                    "the correlation names itself through others, or one that does not load",
                );
            }
        }
        loading
    }
}

/// Puts the numbers of rules in the place of their names.
pub(super) fn correlation(unresolved: Unresolved, rules: Vec<RuleIndex>) -> Correlation {
    let index_of = |reference: &Reference| {
        unresolved
            .rules
            .iter()
            .position(|rule| rule.name == reference.name)
            .and_then(|position| rules.get(position).copied())
    };
    let aliases = unresolved
        .aliases
        .iter()
        .map(|(name, fields)| Alias {
            name: name.clone(),
            fields: fields
                .iter()
                .filter_map(|(reference, field)| Some((index_of(reference)?, field.clone())))
                .collect(),
        })
        .collect();
    Correlation {
        kind: unresolved.kind,
        aliases,
        rules,
        group_by: unresolved.group_by,
        timespan: unresolved.timespan,
        threshold: unresolved.threshold,
        generates: unresolved.generates,
    }
}
