//! Input that nobody meant for us.

use super::{loaded, matching, read, rule, selecting};
use std::fmt::Write as _;

use detection::{Event, RecordError};

#[test]
fn what_is_no_json_object_is_an_error_of_its_record_alone() {
    let rules = loaded(&selecting("a: 1"));
    let engine = rules.engine();
    let mut scratch = engine.scratch();
    for record in [
        "",
        " ",
        "{",
        "}",
        "[]",
        "null",
        "\"a\"",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":}",
        "{\"a\":1}x",
        "{\"a\":1}{}",
        "{\"a\":[}",
        "{\"a\":{]}}",
        "{\"a\":\"x}",
        "{\"a\":\"x\\\"}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":?}",
        "\u{feff}{}",
    ] {
        let outcome = engine.matches(&mut scratch, record.as_bytes());
        assert!(
            matches!(outcome, Err(RecordError::Malformed(_))),
            "{record}: {outcome:?}"
        );
        assert!(Event::parse(record.as_bytes()).is_err(), "{record}");
        let next = engine
            .matches(&mut scratch, br#" {"a":1} "#)
            .expect("the next one is read");
        assert_eq!(next.len(), 1);
    }
}

#[test]
fn a_record_that_nests_deep_hides_neither_itself_nor_what_is_behind_it() {
    let engine = loaded(&selecting("b: x")).engine();
    let mut scratch = engine.scratch();
    for depth in [10, 126, 127, 128, 129, 1_000, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let deep = format!("{{\"a\":{open}{close}}},{{\"a\":{open}{close},\"b\":\"x\"}}");
        let file = format!("{{\"Records\":[{deep},{{\"b\":\"x\"}}]}}");
        let mut log = detection::Log::open(file.as_bytes()).expect("records");
        let mut found = Vec::new();
        while let Some(matched) = engine.matches_next(&mut scratch, &mut log) {
            found.push(matched.map(|matched| matched.rules.len()).ok());
        }
        assert_eq!(found, [Some(0), Some(1), Some(1)], "{depth}");
    }
}

#[test]
fn what_is_deep_is_matched_like_what_is_not() {
    let deep = |depth: usize, inner: &str| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!("{{\"a\":{open}{inner}{close}}}")
    };
    for (detection, inner) in [
        ("a: x", "\"y\",\"x\""),
        ("a.b: x", "{\"b\":\"y\"},7,{\"b\":\"x\"}"),
        ("a|contains: '[[\"x\"'", "\"x\""),
        ("a.b.c: x", "{\"b\":[[{\"c\":\"x\"}]]}"),
    ] {
        let rules = loaded(&selecting(detection));
        for depth in [2, 127, 128, 1_000, 100_000] {
            let record = deep(depth, inner);
            assert_eq!(
                matching(&rules, &record),
                ["test"],
                "{detection} at {depth}"
            );
            let other = deep(depth, &inner.replace('x', "z"));
            assert!(
                matching(&rules, &other).is_empty(),
                "{detection} at {depth}"
            );
        }
        let event = Event::parse(deep(100_000, inner).as_bytes()).map(|event| {
            let values = event.values("a.b").len();
            (values, event.fields("a.b").len())
        });
        let found = inner.matches("\"b\"").count();
        assert_eq!(event.expect("a record").0, found, "{detection}");
    }
    // As keywords, too.
    let keyword = loaded(&rule("selection: [x]\ncondition: selection"));
    assert_eq!(matching(&keyword, &deep(100_000, "\"x\"")), ["test"]);
}

#[test]
fn brackets_that_do_not_fit_are_an_error_however_deep_they_open() {
    let engine = loaded(&selecting("a.a: x")).engine();
    let mut scratch = engine.scratch();
    for depth in [2, 127, 128, 1_000] {
        let open = "[".repeat(depth);
        let close = "]".repeat(depth - 1);
        for record in [
            format!("{{\"a\":{open}{close}}}"),
            format!("{{\"a\":{open}]{close}]}}"),
            format!("{{\"a\":{open}{close}"),
        ] {
            let outcome = engine.matches(&mut scratch, record.as_bytes());
            assert!(
                matches!(outcome, Err(RecordError::Malformed(_))),
                "{depth}: {outcome:?}"
            );
        }
    }
}

