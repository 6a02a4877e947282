//! Modifiers that make other texts of a value.

use super::{check, matching, read_with, refused, selecting};
use detection::Placeholders;

#[test]
fn base64_encodes_the_value() {
    check(
        "a|base64: foobar",
        &[r#"{"a":"Zm9vYmFy"}"#],
        &[r#"{"a":"foobar"}"#],
    );
    check(
        "a|base64|contains: foobar",
        &[r#"{"a":"--Zm9vYmFy--"}"#],
        &[r#"{"a":"Zm9v"}"#],
    );
}

#[test]
fn base64offset_finds_the_value_at_each_alignment() {
    // "/bin/bash" behind none, one and two other characters.
    check(
        "a|base64offset|contains: /bin/bash",
        &[
            r#"{"a":"L2Jpbi9iYXNo"}"#,
            r#"{"a":"eC9iaW4vYmFzaA=="}"#,
            r#"{"a":"eHgvYmluL2Jhc2g="}"#,
        ],
        &[r#"{"a":"/bin/bash"}"#, r#"{"a":"L2Jpbi9zaA=="}"#],
    );
}

#[test]
fn wide_forms_are_utf_16() {
    // "ping" in UTF-16, little endian, big endian, and with a mark before it.
    check(
        "a|wide|base64: ping",
        &[r#"{"a":"cABpAG4AZwA="}"#],
        &[r#"{"a":"cGluZw=="}"#],
    );
    check(
        "a|utf16le|base64: ping",
        &[r#"{"a":"cABpAG4AZwA="}"#],
        &[r#"{"a":"cGluZw=="}"#],
    );
    check(
        "a|utf16be|base64: ping",
        &[r#"{"a":"AHAAaQBuAGc="}"#],
        &[r#"{"a":"cGluZw=="}"#],
    );
    check(
        "a|utf16|base64: ping",
        &[r#"{"a":"//5wAGkAbgBnAA=="}"#],
        &[r#"{"a":"cABpAG4AZwA="}"#],
    );
    check(
        "a|wide|base64offset|contains: 'ping '",
        &[
            r#"{"a":"cABpAG4AZwAgADEA"}"#,
            r#"{"a":"eHAAaQBuAGcAIAAxAA=="}"#,
        ],
        &[r#"{"a":"cGluZyA="}"#],
    );
    check("a|wide: 'a'", &["{\"a\":\"a\\u0000\"}"], &[r#"{"a":"a"}"#]);
}

#[test]
fn windash_takes_every_dash_before_a_word() {
    check(
        "a|windash|contains: ' -exec'",
        &[
            r#"{"a":"x -exec y"}"#,
            r#"{"a":"x /exec"}"#,
            r#"{"a":"x –exec"}"#,
            r#"{"a":"x —exec"}"#,
            r#"{"a":"x ―exec"}"#,
        ],
        &[r#"{"a":"x exec"}"#, r#"{"a":"x_-exec"}"#],
    );
    // A dash within a word is a hyphen.
    check("a|windash: 'a-b'", &[r#"{"a":"a-b"}"#], &[r#"{"a":"a/b"}"#]);
}

#[test]
fn expand_puts_the_values_of_placeholders_in() {
    let placeholders = Placeholders::from([
        (
            "admins".to_owned(),
            vec!["alice".to_owned(), "b*b".to_owned()],
        ),
        ("nets".to_owned(), vec!["192.0.2.0/24".to_owned()]),
    ]);
    let holds = |selection: &str, event: &str| {
        let (rules, problems) = read_with(&selecting(selection), &placeholders);
        assert!(problems.is_empty(), "{problems:?}");
        !matching(&rules, event).is_empty()
    };
    assert!(holds("a|expand: 'user/%admins%'", r#"{"a":"user/alice"}"#));
    assert!(holds("a|expand: 'user/%admins%'", r#"{"a":"user/bob"}"#));
    assert!(!holds("a|expand: 'user/%admins%'", r#"{"a":"user/carol"}"#));
    assert!(holds(
        "a|expand|endswith: '%admins%'",
        r#"{"a":"user/alice"}"#
    ));
    assert!(holds("a|re|expand: '^%admins%$'", r#"{"a":"b*b"}"#));
    assert!(!holds("a|re|expand: '^%admins%$'", r#"{"a":"bob"}"#));
    assert!(holds("ip|cidr|expand: '%nets%'", r#"{"ip":"192.0.2.1"}"#));
    // Without the modifier a percent sign is one.
    assert!(holds("a: '%admins%'", r#"{"a":"%admins%"}"#));
    let message = refused(&selecting("a|expand: '%nobody%'"));
    assert!(
        message.contains("test.yml:7:15: error: nothing is given for the placeholder `%nobody%`"),
        "{message}"
    );
}
