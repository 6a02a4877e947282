//! What rules, correlations and filters have in common, and our own attributes.

use crate::instant::Instant;
use crate::problem::Report;
use crate::rule::{Kind, Level, Narrowing, Rule, Stage};
use crate::yaml::{Mark, Node, ScalarKind, Value};

use super::collection::Document;

/// How long one alert stands for its group unless the rule says otherwise.
const DEFAULT_SUPPRESSION: u64 = 3600;

const STATUSES: [&str; 5] = [
    "stable",
    "test",
    "experimental",
    "deprecated",
    "unsupported",
];

/// Reads all of a rule but what it matches; nothing where it has no title.
pub(super) fn rule(document: &Document, report: &mut Report<'_>) -> Option<Rule> {
    let node = &document.node;
    let title = match node.get("title").map(Node::as_text) {
        Some(Some(title)) if !title.trim().is_empty() => title.trim().to_owned(),
        _ => {
            report.error(
                node.mark,
                "the rule has no `title`: say in a line what it finds",
            );
            return None;
        }
    };
    let name = text(node, "name", report);
    let id = if let Some(id) = text(node, "id", report) {
        match document.repetition {
            0 => id,
            number => format!("{id}#{}", number + 1),
        }
    } else {
        report.warning(
            node.mark,
            format!("`{title}` has no `id`: its name or title serves, and a change of that makes it another rule"),
        );
        name.clone().unwrap_or_else(|| title.clone())
    };
    let mut rule = Rule {
        id,
        name,
        title,
        description: text(node, "description", report).unwrap_or_default(),
        level: level(node, report),
        status: status(node, report),
        tags: texts(node, "tags", report),
        false_positives: texts(node, "falsepositives", report),
        references: texts(node, "references", report),
        author: text(node, "author", report),
        date: text(node, "date", report),
        modified: text(node, "modified", report),
        stage: Stage::default(),
        suppress: DEFAULT_SUPPRESSION,
        group: vec!["userIdentity.arn".to_owned()],
        cis: None,
        respond: None,
        file: report.file().to_owned(),
        line: node.mark.line,
        narrowing: Narrowing::default(),
        is_alerting: true,
        kind: Kind::Single,
    };
    own_attributes(node, &mut rule, report);
    Some(rule)
}

/// Reads the attributes of ours, all of which a rule may leave out.
fn own_attributes(node: &Node, rule: &mut Rule, report: &mut Report<'_>) {
    for (key, value) in own_entries(node, report) {
        match key.text.as_str() {
            "stage" => match value.as_text() {
                Some("alert") => rule.stage = Stage::Alert,
                Some("stage") => rule.stage = Stage::Stage,
                _ => report.error(value.mark, "`stage` is `alert` or `stage`"),
            },
            "suppress" => match value.as_text().and_then(|text| seconds(text, "smhd")) {
                Some(seconds) => rule.suppress = seconds,
                None => report.error(
                    value.mark,
                    "`suppress` is a number with s, m, h or d behind it, such as `1h`, or `0s`",
                ),
            },
            "group" => rule.group = texts_of(value, "group", report),
            "cis" => rule.cis = text_of(value, "cis", report),
            "respond" => rule.respond = text_of(value, "respond", report),
            other => report.error(
                key.mark,
                format!("`trailkeep` has no `{other}`: there are stage, suppress, group, cis and respond"),
            ),
        }
    }
}

/// When a filter expires: the end of the day that it names.
pub(super) fn expiry(node: &Node, report: &mut Report<'_>) -> Option<Instant> {
    let mut expiry = None;
    for (key, value) in own_entries(node, report) {
        match key.text.as_str() {
            "expires" => {
                let text = value.as_text().unwrap_or_default();
                match Instant::parse(text.as_bytes()) {
                    Some(instant) if text.len() == 10 => expiry = Some(instant.plus(86_400)),
                    Some(instant) => expiry = Some(instant),
                    None => report.error(
                        value.mark,
                        "`expires` is a day such as 2026-12-31, or a time such as 2026-12-31T12:00:00Z",
                    ),
                }
            }
            "reason" => {
                text_of(value, "reason", report);
            }
            other => report.error(
                key.mark,
                format!("`trailkeep` of a filter has no `{other}`: there are expires and reason"),
            ),
        }
    }
    expiry
}

fn own_entries<'n>(node: &'n Node, report: &mut Report<'_>) -> &'n [(crate::yaml::Key, Node)] {
    match node.get("trailkeep") {
        Some(own) if matches!(own.value, Value::Map(_)) => own.entries(),
        Some(own) => {
            report.error(own.mark, "`trailkeep` is a mapping");
            &[]
        }
        None => &[],
    }
}

/// Reads a length of time in one of the units `units`.
pub(super) fn seconds(text: &str, units: &str) -> Option<u64> {
    let unit = text.chars().last().filter(|unit| units.contains(*unit))?;
    let number = &text[..text.len() - 1];
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let length = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        // The mean length of a month and of a year.
        'M' => 2_629_746,
        'y' => 31_556_952,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(length)
}

fn level(node: &Node, report: &mut Report<'_>) -> Level {
    match node.get("level") {
        None => {
            report.warning(node.mark, "the rule has no `level`: it counts as medium");
            Level::default()
        }
        Some(value) => value.as_text().and_then(Level::of_name).unwrap_or_else(|| {
            let message = "`level` is informational, low, medium, high or critical";
            report.error(value.mark, message);
            Level::default()
        }),
    }
}

fn status(node: &Node, report: &mut Report<'_>) -> Option<String> {
    let value = node.get("status")?;
    let status = text_of(value, "status", report)?;
    if !STATUSES.contains(&status.as_str()) {
        report.warning(
            value.mark,
            format!(
                "the status `{status}` is none of Sigma's: {}",
                STATUSES.join(", ")
            ),
        );
    }
    Some(status)
}

/// A member's text; one that is no scalar is an error.
pub(super) fn text(node: &Node, name: &str, report: &mut Report<'_>) -> Option<String> {
    text_of(node.get(name)?, name, report)
}

fn text_of(value: &Node, name: &str, report: &mut Report<'_>) -> Option<String> {
    match value.as_scalar() {
        Some(scalar) if scalar.kind == ScalarKind::Null => None,
        Some(scalar) => Some(scalar.text.trim().to_owned()),
        None => {
            report.error(value.mark, format!("`{name}` is a text"));
            None
        }
    }
}

/// A member's texts: a list, or one alone.
pub(super) fn texts(node: &Node, name: &str, report: &mut Report<'_>) -> Vec<String> {
    node.get(name)
        .map(|value| texts_of(value, name, report))
        .unwrap_or_default()
}

pub(super) fn texts_of(value: &Node, name: &str, report: &mut Report<'_>) -> Vec<String> {
    match &value.value {
        Value::List(items) => items
            .iter()
            .filter_map(|item| text_of(item, name, report))
            .collect(),
        _ => text_of(value, name, report).into_iter().collect(),
    }
}

/// Where a member stands, or else its mapping.
pub(super) fn mark_of(node: &Node, name: &str) -> Mark {
    node.get(name).map_or(node.mark, |value| value.mark)
}
