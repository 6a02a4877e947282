//! Plain values: strings, wildcards, numbers, flags and null.

use super::{check, loaded, matching, selecting};

#[test]
fn strings_match_whole_and_in_any_case() {
    check(
        "a: Abc",
        &[r#"{"a":"abc"}"#, r#"{"a":"ABC"}"#],
        &[r#"{"a":"abcd"}"#, r#"{"a":""}"#],
    );
    check(
        "a: ''",
        &[r#"{"a":""}"#],
        &[r#"{"a":" "}"#, r#"{"a":null}"#, "{}"],
    );
}

#[test]
fn case_is_folded_beyond_ascii() {
    check(
        "a: ÄÖÜ",
        &[r#"{"a":"äöü"}"#, r#"{"a":"\u00c4\u00f6\u00fc"}"#],
        &[r#"{"a":"aou"}"#],
    );
    check(
        "a|contains: straße",
        &[r#"{"a":"x STRAßE"}"#],
        &[r#"{"a":"x strase"}"#],
    );
    // The Kelvin sign is a k in lower case, whichever side it is on.
    check(
        "a: k",
        &["{\"a\":\"\u{212a}\"}", r#"{"a":"K"}"#],
        &[r#"{"a":"x"}"#],
    );
    check(
        "a|contains: '\u{212a}x'",
        &[r#"{"a":"akxb"}"#],
        &[r#"{"a":"ax"}"#],
    );
    check(
        "a: 'Я?б*'",
        &[r#"{"a":"яжБы"}"#, r#"{"a":"ЯЖБ"}"#],
        &[r#"{"a":"яб"}"#],
    );
}

#[test]
fn a_list_needs_one_of_its_values() {
    check(
        "a: [x, y]",
        &[r#"{"a":"X"}"#, r#"{"a":"y"}"#],
        &[r#"{"a":"z"}"#],
    );
    check(
        "a: [b, c, d, e, f, 5, true, null, 'g*']",
        &[
            r#"{"a":"F"}"#,
            r#"{"a":5}"#,
            r#"{"a":true}"#,
            "{}",
            r#"{"a":"gh"}"#,
        ],
        &[r#"{"a":"a"}"#, r#"{"a":6}"#],
    );
}

#[test]
fn all_items_of_a_map_must_match_and_one_map_of_a_list() {
    check(
        "a: 1\nb: 2",
        &[r#"{"a":1,"b":2}"#],
        &[r#"{"a":1}"#, r#"{"b":2}"#],
    );
    check(
        "- a: 1\n- b: 2\n  c: 3",
        &[r#"{"a":1}"#, r#"{"b":2,"c":3}"#],
        &[r#"{"b":2}"#, r#"{"c":3}"#],
    );
}

#[test]
fn wildcards_stand_for_text_and_for_one_character() {
    check(
        "a: 'x*'",
        &[r#"{"a":"x"}"#, r#"{"a":"xyz"}"#],
        &[r#"{"a":"yx"}"#],
    );
    check(
        "a: 'x?z'",
        &[r#"{"a":"xyz"}"#, r#"{"a":"xéz"}"#],
        &[r#"{"a":"xz"}"#, r#"{"a":"xyyz"}"#],
    );
    check(
        "a: '*a*b*'",
        &[r#"{"a":"ab"}"#, r#"{"a":"1a2b3"}"#],
        &[r#"{"a":"ba"}"#],
    );
    check(
        "a: 'a*a'",
        &[r#"{"a":"aa"}"#, r#"{"a":"aba"}"#],
        &[r#"{"a":"a"}"#],
    );
    check(
        "a: '??'",
        &[r#"{"a":"ab"}"#],
        &[r#"{"a":"a"}"#, r#"{"a":"abc"}"#],
    );
    check(
        "a: '*?'",
        &[r#"{"a":"a"}"#, r#"{"a":"ab"}"#],
        &[r#"{"a":""}"#],
    );
}

#[test]
fn a_star_is_line_breaks_too() {
    check("a: 'x*z'", &[r#"{"a":"x\n\r\nz"}"#], &[r#"{"a":"x\nzy"}"#]);
    check(
        "a|contains: 'x*z?'",
        &[r#"{"a":"1\nx\nz\n2"}"#],
        &[r#"{"a":"z\nx"}"#],
    );
}

#[test]
fn a_backslash_makes_wildcards_and_itself_plain() {
    check(
        r"a: 'x\*'",
        &[r#"{"a":"x*"}"#],
        &[r#"{"a":"xy"}"#, r#"{"a":"x\\*"}"#],
    );
    check(r"a: 'x\?'", &[r#"{"a":"x?"}"#], &[r#"{"a":"xy"}"#]);
    check(r"a: 'x\y'", &[r#"{"a":"x\\y"}"#], &[r#"{"a":"xy"}"#]);
    check(r"a: 'x\\y'", &[r#"{"a":"x\\y"}"#], &[r#"{"a":"x\\\\y"}"#]);
    check(
        r"a: 'x\\*'",
        &[r#"{"a":"x\\"}"#, r#"{"a":"x\\yz"}"#],
        &[r#"{"a":"x*"}"#],
    );
    check(r"a: 'x\\\*'", &[r#"{"a":"x\\*"}"#], &[r#"{"a":"x\\y"}"#]);
    check(r"a: 'x\'", &[r#"{"a":"x\\"}"#], &[r#"{"a":"x"}"#]);
}

#[test]
fn numbers_and_flags_match_their_text() {
    check(
        "a: 22",
        &[
            r#"{"a":22}"#,
            r#"{"a":"22"}"#,
            r#"{"a":22.0}"#,
            r#"{"a":2.2e1}"#,
        ],
        &[r#"{"a":"22.0"}"#, r#"{"a":220}"#],
    );
    check(
        "a: '22'",
        &[r#"{"a":22}"#, r#"{"a":"22"}"#],
        &[r#"{"a":2}"#],
    );
    check(
        "a: true",
        &[r#"{"a":true}"#, r#"{"a":"true"}"#, r#"{"a":"True"}"#],
        &[r#"{"a":false}"#, r#"{"a":1}"#],
    );
    check("a: 'false'", &[r#"{"a":false}"#], &[r#"{"a":true}"#]);
    check("a|contains: 2", &[r#"{"a":123}"#], &[r#"{"a":13}"#]);
}

#[test]
fn an_account_id_keeps_its_zeros() {
    check(
        "a: 012345678901",
        &[r#"{"a":"012345678901"}"#],
        &[r#"{"a":"12345678901"}"#],
    );
}

#[test]
fn yaml_words_that_are_no_flags_are_text() {
    check("a: No", &[r#"{"a":"no"}"#], &[r#"{"a":false}"#]);
    check("a: nan", &[r#"{"a":"NaN"}"#], &[r#"{"a":0}"#]);
}

#[test]
fn null_is_absent_or_null() {
    check(
        "a: null",
        &["{}", r#"{"a":null}"#],
        &[r#"{"a":""}"#, r#"{"a":"null"}"#, r#"{"a":[]}"#],
    );
    check(
        "a.b: null",
        &["{}", r#"{"a":{"b":null}}"#, r#"{"a":"x"}"#],
        &[r#"{"a":{"b":0}}"#],
    );
    check("a:", &["{}"], &[r#"{"a":1}"#]);
}

#[test]
fn keywords_are_somewhere_in_some_value() {
    let rules = loaded(&selecting("- AccessDenied\n- 'x*z'\n- 42"));
    for event in [
        r#"{"errorCode":"Client.AccessDenied"}"#,
        r#"{"a":{"b":["1","--XYZ--"]}}"#,
        r#"{"n":1420}"#,
        r#"{"a":"\u0041ccessDenied"}"#,
    ] {
        assert_eq!(matching(&rules, event), ["test"], "{event}");
    }
    // Names of fields are no values.
    for event in [
        r#"{"AccessDenied":"no"}"#,
        r#"{"a":{"accessdenied" : 1}}"#,
        "{}",
    ] {
        assert!(matching(&rules, event).is_empty(), "{event}");
    }
    check(
        "AccessDenied",
        &[r#"{"a":"accessdenied"}"#],
        &[r#"{"a":"denied"}"#],
    );
}

#[test]
fn lists_may_mix_keywords_and_maps() {
    check(
        "- word\n- a: 1",
        &[r#"{"x":"a word"}"#, r#"{"a":1}"#],
        &[r#"{"a":2}"#],
    );
}