#[test]
fn nesting_is_bounded_in_rules_and_harmless_in_records() {
    let rules = loaded(&selecting("a.a.a|contains: x"));
    let engine = rules.engine();
    let mut scratch = engine.scratch();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [100, 1_000, 1_000_000] {
            let record = format!("{{\"a\":{}1{}}}", open.repeat(depth), close.repeat(depth));
            let outcome = engine
                .matches(&mut scratch, record.as_bytes())
                .map(<[_]>::len);
            assert_eq!(outcome, Ok(0));
        }
    }
    for deep in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100),
    ] {
        let (rules, problems) = read(&format!("title:\n  {deep}"));
        assert!(rules.is_empty());
        let told = |text: &str| problems.iter().any(|it| it.message.contains(text));
        assert!(
            told("nests too deep") || told("recursion limit"),
            "{problems:?}"
        );
    }
}

#[test]
fn huge_values_are_matched() {
    let long = "x".repeat(3 << 20);
    let rules = loaded(&selecting("a|contains: 'y*z'"));
    assert!(matching(&rules, &format!(r#"{{"a":"{long}"}}"#)).is_empty());
    assert_eq!(
        matching(&rules, &format!(r#"{{"a":"{long}y{long}z"}}"#)),
        ["test"]
    );
}

#[test]
fn bytes_that_are_no_utf_8_are_read_as_replaced() {
    let rules = loaded(&selecting("a: \"x\u{fffd}y\""));
    let engine = rules.engine();
    let mut scratch = engine.scratch();
    let matches = engine
        .matches(&mut scratch, b"{\"a\":\"X\xffY\"}")
        .expect("it is read");
    assert_eq!(matches.len(), 1);
}

#[test]
fn broken_escapes_do_no_harm() {
    let rules = loaded(&selecting("a|contains: x"));
    for value in [
        r"\u",
        r"\u12",
        r"\uzzzz",
        r"\ud800",
        r"\ud800\u",
        r"\ud800\u0041",
        r"\q",
        r"\u00e",
    ] {
        assert_eq!(
            matching(&rules, &format!(r#"{{"a":"{value}x"}}"#)),
            ["test"],
            "{value}"
        );
    }
}

#[test]
fn aliases_do_not_grow_without_bound() {
    let mut text = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        let below = level - 1;
        writeln!(text, "a{level}: &a{level} [*a{below}, *a{below}]").expect("a string grows");
    }
    let (_, problems) = read(&text);
    assert!(
        problems.iter().any(|it| it.message.contains("too large")),
        "{problems:?}"
    );
}

#[test]
fn a_rule_does_not_grow_without_bound() {
    let values: Vec<String> = (0..500).map(|number| format!("a{number}: x")).collect();
    let condition = vec!["selection"; 1_000].join(" and ");
    let text = rule(&format!(
        "selection: {{{}}}\ncondition: {condition}",
        values.join(", ")
    ));
    let (rules, problems) = read(&text);
    assert!(rules.is_empty());
    assert!(
        problems.iter().any(|it| it.message.contains("split it up")),
        "{problems:?}"
    );
    // Each windash has five forms.
    let (rules, problems) = read(&selecting("a|windash: '-a -a -a -a -a -a -a -a'"));
    assert!(rules.is_empty());
    assert!(
        problems.iter().any(|it| it.message.contains("split it up")),
        "{problems:?}"
    );
}

#[test]
fn a_file_of_anything_is_read_without_a_panic() {
    for text in [
        "",
        "---",
        "--- ---",
        "\u{0}",
        "%YAML 9.9\n---\n",
        "!!x y: z",
        "&a *a",
        "*a",
        "? [a]\n: b",
        "? a",
        ": :",
        "- - - -",
        "a: |\n  x\n ---",
        "\t",
        "{",
        "\"",
        "title: x\n...\ntitle: y",
        "<<: {a: 1}",
        "a: !!int x",
        "title: &x\n  y: *x",
    ] {
        let (rules, _) = read(text);
        assert!(rules.is_empty(), "{text}");
    }
}
