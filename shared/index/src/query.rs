//! What a lookup asks for.

use std::collections::BTreeSet;

use trail::{Category, Record};
use xxhash_rust::xxh3::xxh3_64;

use crate::attribute::Attribute;

/// In which order events are given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest event first, as `LookupEvents` answers.
    #[default]
    NewestFirst,
    /// The oldest event first.
    OldestFirst,
}

/// A condition on one attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The attribute.
    pub attribute: Attribute,
    /// Whether events that have any of the values are left out instead of wanted.
    pub negated: bool,
    /// The values, any of which will do.
    pub values: BTreeSet<String>,
}

impl Condition {
    /// Tells whether a record meets the condition.
    pub fn is_met_by(&self, record: &Record<'_>) -> bool {
        let mut holds = false;
        self.attribute
            .values(record, |value| holds = holds || self.values.contains(value));
        holds != self.negated
    }
}

/// A query: every condition must hold.
///
/// ```
/// use index::{Attribute, Query};
///
/// let mut query = Query::default();
/// query.require(Attribute::EventName, "DeleteBucket");
/// query.require(Attribute::EventName, "DeleteTrail"); // either of the two
/// query.exclude(Attribute::Username, "ci-deploy"); // and not by that user
/// assert_eq!(query.conditions().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The categories that are looked through.
    pub categories: BTreeSet<Category>,
    /// The first second that is wanted; from the oldest event kept where absent.
    pub start: Option<i64>,
    /// The last second that is wanted; to the newest event where absent.
    pub end: Option<i64>,
    /// The order of the answer.
    pub order: Order,
    conditions: Vec<Condition>,
}

impl Default for Query {
    /// Asks for every management event, newest first, as `LookupEvents` does.
    fn default() -> Self {
        Self {
            categories: BTreeSet::from([Category::Management]),
            start: None,
            end: None,
            order: Order::default(),
            conditions: Vec::new(),
        }
    }
}

impl Query {
    /// Wants events with a value; several values of one attribute are alternatives.
    pub fn require(&mut self, attribute: Attribute, value: impl Into<String>) {
        self.add(attribute, false, value.into());
    }

    /// Leaves out events with a value.
    pub fn exclude(&mut self, attribute: Attribute, value: impl Into<String>) {
        self.add(attribute, true, value.into());
    }

    fn add(&mut self, attribute: Attribute, negated: bool, value: String) {
        let same = |condition: &&mut Condition| {
            condition.attribute == attribute && condition.negated == negated
        };
        if let Some(condition) = self.conditions.iter_mut().find(same) {
            condition.values.insert(value);
        } else {
            let values = BTreeSet::from([value]);
            self.conditions.push(Condition {
                attribute,
                negated,
                values,
            });
            self.conditions.sort();
        }
    }

    /// The conditions, in a stable order.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Tells whether a record of some category is wanted: the definition that every
    /// lookup is held against.
    pub fn matches(&self, category: Category, record: &Record<'_>) -> bool {
        self.categories.contains(&category)
            && self.start.is_none_or(|start| record.time() >= start)
            && self.end.is_none_or(|end| record.time() <= end)
            && self
                .conditions
                .iter()
                .all(|condition| condition.is_met_by(record))
    }

    /// A hash of everything the query asks for, to which a cursor is bound.
    pub(crate) fn fingerprint(&self) -> u64 {
        xxh3_64(format!("{self:?}").as_bytes())
    }
}
