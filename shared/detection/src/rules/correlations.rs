//! Correlation documents, with the rules that they name still by name.

use crate::correlation::{CorrelationKind, Threshold};
use crate::matcher::Comparison;
use crate::problem::Report;
use crate::yaml::{Mark, Node, ScalarKind, Value};

use super::attributes::{self, mark_of};

mod reach;

/// A name by which a correlation or filter means a rule.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) mark: Mark,
    pub(super) name: String,
}

/// A correlation before its references are resolved.
#[derive(Clone, Debug)]
pub(super) struct Unresolved {
    pub(super) kind: CorrelationKind,
    pub(super) rules: Vec<Reference>,
    pub(super) group_by: Vec<String>,
    pub(super) timespan: u64,
    pub(super) threshold: Threshold,
    pub(super) aliases: Vec<(String, Vec<(Reference, String)>)>,
    pub(super) generates: bool,
}

const KEYS: [&str; 8] = [
    "type",
    "rules",
    "group-by",
    "timespan",
    "condition",
    "aliases",
    "generate",
    "timeframe",
];

/// Reads the `correlation` of a document; nothing where it has an error.
pub(super) fn read(document: &Node, report: &mut Report<'_>) -> Option<Unresolved> {
    let node = document.get("correlation")?;
    if !matches!(node.value, Value::Map(_)) {
        report.error(
            node.mark,
            "`correlation` is a mapping with type, rules and timespan",
        );
        return None;
    }
    for (key, _) in node.entries() {
        if !KEYS.contains(&key.text.as_str()) {
            let message = format!(
                "a correlation has no `{}`: there are {}",
                key.text,
                KEYS[..7].join(", ")
            );
            report.error(key.mark, message);
        }
    }
    let kind = kind(node, report);
    let rules = references(node, report);
    let timespan = timespan(node, report);
    let (kind, rules, timespan) = (kind?, rules?, timespan?);
    let threshold = threshold(node, kind, rules.len(), report)?;
    reach::check(node, kind, &rules, &threshold, report);
    let unresolved = Unresolved {
        kind,
        rules,
        group_by: attributes::texts(node, "group-by", report),
        timespan,
        threshold,
        aliases: aliases(node, report),
        generates: generates(document, node, report),
    };
    (!report.has_errors()).then_some(unresolved)
}

fn kind(node: &Node, report: &mut Report<'_>) -> Option<CorrelationKind> {
    let name = node.get("type").and_then(Node::as_text);
    let kind = name.and_then(CorrelationKind::of_name);
    if kind.is_none() {
        report.error(
            mark_of(node, "type"),
            "the correlation's `type` is event_count, value_count, temporal, temporal_ordered, \
             value_sum or value_avg",
        );
    }
    kind
}

fn references(node: &Node, report: &mut Report<'_>) -> Option<Vec<Reference>> {
    let items = match node.get("rules") {
        Some(rules) => match &rules.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(rules),
        },
        None => &[],
    };
    let references: Option<Vec<_>> = items
        .iter()
        .map(|item| {
            item.as_text().map(|name| Reference {
                mark: item.mark,
                name: name.to_owned(),
            })
        })
        .collect();
    match references {
        Some(references) if !references.is_empty() => Some(references),
        _ => {
            report.error(
                mark_of(node, "rules"),
                "the correlation names no rules: list names or ids under `rules`",
            );
            None
        }
    }
}

fn timespan(node: &Node, report: &mut Report<'_>) -> Option<u64> {
    let timespan = node
        .get("timespan")
        .and_then(Node::as_text)
        .and_then(|text| attributes::seconds(text, "smhdwMy"))
        .filter(|seconds| *seconds > 0);
    if timespan.is_none() {
        report.error(
            mark_of(node, "timespan"),
            "the correlation's `timespan` is a number with s, m, h, d, w, M or y behind it, such as `5m`",
        );
    }
    timespan
}

