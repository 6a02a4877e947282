//! Answers what a policy document allows and denies, as IAM would for the operators used here.

use serde_json::{Value, json};

use crate::stack::text;

/// A request as a policy sees it.
pub(crate) struct Request<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    /// Condition keys that the request carries.
    pub(crate) context: &'a [(&'a str, &'a str)],
}

/// Returns whether a statement of the document allows the request, and none denies it.
pub(crate) fn allows(document: &Value, request: &Request<'_>) -> bool {
    applies(document, "Allow", request) && !denies(document, request)
}

/// Returns whether a statement of the document denies the request.
pub(crate) fn denies(document: &Value, request: &Request<'_>) -> bool {
    applies(document, "Deny", request)
}

fn applies(document: &Value, effect: &str, request: &Request<'_>) -> bool {
    statements(document).iter().any(|statement| {
        statement["Effect"] == effect
            && strings(&statement["Action"])
                .iter()
                .any(|action| matches(action, request.action))
            && strings(&statement["Resource"])
                .iter()
                .any(|arn| matches(arn, request.resource))
            && conditions_hold(&statement["Condition"], request)
    })
}

/// Returns the document as it concerns one principal: its arn, or a service's name.
pub(crate) fn concerning(document: &Value, principal: &str) -> Value {
    let concerns = |statement: &&Value| match &statement["Principal"] {
        Value::Object(kinds) => kinds
            .values()
            .any(|names| strings(names).iter().any(|name| name == principal)),
        anybody => anybody == "*",
    };
    let statements: Vec<_> = statements(document).iter().filter(concerns).collect();
    json!({"Statement": statements})
}

/// Lists the statements of a document.
pub(crate) fn statements(document: &Value) -> &[Value] {
    document["Statement"].as_array().expect("statements")
}

/// Lists a value that policies write as one string or as a list of them.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

fn conditions_hold(conditions: &Value, request: &Request<'_>) -> bool {
    let Some(operators) = conditions.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        let keys = keys.as_object().expect("condition keys");
        keys.iter()
            .all(|(key, wanted)| condition_holds(operator, key, &strings(wanted), request))
    })
}

fn condition_holds(operator: &str, key: &str, wanted: &[String], request: &Request<'_>) -> bool {
    let carried = request
        .context
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| *value);
    let any = |value: &str| wanted.iter().any(|pattern| matches(pattern, value));
    match operator {
        "StringEquals"
        | "StringLike"
        | "ArnEquals"
        | "ArnLike"
        | "Bool"
        | "ForAnyValue:StringLike" => carried.is_some_and(any),
        "ForAnyValue:StringNotEquals" | "ForAnyValue:StringNotLike" => {
            carried.is_some_and(|value| !any(value))
        }
        // A negated operator, and `ForAllValues`, hold where the request lacks the key.
        "StringNotEquals" | "ArnNotLike" | "ArnNotEquals" | "ForAllValues:StringNotEquals" => {
            !carried.is_some_and(any)
        }
        "ForAllValues:StringEquals" | "ForAllValues:StringLike" | "StringLikeIfExists" => {
            carried.is_none_or(any)
        }
        other => panic!("operator not known here: {other}"),
    }
}

/// Returns whether a text fits a pattern, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(tail) = text.strip_prefix(start) else {
        return false;
    };
    (0..=tail.len())
        .filter(|cut| tail.is_char_boundary(*cut))
        .any(|cut| matches(rest, &tail[cut..]))
}

#[test]
fn a_denial_outweighs_and_a_missing_key_satisfies_only_negated_operators() {
    let document = json!({"Statement": [
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:b/*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:b/x",
         "Condition": {"ArnNotLike": {"aws:PrincipalArn": "role/a"}}},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:b/*",
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ]});
    let asked = |resource, context| {
        allows(
            &document,
            &Request {
                action: "s3:GetObject",
                resource,
                context,
            },
        )
    };
    assert!(asked("arn:b/y", &[]));
    assert!(!asked("arn:c/y", &[]));
    assert!(!asked("arn:b/x", &[]));
    assert!(asked("arn:b/x", &[("aws:PrincipalArn", "role/a")]));
    assert!(!asked("arn:b/y", &[("aws:SecureTransport", "false")]));
}

#[test]
fn a_statement_concerns_those_it_names_and_everybody() {
    let document = json!({"Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["role/a", "role/b"]}, "Action": "x", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "y", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "z", "Resource": "*"},
    ]});
    let actions = |principal| {
        let document = concerning(&document, principal);
        let actions = statements(&document).iter().map(|s| text(&s["Action"]));
        actions.collect::<String>()
    };
    assert_eq!(actions("role/b"), "xz");
    assert_eq!(actions("s3.amazonaws.com"), "yz");
    assert_eq!(actions("role"), "z");
}
