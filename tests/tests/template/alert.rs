//! Alerts: who may publish them, whom they reach, and where the rules are.

use serde_json::{Value, json};

use crate::policy::{self, Request};
use crate::stack::Stack;

/// The topic of alerts.
pub(crate) const ALERT_TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:trailkeep-alerts-1a2b3c4d";
/// The topic for chat applications.
pub(crate) const CHAT_TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:trailkeep-chat-1a2b3c4d";

const DETECTOR: &str = "${DetectorRole.Arn}";
const CLOUDWATCH: &str = "cloudwatch.amazonaws.com";
const ADMINISTRATOR: &str = "arn:aws:iam::111122223333:role/administrator";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const ACCOUNT: (&str, &str) = ("aws:SourceAccount", "111122223333");

const CHAT: &[(&str, &str)] = &[("CreateChatTopic", "true")];

/// Returns the context of a call of a role's session.
fn of_role(arn: &str) -> [(&str, &str); 3] {
    [
        ("aws:PrincipalArn", arn),
        ("aws:PrincipalIsAWSService", "false"),
        ("aws:SecureTransport", "true"),
    ]
}

/// Returns the context of a call of a service for an account.
fn of_service(account: &str) -> [(&str, &str); 3] {
    [
        ("aws:SourceAccount", account),
        ("aws:PrincipalIsAWSService", "true"),
        ("aws:SecureTransport", "true"),
    ]
}

fn topics() -> (Stack, [(&'static str, &'static str); 2]) {
    let topics = [("AlertTopic", ALERT_TOPIC), ("ChatTopic", CHAT_TOPIC)];
    (Stack::deploy(CHAT), topics)
}

#[test]
fn the_detector_and_this_accounts_alarms_publish_and_nobody_else() {
    let (stack, topics) = topics();
    for (name, arn) in topics {
        let policy = stack.properties(&format!("{name}Policy"));
        assert_eq!(policy["Topics"], json!([arn]));
        let document = &policy["PolicyDocument"];
        let publishes = |principal: &str, context: &[(&str, &str)]| {
            let request = Request {
                action: "sns:Publish",
                resource: arn,
                context,
            };
            policy::allows(&policy::concerning(document, principal), &request)
        };
        assert!(publishes(DETECTOR, &of_role(DETECTOR)), "{name}");
        assert!(publishes(CLOUDWATCH, &of_service("111122223333")), "{name}");
        assert!(
            !publishes(CLOUDWATCH, &of_service("444455556666")),
            "{name}"
        );
        for service in ["s3.amazonaws.com", "events.amazonaws.com"] {
            assert!(
                !publishes(service, &of_service("111122223333")),
                "{service}"
            );
        }
        for principal in [
            ADMINISTRATOR,
            ROOT,
            "${IndexerRole.Arn}",
            "${LookupRole.Arn}",
        ] {
            assert!(!publishes(principal, &of_role(principal)), "{principal}");
            // Not by their own policies either, which a topic's owner needs no leave for.
            let context = of_role(principal);
            let request = Request {
                action: "sns:Publish",
                resource: arn,
                context: &context,
            };
            assert!(policy::denies(document, &request), "{principal}");
        }
        let mut plain = of_role(DETECTOR);
        plain[2] = ("aws:SecureTransport", "false");
        assert!(!publishes(DETECTOR, &plain), "{name}: tls only");
    }
}

#[test]
fn topics_are_encrypted_with_a_key_that_only_publishers_use() {
    let (stack, topics) = topics();
    for (name, _) in topics {
        assert_eq!(stack.properties(name)["KmsMasterKeyId"], "${AlertKey.Arn}");
    }
    let key = stack.properties("AlertKey");
    assert_eq!(key["EnableKeyRotation"], true);
    let document = &key["KeyPolicy"];
    let uses = |principal: &str, action: &str, context: &[(&str, &str)]| {
        let request = Request {
            action,
            resource: "*",
            context,
        };
        policy::allows(&policy::concerning(document, principal), &request)
    };
    for action in ["kms:GenerateDataKey", "kms:Decrypt"] {
        assert!(uses(DETECTOR, action, &of_role(DETECTOR)), "{action}");
        assert!(uses(CLOUDWATCH, action, &[ACCOUNT]), "{action}");
        let other = [("aws:SourceAccount", "444455556666")];
        assert!(!uses(CLOUDWATCH, action, &other), "{action}");
        assert!(!uses(CLOUDWATCH, action, &[]), "{action}");
        assert!(!uses("sns.amazonaws.com", action, &[ACCOUNT]), "{action}");
    }
    // The account's statement is what IAM policies can hand on.
    for action in [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
    ] {
        assert!(!uses(ROOT, action, &of_role(ROOT)), "{action}");
    }
    assert!(
        uses(ROOT, "kms:PutKeyPolicy", &of_role(ROOT)),
        "or kms refuses the policy"
    );
    for action in ["kms:DisableKey", "kms:ScheduleKeyDeletion"] {
        let administrator = of_role(ADMINISTRATOR);
        assert!(!uses(ROOT, action, &administrator), "{action}");
        let through = [
            ("aws:PrincipalArn", ADMINISTRATOR),
            ("aws:CalledVia", "cloudformation.amazonaws.com"),
        ];
        assert!(
            uses(ROOT, action, &through),
            "{action}: the stack can be deleted"
        );
    }
}

