//! What one field's value says about all rules at once.
//!
//! Every predicate on the field is answered for the value, those for exact texts by one
//! look at a table. An expression that these answers alone make false cannot hold,
//! whatever the event's other fields are; all others may.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64;

use super::bits;
use super::fields::FieldId;
use super::index::Branch;
use crate::literal::fold;
use crate::matcher::with_folded;
use crate::predicate::{Predicate, PredicateId, Predicates, Test};
use crate::text;

/// One field, the predicates on it, and the branches that name them.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) field: FieldId,
    /// The predicates on the field, by their numbers within it.
    predicates: Box<[PredicateId]>,
    /// The predicates that need one of some exact texts, by the texts' hashes.
    exact: HashMap<u64, Vec<u32>, BuildHasherDefault<Hashed>>,
    longest: usize,
    /// The predicates that are asked about every value.
    others: Box<[u32]>,
    /// The branches that name each predicate.
    asking: Box<[Box<[u32]>]>,
    /// The branches that name any of the predicates.
    pub(super) concerned: Box<[u64]>,
    /// The branches that may hold where no predicate does.
    unmet: Box<[u64]>,
}

/// What is known of a value.
pub(super) struct Verdict<'v> {
    /// The branches that may hold.
    pub(super) possible: &'v mut [u64],
    /// The predicates that hold.
    pub(super) true_ones: &'v mut [u64],
    /// Room for the branches to look at.
    pub(super) asking: &'v mut [u64],
}

impl Gate {
    /// Compiles the predicates on a field.
    pub(super) fn new(
        field: FieldId,
        asked: &[PredicateId],
        predicates: &Predicates,
        branches: &[Branch],
    ) -> Self {
        let mut gate = Self {
            field,
            predicates: asked.into(),
            exact: HashMap::default(),
            longest: 0,
            others: Box::default(),
            asking: Box::default(),
            concerned: bits::none(branches.len()),
            unmet: bits::all(branches.len()),
        };
        let numbers: HashMap<PredicateId, u32> = asked.iter().copied().zip(0..).collect();
        let mut others = Vec::new();
        for (number, id) in (0..).zip(asked) {
            let Some((_, values)) = predicates.get(*id).exact_values() else {
                others.push(number);
                continue;
            };
            for value in values {
                let value = fold(value);
                gate.longest = gate.longest.max(value.len());
                let filed = gate.exact.entry(xxh3_64(value.as_bytes())).or_default();
                if filed.last() != Some(&number) {
                    filed.push(number);
                }
            }
        }
        gate.others = others.into();
        let mut asking = vec![Vec::new(); asked.len()];
        for (number, branch) in (0..).zip(branches) {
            let before = branch
                .expression
                .outcome(&|id| numbers.get(&id).map(|_| false));
            if before == Some(false) {
                bits::clear(&mut gate.unmet, number);
            }
            branch.expression.for_each_predicate(&mut |id| {
                let Some(id) = numbers.get(&id) else { return };
                bits::set(&mut gate.concerned, number);
                let asking: &mut Vec<u32> = &mut asking[*id as usize];
                if asking.last() != Some(&number) {
                    asking.push(number);
                }
            });
        }
        gate.asking = asking.into_iter().map(Vec::into_boxed_slice).collect();
        gate
    }

    /// How many predicates there are on the field.
    pub(super) const fn predicates(&self) -> usize {
        self.predicates.len()
    }

    /// Whether a branch cannot hold where no predicate on the field does.
    pub(super) fn guards(&self, branch: u32) -> bool {
        !bits::has(&self.unmet, branch)
    }

    /// How many branches cannot hold where no predicate on the field does.
    pub(super) fn guarded(&self) -> u32 {
        self.concerned
            .iter()
            .zip(&self.unmet)
            .map(|(concerned, unmet)| (concerned & !unmet).count_ones())
            .sum()
    }

    /// Finds out what a value says; none is a field that is absent.
    ///
    /// The value is a scalar.
    pub(super) fn judge(
        &self,
        value: Option<&[u8]>,
        rules: (&Predicates, &[Branch]),
        numbers: &impl Fn(PredicateId) -> Option<u32>,
        buffer: &mut Vec<u8>,
        verdict: Verdict<'_>,
    ) {
        let (predicates, branches) = rules;
        let Verdict {
            possible,
            true_ones,
            asking,
        } = verdict;
        true_ones.fill(0);
        let is_null = value.is_none_or(|value| value == b"null");
        if is_null {
            for number in &self.others {
                if matches!(self.test(*number, predicates), Test::IsNull) {
                    bits::set(true_ones, *number);
                }
            }
        } else if let Some(value) = value {
            text::scalar(value, buffer, &mut |kind, text| {
                let exact = with_folded(text, self.longest, xxh3_64)
                    .and_then(|hash| self.exact.get(&hash))
                    .map_or(&[][..], Vec::as_slice);
                for number in exact.iter().chain(&self.others) {
                    if let Test::Texts(texts) = self.test(*number, predicates)
                        && texts.has(kind, text)
                    {
                        bits::set(true_ones, *number);
                    }
                }
                false
            });
        }
        // Only what names a predicate that holds can differ from what was found beforehand.
        possible.copy_from_slice(&self.unmet);
        asking.fill(0);
        for number in bits::numbers(true_ones) {
            for branch in &self.asking[number as usize] {
                bits::set(asking, *branch);
            }
        }
        for number in bits::numbers(asking) {
            let answer = |id| numbers(id).map(|number| bits::has(true_ones, number));
            if branches[number as usize].expression.outcome(&answer) == Some(false) {
                bits::clear(possible, number);
            } else {
                bits::set(possible, number);
            }
        }
    }

    fn test<'p>(&self, number: u32, predicates: &'p Predicates) -> &'p Test {
        let Predicate { test, .. } = predicates.get(self.predicates[number as usize]);
        test
    }
}

/// Takes a hash for its own hash.
#[derive(Debug, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
