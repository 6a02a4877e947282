//! Judges policy documents by what they come to, not by how they are written.
//!
//! A protection is a denial: for these actions, on this resource, for everybody but a
//! few. Wildcards, other statements beside it and the order of anything do not matter.
//! A condition that is not foreseen narrows the denial in ways that nobody has judged,
//! so that the statement does not count.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A denial that a policy must contain.
#[derive(Clone, Debug)]
pub(crate) struct Denial<'p> {
    /// The actions that are denied.
    pub(crate) actions: &'p [&'p str],
    /// What they are denied on, an ARN.
    pub(crate) resource: String,
    /// Who it may leave out.
    pub(crate) exemption: Exemption<'p>,
}

/// How a denial may be narrowed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exemption<'p> {
    /// The principals that may be left out, by ARN.
    pub(crate) principals: Vec<&'p str>,
    /// The service that may be left out where it calls for somebody.
    pub(crate) called_via: Option<&'p str>,
    /// Whether services of AWS may be left out.
    pub(crate) services: bool,
    /// Whether calls over TLS may be left out.
    pub(crate) tls: bool,
    /// The one principal that it may be only about, and the keys that are left to it.
    pub(crate) keys_of: Option<(&'p str, Vec<&'p str>)>,
    /// The one principal that it may be only about, and what it may still stamp.
    pub(crate) stamping: Option<Stamping<'p>>,
}

/// Who may change some attributes of some items, and no others.
#[derive(Clone, Debug)]
pub(crate) struct Stamping<'p> {
    /// The principal, by ARN.
    pub(crate) principal: &'p str,
    /// The keys of the items, as patterns; the denial may be about more.
    pub(crate) keys: Vec<String>,
    /// The attributes that are left to it.
    pub(crate) attributes: &'p [&'p str],
}

impl Exemption<'_> {
    /// The principal that the denial may be only about.
    fn only(&self) -> Option<&str> {
        let by_key = self.keys_of.as_ref().map(|(principal, _)| *principal);
        by_key.or(self.stamping.as_ref().map(|stamping| stamping.principal))
    }
}

