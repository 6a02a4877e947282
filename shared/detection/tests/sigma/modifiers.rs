//! Every modifier.

use super::{check, loaded, matching, refused, selecting};

#[test]
fn contains_startswith_and_endswith_match_parts() {
    check(
        "a|contains: mid",
        &[r#"{"a":"a MID b"}"#, r#"{"a":"mid"}"#],
        &[r#"{"a":"mi"}"#, r#"{"b":"mid"}"#, r#"{"a":null}"#, "{}"],
    );
    check(
        "a|startswith: Pre",
        &[r#"{"a":"prefix"}"#, r#"{"a":"PRE"}"#],
        &[r#"{"a":"xpre"}"#, r#"{"a":"pr"}"#],
    );
    check(
        "a|endswith: End",
        &[r#"{"a":"the end"}"#, r#"{"a":"END"}"#],
        &[r#"{"a":"ends"}"#, r#"{"a":"nd"}"#],
    );
}

#[test]
fn wildcards_work_behind_modifiers_too() {
    check(
        "a|contains: 'x*y?z'",
        &[r#"{"a":"--xyyz--"}"#, r#"{"a":"x 12 yaz"}"#],
        &[r#"{"a":"xyz"}"#],
    );
    check(
        "a|contains: '*'",
        &[r#"{"a":""}"#, r#"{"a":0}"#],
        &[r#"{"a":null}"#, "{}"],
    );
}

#[test]
fn all_needs_every_value() {
    check(
        "a|contains|all: [one, two]",
        &[r#"{"a":"two one"}"#],
        &[r#"{"a":"one"}"#, r#"{"a":"two"}"#],
    );
    // In an array each value may be another element.
    check(
        "a|all: [one, two]",
        &[r#"{"a":["two","one"]}"#],
        &[r#"{"a":["one"]}"#, r#"{"a":"one"}"#],
    );
}

#[test]
fn re_searches_and_minds_case_unless_told() {
    check(
        "a|re: 'b+c$'",
        &[r#"{"a":"abbc"}"#],
        &[r#"{"a":"abbcd"}"#, r#"{"a":"ABBC"}"#],
    );
    check("a|re|i: '^b+c$'", &[r#"{"a":"BBc"}"#], &[r#"{"a":"abbc"}"#]);
    check("a|re|m: '^b$'", &[r#"{"a":"a\nb\nc"}"#], &[r#"{"a":"ab"}"#]);
    check("a|re|s: 'a.b'", &[r#"{"a":"a\nb"}"#], &[r#"{"a":"ab"}"#]);
    check("a|re: 'a.b'", &[r#"{"a":"a-b"}"#], &[r#"{"a":"a\nb"}"#]);
    check(
        "a|re|i|m|s: '^B.c$'",
        &[r#"{"a":"x\nb\nC\ny"}"#],
        &[r#"{"a":"bc"}"#],
    );
}

#[test]
fn re_takes_backslashes_and_wildcards_as_they_stand() {
    check(r"a|re: '^\*\?\\$'", &[r#"{"a":"*?\\"}"#], &[r#"{"a":"x"}"#]);
}

#[test]
fn places_anchor_regular_expressions() {
    check(
        "a|re|startswith: 'b|c'",
        &[r#"{"a":"cx"}"#],
        &[r#"{"a":"xc"}"#],
    );
    check(
        "a|re|endswith: 'b|c'",
        &[r#"{"a":"xb"}"#],
        &[r#"{"a":"bx"}"#],
    );
    check(
        "a|re|contains: 'b|c'",
        &[r#"{"a":"xbx"}"#],
        &[r#"{"a":"x"}"#],
    );
}

#[test]
fn cidr_knows_both_families() {
    check(
        "ip|cidr: [192.0.2.0/24, '2001:db8::/32']",
        &[
            r#"{"ip":"192.0.2.0"}"#,
            r#"{"ip":"192.0.2.255"}"#,
            r#"{"ip":"2001:DB8::1"}"#,
            r#"{"ip":"::ffff:192.0.2.7"}"#,
        ],
        &[
            r#"{"ip":"192.0.3.0"}"#,
            r#"{"ip":"2001:db9::1"}"#,
            r#"{"ip":"ec2.amazonaws.com"}"#,
            r#"{"ip":"192.0.2"}"#,
            r#"{"ip":""}"#,
        ],
    );
    check(
        "ip|cidr: 0.0.0.0/0",
        &[r#"{"ip":"203.0.113.9"}"#],
        &[r#"{"ip":"::1"}"#],
    );
    check(
        "ip|cidr: 203.0.113.9",
        &[r#"{"ip":"203.0.113.9"}"#],
        &[r#"{"ip":"203.0.113.8"}"#],
    );
}

#[test]
fn comparisons_are_of_numbers() {
    check(
        "n|lt: 5",
        &[r#"{"n":4.9}"#, r#"{"n":-1}"#, r#"{"n":"4"}"#],
        &[r#"{"n":5}"#, r#"{"n":"x"}"#, r#"{"n":true}"#],
    );
    check(
        "n|lte: 5",
        &[r#"{"n":5}"#, r#"{"n":5.0}"#],
        &[r#"{"n":5.1}"#],
    );
    check("n|gt: 5", &[r#"{"n":1e3}"#], &[r#"{"n":5}"#, "{}"]);
    check(
        "n|gte: 5.5",
        &[r#"{"n":5.5}"#, r#"{"n":[1,6]}"#],
        &[r#"{"n":5}"#],
    );
}

#[test]
fn exists_is_about_a_value_that_is_not_null() {
    check(
        "a|exists: true",
        &[r#"{"a":""}"#, r#"{"a":false}"#, r#"{"a":{}}"#],
        &["{}", r#"{"a":null}"#],
    );
    check(
        "a.b|exists: false",
        &["{}", r#"{"a":{}}"#, r#"{"a":{"b":null}}"#],
        &[r#"{"a":{"b":0}}"#],
    );
}

#[test]
fn cased_minds_case() {
    check("a|cased: Ab", &[r#"{"a":"Ab"}"#], &[r#"{"a":"ab"}"#]);
    check(
        "a|contains|cased: Ab",
        &[r#"{"a":"xAbx"}"#],
        &[r#"{"a":"xabx"}"#],
    );
    check(
        "a|cased|startswith: Ab",
        &[r#"{"a":"Abx"}"#],
        &[r#"{"a":"abx"}"#],
    );
    check(
        "a|cased: 'A*b?'",
        &[r#"{"a":"A--bc"}"#],
        &[r#"{"a":"a--bc"}"#],
    );
    check(
        "a|cased: [Aa, Bb, Cc, Dd]",
        &[r#"{"a":"Dd"}"#],
        &[r#"{"a":"dd"}"#],
    );
}

#[test]
fn fieldref_compares_two_fields() {
    check(
        "a|fieldref: b.c",
        &[
            r#"{"a":"X","b":{"c":"x"}}"#,
            r#"{"a":["y","x"],"b":[{"c":"x"}]}"#,
            r#"{"a":1,"b":{"c":"1"}}"#,
        ],
        &[
            r#"{"a":"x","b":{"c":"y"}}"#,
            r#"{"a":"x"}"#,
            "{}",
            r#"{"a":null,"b":{"c":null}}"#,
        ],
    );
    check(
        "a|fieldref|contains: b",
        &[r#"{"a":"xyz","b":"Y"}"#],
        &[r#"{"a":"y","b":"xyz"}"#],
    );
    check(
        "a|fieldref|startswith: b",
        &[r#"{"a":"xyz","b":"x"}"#],
        &[r#"{"a":"xyz","b":"y"}"#],
    );
    check(
        "a|fieldref|endswith: b",
        &[r#"{"a":"xyz","b":"z"}"#],
        &[r#"{"a":"xyz","b":"y"}"#],
    );
    check(
        "a|fieldref|cased: b",
        &[r#"{"a":"X","b":"X"}"#],
        &[r#"{"a":"X","b":"x"}"#],
    );
    check(
        "a|fieldref|neq: b",
        &[r#"{"a":"x","b":"y"}"#],
        &[r#"{"a":"x","b":"x"}"#],
    );
}

#[test]
fn neq_is_the_opposite_of_the_item() {
    check("a|neq: x", &[r#"{"a":"y"}"#, "{}"], &[r#"{"a":"X"}"#]);
    check(
        "a|contains|neq: [x, y]",
        &[r#"{"a":"z"}"#],
        &[r#"{"a":"ax"}"#, r#"{"a":"ay"}"#],
    );
    check("a|neq: null", &[r#"{"a":"y"}"#], &["{}", r#"{"a":null}"#]);
    check("a|neq: 5", &[r#"{"a":6}"#], &[r#"{"a":5}"#]);
}

#[test]
fn parts_of_times_are_compared_in_utc() {
    let time = r#"{"t":"2024-02-29T23:45:06Z"}"#;
    let other = r#"{"t":"2023-01-04T05:07:08Z"}"#;
    for part in [
        "minute: 45",
        "hour: 23",
        "day: 29",
        "week: 9",
        "month: 2",
        "year: 2024",
    ] {
        check(
            &format!("t|{part}"),
            &[time],
            &[other, r#"{"t":"x"}"#, "{}"],
        );
    }
    check("t|hour|gte: 22", &[time], &[other]);
    check(
        "t|hour: [5, 23]",
        &[time, other],
        &[r#"{"t":"2024-02-29T22:00:00Z"}"#],
    );
}

#[test]
fn combinations_that_mean_nothing_are_refused() {
    for (selection, message) in [
        ("a|nosuch: x", "the modifier `nosuch` is not known"),
        ("a|i: x", "`i` must stand behind `re`"),
        ("a|re|cidr: x", "`cidr` cannot stand behind"),
        ("a|re|base64: x", "`base64` does not go with `re`"),
        ("a|contains|base64: x", "put `contains` behind it"),
        ("a|base64: 'x*'", "cannot encode wildcards"),
        ("a|utf16: x", "write `base64` or `base64offset` behind it"),
        (
            "a|lt|contains: 5",
            "`contains` does not go with `a comparison`",
        ),
        ("a|lt: x", "`x` is no number"),
        ("a|hour: x", "`x` is no number"),
        ("a|exists: maybe", "`exists` takes true or false"),
        ("'|exists': true", "`exists` needs a field"),
        (
            "a|contains: null",
            "null stands only behind a field without modifiers",
        ),
        ("a|cidr: 192.0.2.1/24", "write 192.0.2.0/24"),
        ("a|cidr: '2001:db8::1/32'", "write 2001:db8::/32"),
        ("a|cidr: 192.0.2.0/33", "prefix length of 0 to 32"),
        ("a|cidr: example", "is no ip network"),
        ("a|re: '(?=x)'", "look-around"),
        ("a|re: '('", "is not one here: unclosed group"),
        ("a|fieldref: 'x*'", "cannot have wildcards"),
        ("a|base64offset|contains: x", "needs at least two bytes"),
        ("a..b: x", "an empty part between dots"),
    ] {
        let text = refused(&selecting(selection));
        assert!(text.contains(message), "{selection}: {text}");
    }
    let deep = vec!["a"; 200].join(".");
    assert!(refused(&selecting(&format!("{deep}: x"))).contains("at most 127 parts"));
    assert!(refused(&selecting(&format!("a|fieldref: {deep}"))).contains("at most 127 parts"));
}

#[test]
fn modifiers_of_keywords_need_no_field() {
    let rules = loaded(&selecting("'|all': [one, two]"));
    assert_eq!(
        matching(&rules, r#"{"a":"one","b":{"c":["x two"]}}"#),
        ["test"]
    );
    assert!(matching(&rules, r#"{"a":"one"}"#).is_empty());
    check(
        "'|re': '^o.e$'",
        &[r#"{"a":{"b":"one"}}"#],
        &[r#"{"one":"b"}"#],
    );
    check(
        "'|startswith': one",
        &[r#"{"a":{"b":"one more"}}"#],
        &[r#"{"a":"no one"}"#],
    );
}
