//! The index: keys as the code has them, and a policy that shuts every other write door.

use serde_json::{Value, json};

use crate::policy::{self, Request};
use crate::stack::{Parameters, Stack};

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/trailkeep-1a2b3c4d";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
const DEPLOYER: &str = "arn:aws:iam::111122223333:role/deployer";
const ADMINISTRATOR: &str = "arn:aws:iam::111122223333:role/administrator";
const INDEXER: &str = "${IndexerRole.Arn}";
const DETECTOR: &str = "${DetectorRole.Arn}";

const ROLES: Parameters<'_> = &[
    ("BreakGlassRoleArn", BREAK_GLASS),
    ("CloudFormationExecutionRoleArn", DEPLOYER),
];

const CONFIGURATION: [&str; 8] = [
    "dynamodb:CreateTableReplica",
    "dynamodb:DeleteResourcePolicy",
    "dynamodb:DeleteTable",
    "dynamodb:DeleteTableReplica",
    "dynamodb:PutResourcePolicy",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
];

fn document(stack: &Stack) -> &Value {
    &stack.properties("Table")["ResourcePolicy"]["PolicyDocument"]
}

fn is_denied(stack: &Stack, principal: &str, via: Option<&str>, action: &str) -> bool {
    let mut context = vec![("aws:PrincipalArn", principal)];
    context.extend(via.map(|service| ("aws:CalledVia", service)));
    policy::denies(
        document(stack),
        &Request {
            action,
            resource: TABLE,
            context: &context,
        },
    )
}

#[test]
fn keys_and_expiry_are_those_of_the_code() {
    let stack = Stack::deploy(&[]);
    let table = stack.properties("Table");
    let keys = json!([
        {"AttributeName": index::table::PARTITION, "KeyType": "HASH"},
        {"AttributeName": index::table::SORT, "KeyType": "RANGE"},
    ]);
    assert_eq!(table["KeySchema"], keys);
    let attributes = json!([
        {"AttributeName": index::table::PARTITION, "AttributeType": "S"},
        {"AttributeName": index::table::SORT, "AttributeType": "S"},
    ]);
    assert_eq!(table["AttributeDefinitions"], attributes);
    let expiry = json!({"AttributeName": index::table::EXPIRES, "Enabled": true});
    assert_eq!(table["TimeToLiveSpecification"], expiry);
}

#[test]
fn the_table_is_protected_backed_up_encrypted_and_outlives_the_stack() {
    let stack = Stack::deploy(&[]);
    let table = stack.properties("Table");
    assert_eq!(table["DeletionProtectionEnabled"], true);
    assert_eq!(
        table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    let resource = stack.find("Table").expect("the table");
    assert_eq!(resource["DeletionPolicy"], "Retain");
    assert_eq!(resource["UpdateReplacePolicy"], "Retain");
}

/// Returns whether the policy denies a principal an action on an item of this partition.
fn is_denied_on(stack: &Stack, principal: &str, action: &str, partition: &str) -> bool {
    let context = [
        ("aws:PrincipalArn", principal),
        ("dynamodb:LeadingKeys", partition),
    ];
    policy::denies(
        document(stack),
        &Request {
            action,
            resource: TABLE,
            context: &context,
        },
    )
}

#[test]
fn only_the_indexer_puts_what_is_indexed_and_only_the_detector_what_it_remembers() {
    let stack = Stack::deploy(ROLES);
    let is_denied =
        |principal, partition| is_denied_on(&stack, principal, "dynamodb:PutItem", partition);
    for (partition, is_indexed) in [
        ("block#1", true),
        ("segments#Management#2026-01-01", true),
        ("findings", true),
        ("alert#1", false),
        ("pending#1", false),
        ("window#1", false),
    ] {
        assert!(!is_denied(INDEXER, partition), "{partition}: by its role");
        assert!(!is_denied(BREAK_GLASS, partition), "{partition}");
        assert_eq!(is_denied(DETECTOR, partition), is_indexed, "{partition}");
        for principal in [
            ADMINISTRATOR,
            DEPLOYER,
            "${LookupRole.Arn}",
            "arn:aws:iam::111122223333:root",
        ] {
            assert!(is_denied(principal, partition), "{principal} {partition}");
        }
    }
}

#[test]
fn the_detector_updates_what_is_its_own_deletes_what_was_pending_and_nobody_else_does() {
    let stack = Stack::deploy(ROLES);
    let is_denied =
        |principal, action, partition| is_denied_on(&stack, principal, action, partition);
    for (action, own) in [
        (
            "dynamodb:UpdateItem",
            &["alert#1", "pending#1", "window#1"][..],
        ),
        ("dynamodb:DeleteItem", &["pending#1"]),
    ] {
        for partition in [
            "alert#1",
            "pending#1",
            "window#1",
            "block#1",
            "files#1",
            "findings",
            "alert",
            "",
        ] {
            let is_own = own.contains(&partition);
            assert_eq!(
                is_denied(DETECTOR, action, partition),
                !is_own,
                "{action} {partition}"
            );
            for principal in [INDEXER, ADMINISTRATOR, DEPLOYER, "${LookupRole.Arn}"] {
                assert!(
                    is_denied(principal, action, partition),
                    "{principal} {action} {partition}"
                );
            }
            assert!(!is_denied(BREAK_GLASS, action, partition), "{action}");
        }
    }
}

#[test]
fn every_other_write_door_is_shut_even_to_the_functions_and_the_deployer() {
    let stack = Stack::deploy(ROLES);
    for action in [
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLDelete",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
    ] {
        for principal in [
            INDEXER,
            DETECTOR,
            ADMINISTRATOR,
            DEPLOYER,
            "${LookupRole.Arn}",
        ] {
            for via in [None, Some("cloudformation.amazonaws.com")] {
                assert!(
                    is_denied(&stack, principal, via, action),
                    "{principal} {action}"
                );
            }
        }
        assert!(!is_denied(&stack, BREAK_GLASS, None, action), "{action}");
    }
}

#[test]
fn a_named_deployer_alone_changes_the_configuration() {
    let stack = Stack::deploy(ROLES);
    for action in CONFIGURATION {
        for via in [None, Some("cloudformation.amazonaws.com")] {
            assert!(!is_denied(&stack, DEPLOYER, via, action), "{action}");
            assert!(
                is_denied(&stack, ADMINISTRATOR, via, action),
                "{action} {via:?}"
            );
            assert!(is_denied(&stack, INDEXER, via, action), "{action} {via:?}");
        }
    }
}

#[test]
fn without_a_named_deployer_the_stack_can_still_be_updated_and_nothing_else_can() {
    let stack = Stack::deploy(&[]);
    for action in CONFIGURATION {
        let is_denied = |via| is_denied(&stack, ADMINISTRATOR, via, action);
        assert!(!is_denied(Some("cloudformation.amazonaws.com")), "{action}");
        assert!(is_denied(None), "{action}");
        assert!(is_denied(Some("athena.amazonaws.com")), "{action}");
    }
}

#[test]
fn reading_is_not_denied_and_the_policy_fits() {
    let stack = Stack::deploy(ROLES);
    for action in [
        "dynamodb:Query",
        "dynamodb:GetItem",
        "dynamodb:DescribeTable",
    ] {
        assert!(
            !is_denied(&stack, "${LookupRole.Arn}", None, action),
            "{action}"
        );
    }
    let bytes = document(&stack).to_string().len();
    assert!(
        bytes < 16_000,
        "dynamodb takes 20 kb, roles' arns still to come: {bytes}"
    );
}
