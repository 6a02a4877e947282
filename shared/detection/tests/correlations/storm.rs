//! More sightings than a window keeps: what is kept, and what it still can tell.

use detection::{Correlations, EventId, Group, Sighting, Timeline, Window};

use crate::model::Question;
use crate::rule_set;

/// A window's length: an hour, which begins at second 0.
const LENGTH: i64 = 3_600;

fn question(kind: &'static str, number: i64) -> Correlations {
    let question = Question {
        kind,
        rules: vec!["a", "b"],
        timespan: LENGTH,
        comparison: "gte",
        number,
    };
    rule_set(&question.document()).2
}

fn timeline(correlations: &Correlations) -> &Timeline {
    correlations
        .get(correlations.in_order()[0])
        .expect("it is one")
}

fn sighting(second: i64, event: u64, position: u32, value: Option<i64>) -> Sighting {
    Sighting {
        second,
        event,
        position,
        value,
        account: Some(111_122_223_333),
        id: EventId::Uuid(event.into()),
    }
}

/// The same in another order, always the same one for a seed.
fn shuffled(sightings: &[Sighting], seed: u64) -> Vec<Sighting> {
    let mut shuffled = sightings.to_vec();
    let mut state = seed;
    for at in (1..shuffled.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).expect("it is small") % (at + 1);
        shuffled.swap(at, other);
    }
    shuffled
}

/// Fills a window in several orders and batches, which must not matter.
fn filled(correlations: &Correlations, sightings: &[Sighting]) -> Window {
    let mut windows = [(7, 1), (11, 100), (13, 1_000_000)].map(|(seed, batch)| {
        let mut window = Window::default();
        let all = shuffled(sightings, seed);
        // One by one it would take long where it is full all the time.
        let (few, rest) = all.split_at(4_200.min(all.len()));
        for batch in few.chunks(batch).chain(rest.chunks(batch.max(100))) {
            window.insert(timeline(correlations), batch.iter().cloned());
            assert!(window.len() <= Window::CAPACITY);
        }
        assert!(
            !window.insert(timeline(correlations), all),
            "nothing changes"
        );
        let bytes = window.encode();
        assert_eq!(Window::decode(&bytes).as_ref(), Ok(&window));
        // Three of them and more fit into an item of DynamoDB's.
        assert!(bytes.len() < 180 * 1024, "{}", bytes.len());
        window
    });
    assert_eq!(windows[0], windows[1]);
    assert_eq!(windows[0], windows[2]);
    std::mem::take(&mut windows[0])
}

/// The second at which it fires first, and whether the count is an estimate.
fn anchor(correlations: &Correlations, windows: &[(i64, &Window)]) -> Option<(i64, bool)> {
    let firings = timeline(correlations).firings(&Group::default(), 0, windows.iter().copied());
    firings
        .first()
        .map(|firing| (firing.anchor, firing.is_estimate))
}

/// So many events of one value and rule, five a second.
fn storm(count: u64) -> Vec<Sighting> {
    let second = |event: u64| i64::try_from(event / 5).expect("it is small");
    (0..count)
        .map(|event| sighting(second(event), event, 0, Some(1)))
        .collect()
}

#[test]
fn a_window_that_is_full_keeps_both_ends_whatever_the_order() {
    let correlations = question("event_count", 2_000);
    let all = storm(10_000);
    let window = filled(&correlations, &all);
    assert!(window.is_full());
    let expected = all[..Window::COUNTED]
        .iter()
        .chain(&all[all.len() - Window::COUNTED..]);
    assert!(window.sightings().eq(expected));
    // The 2,000th event is at second 399.
    assert_eq!(anchor(&correlations, &[(0, &window)]), Some((399, true)));

    let whole = filled(&correlations, &all[..Window::CAPACITY]);
    assert!(!whole.is_full());
    assert_eq!(whole.len(), Window::CAPACITY);
}

#[test]
fn a_count_over_two_windows_is_told_though_one_is_full() {
    let correlations = question("event_count", 2_000);
    let before = filled(&correlations, &storm(10_000));
    // 1,900 of the storm's events are after second 1,619; 100 more make it 2,000.
    let after: Vec<_> = (0..100)
        .map(|event| sighting(LENGTH + 1_619, 20_000 + event, 0, None))
        .collect();
    let after = filled(&correlations, &after);
    let windows = [(-1, &Window::default()), (0, &before), (1, &after)];
    let firings = timeline(&correlations).firings(&Group::default(), 1, windows);
    assert_eq!(firings.last().map(|it| it.last), Some(LENGTH + 1_619));
    let fewer: Vec<_> = after.sightings().skip(1).cloned().collect();
    let fewer = filled(&correlations, &fewer);
    let windows = [(0, &before), (1, &fewer)];
    let firings = timeline(&correlations).firings(&Group::default(), 1, windows);
    assert!(firings.is_empty(), "{firings:?}");
}

#[test]
fn a_flood_of_one_value_hides_no_other() {
    let correlations = question("value_count", 3);
    let mut all = storm(10_000);
    all.push(sighting(900, 20_000, 0, Some(2)));
    all.push(sighting(1_000, 20_001, 0, Some(3)));
    all.push(sighting(1_100, 20_002, 0, Some(3)));
    let window = filled(&correlations, &all);
    assert_eq!(window.len(), 5);
    assert_eq!(anchor(&correlations, &[(0, &window)]), Some((1_000, true)));
}

#[test]
fn as_many_values_as_events_are_thinned_out_by_time() {
    let correlations = question("value_count", 2_048);
    let mut all = storm(10_000);
    for (value, sighting) in (0..).zip(&mut all) {
        sighting.value = Some(value);
    }
    let window = filled(&correlations, &all);
    assert_eq!(window.len(), Window::CAPACITY);
    assert_eq!(anchor(&correlations, &[(0, &window)]), Some((409, true)));
}

#[test]
fn a_flood_of_one_rule_hides_no_other() {
    for kind in ["temporal", "temporal_ordered"] {
        let correlations = question(kind, 2);
        let mut all = storm(10_000);
        all.push(sighting(1_000, 20_000, 1, None));
        let window = filled(&correlations, &all);
        assert_eq!(window.len(), 2_049);
        assert_eq!(
            anchor(&correlations, &[(0, &window)]),
            Some((1_000, true)),
            "{kind}"
        );
    }
}

#[test]
fn what_cannot_be_told_is_said_when_rules_are_read() {
    let problem = |kind: &'static str, number: i64| {
        let question = Question {
            kind,
            rules: vec!["a", "b"],
            timespan: 60,
            comparison: "gt",
            number,
        };
        let text = format!(
            "title: A\nname: a\nlogsource: {{product: aws}}\nlevel: low\ndetection:\n  s: {{x: 1}}\n  condition: s\n---\ntitle: B\nname: b\nlogsource: {{product: aws}}\nlevel: low\ndetection:\n  s: {{x: 1}}\n  condition: s\n---\n{}",
            question.document()
        );
        let source = detection::Source {
            path: "test.yml".to_owned(),
            text,
        };
        let (_, problems) = detection::Rules::read([source], &detection::Placeholders::new());
        let about: Vec<_> = problems
            .iter()
            .map(ToString::to_string)
            .filter(|it| it.contains("condition"))
            .collect();
        about.join("\n")
    };
    assert!(problem("event_count", 2_048).contains("needs more than the 2048 matches"));
    assert_eq!(problem("event_count", 2_047), "");
    assert!(problem("temporal", 2).contains("never holds: the correlation names only 2 rules"));
    assert_eq!(problem("temporal", 1), "");
    assert_eq!(problem("value_sum", 1_000_000), "");
}
