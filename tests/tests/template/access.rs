//! What each function's role may do, and may not.

use serde_json::Value;

use crate::policy::{self, Request};
use crate::stack::Stack;

pub(crate) const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/trailkeep-1a2b3c4d";
pub(crate) const BUCKET: &str = "arn:aws:s3:::trailkeep-111122223333-eu-west-1-1a2b3c4d";

/// The one action of ours that IAM knows no resource for.
const NO_RESOURCE: &str = "cloudtrail:ListPublicKeys";

/// Returns whether a policy of the role allows an action, on an item of this partition if given.
pub(crate) fn may(
    stack: &Stack,
    role: &str,
    action: &str,
    resource: &str,
    partition: Option<&str>,
) -> bool {
    let context: Vec<_> = partition
        .map(|key| ("dynamodb:LeadingKeys", key))
        .into_iter()
        .collect();
    documents(stack, role).into_iter().any(|document| {
        policy::allows(
            document,
            &Request {
                action,
                resource,
                context: &context,
            },
        )
    })
}

pub(crate) fn documents<'a>(stack: &'a Stack, role: &str) -> Vec<&'a Value> {
    let policies = stack.properties(role)["Policies"]
        .as_array()
        .expect("inline policies");
    policies
        .iter()
        .map(|policy| &policy["PolicyDocument"])
        .collect()
}

#[test]
fn the_indexer_puts_items_under_its_own_prefixes_only() {
    let stack = Stack::deploy(&[]);
    for action in ["PutItem", "GetItem", "Query"] {
        let action = format!("dynamodb:{action}");
        let may = |key: &str| may(&stack, "IndexerRole", &action, TABLE, Some(key));
        for prefix in index::table::WRITTEN {
            // A prefix ends in its separator; without one it is the whole partition.
            let key = if prefix.ends_with('#') {
                format!("{prefix}x")
            } else {
                prefix.to_owned()
            };
            assert!(may(&key), "{action} {key}");
        }
        for key in [
            "alert#1",
            "window#1",
            "pending#1",
            "insight#1",
            "digests#1",
            "integrity#state",
            "keys#1",
            "retention",
            "block",
            "xblock#1",
            "findingsx",
            "",
        ] {
            assert!(!may(key), "{action} {key}");
        }
    }
}

#[test]
fn every_partition_that_the_indexer_writes_is_one_that_it_may_write() {
    let stack = Stack::deploy(&[]);
    let day = index::Day::of(0);
    let category = trail::Category::Management;
    let segment = index::table::SegmentId::new(&index::Class::standard(), &[0; 32]);
    let partitions = [
        index::table::days(category),
        index::table::writes(category),
        index::table::blocks(&segment),
        index::table::terms(category, day, index::term::Level::ALL[0], 0),
        index::table::tallies(day),
        index::table::segments(category, day),
        index::table::files("111122223333", "eu-west-1", day),
        index::table::FINDINGS.to_owned(),
    ];
    for partition in partitions {
        let allowed = may(
            &stack,
            "IndexerRole",
            "dynamodb:PutItem",
            TABLE,
            Some(&partition),
        );
        assert!(allowed, "{partition}");
    }
}

#[test]
fn neither_indexer_nor_lookup_updates_deletes_scans_or_configures_the_table() {
    let stack = Stack::deploy(&[]);
    for role in ["IndexerRole", "LookupRole"] {
        for action in [
            "BatchGetItem",
            "BatchWriteItem",
            "ConditionCheckItem",
            "DeleteItem",
            "DeleteTable",
            "PartiQLDelete",
            "PartiQLInsert",
            "PartiQLSelect",
            "PartiQLUpdate",
            "PutResourcePolicy",
            "Scan",
            "UpdateItem",
            "UpdateTable",
            "UpdateTimeToLive",
        ] {
            let action = format!("dynamodb:{action}");
            for key in [Some("block#x"), None] {
                assert!(
                    !may(&stack, role, &action, TABLE, key),
                    "{role} {action} {key:?}"
                );
            }
        }
    }
}

