//! Several documents: collections, conditions that are lists, filters.

use super::{check_rule, loaded, matching, read, refused, rule};

#[test]
fn conditions_combine_selections() {
    let text = |condition: &str| {
        rule(&format!(
            "sel_a: {{a: 1}}\nsel_b: {{b: 1}}\nother: {{c: 1}}\ncondition: {condition}"
        ))
    };
    let (a, b, ab, c) = (r#"{"a":1}"#, r#"{"b":1}"#, r#"{"a":1,"b":1}"#, r#"{"c":1}"#);
    check_rule(
        &text("all of sel_* and not other"),
        &[ab],
        &[a, b, c, r#"{"a":1,"b":1,"c":1}"#],
    );
    check_rule(&text("1 of sel_* or other"), &[a, b, ab, c], &["{}"]);
    check_rule(&text("1 of them"), &[a, b, c], &["{}"]);
    check_rule(&text("all of them"), &[r#"{"a":1,"b":1,"c":1}"#], &[ab, c]);
    check_rule(
        &text("not (sel_a or sel_b) and other"),
        &[c],
        &[a, ab, "{}"],
    );
    check_rule(&text("not 1 of sel_* and not other"), &["{}"], &[a, b, c]);
    check_rule(
        &text("sel_a and not (sel_b and not other)"),
        &[a, r#"{"a":1,"b":1,"c":1}"#],
        &[ab, b],
    );
    check_rule(
        &text("[sel_a and sel_b, other]"),
        &[ab, c],
        &[a, b].map(|it| it),
    );
}

#[test]
fn them_leaves_selections_with_an_underscore_out() {
    let (rules, problems) = read(&rule("_a: {a: 1}\nb: {b: 1}\ncondition: all of them"));
    assert_eq!(matching(&rules, r#"{"b":1}"#), ["test"]);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0]
            .message
            .contains("`_a` is named by no condition")
    );
}

#[test]
fn global_parts_are_in_every_rule_until_reset() {
    let text = "\
action: global
level: high
logsource: {product: aws, service: cloudtrail}
detection:
  condition: selection
---
title: One
id: one
detection:
  selection: {a: 1}
---
title: Two
id: two
detection:
  selection: {a: 2}
---
action: repeat
title: Three
id: three
detection:
  selection: {a: 3}
---
action: reset
---
title: Four
id: four
level: low
logsource: {product: aws, service: cloudtrail}
detection:
  other: {a: 4}
  condition: other
";
    let rules = loaded(text);
    let all: Vec<(&str, &str, usize)> = rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule.level.name(), rule.line))
        .collect();
    assert_eq!(
        all,
        [
            ("one", "high", 7),
            ("two", "high", 12),
            ("three", "high", 17),
            ("four", "low", 25)
        ]
    );
    for (event, id) in [(1, "one"), (2, "two"), (3, "three"), (4, "four")] {
        assert_eq!(matching(&rules, &format!(r#"{{"a":{event}}}"#)), [id]);
    }
}

#[test]
fn repeated_rules_without_an_id_of_their_own_are_numbered() {
    let text = format!(
        "{}---\naction: repeat\ndetection:\n  selection: {{a: 2}}\n",
        super::selecting("a: 1")
    );
    let rules = loaded(&text);
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["test", "test#2"]);
    assert_eq!(matching(&rules, r#"{"a":2}"#), ["test#2"]);
}

#[test]
fn an_unknown_action_is_refused() {
    assert!(refused("action: reuse\n").contains("there are global, reset and repeat"));
    assert!(refused("action: repeat\n").contains("no rule before this one"));
}

const FILTER: &str = "\
---
title: The deployer may
logsource: {product: aws, service: cloudtrail}
filter:
  rules: [test]
  selection:
    userIdentity.arn|endswith: role/deployer
  condition: not selection
";

#[test]
fn a_filter_narrows_the_rules_that_it_names() {
    let deployer = r#"{"a":1,"userIdentity":{"arn":"arn:aws:iam::111122223333:role/deployer"}}"#;
    let text = format!("{}{FILTER}", super::selecting("a: 1"));
    check_rule(&text, &[r#"{"a":1}"#], &[deployer, "{}"]);
    check_rule(&text.replace("[test]", "any"), &[r#"{"a":1}"#], &[deployer]);
    check_rule(&text.replace("[test]", "ANY"), &[r#"{"a":1}"#], &[deployer]);
    check_rule(
        &text.replace("[test]", "test"),
        &[r#"{"a":1}"#],
        &[deployer],
    );
    // By title, with a warning, and by the name of no rule.
    let (rules, problems) = read(&text.replace("[test]", "[Test, nobody]"));
    assert!(matching(&rules, deployer).is_empty());
    let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(
        messages[0].contains("warning: `Test` is the title of a rule"),
        "{messages:?}"
    );
    assert!(
        messages[1].contains("warning: no rule that loaded has the name or id `nobody`"),
        "{messages:?}"
    );
}

#[test]
fn a_filters_selections_are_its_own() {
    // The rule's `selection` and the filter's, and `them` of the filter.
    let filter = FILTER.replace("not selection", "not 1 of them");
    let text = format!("{}{filter}", super::selecting("a: 1"));
    let deployer = r#"{"a":1,"userIdentity":{"arn":"role/deployer"}}"#;
    check_rule(&text, &[r#"{"a":1}"#], &[deployer]);
}

#[test]
fn filters_apply_together_and_to_each_condition() {
    let second = FILTER
        .replace("deployer", "auditor")
        .replace("[test]", "any");
    let base = rule("x: {a: 1}\ny: {a: 2}\ncondition: [x, y]");
    let text = format!("{base}{FILTER}{second}");
    check_rule(
        &text,
        &[
            r#"{"a":1}"#,
            r#"{"a":2,"userIdentity":{"arn":"role/other"}}"#,
        ],
        &[
            r#"{"a":1,"userIdentity":{"arn":"role/deployer"}}"#,
            r#"{"a":2,"userIdentity":{"arn":"role/auditor"}}"#,
        ],
    );
}

#[test]
fn a_filter_ends_with_the_day_on_which_it_expires() {
    let text = format!(
        "{}{FILTER}trailkeep: {{expires: 2026-12-31, reason: a migration}}\n",
        super::selecting("a: 1")
    );
    let event = |time: &str| {
        format!(r#"{{"a":1,"userIdentity":{{"arn":"role/deployer"}},"eventTime":"{time}"}}"#)
    };
    check_rule(
        &text,
        &[
            &event("2027-01-01T00:00:00Z"),
            &event("no time"),
            r#"{"a":1,"userIdentity":{"arn":"role/deployer"}}"#,
        ],
        &[&event("2026-12-31T23:59:59Z")],
    );
}

#[test]
fn a_filter_that_is_wrong_leaves_the_rule_as_it_is() {
    for (from, to, message) in [
        ("  rules: [test]\n", "", "names no rules"),
        (
            "  condition: not selection\n",
            "",
            "there is no `condition`",
        ),
        ("title: The deployer may\n", "", "has no `title`"),
        (
            "logsource: {product: aws, service: cloudtrail}\n",
            "",
            "no `logsource`",
        ),
        ("endswith", "nosuch", "modifier `nosuch`"),
    ] {
        let text = format!("{}{}", super::selecting("a: 1"), FILTER.replace(from, to));
        let (rules, problems) = read(&text);
        assert_eq!(
            problems.iter().filter(|it| it.is_error()).count(),
            1,
            "{problems:?}"
        );
        assert!(
            problems.iter().any(|it| it.message.contains(message)),
            "{problems:?}"
        );
        assert_eq!(
            matching(&rules, r#"{"a":1,"userIdentity":{"arn":"role/deployer"}}"#),
            ["test"]
        );
    }
}
