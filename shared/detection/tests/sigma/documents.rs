//! What a rule says of itself, and correlations.

use super::{loaded, matching, read, refused, selecting};
use detection::{Comparison, CorrelationKind, Kind, Level, Stage};

const FULL: &str = "\
title: Trail stopped
id: 3ce0a2f1-7d0e-4c83-8d40-0a0e0d8f1b11
name: trail_stopped
status: test
description: |
  Nothing is recorded from here on.
references: [https://example.com/a, https://example.com/b]
author: Somebody
date: 2026-11-20
modified: 2026-11-21
tags: [attack.defense-evasion, attack.t1562.008, cis.4.5]
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventSource: cloudtrail.amazonaws.com
    eventName: [StopLogging, DeleteTrail]
  condition: selection
falsepositives:
  - Taking a trail down
level: critical
trailkeep:
  stage: stage
  suppress: 2d
  group: [recipientAccountId, userIdentity.arn]
  cis: \"4.5\"
  respond: >-
    Ask
    around.
";

#[test]
fn a_rule_says_all_of_itself() {
    let rules = loaded(FULL);
    let rule = rules.iter().next().expect("it loaded");
    assert_eq!(rule.id, "3ce0a2f1-7d0e-4c83-8d40-0a0e0d8f1b11");
    assert_eq!(rule.name.as_deref(), Some("trail_stopped"));
    assert_eq!(rule.title, "Trail stopped");
    assert_eq!(rule.description, "Nothing is recorded from here on.");
    assert_eq!(rule.level, Level::Critical);
    assert_eq!(rule.status.as_deref(), Some("test"));
    assert_eq!(rule.tags.len(), 3);
    assert_eq!(rule.techniques().collect::<Vec<_>>(), ["T1562.008"]);
    assert_eq!(rule.false_positives, ["Taking a trail down"]);
    assert_eq!(rule.references.len(), 2);
    assert_eq!(rule.author.as_deref(), Some("Somebody"));
    assert_eq!(rule.date.as_deref(), Some("2026-11-20"));
    assert_eq!(rule.modified.as_deref(), Some("2026-11-21"));
    assert_eq!(rule.stage, Stage::Stage);
    assert_eq!(rule.suppress, 2 * 86_400);
    assert_eq!(rule.group, ["recipientAccountId", "userIdentity.arn"]);
    assert_eq!(rule.cis.as_deref(), Some("4.5"));
    assert_eq!(rule.respond.as_deref(), Some("Ask around."));
    assert_eq!((rule.file.as_str(), rule.line), ("test.yml", 1));
    assert_eq!(rule.narrowing.event_names, ["DeleteTrail", "StopLogging"]);
    assert_eq!(rule.narrowing.event_sources, ["cloudtrail.amazonaws.com"]);
    assert!(rule.is_alerting);
    assert_eq!(rule.kind, Kind::Single);
}

#[test]
fn what_a_rule_leaves_out_has_a_default() {
    let rules = loaded(&selecting("a: 1"));
    let rule = rules.iter().next().expect("it loaded");
    assert_eq!((rule.stage, rule.suppress), (Stage::Alert, 3600));
    assert_eq!(rule.group, ["userIdentity.arn"]);
    assert_eq!(rule.narrowing, detection::Narrowing::default());
}

#[test]
fn attributes_of_ours_are_checked() {
    for (own, message) in [
        ("{stage: loud}", "`stage` is `alert` or `stage`"),
        ("{suppress: 1}", "`suppress` is a number"),
        ("{suppress: 1w}", "`suppress` is a number"),
        ("{supress: 1h}", "has no `supress`"),
        ("{cis: [4]}", "`cis` is a text"),
        ("loud", "`trailkeep` is a mapping"),
    ] {
        let text = refused(&format!("{}trailkeep: {own}\n", selecting("a: 1")));
        assert!(text.contains(message), "{text}");
    }
    let rules = loaded(&format!(
        "{}trailkeep: {{suppress: 0s, cis: 4.10}}\n",
        selecting("a: 1")
    ));
    let rule = rules.iter().next().expect("it loaded");
    assert_eq!((rule.suppress, rule.cis.as_deref()), (0, Some("4.10")));
}

#[test]
fn narrowing_follows_from_the_condition() {
    let names = |detection: &str| {
        let rules = loaded(&super::rule(detection));
        let rule = rules.iter().next().expect("it loaded");
        (
            rule.narrowing.event_names.join(","),
            rule.narrowing.event_sources.join(","),
        )
    };
    let both = |names: &str, sources: &str| (names.to_owned(), sources.to_owned());
    assert_eq!(
        names("a: {eventName: A}\nb: {eventName: B}\ncondition: a or b"),
        both("A,B", "")
    );
    assert_eq!(
        names("a: {eventName: A}\nb: {x: B}\ncondition: a or b"),
        both("", "")
    );
    assert_eq!(
        names("a: {eventName: A}\nb: {x: B}\ncondition: a and not b"),
        both("A", "")
    );
    assert_eq!(
        names("a: {eventName: A, eventSource: s}\ncondition: not a"),
        both("", "")
    );
    assert_eq!(
        names("a: {eventName|startswith: A, eventSource: s}\ncondition: a"),
        both("", "s")
    );
    assert_eq!(
        names("a: {eventName: [A, 'B*']}\ncondition: a"),
        both("", "")
    );
    assert_eq!(names("a: {eventName|neq: A}\ncondition: a"), both("", ""));
    assert_eq!(
        names("a: {eventName|cased: A}\ncondition: a"),
        both("A", "")
    );
}

const CORRELATION: &str = "\
---
title: Many of them
id: many
name: many
level: high
correlation:
  type: event_count
  rules: [base]
  group-by: [userIdentity.arn, who]
  timespan: 10m
  aliases:
    who:
      base: sourceIPAddress
  condition:
    gte: 5
";

fn base() -> String {
    format!("{}name: base\n", selecting("eventName: A"))
}

#[test]
fn a_correlation_names_its_rules() {
    let rules = loaded(&format!("{}{CORRELATION}", base()));
    let (base, many) = (
        rules.iter().next().expect("base"),
        rules.iter().nth(1).expect("many"),
    );
    assert!(!base.is_alerting);
    assert!(many.is_alerting);
    // Unless it says otherwise it suppresses by what it groups by.
    assert_eq!(many.group, ["userIdentity.arn", "who"]);
    assert_eq!(many.narrowing, base.narrowing);
    let correlation = many.correlation().expect("it is one");
    assert_eq!(correlation.kind, CorrelationKind::EventCount);
    assert_eq!(correlation.timespan, 600);
    assert_eq!(correlation.threshold.comparison, Comparison::AtLeast);
    assert!(
        correlation
            .threshold
            .comparison
            .holds(5.0, correlation.threshold.value)
    );
    let of = correlation.rules[0];
    assert_eq!(rules.get(of).name.as_deref(), Some("base"));
    assert_eq!(correlation.field_of("who", of), "sourceIPAddress");
    assert_eq!(
        correlation.field_of("userIdentity.arn", of),
        "userIdentity.arn"
    );
    // Its rules match, it does not by itself.
    assert_eq!(matching(&rules, r#"{"eventName":"A"}"#), ["test"]);
}

#[test]
fn rules_of_a_correlation_that_generates_alert_too() {
    for generate in [
        "correlation:\n  generate: true",
        "generate: true\ncorrelation:",
    ] {
        let rules = loaded(&format!(
            "{}{}",
            base(),
            CORRELATION.replace("correlation:", generate)
        ));
        assert!(rules.iter().all(|rule| rule.is_alerting));
    }
}

#[test]
fn references_are_by_name_and_id_and_with_a_warning_by_title() {
    let by_id = CORRELATION
        .replace("[base]", "[test]")
        .replace("base:", "test:");
    assert_eq!(loaded(&format!("{}{by_id}", base())).len(), 2);
    // Before the rule that they name, too.
    assert_eq!(loaded(&format!("{CORRELATION}---\n{}", base())).len(), 2);
    let by_title = CORRELATION
        .replace("[base]", "[Test]")
        .replace("base:", "Test:");
    let (rules, problems) = read(&format!("{}{by_title}", base()));
    assert_eq!(rules.len(), 2);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0]
            .to_string()
            .starts_with("test.yml:17:11: warning: `Test` is the title"),
        "{}",
        problems[0]
    );
}

#[test]
fn every_type_of_correlation_is_read() {
    for (kind, condition) in [
        ("event_count", "condition: {gt: 5}"),
        ("value_count", "condition: {lt: 5, field: eventName}"),
        (
            "value_count",
            "condition: {eq: 5, field: [eventName, awsRegion]}",
        ),
        ("temporal", ""),
        ("temporal_ordered", "condition: {gte: 1}"),
        ("value_sum", "condition: {neq: 5, field: size}"),
        ("value_avg", "condition: {lte: 0.5, field: size}"),
    ] {
        let text = CORRELATION
            .replace("event_count", kind)
            .replace("condition:\n    gte: 5", condition);
        let rules = loaded(&format!("{}{text}", base()));
        let correlation = rules
            .iter()
            .nth(1)
            .and_then(|rule| rule.correlation().cloned());
        let correlation = correlation.expect("it is one");
        assert_eq!(correlation.kind.name(), kind);
        if condition.is_empty() {
            assert!(
                correlation
                    .threshold
                    .comparison
                    .holds(1.0, correlation.threshold.value)
            );
        }
    }
}

#[test]
fn a_correlation_that_is_wrong_says_why() {
    for (from, to, message) in [
        ("event_count", "event_sum", "the correlation's `type` is"),
        (
            "event_count",
            "value_percentile",
            "the correlation's `type` is",
        ),
        (
            "event_count",
            "value_count",
            "of type value_count has a `field`",
        ),
        (
            "event_count",
            "value_sum",
            "of type value_sum has one `field`",
        ),
        (
            "gte: 5",
            "gte: 5\n    field: x",
            "of type event_count has no `field`",
        ),
        ("gte: 5", "gte: 5\n    lt: 9", "two comparisons"),
        ("gte: 5", "gte: many", "`gte` takes a number"),
        ("gte: 5", "over: 5", "there are gt, gte"),
        ("  condition:\n    gte: 5\n", "", "has no `condition`"),
        (
            "condition:\n    gte: 5",
            "condition: base",
            "is a mapping such as",
        ),
        ("10m", "10", "`timespan` is a number"),
        ("10m", "0m", "`timespan` is a number"),
        ("rules: [base]", "rules: []", "names no rules"),
        (
            "rules: [base]",
            "rules: [nobody]",
            "no rule that loaded has the name or id `nobody`",
        ),
        (
            "base: source",
            "nobody: source",
            "the alias `who` is of `nobody`",
        ),
        ("timespan", "timespam", "a correlation has no `timespam`"),
    ] {
        let (rules, problems) = read(&format!("{}{}", base(), CORRELATION.replace(from, to)));
        assert_eq!(rules.len(), 1, "{to}");
        assert!(
            problems
                .iter()
                .any(|it| it.is_error() && it.message.contains(message)),
            "{to}: {problems:?}"
        );
        // The rule that it would have silenced alerts.
        assert!(rules.iter().all(|rule| rule.is_alerting));
    }
}

#[test]
fn correlations_may_name_correlations_but_not_one_another() {
    let outer = CORRELATION
        .replace("id: many\nname: many", "id: outer\nname: outer")
        .replace("[base]", "[many]")
        .replace("      base:", "      many:");
    let rules = loaded(&format!("{}{outer}{CORRELATION}", base()));
    assert_eq!(rules.len(), 3);
    let alerting: Vec<&str> = rules
        .iter()
        .filter(|rule| rule.is_alerting)
        .map(|rule| rule.id.as_str())
        .collect();
    assert_eq!(alerting, ["outer"]);

    let inner = CORRELATION.replace("[base]", "[base, outer]");
    let (rules, problems) = read(&format!("{}{outer}{inner}", base()));
    assert_eq!(rules.len(), 1);
    assert_eq!(problems.len(), 2);
    assert!(problems[0].message.contains("names itself through others"));
}
