//! `logsource` and `detection`: what a rule of single events matches.

use std::collections::BTreeSet;

use crate::condition::{Condition, is_selected};
use crate::expression::Expression;
use crate::selection::Reader;
use crate::yaml::{Mark, Node, Value};

use super::attributes;

/// How many predicates one rule may come to.
const LARGEST: usize = 20_000;

/// Whether a log source is CloudTrail's.
pub(super) enum LogSource {
    CloudTrail,
    /// Another product's or service's, by this name.
    Other(String),
}

/// Reads the log source; an error is reported.
pub(super) fn log_source(node: &Node, reader: &mut Reader<'_, '_>) -> Option<LogSource> {
    let advice = "write `logsource:` with `product: aws` and `service: cloudtrail`";
    let Some(source) = node.get("logsource") else {
        reader
            .report
            .error(node.mark, format!("there is no `logsource`: {advice}"));
        return None;
    };
    if !matches!(source.value, Value::Map(_)) {
        reader
            .report
            .error(source.mark, format!("`logsource` is a mapping: {advice}"));
        return None;
    }
    let part = |name: &str| source.get(name).and_then(Node::as_text);
    let (product, service, category) = (part("product"), part("service"), part("category"));
    match (product, service, category) {
        (Some("aws"), Some("cloudtrail") | None, None) => Some(LogSource::CloudTrail),
        (None, None, None) => {
            reader
                .report
                .error(source.mark, format!("`logsource` names nothing: {advice}"));
            None
        }
        _ => {
            let named: Vec<&str> = [product, service, category].into_iter().flatten().collect();
            Some(LogSource::Other(named.join("/")))
        }
    }
}

/// Reads selections and their condition; `other_keys` are members that are no selections.
pub(super) fn expression(
    node: &Node,
    other_keys: &[&str],
    reader: &mut Reader<'_, '_>,
) -> Option<Expression> {
    if !matches!(node.value, Value::Map(_)) {
        reader
            .report
            .error(node.mark, "write selections and a `condition` here");
        return None;
    }
    let mut selections = Vec::new();
    let mut failed = false;
    for (key, value) in node.entries() {
        let name = key.text.as_str();
        if name == "condition" || other_keys.contains(&name) {
            continue;
        }
        if name == "timeframe" {
            reader.report.warning(
                key.mark,
                "`timeframe` belongs to conditions with `|`, which are not read any more: \
                 it has no effect, write a correlation with `timespan`",
            );
            continue;
        }
        match reader.selection(value) {
            Some(expression) => selections.push((name, key.mark, expression)),
            None => failed = true,
        }
    }
    let conditions = conditions(node, reader)?;
    if failed {
        return None;
    }
    if selections.is_empty() {
        reader.report.error(
            node.mark,
            "there is no selection: write one, such as `selection:` with `eventName: StopLogging`",
        );
        return None;
    }
    let mut filling = Filling {
        selections: &selections,
        used: BTreeSet::new(),
        left: LARGEST,
    };
    let mut parts = Vec::new();
    for (mark, condition) in conditions {
        match filling.put_in(&condition) {
            Ok(part) => parts.push(part),
            Err(message) => {
                reader.report.error(mark, message);
                return None;
            }
        }
    }
    for (name, mark, _) in &selections {
        if !filling.used.contains(name) {
            reader.report.warning(
                *mark,
                format!("the selection `{name}` is named by no condition and has no effect"),
            );
        }
    }
    Some(Expression::any(parts))
}

fn conditions(node: &Node, reader: &mut Reader<'_, '_>) -> Option<Vec<(Mark, Condition)>> {
    let Some(value) = node.get("condition") else {
        reader.report.error(
            node.mark,
            "there is no `condition`: write `condition: selection`",
        );
        return None;
    };
    let nodes = match &value.value {
        Value::List(items) if !items.is_empty() => items.as_slice(),
        _ => std::slice::from_ref(value),
    };
    let mut conditions = Vec::new();
    for node in nodes {
        let parsed = node
            .as_text()
            .ok_or_else(|| "a condition is a text".to_owned())
            .and_then(Condition::parse);
        match parsed {
            Ok(condition) => conditions.push((node.mark, condition)),
            Err(message) => {
                reader.report.error(node.mark, message);
                return None;
            }
        }
    }
    Some(conditions)
}

type Selections<'s> = [(&'s str, Mark, Expression)];

/// Puts the selections in the place of their names.
struct Filling<'f, 's> {
    selections: &'f Selections<'s>,
    used: BTreeSet<&'s str>,
    /// How many more predicates the expression may have.
    left: usize,
}

impl Filling<'_, '_> {
    fn list(&mut self, parts: &[Condition]) -> Result<Vec<Expression>, String> {
        parts.iter().map(|part| self.put_in(part)).collect()
    }

    fn put_in(&mut self, condition: &Condition) -> Result<Expression, String> {
        Ok(match condition {
            Condition::All(parts) => Expression::all(self.list(parts)?),
            Condition::Any(parts) => Expression::any(self.list(parts)?),
            Condition::Not(part) => self.put_in(part)?.negated(),
            Condition::Selection(name) => self
                .fitting(name, |own| own == name)?
                .pop()
                .ok_or_else(|| missing(name, self.selections))?,
            Condition::Quantified { every, pattern } => {
                let parts = self.fitting(pattern, |own| is_selected(pattern, own))?;
                if *every {
                    Expression::all(parts)
                } else {
                    Expression::any(parts)
                }
            }
        })
    }

    fn fitting(
        &mut self,
        name: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Vec<Expression>, String> {
        let mut fitting = Vec::new();
        for (own, _, expression) in self.selections {
            if fits(own) {
                self.left = self.left.checked_sub(expression.size()).ok_or_else(|| {
                    format!("the rule asks more than {LARGEST} questions: split it up")
                })?;
                self.used.insert(own);
                fitting.push(expression.clone());
            }
        }
        if fitting.is_empty() {
            return Err(missing(name, self.selections));
        }
        Ok(fitting)
    }
}

fn missing(name: &str, selections: &Selections<'_>) -> String {
    let names: Vec<&str> = selections.iter().map(|(name, ..)| *name).collect();
    format!(
        "the condition names `{name}`, and the selections are {}",
        names.join(", ")
    )
}

/// The place of the `detection` of a rule.
pub(super) fn of_rule<'n>(node: &'n Node, reader: &mut Reader<'_, '_>) -> Option<&'n Node> {
    let found = node.get("detection");
    if found.is_none() {
        reader.report.error(
            attributes::mark_of(node, "title"),
            "there is no `detection`: write selections and a `condition` under it",
        );
    }
    found
}
