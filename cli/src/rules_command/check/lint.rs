//! What a rule that loads should have for the person who gets its alert.

use detection::{Problem, Rule, Rules, Severity};

/// Finds what is missing of rules that alert.
pub(super) fn lint(rules: &Rules) -> Vec<Problem> {
    rules
        .iter()
        .filter(|rule| rule.is_alerting)
        .flat_map(|rule| missing(rule).map(|message| problem(rule, message)))
        .collect()
}

fn missing(rule: &Rule) -> impl Iterator<Item = &'static str> {
    let has_technique = rule.tags.iter().any(|tag| {
        tag.get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("attack."))
    });
    [
        (
            rule.description.trim().is_empty(),
            "the rule has no `description`: its alert does not say why it matters",
        ),
        (
            !has_technique,
            "the rule has no tag of MITRE ATT&CK, such as `attack.t1562.008`",
        ),
        (
            rule.false_positives.is_empty(),
            "the rule has no `falsepositives`: say what else looks like this",
        ),
    ]
    .into_iter()
    .filter_map(|(is_missing, message)| is_missing.then_some(message))
}

fn problem(rule: &Rule, message: &str) -> Problem {
    Problem {
        file: rule.file.clone(),
        line: rule.line,
        column: 1,
        severity: Severity::Warning,
        message: message.to_owned(),
    }
}
