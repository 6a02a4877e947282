//! The service control policy for the account that Trailkeep is deployed in.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cast::Actor;
use super::question::{self, Question};
use super::ruling::{self, Source, Statement};
use crate::document;
use crate::policy;

/// What AWS takes for one policy, in characters without the space that lays it out.
const MOST: usize = 5_120;

fn document() -> Value {
    serde_json::from_str(&document::source("scp.json")).expect("a json document")
}

fn statements() -> Vec<Statement> {
    Statement::all(&Source::Resource(Vec::new()), &document())
}

#[test]
fn it_denies_and_does_nothing_else() {
    let document = document();
    assert_eq!(document["Version"], "2012-10-17");
    let length = document.to_string().len();
    assert!(length <= MOST, "{length}");
    let mut ids = BTreeSet::new();
    for statement in policy::statements(&document) {
        assert_eq!(statement["Effect"], "Deny");
        assert_eq!(statement.get("Principal"), None, "it is about the account");
        for member in ["NotAction", "NotResource"] {
            assert_eq!(statement.get(member), None);
        }
        let id = statement["Sid"].as_str().expect("an id");
        assert!(ids.insert(id.to_owned()), "{id} twice");
    }
}

#[test]
fn it_names_what_stops_recording_and_what_undoes_the_protections() {
    let denied: BTreeSet<_> = statements().iter().flat_map(Statement::actions).collect();
    for action in [
        "cloudtrail:DeleteEventDataStore",
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventConfiguration",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:PutInsightSelectors",
        "cloudtrail:StopEventDataStoreIngestion",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
        "config:StopConfigurationRecorder",
        "organizations:LeaveOrganization",
    ] {
        assert!(denied.contains(action), "{action}");
    }
    // Whatever the template denies about bucket, table and key, it denies the root user too.
    let template = super::Deployment::named("named");
    for statement in &template.statements {
        let is_setting = [
            "ConfigurationThroughTheStackOnly",
            "TheKeyStays",
            "NobodyDeletes",
        ]
        .iter()
        .any(|id| statement.name.ends_with(id));
        if is_setting && !statement.name.contains("rules-bucket") {
            for action in statement.actions() {
                assert!(denied.contains(&action), "{action} of {}", statement.name);
            }
        }
    }
}

#[test]
fn break_glass_and_the_deploying_role_are_left_out_but_not_of_deletion() {
    let break_glass = "arn:aws:iam::111122223333:role/trailkeep-break-glass";
    let deployer = "arn:aws:iam::111122223333:role/trailkeep-deployer";
    let root = "arn:aws:iam::111122223333:root";
    let is_denied = |principal: &str, action: &str, resource: &str| {
        let mut actor = Actor::named("administrator");
        principal.clone_into(&mut actor.principal);
        let question = Question::of(actor, action, &question::arn(resource));
        statements()
            .iter()
            .any(|statement| ruling::applies(statement, &question))
    };
    for (action, resource) in [
        ("cloudtrail:StopLogging", "trail"),
        ("cloudtrail:PutEventSelectors", "trail"),
        ("dynamodb:DeleteTable", "table"),
        ("dynamodb:UpdateTimeToLive", "table"),
        ("dynamodb:PutResourcePolicy", "table"),
        ("s3:PutBucketPolicy", "bucket"),
        ("s3:DeleteBucketPolicy", "bucket"),
        ("s3:PutLifecycleConfiguration", "bucket"),
        ("kms:PutKeyPolicy", "key/LogKey"),
        ("lambda:UpdateFunctionCode", "function/trailkeep-Indexer-x"),
        ("iam:UpdateAssumeRolePolicy", "role/trailkeep-IndexerRole-x"),
        ("iam:PassRole", "role/trailkeep-RetentionRole-x"),
    ] {
        assert!(is_denied(root, action, resource), "{action}");
        assert!(!is_denied(break_glass, action, resource), "{action}");
        assert!(!is_denied(deployer, action, resource), "{action}");
    }
    for (action, resource) in [
        ("s3:DeleteObject", "bucket/log"),
        ("s3:DeleteObjectVersion", "bucket/log"),
        ("s3:BypassGovernanceRetention", "bucket/log"),
        ("s3:DeleteBucket", "bucket"),
    ] {
        for principal in [root, break_glass, deployer] {
            assert!(
                is_denied(principal, action, resource),
                "{principal} {action}"
            );
        }
    }
    // Without a key its files are noise. The stack cleans up keys of its own.
    for action in ["kms:ScheduleKeyDeletion", "kms:DisableKey"] {
        for principal in [root, break_glass] {
            assert!(
                is_denied(principal, action, "key/LogKey"),
                "{principal} {action}"
            );
        }
        assert!(!is_denied(deployer, action, "key/LogKey"), "{action}");
    }
    for (action, resource) in [
        ("s3:DeleteObject", "other-bucket/x"),
        ("dynamodb:DeleteTable", "other-table"),
        ("cloudtrail:LookupEvents", "*"),
        ("lambda:UpdateFunctionCode", "function/other"),
        ("iam:PassRole", "role/other"),
    ] {
        assert!(!is_denied(root, action, resource), "{action} {resource}");
    }
}