fn threshold(
    node: &Node,
    kind: CorrelationKind,
    rules: usize,
    report: &mut Report<'_>,
) -> Option<Threshold> {
    let is_temporal = matches!(
        kind,
        CorrelationKind::Temporal | CorrelationKind::TemporalOrdered
    );
    let Some(condition) = node.get("condition") else {
        if is_temporal {
            #[expect(clippy::cast_precision_loss, reason = "a file has few rules")]
            return Some(Threshold {
                comparison: Comparison::AtLeast,
                value: rules as f64,
                fields: Vec::new(),
            });
        }
        report.error(
            node.mark,
            "the correlation has no `condition`: write one such as `gte: 5` under it",
        );
        return None;
    };
    if !matches!(condition.value, Value::Map(_)) {
        report.error(
            condition.mark,
            "the correlation's `condition` is a mapping such as `gte: 5`: \
             expressions over rules are not supported",
        );
        return None;
    }
    let mut found = None;
    let mut fields = Vec::new();
    for (key, value) in condition.entries() {
        if key.text == "field" {
            fields = attributes::texts_of(value, "field", report);
            continue;
        }
        let Some(comparison) = Comparison::of_name(&key.text) else {
            let message = format!(
                "the condition has `{}`: there are gt, gte, lt, lte, eq, neq and field",
                key.text
            );
            report.error(key.mark, message);
            return None;
        };
        let number = match value.as_scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Number(number)) if number.is_finite() => number,
            _ => {
                report.error(value.mark, format!("`{}` takes a number", key.text));
                return None;
            }
        };
        if found.replace((comparison, number)).is_some() {
            report.error(key.mark, "the condition has two comparisons: write one");
            return None;
        }
    }
    let Some((comparison, value)) = found else {
        report.error(
            condition.mark,
            "the condition compares with nothing: write one such as `gte: 5`",
        );
        return None;
    };
    let is_one = matches!(
        kind,
        CorrelationKind::ValueSum | CorrelationKind::ValueAverage
    );
    if kind.has_field() == fields.is_empty() || (is_one && fields.len() > 1) {
        report.error(
            condition.mark,
            format!(
                "a correlation of type {} has {} `field` in its condition",
                kind.name(),
                match (kind.has_field(), is_one) {
                    (false, _) => "no",
                    (true, true) => "one",
                    (true, false) => "a",
                }
            ),
        );
        return None;
    }
    Some(Threshold {
        comparison,
        value,
        fields,
    })
}

fn aliases(node: &Node, report: &mut Report<'_>) -> Vec<(String, Vec<(Reference, String)>)> {
    let Some(aliases) = node.get("aliases") else {
        return Vec::new();
    };
    let mut read = Vec::new();
    let message = "an alias is a mapping of rules to fields";
    if !matches!(aliases.value, Value::Map(_)) {
        report.error(aliases.mark, message);
    }
    for (key, fields) in aliases.entries() {
        if !matches!(fields.value, Value::Map(_)) {
            report.error(fields.mark, message);
        }
        let mut of_rules = Vec::new();
        for (rule, field) in fields.entries() {
            match field.as_text() {
                Some(field) => of_rules.push((
                    Reference {
                        mark: rule.mark,
                        name: rule.text.clone(),
                    },
                    field.to_owned(),
                )),
                None => report.error(field.mark, message),
            }
        }
        read.push((key.text.clone(), of_rules));
    }
    read
}

/// Reads `generate`, which earlier versions of the specification have beside `correlation`.
fn generates(document: &Node, node: &Node, report: &mut Report<'_>) -> bool {
    let Some(value) = node.get("generate").or_else(|| document.get("generate")) else {
        return false;
    };
    if let Some(ScalarKind::Boolean(flag)) = value.as_scalar().map(|scalar| scalar.kind) {
        return flag;
    }
    report.error(value.mark, "`generate` is true or false");
    false
}
