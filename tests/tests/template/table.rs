//! The index: keys as the code has them, and a policy that shuts every other write door.

use std::collections::{BTreeMap, BTreeSet};

use index::table::{self, alerting, integrity, retention};
use serde_json::{Value, json};

use crate::policy::{self, Request};
use crate::stack::{Parameters, Stack};

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/trailkeep-1a2b3c4d";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
const DEPLOYER: &str = "arn:aws:iam::111122223333:role/deployer";
const ADMINISTRATOR: &str = "arn:aws:iam::111122223333:role/administrator";
const INDEXER: &str = "${IndexerRole.Arn}";
const DETECTOR: &str = "${DetectorRole.Arn}";
const INTEGRITY: &str = "${IntegrityRole.Arn}";
const RETENTION: &str = "${RetentionRole.Arn}";

const ROLES: Parameters<'_> = &[
    ("BreakGlassRoleArn", BREAK_GLASS),
    ("CloudFormationExecutionRoleArn", DEPLOYER),
];

const CONFIGURATION: [&str; 10] = [
    "dynamodb:AssociateTableReplica",
    "dynamodb:CreateTableReplica",
    "dynamodb:DeleteResourcePolicy",
    "dynamodb:DeleteTable",
    "dynamodb:DeleteTableReplica",
    "dynamodb:PutResourcePolicy",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
    "dynamodb:WriteDataForReplication",
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

/// Who puts, updates and deletes below which prefixes, as the code says.
fn writers() -> [(&'static str, [Vec<&'static str>; 3]); 4] {
    let kept = [&retention::WRITTEN[..], &["keys#"]].concat();
    let jobs = [&retention::STAMPED[..], &[retention::RETENTION]].concat();
    [
        (INDEXER, [table::WRITTEN.to_vec(), vec![], vec![]]),
        (
            DETECTOR,
            [
                alerting::WRITTEN.to_vec(),
                alerting::WRITTEN.to_vec(),
                vec![alerting::DELETED],
            ],
        ),
        (
            INTEGRITY,
            [
                integrity::WRITTEN.to_vec(),
                integrity::WRITTEN.to_vec(),
                vec![integrity::DELETED],
            ],
        ),
        (RETENTION, [kept, jobs.clone(), jobs]),
    ]
}

#[test]
fn each_function_writes_under_its_own_prefixes_and_nobody_else_writes_at_all() {
    let stack = Stack::deploy(ROLES);
    let writers = writers();
    let all = writers.iter().flat_map(|(_, writes)| writes.concat());
    let all: BTreeSet<_> = all
        .chain(["alert", "x#", "hold#", "integrity#summary"])
        .collect();
    for (number, action) in ["PutItem", "UpdateItem", "DeleteItem"].iter().enumerate() {
        let action = format!("dynamodb:{action}");
        for prefix in &all {
            // A prefix ends in its separator; without one it is the whole partition.
            let end = if prefix.ends_with('#') { "1" } else { "" };
            let partition = format!("{prefix}{end}");
            let is_denied = |principal| is_denied_on(&stack, principal, &action, &partition);
            for (writer, writes) in &writers {
                let own = &writes[number];
                let is_own = own.contains(prefix)
                    || own
                        .iter()
                        .any(|own| own.ends_with('#') && prefix.starts_with(own));
                assert_eq!(is_denied(*writer), !is_own, "{writer} {action} {partition}");
            }
            for principal in [
                ADMINISTRATOR,
                DEPLOYER,
                "${LookupRole.Arn}",
                "arn:aws:iam::111122223333:root",
            ] {
                assert!(is_denied(principal), "{principal} {action} {partition}");
            }
            assert!(!is_denied(BREAK_GLASS), "{action} {partition}");
        }
    }
}

#[test]
fn stamping_alters_nothing_but_the_expiry() {
    let stack = Stack::deploy(ROLES);
    for prefix in retention::STAMPED {
        let partition = format!("{prefix}1");
        let is_denied = |attribute: &str| {
            let request = Request {
                action: "dynamodb:UpdateItem",
                resource: TABLE,
                context: &[
                    ("aws:PrincipalArn", RETENTION),
                    ("dynamodb:LeadingKeys", &partition),
                    ("dynamodb:Attributes", attribute),
                ],
            };
            policy::denies(document(&stack), &request)
        };
        for attribute in [table::PARTITION, table::SORT, table::EXPIRES] {
            assert!(!is_denied(attribute), "{attribute}");
        }
        assert!(is_denied("body"), "{partition}");
    }
}

/// The retention function is told what is promised, to tell where it is not kept.
#[test]
fn what_is_promised_of_the_policy_is_what_the_policy_says() {
    let stack = Stack::deploy(ROLES);
    let promised = &stack.properties("Retention")["Environment"]["Variables"];
    let split = |name: &str, separator: char| -> BTreeSet<String> {
        let text = promised[name].as_str().expect("a text");
        text.split(separator).map(str::to_owned).collect()
    };
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for statement in policy::statements(document(&stack)) {
        let conditions = &statement["Condition"];
        let keys_left = &conditions["ForAnyValue:StringNotLike"]["dynamodb:LeadingKeys"];
        if !keys_left.is_null() {
            let writer = policy::strings(&conditions["ArnEquals"]["aws:PrincipalArn"]);
            let keys = keys.entry(writer.concat()).or_default();
            keys.extend(policy::strings(keys_left));
        }
        let left_out = policy::strings(&conditions["ArnNotLike"]["aws:PrincipalArn"]);
        let left_out: BTreeSet<_> = left_out
            .into_iter()
            .filter(|arn| arn != BREAK_GLASS)
            .collect();
        match statement["Sid"].as_str().expect("an id") {
            "OnlyTheFunctionsPut" => assert_eq!(left_out, split("PUT_PRINCIPALS", ',')),
            "OnlyDetectorIntegrityAndRetentionAlter" => {
                assert_eq!(left_out, split("UPDATE_PRINCIPALS", ','));
            }
            _ => {}
        }
    }
    let told = split("WRITER_KEYS", ',').into_iter().map(|writer| {
        let (writer, keys) = writer.split_once('=').expect("a writer and its keys");
        let keys = keys.split('|').map(str::to_owned).collect();
        (writer.to_owned(), keys)
    });
    assert_eq!(told.collect::<BTreeMap<_, BTreeSet<_>>>(), keys);
    assert_eq!(promised["EXEMPT_PRINCIPALS"], BREAK_GLASS);
    assert_eq!(promised["DEPLOYING_PRINCIPALS"], DEPLOYER);
    for (parameters, via) in [(ROLES, ""), (&[], "cloudformation.amazonaws.com")] {
        let stack = Stack::deploy(parameters);
        let promised = &stack.properties("Retention")["Environment"]["Variables"];
        assert_eq!(promised["EXEMPT_CALLED_VIA"], via);
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
            INTEGRITY,
            RETENTION,
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
