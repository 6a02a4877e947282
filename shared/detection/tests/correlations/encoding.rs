//! Windows as bytes.

use detection::{Correlations, EventId, Firing, Group, Sighting, Window, WindowError};
use proptest::prelude::*;

use crate::model::Question;
use crate::rule_set;

fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    let id = prop_oneof![
        Just(EventId::None),
        any::<u128>().prop_map(EventId::Uuid),
        ".{1,60}".prop_map(|text| EventId::new(&text)),
    ];
    let one = (
        -5_i64..i64::MAX,
        any::<u64>(),
        any::<u32>(),
        any::<Option<i64>>(),
        prop::option::of(0..u64::MAX),
        id,
    );
    prop::collection::vec(one, 0..30).prop_map(|all| {
        let all = all.into_iter();
        all.map(|(second, event, position, value, account, id)| Sighting {
            second,
            event,
            position,
            value,
            account,
            id,
        })
        .collect()
    })
}

fn correlations() -> Correlations {
    let question = Question {
        kind: "event_count",
        rules: vec!["a"],
        timespan: 60,
        comparison: "gte",
        number: 2,
    };
    rule_set(&question.document()).2
}

/// A burst that is alerted on under a second and an account.
fn firing(anchor: i64, account: Option<u64>) -> Firing {
    Firing {
        correlation: correlations().in_order()[0],
        group: Group::default(),
        anchor,
        first: anchor,
        last: anchor,
        count: 1,
        is_estimate: false,
        event_ids: Vec::new(),
        account: account.map(|account| format!("{account:012}")),
        at: Vec::new(),
        unanchored: Vec::new(),
    }
}

fn filled(sightings: Vec<Sighting>) -> Window {
    let correlations = correlations();
    let timeline = correlations
        .get(correlations.in_order()[0])
        .expect("it is one");
    let mut window = Window::default();
    window.insert(timeline, sightings);
    window
}

proptest! {
    #[test]
    fn a_window_is_read_as_it_was_written(
        sightings in sightings(),
        anchor in any::<Option<i64>>(),
        account in prop::option::of(0..1_000_000_000_000_u64),
    ) {
        let there = sightings.iter().filter(|it| it.second >= 0);
        let there: std::collections::BTreeSet<_> = there.cloned().collect();
        let mut window = filled(sightings);
        prop_assert!(window.sightings().eq(&there));
        prop_assert_eq!(window.len(), there.len());
        if let Some(anchor) = anchor {
            prop_assert!(window.mark(&firing(anchor, account)));
            let marked = window.clone();
            prop_assert!(!window.mark(&firing(anchor + i64::from(anchor < i64::MAX), None)));
            prop_assert!(!window.mark(&firing(anchor, Some(1))));
            prop_assert_eq!(&window, &marked);
            let mut other = filled(Vec::new());
            other.mark(&firing(anchor, account.map_or(Some(7), |_| None)));
            let mut same = filled(Vec::new());
            same.mark(&firing(anchor, account));
            prop_assert_ne!(other.encode(), same.encode());
        }
        let bytes = window.encode();
        prop_assert_eq!(window.anchor(), anchor);
        prop_assert_eq!(Window::decode(&bytes), Ok(window));
        for end in 1..bytes.len() {
            prop_assert!(matches!(Window::decode(&bytes[..end]), Err(WindowError::Malformed(_))));
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        prop_assert_eq!(Window::decode(&longer), Err(WindowError::Malformed(1)));
    }

    #[test]
    fn bytes_of_anything_else_are_refused_or_a_window(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(first) = bytes.first_mut() {
            *first = 1;
        }
        if let Ok(window) = Window::decode(&bytes) {
            prop_assert_eq!(Window::decode(&window.encode()), Ok(window));
        }
    }

    #[test]
    fn a_window_that_was_damaged_is_refused_or_another(sightings in sightings(), at in any::<prop::sample::Index>(), bit in 0..8) {
        let mut bytes = filled(sightings).encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        if let Ok(window) = Window::decode(&bytes) {
            prop_assert_eq!(Window::decode(&window.encode()), Ok(window));
        }
    }
}

#[test]
fn a_window_of_another_release_says_so() {
    assert_eq!(Window::decode(&[]), Err(WindowError::Malformed(0)));
    assert_eq!(Window::decode(&[2, 0, 0]), Err(WindowError::Version(2)));
    assert_eq!(Window::decode(&[1, 0, 0]), Ok(Window::default()));
    // More than fit, and flags that there are not.
    assert!(Window::decode(&[1, 0, 0xff, 0xff, 0x7f]).is_err());
    assert!(Window::decode(&[1, 8, 0]).is_err());
    assert!(
        Window::decode(&[1, 4, 0]).is_err(),
        "an account without an anchor"
    );
    assert!(
        Window::decode(&[1, 1, 7, 0]).is_err(),
        "an anchor without its account"
    );
    let mut marked = Window::default();
    marked.mark(&firing(7, None));
    assert_eq!(Window::decode(&[1, 5, 7, 0, 0]), Ok(marked));
}

/// Stored windows outlive releases: what reads them must not change under them.
#[test]
fn the_first_version_is_as_it_was() {
    let sighting = Sighting {
        second: 300,
        event: 0x0102_0304_0506_0708,
        position: 2,
        value: Some(-1),
        account: Some(111_122_223_333),
        id: EventId::Uuid(0xab),
    };
    let other = Sighting {
        second: 301,
        value: None,
        account: None,
        id: EventId::new("x"),
        ..sighting.clone()
    };
    let mut window = filled(vec![other, sighting]);
    window.mark(&firing(301, Some(111_122_223_333)));
    let bytes = [
        &[1, 5, 0xad, 2, 0xe6, 0xa1, 0x9a, 0xfb, 0x9d, 3][..],
        &[2, 0xac, 2, 8, 7, 6, 5, 4, 3, 2, 1, 2],
        &[0xe6, 0xa1, 0x9a, 0xfb, 0x9d, 3, 3],
        &[255; 8],
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab],
        &[1, 8, 7, 6, 5, 4, 3, 2, 1, 2, 0, 4, 1, b'x'],
    ]
    .concat();
    assert_eq!(window.encode(), bytes);
}
