//! The index: keys as the code has them, and a policy that shuts every other write door.

use serde_json::{Value, json};

use crate::policy::{self, Request};
use crate::stack::{Parameters, Stack};

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/trailkeep-1a2b3c4d";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
const DEPLOYER: &str = "arn:aws:iam::111122223333:role/deployer";
const ADMINISTRATOR: &str = "arn:aws:iam::111122223333:role/administrator";
const INDEXER: &str = "${IndexerRole.Arn}";

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

#[test]
fn only_the_indexer_puts() {
    let stack = Stack::deploy(ROLES);
    let is_denied = |principal| is_denied(&stack, principal, None, "dynamodb:PutItem");
    assert!(!is_denied(INDEXER));
    assert!(!is_denied(BREAK_GLASS));
    for principal in [
        ADMINISTRATOR,
        DEPLOYER,
        "${LookupRole.Arn}",
        "arn:aws:iam::111122223333:root",
    ] {
        assert!(is_denied(principal), "{principal}");
    }
}

#[test]
fn every_other_write_door_is_shut_even_to_the_indexer_and_the_deployer() {
    let stack = Stack::deploy(ROLES);
    for action in [
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:PartiQLDelete",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
        "dynamodb:UpdateItem",
    ] {
        for principal in [INDEXER, ADMINISTRATOR, DEPLOYER, "${LookupRole.Arn}"] {
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
