//! Every case of every shipped rule, single and correlation.

use detection::{Correlations, Correlator, Engine, Event, Placeholders, RuleIndex, Rules, Source};
use rules::{CASES, SHIPPED};
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value};

fn shipped() -> Rules {
    let sources = SHIPPED.iter().map(|(path, text)| Source {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    });
    let (rules, problems) = Rules::read(sources, &Placeholders::new());
    assert!(problems.is_empty(), "{problems:#?}");
    rules
}

fn json(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(flag)) => Value::from(*flag),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => Value::from(text.as_ref()),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| {
                    (
                        key.as_str().expect("a key is a text").to_owned(),
                        json(value),
                    )
                })
                .collect::<Map<_, _>>(),
        ),
        other => panic!("a case holds {other:?}"),
    }
}

/// Whether a rule finds anything in the events, which come the wrong way round and twice.
fn finds(
    (engine, correlations): (&Engine, &Correlations),
    (rule, is_correlation): (RuleIndex, bool),
    events: &[Value],
) -> bool {
    let mut scratch = engine.scratch();
    let mut correlator = Correlator::new(correlations);
    let mut is_found = false;
    for event in events.iter().rev().chain(events) {
        let record = event.to_string();
        let matched = engine
            .matches(&mut scratch, record.as_bytes())
            .expect("an event of a case can be evaluated")
            .to_vec();
        is_found |= matched.contains(&rule);
        let event = Event::parse(record.as_bytes()).expect("an event of a case is an object");
        correlator.see(&matched, &event);
    }
    let mut firings = correlator.finish().into_iter();
    if is_correlation {
        firings.any(|firing| firing.correlation == rule)
    } else {
        is_found
    }
}

#[test]
fn every_case_is_decided_as_it_says() {
    let rules = shipped();
    let (engine, correlations) = (rules.engine(), Correlations::of(&rules));
    let (mut tried, mut correlated) = (0, 0);
    let mut wrong = Vec::new();
    for (path, text) in CASES {
        let of = path.replace(".cases.yml", ".yml");
        // The rule that the file is about is its last; what it counts stands before it.
        let found = rules.indexed().filter(|(_, rule)| rule.file == of).last();
        let (index, rule) = found.unwrap_or_else(|| panic!("there is no rule of {path}"));
        let is_correlation = rule.correlation().is_some();
        let documents = Yaml::load_from_str(text).expect("a cases file is yaml");
        let cases = json(documents.first().expect("a cases file has a document"));
        for case in cases["cases"].as_array().expect("there are cases") {
            let events = match (&case["events"], &case["event"]) {
                (Value::Array(events), _) => events.clone(),
                (_, event) => vec![event.clone()],
            };
            let expected = case["matches"]
                .as_bool()
                .expect("a case says what it expects");
            let is_found = finds((&engine, &correlations), (index, is_correlation), &events);
            if is_found != expected {
                wrong.push(format!("{path}: {}: expected {expected}", case["name"]));
            }
            tried += 1;
            correlated += usize::from(is_correlation);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 400 && correlated > 40, "{tried} {correlated}");
}
