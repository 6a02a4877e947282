//! Conditions as small programs without a stack.
//!
//! Each step asks one predicate and says where to go on for either answer, so
//! `not` costs nothing and what cannot change the outcome is not asked.

use crate::expression::Expression;
use crate::predicate::{PredicateId, Predicates};

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Step(u32),
    Match,
    NoMatch,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) predicate: PredicateId,
    pub(super) when_true: Outcome,
    pub(super) when_false: Outcome,
}

/// One rule's condition.
#[derive(Debug)]
pub(super) struct Program {
    steps: Box<[Step]>,
    start: Outcome,
}

impl Program {
    pub(super) fn new(expression: &Expression, predicates: &Predicates) -> Self {
        let mut steps = Vec::with_capacity(expression.size());
        let start = emit(
            expression,
            Outcome::Match,
            Outcome::NoMatch,
            predicates,
            &mut steps,
        );
        Self {
            steps: steps.into(),
            start,
        }
    }

    pub(super) const fn start(&self) -> Outcome {
        self.start
    }

    #[inline]
    pub(super) fn step(&self, number: u32) -> Step {
        self.steps[number as usize]
    }
}

/// Writes the steps of an expression, the last first, and gives back where it begins.
fn emit(
    expression: &Expression,
    when_true: Outcome,
    when_false: Outcome,
    predicates: &Predicates,
    steps: &mut Vec<Step>,
) -> Outcome {
    match expression {
        Expression::Is(predicate) => {
            // As many steps as predicates, and those are bounded when a rule is read.
            let number = u32::try_from(steps.len()).unwrap_or(u32::MAX);
            steps.push(Step {
                predicate: *predicate,
                when_true,
                when_false,
            });
            Outcome::Step(number)
        }
        Expression::Not(part) => emit(part, when_false, when_true, predicates, steps),
        Expression::All(parts) => cheapest_first(parts, predicates)
            .into_iter()
            .rev()
            .fold(when_true, |next, part| {
                emit(part, next, when_false, predicates, steps)
            }),
        Expression::Any(parts) => cheapest_first(parts, predicates)
            .into_iter()
            .rev()
            .fold(when_false, |next, part| {
                emit(part, when_true, next, predicates, steps)
            }),
    }
}

fn cheapest_first<'e>(parts: &'e [Expression], predicates: &Predicates) -> Vec<&'e Expression> {
    let mut parts: Vec<&Expression> = parts.iter().collect();
    parts.sort_by_cached_key(|part| cost(part, predicates));
    parts
}

fn cost(expression: &Expression, predicates: &Predicates) -> u32 {
    match expression {
        Expression::Is(predicate) => predicates.get(*predicate).cost(),
        Expression::Not(part) => cost(part, predicates),
        Expression::All(parts) | Expression::Any(parts) => parts
            .iter()
            .map(|part| cost(part, predicates))
            .fold(0, u32::saturating_add),
    }
}