#[test]
fn chat_and_mail_are_there_by_choice() {
    let plain = Stack::deploy(&[]);
    for name in ["ChatTopic", "ChatTopicPolicy", "AlertEmailSubscription"] {
        assert!(plain.find(name).is_none(), "{name}");
    }
    assert_eq!(plain.output("AlertTopicArn"), Some(&json!(ALERT_TOPIC)));
    assert_eq!(plain.output("ChatTopicArn"), None);
    let chat = Stack::deploy(CHAT);
    assert_eq!(chat.output("ChatTopicArn"), Some(&json!(CHAT_TOPIC)));
    let mail = Stack::deploy(&[("AlertEmail", "security@example.com")]);
    let subscription = json!({
        "TopicArn": ALERT_TOPIC,
        "Protocol": "email",
        "Endpoint": "security@example.com",
    });
    assert_eq!(*mail.properties("AlertEmailSubscription"), subscription);
}

#[test]
fn every_alarm_reaches_whom_alerts_reach() {
    for (parameters, actions) in [
        (&[][..], json!([ALERT_TOPIC])),
        (CHAT, json!([ALERT_TOPIC, CHAT_TOPIC])),
    ] {
        let stack = Stack::deploy(parameters);
        let alarms = stack.of_type("AWS::CloudWatch::Alarm");
        assert!(alarms.len() >= 7);
        for (name, alarm) in alarms {
            assert_eq!(alarm["Properties"]["AlarmActions"], actions, "{name}");
            assert_ne!(alarm["Properties"]["ActionsEnabled"], false, "{name}");
        }
    }
}

#[test]
fn a_function_that_fails_or_does_not_run_raises_an_alarm() {
    let stack = Stack::deploy(&[]);
    // The detector and the retention function are called so often that the least count of errors
    // is 1 where all of them fail. The sweep is hourly, and tried twice.
    for (function, statistic, errors, seconds) in [
        ("Detector", "Minimum", 1, 5 * 60),
        ("Integrity", "Sum", 2, 2 * 3_600),
        ("Retention", "Minimum", 1, 15 * 60),
    ] {
        let alarm = stack.properties(&format!("{function}Alarm"));
        let expected = json!({
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [{"Name": "FunctionName", "Value": format!("${{{function}}}")}],
            "Statistic": statistic,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": errors,
            "TreatMissingData": "breaching",
        });
        for (property, value) in expected.as_object().expect("properties") {
            assert_eq!(alarm[property], *value, "{function} {property}");
        }
        let number = |property: &str| alarm[property].as_u64().expect("a number");
        assert_eq!(
            number("Period") * number("EvaluationPeriods"),
            seconds,
            "{function}"
        );
    }
    let tries = &stack.properties("Integrity")["EventInvokeConfig"]["MaximumRetryAttempts"];
    assert_eq!(*tries, 1);
}

#[test]
fn an_invocation_that_failed_for_good_is_kept_aside_and_raises_an_alarm() {
    let stack = Stack::deploy(&[]);
    let alarm = stack.properties("RetentionDeadLettersAlarm");
    let queue = json!([{"Name": "QueueName", "Value": "${RetentionDeadLetterQueue.QueueName}"}]);
    assert_eq!(alarm["Dimensions"], queue);
    assert_eq!(alarm["Threshold"], 0);
    assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
    let aside = stack.properties("RetentionDeadLetterQueue");
    assert_eq!(aside["SqsManagedSseEnabled"], true);
}

fn is_denied_rules(stack: &Stack, action: &str, context: &[(&str, &str)]) -> bool {
    let document: &Value = &stack.properties("RulesBucketPolicy")["PolicyDocument"];
    let bucket = "arn:aws:s3:::${RulesBucket}";
    let object = format!("{bucket}/rules/x.yml");
    [bucket, &object].into_iter().any(|resource| {
        let request = Request {
            action,
            resource,
            context,
        };
        policy::denies(document, &request)
    })
}

#[test]
fn the_rules_have_a_bucket_of_their_own_whose_versions_stay() {
    let stack = Stack::deploy(&[("ExistingBucketName", "old-logs")]);
    let bucket = stack.properties("RulesBucket");
    assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
    let encryption = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    let algorithm = &encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"];
    assert_eq!(algorithm, "AES256");
    let public = bucket["PublicAccessBlockConfiguration"]
        .as_object()
        .expect("a block");
    assert_eq!(public.len(), 4);
    assert!(public.values().all(|blocked| blocked == true));
    for name in ["RulesBucket", "RulesBucketPolicy"] {
        let resource = stack.find(name).expect("is there");
        assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
    }
    assert_eq!(stack.output("RulesBucket"), Some(&json!("${RulesBucket}")));
    let administrator = of_role(ADMINISTRATOR);
    let is_denied = |action| is_denied_rules(&stack, action, &administrator);
    for action in [
        "s3:DeleteBucketPolicy",
        "s3:DeleteObjectVersion",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
    ] {
        assert!(is_denied(action), "{action}");
    }
    for action in ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"] {
        assert!(!is_denied(action), "{action}: iam decides who writes rules");
        let plain = [("aws:SecureTransport", "false")];
        assert!(is_denied_rules(&stack, action, &plain), "{action}");
    }
}