#[test]
fn the_indexer_reads_log_files_and_cannot_write_the_bucket() {
    let stack = Stack::deploy(&[("LogPrefix", "audit/logs")]);
    let may = |action: &str, key: &str| {
        may(
            &stack,
            "IndexerRole",
            action,
            &format!("{BUCKET}/{key}"),
            None,
        )
    };
    let log_file = "audit/logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/01/x.json.gz";
    assert!(may("s3:GetObject", log_file));
    assert!(may("s3:GetObjectVersion", log_file));
    assert!(!may("s3:GetObject", "AWSLogs/111122223333/x.json.gz"));
    for action in [
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObjectRetention",
    ] {
        assert!(!may(action, log_file), "{action}");
    }
    let elsewhere = "arn:aws:s3:::other/audit/logs/AWSLogs/x";
    assert!(!self::may(
        &stack,
        "IndexerRole",
        "s3:GetObject",
        elsewhere,
        None
    ));
}

#[test]
fn the_indexer_reads_an_adopted_bucket_and_its_key() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let stack = Stack::deploy(&[("ExistingBucketName", "old-logs"), ("KmsKeyArn", key)]);
    let may = |action, resource| may(&stack, "IndexerRole", action, resource, None);
    assert!(may("s3:GetObject", "arn:aws:s3:::old-logs/AWSLogs/x"));
    assert!(may("kms:Decrypt", key));
    assert!(!may("kms:ScheduleKeyDeletion", key));
    let stack = Stack::deploy(&[]);
    assert!(!self::may(&stack, "IndexerRole", "kms:Decrypt", key, None));
}

#[test]
fn lookup_reads_index_and_log_files_and_does_nothing_else_but_log() {
    let stack = Stack::deploy(&[]);
    let granted: Vec<_> = documents(&stack, "LookupRole")
        .into_iter()
        .flat_map(policy::statements)
        .flat_map(|statement| policy::strings(&statement["Action"]))
        .collect();
    let expected = [
        "dynamodb:GetItem",
        "dynamodb:Query",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ];
    assert_eq!(granted, expected);
    assert!(may(
        &stack,
        "LookupRole",
        "dynamodb:Query",
        TABLE,
        Some("segments#Management#x")
    ));
}

#[test]
fn roles_name_what_they_may_touch_and_come_with_nothing_else() {
    for parameters in [
        &[][..],
        &[("CreateKmsKey", "true"), ("CreateChatTopic", "true")],
    ] {
        let stack = Stack::deploy(parameters);
        let roles = stack.of_type("AWS::IAM::Role");
        assert!(!roles.is_empty());
        for (role, resource) in roles {
            assert_eq!(
                resource["Properties"].get("ManagedPolicyArns"),
                None,
                "{role}"
            );
            for statement in documents(&stack, role)
                .into_iter()
                .flat_map(policy::statements)
            {
                assert_eq!(statement.get("NotAction"), None, "{role}");
                assert_eq!(statement.get("NotResource"), None, "{role}");
                for action in policy::strings(&statement["Action"]) {
                    assert!(!action.contains('*'), "{role} {action}");
                }
                for resource in policy::strings(&statement["Resource"]) {
                    if statement["Action"] == NO_RESOURCE {
                        assert_eq!(resource, "*", "{role}");
                        continue;
                    }
                    let is_named = resource.starts_with("arn:aws:") || resource.starts_with("${");
                    assert!(
                        is_named && !resource.starts_with("arn:aws:s3:::*"),
                        "{role} {resource}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_function_has_a_role_and_a_log_group_of_its_own() {
    let stack = Stack::deploy(&[]);
    let functions = stack.of_type("AWS::Serverless::Function");
    for (name, function) in functions {
        let properties = &function["Properties"];
        assert_eq!(properties["Role"], format!("${{{name}Role.Arn}}"));
        assert_eq!(
            properties["LoggingConfig"]["LogGroup"],
            format!("${{{name}Logs}}")
        );
        assert_eq!(
            properties.get("Policies"),
            None,
            "{name}: the role says it all"
        );
        let logs = stack.properties(&format!("{name}Logs"));
        assert!(
            logs["RetentionInDays"].is_string(),
            "{name}: logs are kept for ever"
        );
        let role = format!("{name}Role");
        let log_group = format!("${{{name}Logs.Arn}}");
        assert!(
            may(&stack, &role, "logs:PutLogEvents", &log_group, None),
            "{name}"
        );
    }
}
