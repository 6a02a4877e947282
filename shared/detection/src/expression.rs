//! Boolean expressions over predicates, and what every match of one must have.

use std::collections::{BTreeMap, BTreeSet};

use crate::predicate::{PredicateId, Predicates};

/// A condition with its selections put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    /// All of these hold.
    All(Vec<Expression>),
    /// One of these holds.
    Any(Vec<Expression>),
    /// This does not hold.
    Not(Box<Expression>),
    /// This predicate holds.
    Is(PredicateId),
}

/// For some fields, exact values of which every matching event has at least one, in any case.
pub(crate) type Requirement = BTreeMap<String, BTreeSet<String>>;

impl Expression {
    pub(crate) fn all(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            1 => parts.remove(0),
            _ => Self::All(parts),
        }
    }

    pub(crate) fn any(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            1 => parts.remove(0),
            _ => Self::Any(parts),
        }
    }

    pub(crate) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// How many predicates the expression names, repeated ones counted again.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::size).sum(),
            Self::Not(part) => part.size(),
            Self::Is(_) => 1,
        }
    }

    /// Whether the expression holds, as far as the answers that are known decide it.
    pub(crate) fn outcome(&self, answer: &impl Fn(PredicateId) -> Option<bool>) -> Option<bool> {
        // Of parts one of which decides all with this answer.
        let joined = |parts: &[Self], decisive: bool| {
            let mut outcome = Some(!decisive);
            for part in parts {
                match part.outcome(answer) {
                    Some(holds) if holds == decisive => return Some(decisive),
                    Some(_) => {}
                    None => outcome = None,
                }
            }
            outcome
        };
        match self {
            Self::Is(id) => answer(*id),
            Self::Not(part) => part.outcome(answer).map(|holds| !holds),
            Self::All(parts) => joined(parts, false),
            Self::Any(parts) => joined(parts, true),
        }
    }

    /// Splits the expression into some of which one holds exactly when it does itself.
    ///
    /// Alternatives within conditions are multiplied out as long as there come no more of
    /// them than `most`; what would come to more stays whole.
    pub(crate) fn branches(&self, most: usize) -> Vec<Self> {
        let branches = match self {
            Self::Any(parts) => parts.iter().flat_map(|part| part.branches(most)).collect(),
            Self::All(parts) => {
                let mut found = vec![Vec::with_capacity(parts.len())];
                for part in parts {
                    let mut ways = part.branches(most);
                    if found.len() * ways.len() > most {
                        ways = vec![part.clone()];
                    }
                    found = found
                        .iter()
                        .flat_map(|before| {
                            ways.iter().map(|way| {
                                let mut after = before.clone();
                                after.push(way.clone());
                                after
                            })
                        })
                        .collect();
                }
                found.into_iter().map(Self::all).collect()
            }
            Self::Not(_) | Self::Is(_) => vec![self.clone()],
        };
        if branches.is_empty() || branches.len() > most {
            return vec![self.clone()];
        }
        branches
    }

    /// Shows every predicate that the expression names.
    pub(crate) fn for_each_predicate(&self, visit: &mut impl FnMut(PredicateId)) {
        match self {
            Self::Is(id) => visit(*id),
            Self::Not(part) => part.for_each_predicate(visit),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.for_each_predicate(visit);
                }
            }
        }
    }

    /// What a matching event must have.
    ///
    /// May only leave requirements out, never state one that some match does not meet: of
    /// parts that all hold each one's values are required, and the fewest are kept, because
    /// a field in an array can have several; of parts of which one holds, only what all of
    /// them require.
    pub(crate) fn requirement(&self, predicates: &Predicates) -> Requirement {
        match self {
            Self::Is(id) => predicates
                .get(*id)
                .exact_values()
                .map(|(field, values)| Requirement::from([(field.to_owned(), values.clone())]))
                .unwrap_or_default(),
            Self::Not(_) => Requirement::new(),
            Self::All(parts) => {
                let mut required = Requirement::new();
                for (field, values) in parts.iter().flat_map(|part| part.requirement(predicates)) {
                    match required.get(&field) {
                        Some(known) if known.len() <= values.len() => {}
                        _ => {
                            required.insert(field, values);
                        }
                    }
                }
                required
            }
            Self::Any(parts) => {
                let mut parts = parts.iter().map(|part| part.requirement(predicates));
                let mut required = parts.next().unwrap_or_default();
                for other in parts {
                    required.retain(|field, values| {
                        other.get(field).is_some_and(|more| {
                            values.extend(more.iter().cloned());
                            true
                        })
                    });
                }
                required
            }
        }
    }
}
