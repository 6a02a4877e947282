//! Which lookups a rule's matches are among.

use std::collections::BTreeSet;

use crate::expression::Expression;
use crate::predicate::Predicates;
use crate::rule::{Narrowing, Rule};

/// What the matches of an expression have in common.
pub(super) fn narrowing(expression: &Expression, predicates: &Predicates) -> Narrowing {
    let mut required = expression.requirement(predicates);
    let mut values = |field: &str| {
        required
            .remove(field)
            .map(|values| values.into_iter().collect())
            .unwrap_or_default()
    };
    Narrowing {
        event_names: values("eventName"),
        event_sources: values("eventSource"),
    }
}

/// A correlation narrows to what its rules do, where all of them do.
pub(super) fn narrow_correlations(rules: &mut [Rule]) {
    // Correlations may name one another, so this settles in as many rounds as they nest.
    for _ in 0..rules.len() {
        let mut has_changed = false;
        for number in 0..rules.len() {
            let Some(correlation) = rules[number].correlation() else {
                continue;
            };
            let union = |values: fn(&Narrowing) -> &Vec<String>| {
                let of_rules: Vec<&Vec<String>> = correlation
                    .rules
                    .iter()
                    .map(|of| values(&rules[of.number()].narrowing))
                    .collect();
                if of_rules.iter().any(|values| values.is_empty()) {
                    return Vec::new();
                }
                let all: BTreeSet<String> = of_rules.into_iter().flatten().cloned().collect();
                all.into_iter().collect()
            };
            let narrowing = Narrowing {
                event_names: union(|narrowing| &narrowing.event_names),
                event_sources: union(|narrowing| &narrowing.event_sources),
            };
            has_changed |= rules[number].narrowing != narrowing;
            rules[number].narrowing = narrowing;
        }
        if !has_changed {
            break;
        }
    }
}
