//! What must hold for any rule and any event.

use super::read;
use detection::Event;
use proptest::prelude::*;

const FIELDS: [&str; 8] = [
    "eventName",
    "eventSource",
    "errorCode",
    "userIdentity.type",
    "a.b",
    "a.c.d",
    "list",
    "",
];

const MEMBERS: [&str; 6] = [
    "eventName",
    "eventSource",
    "errorCode",
    "userIdentity",
    "a",
    "list",
];

/// A modifier or none, with values that go with it.
fn item() -> impl Strategy<Value = String> {
    let values = prop_oneof![
        3 => prop::collection::vec("[a-cA-C*?äK]{0,3}", 1..5)
            .prop_map(|values| format!("[{}]", values.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>().join(", "))),
        1 => prop_oneof![Just("null"), Just("true"), Just("5"), Just("[null, 'a', 5]")].prop_map(str::to_owned),
    ];
    let modifiers = prop_oneof![
        4 => Just(""),
        1 => Just("|contains"), 1 => Just("|startswith"), 1 => Just("|endswith"),
        1 => Just("|all"), 1 => Just("|neq"), 1 => Just("|cased"),
        1 => Just("|contains|all|neq"), 1 => Just("|re|i"), 1 => Just("|fieldref"),
    ];
    (prop::sample::select(&FIELDS[..]), modifiers, values)
        .prop_map(|(field, modifiers, values)| format!("'{field}{modifiers}': {values}"))
}

fn rule_text() -> impl Strategy<Value = String> {
    let selection = prop::collection::btree_map(item(), Just(()), 1..4);
    let condition = prop::sample::select(
        &[
            "s0",
            "s0 and s1",
            "s0 or s1",
            "s0 and not s1",
            "not s0",
            "not (s0 and not s1)",
            "1 of s*",
            "all of them",
            "s0 and (s1 or not s2)",
            "(s0 or s1) and (s1 or s2)",
            "(s0 or s1) and not (s1 and s2)",
            "[s0, s1 and s2]",
        ][..],
    );
    (prop::collection::vec(selection, 3), condition).prop_map(|(selections, condition)| {
        let body = selections
            .iter()
            .enumerate()
            .map(|(number, items)| {
                let items: Vec<String> = items.keys().map(|item| format!("    {item}\n")).collect();
                let items = items.concat();
                format!("  s{number}:\n{items}")
            })
            .collect::<Vec<_>>()
            .concat();
        format!(
            "level: low\nlogsource: {{product: aws}}\ndetection:\n{body}  condition: {condition}\n"
        )
    })
}

/// Rules as the documents of one file.
fn collection(texts: &[String]) -> String {
    let numbered = (0..).zip(texts).map(|(number, text): (u32, _)| {
        let head = format!("---\ntitle: T\nid: r{number}\n");
        [&head, text.as_str()].concat()
    });
    numbered.collect()
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-cA-CäÄK\u{212a} ]{0,3}".prop_map(|text| format!("\"{text}\"")),
        1 => "[a-c]{1,2}".prop_map(|text| format!("\"\\u0041{text}\\\\\"")),
        1 => prop_oneof![Just("null"), Just("true"), Just("5"), Just("5.0"), Just("-1")].prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(
                (prop::sample::select(&["b", "c", "d", "type"][..]), inner),
                0..3
            )
            .prop_map(|members| {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{ {} }}", members.join(","))
            }),
        ]
    })
}

