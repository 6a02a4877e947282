//! Who asks, and what the names in the rows stand for.

use serde_json::{Value, json};

/// This account.
pub(super) const ACCOUNT: &str = "111122223333";
/// An account outside.
pub(super) const OTHER_ACCOUNT: &str = "444455556666";
/// The role that deploys the stack.
pub(super) const DEPLOYER: &str = "arn:aws:iam::111122223333:role/deployer";
/// The role for emergencies.
pub(super) const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
/// The role of somebody who may do everything that nobody forbids.
const ADMINISTRATOR: &str = "arn:aws:iam::111122223333:role/administrator";

/// The functions, each of which has a role of its own.
const FUNCTIONS: [(&str, &str); 5] = [
    ("detector", "DetectorRole"),
    ("indexer", "IndexerRole"),
    ("integrity", "IntegrityRole"),
    ("lookup", "LookupRole"),
    ("retention", "RetentionRole"),
];

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    /// The arn of a role, or the name of a service.
    pub(super) principal: String,
    /// The account of a role.
    pub(super) account: Option<&'static str>,
    /// The role of the template whose policies it has.
    pub(super) role: Option<&'static str>,
    /// Whether a policy of its own allows it everything.
    pub(super) is_administrator: bool,
    /// The service through which it calls.
    pub(super) via: Option<&'static str>,
}

impl Actor {
    /// Returns who has this name in the rows.
    ///
    /// A function with a star has an administrator's policy beside its own; the stack
    /// is an administrator who calls through `CloudFormation`.
    pub(super) fn named(name: &str) -> Self {
        let administrator = |arn: &str, account| Self {
            principal: arn.to_owned(),
            account: Some(account),
            role: None,
            is_administrator: true,
            via: None,
        };
        match name {
            "administrator" => administrator(ADMINISTRATOR, ACCOUNT),
            "break-glass" => administrator(BREAK_GLASS, ACCOUNT),
            "deployer" => administrator(DEPLOYER, ACCOUNT),
            "stack" => Self {
                via: Some("cloudformation.amazonaws.com"),
                ..administrator(ADMINISTRATOR, ACCOUNT)
            },
            "athena" => Self {
                via: Some("athena.amazonaws.com"),
                ..administrator(ADMINISTRATOR, ACCOUNT)
            },
            "stranger" => administrator("arn:aws:iam::444455556666:role/x", OTHER_ACCOUNT),
            "member" => administrator("arn:aws:iam::123456789012:role/x", "123456789012"),
            service if service.ends_with(".amazonaws.com") => Self {
                principal: service.to_owned(),
                account: None,
                role: None,
                is_administrator: false,
                via: None,
            },
            function => {
                let bare = function.trim_end_matches('*');
                let role = FUNCTIONS.iter().find(|(name, _)| *name == bare);
                let (_, role) = role.unwrap_or_else(|| panic!("nobody is called {name}"));
                Self {
                    principal: format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
                    account: Some(ACCOUNT),
                    role: Some(role),
                    is_administrator: bare != function,
                    via: None,
                }
            }
        }
    }

    /// Lists the condition keys that AWS itself adds to the actor's requests.
    pub(super) fn context(&self) -> Vec<(String, Vec<String>)> {
        let mut context = vec![
            ("aws:SecureTransport", "true".to_owned()),
            (
                "aws:PrincipalIsAWSService",
                self.account.is_none().to_string(),
            ),
        ];
        if let Some(account) = self.account {
            context.push(("aws:PrincipalArn", self.principal.clone()));
            context.push(("aws:PrincipalAccount", account.to_owned()));
        }
        context.extend(self.via.map(|via| ("aws:CalledVia", via.to_owned())));
        let owned = |(key, value): (&str, String)| (key.to_owned(), vec![value]);
        context.into_iter().map(owned).collect()
    }
}

/// The policy of somebody who may do everything.
pub(super) fn everything() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
    })
}

/// Writes out what only exists after deployment, as AWS names such things.
pub(super) fn concrete(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(concrete_text(text)),
        Value::Array(items) => items.iter().map(concrete).collect(),
        Value::Object(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), concrete(value)))
                    .collect(),
            )
        }
        plain => plain.clone(),
    }
}

fn concrete_text(text: &str) -> String {
    let mut pieces = text.split("${");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (token, rest) = piece.split_once('}').expect("a closed token");
        whole.push_str(&physical(token));
        whole.push_str(rest);
    }
    whole
}

fn physical(token: &str) -> String {
    let here = |service: &str, name: &str| format!("arn:aws:{service}:eu-west-1:{ACCOUNT}:{name}");
    match token.strip_suffix(".Arn") {
        Some(role) if role.ends_with("Role") => format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        Some(queue) if queue.ends_with("Queue") => here("sqs", queue),
        Some(logs) if logs.ends_with("Logs") => here("logs", &format!("log-group:{logs}:*")),
        Some(key) if key.ends_with("Key") => here("kms", &format!("key/{key}")),
        Some(rule) if rule.ends_with("Rule") => here("events", &format!("rule/{rule}")),
        Some("EventBus") => here("events", "event-bus/trailkeep-1a2b3c4d"),
        None if token == "Topic" => here("sns", "Topic"),
        None if token == "RulesBucket" => "rules-bucket".to_owned(),
        _ => panic!("what is {token}?"),
    }
}