/// What a policy lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lack {
    /// There is no policy at all.
    #[error("there is no policy")]
    Policy,
    /// The policy is not one that can be read.
    #[error("the policy cannot be read")]
    Unreadable,
    /// Actions that are not denied as promised.
    #[error("not denied as promised: {}", .0.join(", "))]
    Denials(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    statement: OneOrMany<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// Tells what a policy lacks of some denials.
pub(crate) fn lacks(policy: Option<&str>, denials: &[Denial<'_>]) -> Result<(), Lack> {
    let policy = policy.ok_or(Lack::Policy)?;
    let document: Document = serde_json::from_str(policy).map_err(|_| Lack::Unreadable)?;
    let statements = document.statement.as_slice();
    let mut missing = Vec::new();
    for denial in denials {
        let denying: Vec<_> = statements
            .iter()
            .filter(|statement| denies_all(statement, denial))
            .collect();
        let lacking = denial.actions.iter().filter(|action| {
            !denying
                .iter()
                .any(|statement| is_about(statement, "Action", action))
        });
        for action in lacking {
            let exemption = &denial.exemption;
            let about = match (&exemption.keys_of, &exemption.stamping) {
                (Some((principal, _)), _) => format!("{action} of other keys to {principal}"),
                (None, Some(Stamping { principal, .. })) => {
                    format!("{action} of other attributes to {principal}")
                }
                (None, None) => format!("{action} on {}", denial.resource),
            };
            if !missing.contains(&about) {
                missing.push(about);
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Lack::Denials(missing))
    }
}

/// Tells whether a statement denies whatever it denies as a denial does, its actions aside.
fn denies_all(statement: &Map<String, Value>, denial: &Denial<'_>) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Deny")
        && !statement.contains_key("NotPrincipal")
        && statement.get("Principal").is_some_and(is_everybody)
        && is_about(statement, "Resource", &denial.resource)
        && is_foreseen(statement.get("Condition"), &denial.exemption)
}

fn is_everybody(principal: &Value) -> bool {
    match principal {
        Value::String(text) => text == "*",
        Value::Object(by_kind) => by_kind
            .get("AWS")
            .is_some_and(|accounts| texts(accounts).iter().any(|text| text == "*")),
        _ => false,
    }
}

/// Tells whether a statement's actions or resources, or all but some, include one.
fn is_about(statement: &Map<String, Value>, member: &str, wanted: &str) -> bool {
    let matches = |patterns: &Value| {
        texts(patterns).iter().any(|pattern| {
            if member == "Action" {
                is_like(&pattern.to_ascii_lowercase(), &wanted.to_ascii_lowercase())
            } else {
                is_like(
                    of_any_partition(pattern).as_str(),
                    &of_any_partition(wanted),
                )
            }
        })
    };
    if let Some(patterns) = statement.get(member) {
        return matches(patterns);
    }
    let others = statement.get(format!("Not{member}").as_str());
    others.is_some_and(|patterns| !matches(patterns))
}

/// An ARN as if it were of the ordinary part of AWS.
fn of_any_partition(arn: &str) -> String {
    let rest = ["arn:aws-cn:", "arn:aws-us-gov:"]
        .into_iter()
        .find_map(|prefix| arn.strip_prefix(prefix));
    rest.map_or_else(|| arn.to_owned(), |rest| format!("arn:aws:{rest}"))
}

/// Tells whether all conditions are among those that may narrow a denial.
fn is_foreseen(conditions: Option<&Value>, exemption: &Exemption<'_>) -> bool {
    let Some(conditions) = conditions else {
        // It denies to everybody: more than was promised, unless it must leave something to one.
        return exemption.only().is_none();
    };
    let Value::Object(conditions) = conditions else {
        return false;
    };
    conditions.iter().all(|(operator, keys)| {
        let Value::Object(keys) = keys else {
            return false;
        };
        keys.iter()
            .all(|(key, values)| is_condition_foreseen(operator, key, &texts(values), exemption))
    })
}

fn is_condition_foreseen(
    operator: &str,
    key: &str,
    values: &[String],
    exemption: &Exemption<'_>,
) -> bool {
    let all_among =
        |known: &[&str]| !values.is_empty() && values.iter().all(|v| known.contains(&v.as_str()));
    match (operator, key.to_ascii_lowercase().as_str()) {
        (
            "ArnNotLike" | "ArnNotEquals" | "StringNotLike" | "StringNotEquals",
            "aws:principalarn",
        ) => all_among(&exemption.principals),
        ("ArnLike" | "ArnEquals" | "StringLike" | "StringEquals", "aws:principalarn") => exemption
            .only()
            .is_some_and(|principal| values.iter().any(|value| value == principal)),
        ("ForAnyValue:StringNotLike", "dynamodb:leadingkeys") => exemption
            .keys_of
            .as_ref()
            .is_some_and(|(_, keys)| all_among(keys)),
        ("ForAnyValue:StringLike", "dynamodb:leadingkeys") => {
            let is_meant = |key: &String| values.iter().any(|pattern| is_like(pattern, key));
            let stamping = exemption.stamping.as_ref();
            stamping.is_some_and(|stamping| stamping.keys.iter().all(is_meant))
        }
        ("ForAnyValue:StringNotEquals", "dynamodb:attributes") => exemption
            .stamping
            .as_ref()
            .is_some_and(|stamping| all_among(stamping.attributes)),
        ("ForAllValues:StringNotEquals", "aws:calledvia") => exemption
            .called_via
            .is_some_and(|service| all_among(&[service])),
        ("Bool", "aws:principalisawsservice") => exemption.services && all_among(&["false"]),
        ("Bool", "aws:securetransport") => exemption.tls && all_among(&["false"]),
        _ => false,
    }
}

/// The texts of a member that may be one or many; a flag reads as its name.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    }
}

/// Tells whether a text is like a pattern, in which `*` is any text and `?` any character.
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    let mut star = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match star {
                Some((place, from)) => {
                    star = Some((place, from + 1));
                    at = place + 1;
                    read = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests;
