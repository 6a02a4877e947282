//! Which rules an event can match at all.
//!
//! Each field that tells events apart has a [`Gate`]: from the field's value alone it says
//! which rules may match still. An event's candidates are what all its fields let pass. A
//! rule that is one thing or another is filed by its branches, each a condition of its own.
//! A gate may let pass what does not match and never stops what does; what several values
//! at once would say, an array's, is not asked.

use std::collections::BTreeMap;

use super::bits;
use super::fields::{FieldId, Fields};
use super::gate::Gate;
use crate::expression::Expression;
use crate::predicate::{PredicateId, Predicates, Test};

/// Into how many branches a rule is split at most.
const MOST_BRANCHES: usize = 8;

/// The gates, and what they let pass.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) branches: Box<[Branch]>,
    /// The gates in the order in which an event meets them.
    pub(super) gates: Box<[Gate]>,
    /// All branches.
    pub(super) every: Box<[u64]>,
    /// Where predicates are answered, by their numbers.
    slots: Box<[Option<Slot>]>,
}

/// One of the ways in which a rule matches.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) rule: u32,
    pub(super) expression: Expression,
}

/// The gate of a predicate's field, and the predicate's number within it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) gate: u32,
    pub(super) number: u32,
}

/// The predicates that a gate can answer, by field.
type ByField = BTreeMap<FieldId, Vec<PredicateId>>;

impl Index {
    pub(super) fn new(
        expressions: &[Option<Expression>],
        predicates: &Predicates,
        fields: &mut Fields,
    ) -> Self {
        let mut by_field = ByField::new();
        for (id, predicate) in predicates.all() {
            if let Some(field) = &predicate.field
                && matches!(predicate.test, Test::Texts(_) | Test::IsNull)
            {
                by_field.entry(fields.intern(field)).or_default().push(id);
            }
        }
        let branches = branches(expressions, predicates);
        let gate = |field| Gate::new(field, &by_field[&field], predicates, &branches);
        let (top, below): (Vec<FieldId>, Vec<FieldId>) = by_field
            .keys()
            .partition(|field| fields.parent(**field) == FieldId::ROOT);
        let mut gates: Vec<Gate> = top.into_iter().map(gate).collect();

        // What no field of the record itself tells apart, others have to.
        let mut needed = bits::none(fields.len());
        for (number, branch) in (0..).zip(&branches) {
            if !gates.iter().any(|gate| gate.guards(number)) {
                branch.expression.for_each_predicate(&mut |id| {
                    if let Some(name) = &predicates.get(id).field {
                        bits::set(&mut needed, fields.intern(name).as_u32());
                    }
                });
            }
        }
        let below = below
            .into_iter()
            .filter(|field| bits::has(&needed, field.as_u32()));
        gates.extend(below.map(gate));
        // The sooner nothing is possible any more, the less is asked.
        gates.sort_by_key(|gate| std::cmp::Reverse(gate.guarded()));

        let mut slots = vec![None; predicates.len()];
        for (gate, compiled) in (0..).zip(&gates) {
            for (number, id) in (0..).zip(&by_field[&compiled.field]) {
                slots[id.number() as usize] = Some(Slot { gate, number });
            }
        }
        Self {
            every: bits::all(branches.len()),
            branches: branches.into(),
            gates: gates.into(),
            slots: slots.into(),
        }
    }

    /// Where a predicate is answered, if at a gate.
    #[inline]
    pub(super) fn slot(&self, predicate: PredicateId) -> Option<Slot> {
        self.slots[predicate.number() as usize]
    }

    /// The branches that no gate stops for want of a value: what they ask, most events are
    /// asked.
    pub(super) fn unguarded(&self) -> impl Iterator<Item = &Branch> {
        (0..).zip(&self.branches).filter_map(|(number, branch)| {
            let is_guarded = self.gates.iter().any(|gate| gate.guards(number));
            (!is_guarded).then_some(branch)
        })
    }
}

/// Splits the rules that no single field tells apart.
fn branches(expressions: &[Option<Expression>], predicates: &Predicates) -> Vec<Branch> {
    let mut branches = Vec::new();
    for (rule, expression) in (0..).zip(expressions) {
        let Some(expression) = expression else {
            continue;
        };
        let parts = if is_guarded(expression, predicates) {
            vec![expression.clone()]
        } else {
            expression.branches(MOST_BRANCHES)
        };
        let parts = parts.into_iter();
        branches.extend(parts.map(|expression| Branch { rule, expression }));
    }
    branches
}

/// Whether some field alone can make an expression false for want of a value.
fn is_guarded(expression: &Expression, predicates: &Predicates) -> bool {
    let mut fields = Vec::new();
    expression.for_each_predicate(&mut |id| {
        let field = predicates.get(id).field.as_deref();
        if field.is_some() && !fields.contains(&field) {
            fields.push(field);
        }
    });
    fields.into_iter().any(|field| {
        let answer = |id| {
            let predicate = predicates.get(id);
            let is_known = predicate.field.as_deref() == field
                && !matches!(predicate.test, Test::Reference { .. });
            is_known.then_some(false)
        };
        expression.outcome(&answer) == Some(false)
    })
}
