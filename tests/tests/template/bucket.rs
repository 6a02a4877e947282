//! The log bucket and its key: CloudTrail writes, everybody else is denied what would harm.

use serde_json::json;

use crate::policy::{self, Request};
use crate::stack::{OTHER_TRAIL, Parameters, Stack};

const BUCKET: &str = "arn:aws:s3:::trailkeep-111122223333-eu-west-1-1a2b3c4d";
const OBJECT: &str =
    "arn:aws:s3:::trailkeep-111122223333-eu-west-1-1a2b3c4d/AWSLogs/111122223333/x.json.gz";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";
const DEPLOYER: &str = "arn:aws:iam::111122223333:role/deployer";
const ADMINISTRATOR: &str = "arn:aws:iam::111122223333:role/administrator";
const OWN_TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/trailkeep-trail";

const ROLES: Parameters<'_> = &[
    ("BreakGlassRoleArn", BREAK_GLASS),
    ("CloudFormationExecutionRoleArn", DEPLOYER),
];

fn request<'a>(
    action: &'a str,
    resource: &'a str,
    context: &'a [(&'a str, &'a str)],
) -> Request<'a> {
    Request {
        action,
        resource,
        context,
    }
}

fn is_denied(stack: &Stack, action: &str, context: &[(&str, &str)]) -> bool {
    let document = &stack.properties("LogBucketPolicy")["PolicyDocument"];
    [BUCKET, OBJECT]
        .iter()
        .any(|resource| policy::denies(document, &request(action, resource, context)))
}

#[test]
fn versions_are_kept_locked_encrypted_and_private() {
    let stack = Stack::deploy(&[("ObjectLockMode", "COMPLIANCE"), ("ObjectLockDays", "400")]);
    let bucket = stack.properties("LogBucket");
    assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
    assert_eq!(bucket["ObjectLockEnabled"], true);
    let retention = &bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"];
    assert_eq!(*retention, json!({"Mode": "COMPLIANCE", "Days": "400"}));
    let public = bucket["PublicAccessBlockConfiguration"]
        .as_object()
        .expect("a block");
    assert_eq!(public.len(), 4);
    assert!(public.values().all(|blocked| blocked == true));
    assert_eq!(
        bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        "BucketOwnerEnforced"
    );
    let encryption = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    assert_eq!(
        encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "AES256"
    );
    for name in ["LogBucket", "LogBucketPolicy"] {
        let resource = stack.find(name).expect("is there");
        assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
    }
}

#[test]
fn the_lock_is_a_choice_and_versioning_is_not() {
    let stack = Stack::deploy(&[("ObjectLockMode", "NONE")]);
    let bucket = stack.properties("LogBucket");
    assert_eq!(bucket.get("ObjectLockEnabled"), None);
    assert_eq!(bucket.get("ObjectLockConfiguration"), None);
    assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
}

#[test]
fn cloudtrail_delivers_for_the_one_trail_into_its_own_account_and_organization() {
    let organization = [("OrganizationId", "o-abcdefghij"), ("LogPrefix", "audit")];
    let own = [
        ("IsOrganizationTrail", "true"),
        organization[0],
        organization[1],
    ];
    let other = [
        ("CreateTrail", "false"),
        ("ExistingTrailArn", OTHER_TRAIL),
        organization[0],
        organization[1],
    ];
    for (parameters, trail, account) in [
        (&own[..], OWN_TRAIL, "111122223333"),
        (&other[..], OTHER_TRAIL, "444455556666"),
    ] {
        let stack = Stack::deploy(parameters);
        let document = &stack.properties("LogBucketPolicy")["PolicyDocument"];
        let delivers = |folder: &str, trail: &str, acl: &str| {
            let context = [
                ("aws:SourceArn", trail),
                ("s3:x-amz-acl", acl),
                ("aws:PrincipalIsAWSService", "true"),
                ("aws:SecureTransport", "true"),
            ];
            let object = format!("{BUCKET}/audit/AWSLogs/{folder}/x.json.gz");
            policy::allows(document, &request("s3:PutObject", &object, &context))
        };
        let full = "bucket-owner-full-control";
        assert!(delivers(account, trail, full));
        assert!(delivers("o-abcdefghij", trail, full));
        assert!(!delivers("123456789012", trail, full));
        assert!(!delivers("o-zzzzzzzzzz", trail, full));
        assert!(!delivers(
            account,
            "arn:aws:cloudtrail:eu-west-1:123456789012:trail/x",
            full
        ));
        assert!(!delivers(account, trail, "private"));
        let context = [("aws:SourceArn", trail)];
        assert!(policy::allows(
            document,
            &request("s3:GetBucketAcl", BUCKET, &context)
        ));
        for statement in policy::statements(document)
            .iter()
            .filter(|s| s["Effect"] == "Allow")
        {
            assert_eq!(
                statement["Principal"],
                json!({"Service": "cloudtrail.amazonaws.com"})
            );
        }
    }
}

