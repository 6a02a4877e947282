//! Values that repeat, and rules that values rule out.

use super::{loaded, rule, selecting};
use detection::Engine;

/// Holds what is found with one scratch for all events against the plain scan with another
/// for each; gives back how many rules were tried and how many matched.
fn walk(engine: &Engine, events: impl IntoIterator<Item = String>) -> (u64, usize) {
    let mut kept = engine.scratch();
    let mut matched = 0;
    for event in events {
        let mut fresh = engine.scratch();
        let plain = engine.matches_plain(&mut fresh, event.as_bytes());
        let found = engine.matches(&mut kept, event.as_bytes());
        assert_eq!(found, plain, "{event}");
        matched += plain.expect("the event can be evaluated").len();
    }
    (kept.tried(), matched)
}

#[test]
fn more_values_than_are_remembered_come_again_and_again() {
    let rules = loaded(&selecting(
        "a|contains: '7'\nb: ['x1', 'x2', 'x3', 'x4', null]",
    ));
    let events = (0..6_000_u32).map(|number| {
        let a = number.wrapping_mul(2_654_435_761) >> 16 & 0x3ff;
        format!("{{\"a\":\"v{a}\",\"b\":\"x{}\"}}", number % 9)
    });
    let (_, matched) = walk(&rules.engine(), events);
    assert!((100..3_000).contains(&matched), "{matched}");
}

#[test]
fn values_of_every_length_are_told_apart() {
    let rules = loaded(&selecting("a|endswith: y"));
    let lengths = (0..1_100).chain(500..530).chain(0..1_100);
    let events = lengths.flat_map(|length| {
        let text = "x".repeat(length);
        [
            format!("{{\"a\":\"{text}\"}}"),
            format!("{{\"a\":\"{text}y\"}}"),
        ]
    });
    let (_, matched) = walk(&rules.engine(), events);
    assert_eq!(matched, 1_100 * 2 + 30);
}

#[test]
fn the_same_text_of_another_kind_is_another_value() {
    let rules = loaded(&selecting("a|gte: 5"));
    let values = [
        "5",
        "\"5\"",
        "5.0",
        "null",
        "\"null\"",
        "true",
        "[5]",
        "{\"a\":5}",
        "\"\\u0035\"",
        "4",
    ];
    let events = (0..100).map(|number| match values.get(number % 11) {
        Some(value) => format!("{{\"a\":{value}}}"),
        None => "{}".to_owned(),
    });
    let (_, matched) = walk(&rules.engine(), events);
    assert_eq!(matched, 5 * 9 + 1);
}

#[test]
fn a_rule_is_tried_only_where_every_field_lets_it_pass() {
    let selections = [
        "s:\n  a: x\n  b: y\ncondition: s",
        "s:\n  a|contains: x\n  b|exists: true\ncondition: s and not f\nf:\n  c: z",
        "s:\n  a: x\n  d: 1\nt:\n  b: y\n  c|cidr: 192.0.2.0/24\ncondition: s or t",
    ];
    for selection in selections {
        let rules = loaded(&rule(selection));
        let engine = rules.engine();
        let events = [
            "{}",
            "{\"a\":\"x\"}",
            "{\"b\":\"y\"}",
            "{\"a\":\"x\",\"b\":null,\"c\":\"198.51.100.1\"}",
            "{\"a\":\"x\",\"b\":\"y\",\"c\":\"z\"}",
            "{\"a\":\"w\",\"b\":\"v\",\"c\":\"192.0.2.1\"}",
        ];
        let (tried, matched) = walk(&engine, events.map(str::to_owned));
        assert_eq!(tried, matched as u64, "{selection}");
        let (tried, matched) = walk(
            &engine,
            ["{\"a\":\"x\",\"b\":\"y\",\"c\":\"192.0.2.1\"}".to_owned()],
        );
        assert_eq!((tried, matched), (1, 1), "{selection}");
    }
}
