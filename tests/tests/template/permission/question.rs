//! The rows: who does what to what, and whether that is allowed.

use std::fmt;

use super::cast::{ACCOUNT, Actor, OTHER_ACCOUNT};
use crate::access::{BUCKET, TABLE};
use crate::alert::{ALERT_TOPIC, CHAT_TOPIC};
use crate::document;

/// Where the rows are.
pub(super) const ROWS: &str = "tests/tests/template/permission/rows.txt";

/// Something that somebody asks to do.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The deployment that is asked.
    pub(super) deployment: String,
    /// Who asks.
    pub(super) actor: Actor,
    /// What for, as in `s3:GetObject`.
    pub(super) action: String,
    /// On what, by arn.
    pub(super) resource: String,
    /// The request's condition keys with their values.
    pub(super) context: Vec<(String, Vec<String>)>,
    /// Whether it is allowed, by the row.
    pub(super) is_allowed: bool,
    /// The condition keys that the row itself gives.
    given: Vec<String>,
    line: usize,
    who: String,
}

impl Question {
    /// Makes a question that is in no row.
    pub(super) fn of(actor: Actor, action: &str, resource: &str) -> Self {
        Self {
            deployment: String::new(),
            context: actor.context(),
            actor,
            action: action.to_owned(),
            resource: resource.to_owned(),
            is_allowed: false,
            given: Vec::new(),
            line: 0,
            who: String::new(),
        }
    }

    /// Returns whether the row itself gives a condition key.
    pub(super) fn names_key(&self, key: &str) -> bool {
        self.given
            .iter()
            .any(|given| given.eq_ignore_ascii_case(key))
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            deployment,
            line,
            who,
            action,
            resource,
            ..
        } = self;
        let given: Vec<_> = self
            .context
            .iter()
            .filter(|(key, _)| self.names_key(key))
            .collect();
        let expected = if self.is_allowed { "allowed" } else { "denied" };
        write!(
            f,
            "line {line} ({deployment}): {who} {action} on {resource} {given:?} should be {expected}"
        )
    }
}

/// Reads all rows, each spelt out for every actor, action, resource and key that it lists.
pub(super) fn all() -> Vec<Question> {
    let source = document::source(ROWS);
    let mut deployment = String::new();
    let mut questions = Vec::new();
    for (number, line) in source.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut deployment);
            continue;
        }
        let columns: Vec<_> = line.split('|').map(str::trim).collect();
        let [who, actions, resources, context, answer] = columns[..] else {
            panic!("line {}: five columns", number + 1);
        };
        let is_allowed = match answer {
            "allowed" => true,
            "denied" => false,
            other => panic!("line {}: {other}", number + 1),
        };
        for who in who.split_whitespace() {
            for action in spelt_out(actions) {
                for resource in resources.split_whitespace() {
                    for given in contexts(context) {
                        questions.push(question(who, &action, resource, given));
                        if let Some(last) = questions.last_mut() {
                            last.deployment.clone_from(&deployment);
                            last.line = number + 1;
                            last.is_allowed = is_allowed;
                        }
                    }
                }
            }
        }
    }
    questions
}

fn question(
    who: &str,
    action: &str,
    resource: &str,
    given: Vec<(String, Vec<String>)>,
) -> Question {
    let mut question = Question::of(Actor::named(who), action, &arn(resource));
    who.clone_into(&mut question.who);
    question.given = given.iter().map(|(key, _)| key.clone()).collect();
    for (key, values) in given {
        question.context.retain(|(other, _)| *other != key);
        question.context.push((key, values));
    }
    question
}

/// Spells out `s3:GetObject,PutObject kms:Decrypt`.
fn spelt_out(actions: &str) -> Vec<String> {
    let services = actions.split_whitespace().flat_map(|group| {
        let (service, names) = group.split_once(':').expect("service:Action");
        let names = names.split(',');
        names.map(move |name| format!("{service}:{name}"))
    });
    services.collect()
}

/// Spells out `key=a,b tls=false`: each of a key's alternatives, with values joined by `+`.
fn contexts(column: &str) -> Vec<Vec<(String, Vec<String>)>> {
    let mut contexts = vec![Vec::new()];
    for pair in column.split_whitespace() {
        let (short, alternatives) = pair.split_once('=').expect("key=value");
        let key = match short {
            "account" => "aws:SourceAccount",
            "acl" => "s3:x-amz-acl",
            "attributes" => "dynamodb:Attributes",
            "encrypts-for" => "kms:EncryptionContext:aws:cloudtrail:arn",
            "from" => "aws:SourceArn",
            "key" => "dynamodb:LeadingKeys",
            "organization" => "aws:PrincipalOrgID",
            "prefix" => "s3:prefix",
            "tls" => "aws:SecureTransport",
            other => panic!("no condition key is called {other}"),
        };
        let is_arn = matches!(short, "from" | "encrypts-for");
        let mut spelt = Vec::new();
        for values in alternatives.split(',') {
            let values = values.split('+');
            let values: Vec<_> = values
                .map(|value| if is_arn { arn(value) } else { value.to_owned() })
                .collect();
            for context in &contexts {
                let mut context: Vec<_> = context.clone();
                context.push((key.to_owned(), values.clone()));
                spelt.push(context);
            }
        }
        contexts = spelt;
    }
    contexts
}

/// Returns the arn of what has this name in the rows.
pub(super) fn arn(name: &str) -> String {
    let here = |service: &str, name: &str| format!("arn:aws:{service}:eu-west-1:{ACCOUNT}:{name}");
    let (kind, rest) = name.split_once('/').unwrap_or((name, ""));
    let bucket = match kind {
        "bucket" => Some(BUCKET),
        "old-bucket" => Some("arn:aws:s3:::old-logs"),
        "other-bucket" => Some("arn:aws:s3:::other"),
        "rules-bucket" => Some("arn:aws:s3:::rules-bucket"),
        _ => None,
    };
    if let Some(bucket) = bucket {
        return match rest {
            "" => bucket.to_owned(),
            "log" => {
                format!("{bucket}/AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/10/13/a.json.gz")
            }
            key => format!("{bucket}/{key}"),
        };
    }
    match (kind, rest) {
        ("*", "") => "*".to_owned(),
        ("table", "") => TABLE.to_owned(),
        ("other-table", "") => here("dynamodb", "table/other"),
        ("role", role) => format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        ("queue", name) => here("sqs", name),
        ("key", name) => here("kms", &format!("key/{name}")),
        ("rule", name) => here("events", &format!("rule/{name}")),
        ("function", name) => here("lambda", &format!("function:{name}")),
        ("bus", "") => here("events", "event-bus/trailkeep-1a2b3c4d"),
        ("logs", name) => here("logs", &format!("log-group:{name}:log-stream:x")),
        ("topic", "") => here("sns", "Topic"),
        ("other-topic", "") => here("sns", "other"),
        ("alert-topic", "") => ALERT_TOPIC.to_owned(),
        ("chat-topic", "") => CHAT_TOPIC.to_owned(),
        ("trail", "") => here("cloudtrail", "trail/trailkeep-trail"),
        ("other-trail", "") => {
            format!("arn:aws:cloudtrail:us-east-1:{OTHER_ACCOUNT}:trail/other")
        }
        _ => panic!("nothing is called {name}"),
    }
}