fn event() -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(&MEMBERS[..]), value()), 0..7).prop_map(|members| {
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("\"{name}\": {value}"))
            .collect();
        format!("{{{}}}", members.join(" , "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The index may only leave out what cannot match.
    #[test]
    fn the_index_finds_what_the_plain_scan_finds(
        texts in prop::collection::vec(rule_text(), 1..8),
        events in prop::collection::vec(event(), 1..20),
    ) {
        let text = collection(&texts);
        let (rules, _) = read(&text);
        let engine = rules.engine();
        let (mut one, mut other) = (engine.scratch(), engine.scratch());
        for event in &events {
            let indexed = engine.matches(&mut one, event.as_bytes());
            prop_assert_eq!(indexed, engine.matches_plain(&mut other, event.as_bytes()), "{}\n{}", text, event);
        }
        let (tried, seen) = (one.tried(), one.records());
        prop_assert_eq!(seen, events.len() as u64);
        prop_assert!(tried <= seen * rules.len() as u64);
    }

    /// What is remembered of past events changes no later event's matches, and an engine
    /// begins anew with a scratch that another one used.
    #[test]
    fn what_is_remembered_changes_nothing(
        texts in prop::collection::vec(prop::collection::vec(rule_text(), 1..6), 2),
        events in prop::collection::vec(event(), 1..8),
        order in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..10), 1..80),
    ) {
        let texts = texts.iter().map(|texts| collection(texts));
        let rules: Vec<_> = texts.map(|text| read(&text).0).collect();
        let engines = [rules[0].engine(), rules[1].engine()];
        let mut kept = engines[0].scratch();
        for (event, engine) in order {
            let event = event.get(&events).as_bytes();
            // The first one nine times of ten, so that there is something to remember.
            let engine = &engines[usize::from(engine == 9)];
            let mut fresh = engine.scratch();
            let plain = engine.matches_plain(&mut fresh, event);
            prop_assert_eq!(engine.matches(&mut kept, event), plain);
        }
    }

    /// The engine's fields, looked for as they are needed, are those of the plain reader.
    #[test]
    fn fields_are_those_of_the_plain_reader(events in prop::collection::vec(event(), 1..20)) {
        let names = ["eventName", "userIdentity.type", "userIdentity.type.b", "a", "a.b", "a.b.c", "a.c.d", "list.b"];
        let rules: Vec<String> = names
            .iter()
            .map(|name| super::selecting(&format!("{name}|exists: true")).replace("id: test", &format!("id: '{name}'")))
            .collect();
        let (rules, problems) = read(&rules.join("---\n"));
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let engine = rules.engine();
        let mut scratch = engine.scratch();
        for text in &events {
            let event = Event::parse(text.as_bytes()).expect("it is an object");
            let found: Vec<&str> = engine
                .matches(&mut scratch, text.as_bytes())
                .expect("it can be evaluated")
                .iter()
                .map(|index| rules.get(*index).id.as_str())
                .collect();
            let there: Vec<&str> = names
                .into_iter()
                .filter(|name| {
                    let values = event.values(name);
                    !values.is_empty() && !values.contains(&&b"null"[..])
                })
                .collect();
            prop_assert_eq!(found, there, "{}", text);
        }
    }

    /// A record in the middle of others matches as it does alone, and says where it ends.
    #[test]
    fn a_record_is_read_from_the_front_of_others(event in event(), behind in ".{0,8}") {
        let (rules, _) = read(&super::selecting("a.b|exists: true"));
        let engine = rules.engine();
        let mut scratch = engine.scratch();
        let alone = engine.matches(&mut scratch, event.as_bytes()).map(<[_]>::to_vec);
        let text = format!("{event},{behind}");
        let (length, matches) = engine.matches_prefix(&mut scratch, text.as_bytes()).expect("it begins with one");
        prop_assert_eq!(length, event.len());
        prop_assert_eq!(alone.expect("it is one"), matches);
    }

    /// No file makes the reader panic, and no bytes the engine.
    #[test]
    fn nothing_panics(text in "(?s).{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (rules, _) = read(&text);
        prop_assert!(rules.is_empty());
        let (rules, _) = read(&super::selecting("a.b|contains: x\n'': y"));
        let engine = rules.engine();
        let mut scratch = engine.scratch();
        let _ = engine.matches(&mut scratch, &bytes);
        let wrapped = [&b"{\"a\":"[..], &bytes, b"}"].concat();
        let _ = engine.matches(&mut scratch, &wrapped);
        if let Ok(event) = Event::parse(&wrapped) {
            event.fields("a.b");
        }
    }

    /// Rule files that are nearly right are refused without a panic.
    #[test]
    fn rules_with_a_piece_changed_are_read_or_refused(at in 0_usize..600, piece in "[ -~\n]{0,3}") {
        let whole = format!("{}name: base\n---\ntitle: M\nid: m\nlevel: low\ncorrelation:\n  type: event_count\n  rules: [base]\n  timespan: 5m\n  condition: {{gte: 5}}\n", super::selecting("a|re|i: [x, y]\nb|cidr: 192.0.2.0/24"));
        let at = at % whole.len();
        let text = format!("{}{piece}{}", &whole[..at], &whole[at + 1..]);
        let (rules, problems) = read(&text);
        prop_assert!(rules.len() <= 2);
        for problem in &problems {
            prop_assert!(problem.line >= 1 && problem.column >= 1, "{}", problem);
        }
    }
}
