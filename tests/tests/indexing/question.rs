//! Questions to ask of a history.

use index::{Attribute, Order, Query};
use trail::Category;

use crate::delivery::Dice;
use crate::oracle::Oracle;

/// Every event of every category.
pub(crate) fn everything(order: Order) -> Query {
    let mut query = Query::default();
    query.categories = Category::ALL.into();
    query.order = order;
    query
}

/// Events of any category with a value.
pub(crate) fn having(attribute: Attribute, value: &str) -> Query {
    let mut query = everything(Order::NewestFirst);
    query.require(attribute, value);
    query
}

/// A few questions that between them go every way that a lookup can go.
pub(crate) fn few(oracle: &Oracle) -> Vec<Query> {
    let mut queries = vec![
        everything(Order::NewestFirst),
        everything(Order::OldestFirst),
    ];
    queries.push(Query::default());
    for attribute in [
        Attribute::EventName,
        Attribute::Username,
        Attribute::EventId,
    ] {
        let values = oracle.values(attribute);
        let ends = values.first().into_iter().chain(values.last());
        queries.extend(ends.map(|value| having(attribute, value)));
    }
    let mut dice = Dice::new(5);
    queries.extend((0..6).map(|_| random(oracle, &mut dice)));
    queries
}

/// Any question.
pub(crate) fn random(oracle: &Oracle, dice: &mut Dice) -> Query {
    let mut query = everything(Order::NewestFirst);
    if dice.below(2) == 0 {
        query.order = Order::OldestFirst;
    }
    if dice.below(3) == 0 {
        query.categories.retain(|_| dice.below(2) == 0);
        query.categories.insert(Category::Management);
    }
    if dice.below(3) == 0 {
        query.start = Some(oracle.time(dice.below(oracle.len())));
    }
    if dice.below(3) == 0 {
        query.end = Some(oracle.time(dice.below(oracle.len())));
    }
    for _ in 0..dice.below(4) {
        let attribute = Attribute::ALL[dice.below(Attribute::ALL.len())];
        let is_negated = dice.below(4) == 0;
        let values = oracle.values(attribute);
        for _ in 0..=dice.below(2) {
            // The commonest values come first, and are to come up as often as the rare.
            let among = if dice.below(2) == 0 {
                values.len()
            } else {
                values.len().min(4)
            };
            let value = values
                .get(dice.below(among))
                .map_or("no-such-value", String::as_str);
            if is_negated {
                query.exclude(attribute, value);
            } else {
                query.require(attribute, value);
            }
        }
    }
    query
}
