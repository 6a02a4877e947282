//! Filters: documents that narrow other rules.

use crate::expression::Expression;
use crate::problem::Report;
use crate::selection::Reader;
use crate::yaml::{Mark, Node, Value};

use super::{attributes, detection};

/// A filter that was read.
pub(super) struct Filter {
    pub(super) title: String,
    pub(super) file: String,
    pub(super) mark: Mark,
    /// The rules that it names; none means all.
    pub(super) rules: Option<Vec<(Mark, String)>>,
    /// What must hold besides a rule's own condition.
    pub(super) expression: Expression,
}

/// Reads a filter; nothing where it has an error or is another product's.
///
/// Its condition is and-ed to that of each rule it names, as Sigma has it, so an
/// exception reads `condition: not selection`. One that expires holds for every event
/// from that instant on: it is the event's time that counts, and no clock.
pub(super) fn read(node: &Node, reader: &mut Reader<'_, '_>) -> Option<Filter> {
    let title = attributes::text(node, "title", reader.report);
    if title.is_none() {
        reader.report.error(
            node.mark,
            "the filter has no `title`: say in a line what it leaves out",
        );
    }
    let source = detection::log_source(node, reader);
    let body = node.get("filter")?;
    let rules = rules(body, reader.report);
    let expression = detection::expression(body, &["rules"], reader);
    let expiry = attributes::expiry(node, reader.report);
    if let Some(detection::LogSource::Other(name)) = &source {
        reader.report.warning(
            attributes::mark_of(node, "logsource"),
            format!("the filter is for {name} and not for aws/cloudtrail: it is left out"),
        );
        return None;
    }
    let (title, _, rules, mut expression) = (title?, source?, rules?, expression?);
    if let Some(expiry) = expiry {
        let expired = reader.not_before(node.mark, expiry)?;
        expression = Expression::Any(vec![expression, expired]);
    }
    if reader.report.has_errors() {
        return None;
    }
    Some(Filter {
        title,
        file: reader.report.file().to_owned(),
        mark: node.mark,
        rules,
        expression,
    })
}

/// The rules that a filter names: nothing where that is wrong, no list for all of them.
#[expect(
    clippy::option_option,
    reason = "the outer one is whether it could be read"
)]
fn rules(body: &Node, report: &mut Report<'_>) -> Option<Option<Vec<(Mark, String)>>> {
    let advice = "write `rules: any`, or a list of ids or names";
    let Some(node) = body.get("rules") else {
        report.error(body.mark, format!("the filter names no rules: {advice}"));
        return None;
    };
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        Value::Scalar(_) => std::slice::from_ref(node),
        Value::Map(_) => {
            report.error(node.mark, format!("`rules` is a mapping: {advice}"));
            return None;
        }
    };
    let mut rules = Vec::new();
    for item in items {
        match item.as_text() {
            Some(name) if items.len() == 1 && name.eq_ignore_ascii_case("any") => {
                return Some(None);
            }
            Some(name) => rules.push((item.mark, name.to_owned())),
            None => {
                report.error(item.mark, format!("this names no rule: {advice}"));
                return None;
            }
        }
    }
    if rules.is_empty() {
        return Some(None);
    }
    Some(Some(rules))
}
