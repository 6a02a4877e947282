//! A file of cases: events, and whether the rules beside it match them.

use serde_json::Value;

use crate::yaml::{self, Fault, Node};

/// Events with the expected verdict on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) name: String,
    /// Where it stands in its file.
    pub(super) line: usize,
    /// Whether a rule of the file is expected to match or, of a correlation, to fire.
    pub(super) matches: bool,
    /// The records as JSON.
    pub(super) events: Vec<String>,
}

/// Reads a file of cases.
pub(super) fn read(text: &str) -> Result<Vec<Case>, Fault> {
    let document = yaml::document(text)?;
    let mut cases = Vec::new();
    for (key, node) in yaml::entries(&document)? {
        if key != "cases" {
            return Err(unknown(&key, node, "only `cases` may stand here"));
        }
        for item in yaml::items(node)? {
            cases.push(case(item)?);
        }
    }
    if cases.is_empty() {
        return Err(Fault::new(1, "there are no `cases` in the file"));
    }
    Ok(cases)
}

fn case(node: &Node<'_>) -> Result<Case, Fault> {
    let line = yaml::line(node);
    let (mut name, mut matches, mut events) = (None, None, Vec::new());
    for (key, value) in yaml::entries(node)? {
        match key.as_str() {
            "name" => name = yaml::scalar(value),
            "matches" => {
                let Value::Bool(flag) = yaml::json(value)? else {
                    let message = "`matches` is true or false";
                    return Err(Fault::new(yaml::line(value), message));
                };
                matches = Some(flag);
            }
            "event" => events.push(event(value)?),
            "events" => {
                for item in yaml::items(value)? {
                    events.push(event(item)?);
                }
            }
            _ => {
                let known = "a case has `name`, `matches`, and `event` or `events`";
                return Err(unknown(&key, value, known));
            }
        }
    }
    let missing = |what: &str| Fault::new(line, format!("the case has no {what}"));
    if events.is_empty() {
        return Err(missing("`event` and no `events`"));
    }
    Ok(Case {
        name: name.ok_or_else(|| missing("`name`"))?,
        line,
        matches: matches.ok_or_else(|| missing("`matches`"))?,
        events,
    })
}

fn event(node: &Node<'_>) -> Result<String, Fault> {
    // Anything but a mapping is no record.
    yaml::entries(node)?;
    Ok(yaml::json(node)?.to_string())
}

fn unknown(key: &str, node: &Node<'_>, known: &str) -> Fault {
    Fault::new(yaml::line(node), format!("`{key}` is not known: {known}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_read_with_their_lines() {
        let text = "cases:\n  - name: a\n    matches: true\n    event: {eventName: X}\n  \
                    - name: b\n    matches: false\n    events:\n      - {a: \"1\"}\n      - {a: 2}\n";
        let cases = read(text).expect("two cases");
        assert_eq!(cases[0].events, [r#"{"eventName":"X"}"#]);
        assert_eq!((cases[0].line, cases[0].matches), (2, true));
        assert_eq!(cases[1].events, [r#"{"a":"1"}"#, r#"{"a":2}"#]);
        assert_eq!((cases[1].line, cases[1].matches), (5, false));
    }

    #[test]
    fn what_is_no_case_is_named() {
        for (text, words) in [
            ("cases: []", "no `cases`"),
            ("case: []", "`case` is not known"),
            ("cases:\n  - {name: a, matches: true}", "no `event`"),
            ("cases:\n  - {matches: true, event: {}}", "no `name`"),
            ("cases:\n  - {name: a, event: {}}", "no `matches`"),
            (
                "cases:\n  - {name: a, matches: yes, event: {}}",
                "true or false",
            ),
            (
                "cases:\n  - {name: a, matches: true, event: [1]}",
                "mapping",
            ),
            ("cases:\n  - {name: a, expect: true, event: {}}", "`expect`"),
        ] {
            let fault = read(text).expect_err(text);
            assert!(fault.message.contains(words), "{text}: {fault:?}");
        }
    }
}
