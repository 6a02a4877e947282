//! The Sigma specification's sentences as tests: one rule, one event, one answer.

use detection::{Placeholders, Problem, Rules, Source};

mod collections;
mod documents;
mod encodings;
mod fields;
mod logs;
mod memory;
mod modifiers;
mod oracle;
mod problems;
mod properties;
mod robustness;
mod values;

/// A rule around some selections and their condition.
fn rule(detection: &str) -> String {
    let indented = detection
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "title: Test\nid: test\nlevel: low\n\
         logsource: {{product: aws, service: cloudtrail}}\n\
         detection:\n{indented}"
    )
}

/// A rule of one selection.
fn selecting(selection: &str) -> String {
    let indented = selection
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect::<Vec<_>>()
        .concat();
    rule(&format!("selection:\n{indented}condition: selection"))
}

/// Reads one file.
fn read(text: &str) -> (Rules, Vec<Problem>) {
    read_with(text, &Placeholders::new())
}

fn read_with(text: &str, placeholders: &Placeholders) -> (Rules, Vec<Problem>) {
    let source = Source {
        path: "test.yml".to_owned(),
        text: text.to_owned(),
    };
    Rules::read([source], placeholders)
}

/// Reads rules that must load without a word.
fn loaded(text: &str) -> Rules {
    let (rules, problems) = read(text);
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    rules
}

/// The ids of the rules that match, which the index and the plain scan must agree on.
fn matching(rules: &Rules, event: &str) -> Vec<String> {
    let engine = rules.engine();
    let mut scratch = engine.scratch();
    let indexed = engine
        .matches(&mut scratch, event.as_bytes())
        .expect("the event can be evaluated")
        .to_vec();
    let plain = engine
        .matches_plain(&mut scratch, event.as_bytes())
        .expect("the event can be evaluated");
    assert_eq!(indexed, plain, "{event}");
    indexed
        .iter()
        .map(|index| rules.get(*index).id.clone())
        .collect()
}

/// Holds a selection against events that it matches and events that it does not.
fn check(selection: &str, matched: &[&str], others: &[&str]) {
    check_rule(&selecting(selection), matched, others);
}

fn check_rule(text: &str, matched: &[&str], others: &[&str]) {
    let rules = loaded(text);
    for event in matched {
        assert_eq!(matching(&rules, event), ["test"], "{text}\n{event}");
    }
    for event in others {
        assert!(matching(&rules, event).is_empty(), "{text}\n{event}");
    }
}

/// The one problem of a text that does not load.
fn refused(text: &str) -> String {
    let (rules, problems) = read(text);
    assert!(rules.is_empty(), "{text}");
    let errors: Vec<_> = problems.iter().filter(|it| it.is_error()).collect();
    assert_eq!(errors.len(), 1, "{text}\n{problems:?}");
    errors[0].to_string()
}
