//! Correlations held against brute force over the events in order of time.

use detection::{Correlations, Engine, Event, Placeholders, RuleIndex, Rules, Scratch, Source};

mod brute;
mod correlating;
mod encoding;
mod model;
mod nested;
mod storm;
mod table;
mod windows;

/// The rules that correlations of the tests name: `a`, `b` and `c`, of events whose name
/// has that letter, and a correlation.
fn rule_set(correlation: &str) -> (Rules, Engine, Correlations) {
    let named = ["a", "b", "c"].map(|name| {
        format!(
            "title: Rule {name}\nid: rule-{name}\nname: {name}\nlevel: low\n\
             logsource: {{product: aws, service: cloudtrail}}\n\
             detection:\n  selection:\n    eventName|contains: {name}\n  condition: selection\n---\n"
        )
    });
    let text = named.concat() + correlation;
    let source = Source {
        path: "test.yml".to_owned(),
        text,
    };
    let (rules, problems) = Rules::read([source], &Placeholders::new());
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    assert_eq!(errors, 0, "{problems:?}\n{correlation}");
    let (engine, correlations) = (rules.engine(), Correlations::of(&rules));
    (rules, engine, correlations)
}

/// A correlation's document.
fn correlation(name: &str, body: &str) -> String {
    let body = body
        .lines()
        .map(|line| format!("  {}\n", line.trim()))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "title: Correlation {name}\nid: id-{name}\nname: {name}\nlevel: low\ncorrelation:\n{body}"
    )
}

/// What a record matches, for who takes in matches one by one.
fn with_match<T>(
    engine: &Engine,
    scratch: &mut Scratch,
    record: &str,
    take: impl FnOnce(&[RuleIndex], &Event<'_>) -> T,
) -> T {
    let matched = engine
        .matches(scratch, record.as_bytes())
        .expect("the record can be evaluated")
        .to_vec();
    let event = Event::parse(record.as_bytes()).expect("the record is an object");
    take(&matched, &event)
}