#[test]
fn nobody_deletes_not_even_break_glass_or_cloudformation() {
    let stack = Stack::deploy(ROLES);
    for action in [
        "s3:BypassGovernanceRetention",
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
    ] {
        for principal in [BREAK_GLASS, DEPLOYER, ADMINISTRATOR, "${IndexerRole.Arn}"] {
            let context = [
                ("aws:PrincipalArn", principal),
                ("aws:CalledVia", "cloudformation.amazonaws.com"),
            ];
            assert!(is_denied(&stack, action, &context), "{principal} {action}");
        }
    }
}

#[test]
fn only_a_service_writes_and_only_over_tls() {
    let stack = Stack::deploy(ROLES);
    for principal in [BREAK_GLASS, DEPLOYER, ADMINISTRATOR] {
        let context = [
            ("aws:PrincipalArn", principal),
            ("aws:PrincipalIsAWSService", "false"),
        ];
        assert!(is_denied(&stack, "s3:PutObject", &context), "{principal}");
    }
    assert!(is_denied(
        &stack,
        "s3:GetObject",
        &[("aws:SecureTransport", "false")]
    ));
    assert!(!is_denied(
        &stack,
        "s3:GetObject",
        &[("aws:SecureTransport", "true")]
    ));
}

#[test]
fn the_configuration_changes_through_the_stack_only() {
    for action in [
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketNotification",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
    ] {
        let named = Stack::deploy(ROLES);
        let is_denied_to =
            |principal| is_denied(&named, action, &[("aws:PrincipalArn", principal)]);
        assert!(
            !is_denied_to(DEPLOYER) && !is_denied_to(BREAK_GLASS),
            "{action}"
        );
        assert!(is_denied_to(ADMINISTRATOR), "{action}");
        let unnamed = Stack::deploy(&[]);
        let administrator = ("aws:PrincipalArn", ADMINISTRATOR);
        let through = ("aws:CalledVia", "cloudformation.amazonaws.com");
        assert!(is_denied(&unnamed, action, &[administrator]), "{action}");
        assert!(
            !is_denied(&unnamed, action, &[administrator, through]),
            "{action}"
        );
    }
    let stack = Stack::deploy(ROLES);
    for action in ["s3:PutObjectRetention", "s3:PutObjectLegalHold"] {
        assert!(
            is_denied(&stack, action, &[("aws:PrincipalArn", DEPLOYER)]),
            "{action}"
        );
        assert!(
            !is_denied(&stack, action, &[("aws:PrincipalArn", BREAK_GLASS)]),
            "{action}"
        );
    }
}

#[test]
fn an_adopted_bucket_is_left_as_it_is() {
    let stack = Stack::deploy(&[("ExistingBucketName", "old-logs")]);
    for name in ["LogBucket", "LogBucketPolicy"] {
        assert!(stack.find(name).is_none(), "{name}");
    }
    for (name, policy) in stack.of_type("AWS::S3::BucketPolicy") {
        assert_ne!(policy["Properties"]["Bucket"], "old-logs", "{name}");
    }
}

#[test]
fn a_key_of_the_stack_cannot_be_destroyed_and_encrypts_for_the_trail_only() {
    let parameters = [("CreateKmsKey", "true"), ROLES[0], ROLES[1]];
    let stack = Stack::deploy(&parameters);
    let key = stack.properties("LogKey");
    assert_eq!(key["EnableKeyRotation"], true);
    let document = &key["KeyPolicy"];
    for action in [
        "kms:ScheduleKeyDeletion",
        "kms:DisableKey",
        "kms:PutKeyPolicy",
    ] {
        let is_denied = |principal| {
            policy::denies(
                document,
                &request(action, "k", &[("aws:PrincipalArn", principal)]),
            )
        };
        assert!(is_denied(ADMINISTRATOR), "{action}");
        assert!(!is_denied(DEPLOYER), "{action}");
    }
    let encrypts = policy::statements(document)
        .iter()
        .find(|statement| statement["Sid"] == "CloudTrailEncrypts")
        .expect("a grant to cloudtrail");
    assert_eq!(
        encrypts["Condition"]["StringEquals"]["aws:SourceArn"],
        OWN_TRAIL
    );
    let bucket = stack.properties("LogBucket");
    let encryption = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    assert_eq!(
        encryption["ServerSideEncryptionByDefault"]["KMSMasterKeyID"],
        "${LogKey.Arn}"
    );
    assert_eq!(stack.properties("Trail")["KMSKeyId"], "${LogKey.Arn}");
}
