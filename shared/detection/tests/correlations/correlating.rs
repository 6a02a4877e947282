//! In memory: any order, and events that come twice.

use std::collections::BTreeSet;

use detection::{Correlator, Firing};
use proptest::prelude::*;

use crate::brute::{Burst, bursts};
use crate::model::{Happening, Question, START, happenings, questions};
use crate::{rule_set, with_match};

/// The number that an event's id ends with.
pub(crate) fn number_of(id: &str) -> usize {
    usize::from_str_radix(&id[24..], 16).expect("the id ends with a number")
}

/// A firing as brute force would say it.
pub(crate) fn burst_of(firing: &Firing) -> Burst {
    let user = match firing.group.get("user") {
        Some("alice") => "alice",
        Some("bob") => "bob",
        other => panic!("there is no {other:?}"),
    };
    let ids: BTreeSet<usize> = firing.event_ids.iter().map(|id| number_of(id)).collect();
    assert_eq!(firing.count, ids.len() as u64);
    assert_eq!(firing.account.as_deref(), Some("111122223333"));
    Burst {
        user,
        first_firing: firing.anchor - START,
        last_firing: firing.last - START,
        firing: firing
            .at
            .iter()
            .map(|it| number_of(&it.id.to_string()))
            .collect(),
        events: ids,
    }
}

fn check(question: &Question, events: &[Happening], order: &[usize]) {
    let (_, engine, correlations) = rule_set(&question.document());
    let mut scratch = engine.scratch();
    let mut correlators = [
        Correlator::new(&correlations),
        Correlator::new(&correlations),
    ];
    for (turn, at) in order.iter().enumerate() {
        with_match(
            &engine,
            &mut scratch,
            &events[*at].record(),
            |matched, event| {
                correlators[turn % 2].see(matched, event);
            },
        );
    }
    let [mut one, other] = correlators;
    one.merge(other);
    let found: Vec<Burst> = one.finish().iter().map(burst_of).collect();
    assert_eq!(found, bursts(question, events), "{question:?}\n{events:#?}");
}

/// Every event at least once, some twice, in any order.
pub(crate) fn order(events: Vec<Happening>) -> impl Strategy<Value = (Vec<Happening>, Vec<usize>)> {
    let count = events.len();
    let again = prop::collection::vec(0..count.max(1), 0..=count / 2);
    let order = again.prop_flat_map(move |again| {
        let all: Vec<usize> = (0..count)
            .chain(again.into_iter().filter(|it| *it < count))
            .collect();
        Just(all).prop_shuffle()
    });
    (Just(events), order)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn what_fires_is_what_brute_force_finds(
        question in questions(),
        (events, order) in happenings(40).prop_flat_map(order),
    ) {
        check(&question, &events, &order);
    }
}
