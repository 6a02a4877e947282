//! What the retention function holds the deployed policies against is what they say.
//!
//! Its own list of denials and the template's policies are written apart, so that
//! neither can be changed without the other: what is promised and not denied would be
//! a false alert every day, and what is denied and not promised could be taken away
//! unnoticed.

use retention::config::HIDDEN_DAYS;
use retention::{Promised, lack_of_bucket_policy, lack_of_table_policy};
use serde_json::{Value, json};

use crate::policy;
use crate::stack::{Parameters, Stack};

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/trailkeep-1a2b3c4d";

const NAMED: Parameters<'_> = &[
    (
        "BreakGlassRoleArn",
        "arn:aws:iam::111122223333:role/break-glass",
    ),
    (
        "CloudFormationExecutionRoleArn",
        "arn:aws:iam::111122223333:role/deployer",
    ),
];

/// What the function is told is promised of policies.
fn promised(stack: &Stack) -> Promised {
    let variables = &stack.properties("Retention")["Environment"]["Variables"];
    let text = |name: &str| variables[name].as_str().expect("a text").to_owned();
    let list = |name: &str| text(name).split(',').map(str::to_owned).collect();
    let writer = |writer: &str| {
        let (writer, keys) = writer.split_once('=').expect("a writer and its keys");
        let keys = keys.split('|').map(str::to_owned).collect();
        (writer.to_owned(), keys)
    };
    Promised {
        bucket: Some(text("LOG_BUCKET")),
        exempt: list("EXEMPT_PRINCIPALS"),
        deployers: list("DEPLOYING_PRINCIPALS"),
        called_via: Some(text("EXEMPT_CALLED_VIA")).filter(|via| !via.is_empty()),
        putters: list("PUT_PRINCIPALS"),
        updaters: list("UPDATE_PRINCIPALS"),
        writer_keys: text("WRITER_KEYS").split(',').map(writer).collect(),
        ..Promised::default()
    }
}

/// A policy of the template, and what is promised of it.
struct Judged {
    /// The bucket that it is of; without one it is the table's.
    bucket: Option<String>,
    policy: Value,
    promised: Promised,
}

impl Judged {
    /// What a policy lacks in the function's eyes.
    fn lack(&self, policy: &Value) -> Option<String> {
        let policy = policy.to_string();
        match &self.bucket {
            Some(bucket) => lack_of_bucket_policy(&self.promised, bucket, Some(&policy)),
            None => lack_of_table_policy(&self.promised, TABLE, Some(&policy)),
        }
    }

    /// The statements that deny, by their numbers.
    fn denials(&self) -> impl Iterator<Item = (usize, &Value)> {
        let statements = policy::statements(&self.policy).iter().enumerate();
        statements.filter(|(_, statement)| statement["Effect"] == "Deny")
    }
}

/// The policies that are looked at, by how the stack is deployed.
fn judged() -> Vec<Judged> {
    let mut judged = Vec::new();
    for parameters in [NAMED, &[]] {
        let stack = Stack::deploy(parameters);
        let promised = promised(&stack);
        judged.push(Judged {
            bucket: None,
            policy: stack.properties("Table")["ResourcePolicy"]["PolicyDocument"].clone(),
            promised: promised.clone(),
        });
        judged.push(Judged {
            bucket: promised.bucket.clone(),
            policy: stack.properties("LogBucketPolicy")["PolicyDocument"].clone(),
            promised,
        });
    }
    judged
}

#[test]
fn whatever_is_promised_is_denied() {
    for judged in judged() {
        assert_eq!(judged.lack(&judged.policy), None);
    }
}

#[test]
fn every_action_that_is_denied_is_promised() {
    let mut count = 0;
    for judged in judged() {
        for (number, statement) in judged.denials() {
            let actions = policy::strings(&statement["Action"]);
            for action in &actions {
                let others: Vec<_> = actions.iter().filter(|other| *other != action).collect();
                let mut without = judged.policy.clone();
                without["Statement"][number]["Action"] = json!(others);
                let lack = judged.lack(&without).unwrap_or_default();
                // The one denial of everything is looked at by what it is about.
                let missing = action.trim_end_matches('*');
                let id = &statement["Sid"];
                assert!(lack.contains(missing), "{id} {action}: {lack}");
                count += 1;
            }
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn a_denial_that_leaves_out_one_more_is_drift() {
    for judged in judged() {
        for (number, statement) in judged.denials() {
            let id = &statement["Sid"];
            let mut weaker = judged.policy.clone();
            let conditions = &mut weaker["Statement"][number]["Condition"];
            conditions["ArnNotEquals"] =
                json!({"aws:PrincipalArn": "arn:aws:iam::111122223333:role/mallory"});
            assert!(judged.lack(&weaker).is_some(), "{id}");
            let mut elsewhere = judged.policy.clone();
            elsewhere["Statement"][number]["Resource"] = json!("arn:aws:s3:::elsewhere");
            assert!(judged.lack(&elsewhere).is_some(), "{id}");
        }
    }
}

#[test]
fn hidden_versions_are_kept_as_long_as_is_promised() {
    let expires = |days: &str| {
        let stack = Stack::deploy(&[("ArchiveRetentionDays", days)]);
        let rules = &stack.properties("LogBucket")["LifecycleConfiguration"]["Rules"];
        let rules = rules.as_array().expect("rules");
        let days = |rule: &Value| {
            rule.pointer("/NoncurrentVersionExpiration/NoncurrentDays")
                .cloned()
        };
        rules.iter().filter_map(days).collect::<Vec<_>>()
    };
    assert_eq!(expires("3650"), [json!(HIDDEN_DAYS)]);
    assert_eq!(expires("0"), [] as [Value; 0]);
}
