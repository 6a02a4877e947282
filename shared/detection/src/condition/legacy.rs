//! Aggregations in conditions, which Sigma's version 2 replaced by correlations.

use regex::Regex;

/// Says which correlation to write instead of a condition with a pipe.
pub(super) fn replacement(condition: &str) -> String {
    let (selection, aggregation) = condition
        .split_once('|')
        .map_or((condition, ""), |(left, right)| (left.trim(), right.trim()));
    let correlation = if let Some(near) = aggregation.strip_prefix("near") {
        near_correlation(near)
    } else {
        count_correlation(aggregation)
    };
    correlation.map_or_else(
        || {
            "conditions with `|` are not read any more: write a correlation \
             (event_count, value_count, temporal, value_sum or value_avg) that names this rule"
                .to_owned()
        },
        |correlation| {
            format!(
                "`| {aggregation}` is not read any more: give this rule a `name`, write \
                 `condition: {selection}`, and add this document behind a line of `---`:\n{correlation}"
            )
        },
    )
}

/// A correlation of the rule's selections, each a rule of its own.
fn near_correlation(near: &str) -> Option<String> {
    let names: Vec<&str> = near
        .split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty() && !matches!(*word, "and" | "or" | "not" | "within"))
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "title: (what the events mean together)\n\
             correlation:\n  \
               type: temporal\n  \
               rules:\n    - (name of this rule)\n    - (name of a rule of its own for {})\n  \
               group-by:\n    - userIdentity.arn\n  \
               timespan: 5m",
            names.join(", and of one for ")
        )
    })
}

fn count_correlation(aggregation: &str) -> Option<String> {
    let shape = Regex::new(
        r"^(count|sum|avg)\s*\(\s*([\w.\-]*)\s*\)\s*(?:by\s+([\w.,\s\-]+?))?\s*(>=|<=|>|<|==|=)\s*([0-9.]+)$",
    )
    .ok()?;
    let found = shape.captures(aggregation)?;
    let group = |number: usize| found.get(number).map_or("", |group| group.as_str());
    let field = group(2);
    let kind = match (group(1), field.is_empty()) {
        ("count", true) => "event_count",
        ("count", false) => "value_count",
        ("sum", false) => "value_sum",
        ("avg", false) => "value_avg",
        _ => return None,
    };
    let comparison = match group(4) {
        ">=" => "gte",
        "<=" => "lte",
        ">" => "gt",
        "<" => "lt",
        _ => "eq",
    };
    let by: Vec<&str> = group(3)
        .split(',')
        .map(str::trim)
        .filter(|field| !field.is_empty())
        .collect();
    let by = if by.is_empty() {
        String::new()
    } else {
        format!("\n  group-by:\n    - {}", by.join("\n    - "))
    };
    let field = if field.is_empty() {
        String::new()
    } else {
        format!("\n    field: {field}")
    };
    Some(format!(
        "title: (what many of these events mean)\n\
         correlation:\n  \
           type: {kind}\n  \
           rules:\n    - (name of this rule){by}\n  \
           timespan: 5m\n  \
           condition:\n    {comparison}: {count}{field}",
        count = group(5),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_answered_with_the_correlation_to_write() {
        let text = replacement("selection | count() by userIdentity.arn, sourceIPAddress >= 10");
        assert!(text.contains("`condition: selection`"), "{text}");
        assert!(text.contains("type: event_count\n"), "{text}");
        assert!(
            text.contains("group-by:\n    - userIdentity.arn\n    - sourceIPAddress\n"),
            "{text}"
        );
        assert!(text.ends_with("condition:\n    gte: 10"), "{text}");
    }

    #[test]
    fn a_count_of_a_field_counts_its_values() {
        let text = replacement("sel | count(eventName) > 5");
        assert!(text.contains("type: value_count\n"), "{text}");
        assert!(text.ends_with("gt: 5\n    field: eventName"), "{text}");
        assert!(!text.contains("group-by"), "{text}");
    }

    #[test]
    fn near_is_answered_with_a_temporal_correlation() {
        let text = replacement("a | near b and c");
        assert!(text.contains("type: temporal\n"), "{text}");
        assert!(text.contains("for b, and of one for c"), "{text}");
    }

    #[test]
    fn any_other_pipe_is_refused_too() {
        assert!(replacement("a | min(x) > 2").contains("write a correlation"));
    }
}
