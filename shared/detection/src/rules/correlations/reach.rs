//! Correlations that can be read but could not be told, or never fire.

use std::collections::HashSet;

use super::{Reference, mark_of};
use crate::correlation::{CorrelationKind, Threshold, Window};
use crate::matcher::Comparison;
use crate::problem::Report;
use crate::yaml::Node;

/// The most rules in an order: each match is compared with all chains of all of them.
const LONGEST_ORDER: usize = 64;

/// Reports what about a correlation's rules and numbers does not work out.
pub(super) fn check(
    node: &Node,
    kind: CorrelationKind,
    rules: &[Reference],
    threshold: &Threshold,
    report: &mut Report<'_>,
) {
    if kind == CorrelationKind::TemporalOrdered && rules.len() > LONGEST_ORDER {
        let message = format!("an order has at most {LONGEST_ORDER} rules");
        report.error(mark_of(node, "rules"), message);
    }
    let mut names = HashSet::new();
    for rule in rules {
        if !names.insert(rule.name.as_str()) && kind.is_temporal() {
            let message = format!(
                "`{}` is named twice, and one match counts for both: \
                 to count its matches write a correlation of type event_count",
                rule.name
            );
            report.warning(rule.mark, message);
        }
    }
    let most = if kind.is_temporal() {
        rules.len()
    } else if kind.has_field() && kind != CorrelationKind::ValueCount {
        return;
    } else {
        Window::COUNTED
    };
    #[expect(clippy::cast_precision_loss, reason = "a file has few rules")]
    let most = most as f64;
    let needed = match threshold.comparison {
        Comparison::Greater => threshold.value + 1.0,
        Comparison::AtLeast | Comparison::Equal => threshold.value,
        _ => return,
    };
    if needed > most {
        let message = if kind.is_temporal() {
            format!("the condition never holds: the correlation names only {most} rules")
        } else {
            format!(
                "the condition needs more than the {most} matches of a group that are told \
                 apart within the timespan: it may not fire"
            )
        };
        report.warning(mark_of(node, "condition"), message);
    }
}
