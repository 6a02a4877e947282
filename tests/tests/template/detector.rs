//! What the detector may do, and may not.

use index::table::alerting;

use crate::access::{self, BUCKET, TABLE, documents};
use crate::alert::{ALERT_TOPIC, CHAT_TOPIC};
use crate::policy::{self, Request};
use crate::stack::Stack;

fn may(stack: &Stack, action: &str, resource: &str, partition: Option<&str>) -> bool {
    access::may(stack, "DetectorRole", action, resource, partition)
}

#[test]
fn it_remembers_under_its_own_prefixes_and_deletes_only_what_was_pending() {
    let stack = Stack::deploy(&[]);
    let may =
        |action: &str, key: &str| may(&stack, &format!("dynamodb:{action}"), TABLE, Some(key));
    for prefix in alerting::WRITTEN {
        let key = &format!("{prefix}x");
        for action in ["GetItem", "PutItem", "Query", "UpdateItem"] {
            assert!(may(action, key), "{action} {key}");
        }
        assert_eq!(may("DeleteItem", key), prefix == alerting::DELETED, "{key}");
    }
    let others = index::table::WRITTEN
        .iter()
        .map(|prefix| format!("{prefix}x"));
    for key in others.chain(["alert", "xalert#1", "insight#1", "hold#1", ""].map(str::to_owned)) {
        for action in ["GetItem", "PutItem", "Query", "UpdateItem", "DeleteItem"] {
            assert!(!may(action, &key), "{action} {key}");
        }
    }
}

#[test]
fn every_partition_that_it_writes_is_one_that_it_may_write_and_the_table_lets_it() {
    let stack = Stack::deploy(&[]);
    let alert = alerting::alert(0, "alert");
    let window = alerting::window("rule", Some("111122223333"), "group");
    let keys = [
        alerting::pending_alert(&alert),
        alerting::pending_window(0, &window),
        alerting::sighting("rule", "group", 0),
        alerting::rule_problem("problem"),
        alert,
        window,
    ];
    let denies = &stack.properties("Table")["ResourcePolicy"]["PolicyDocument"];
    for key in keys {
        for action in ["dynamodb:PutItem", "dynamodb:UpdateItem"] {
            let partition = key.partition.as_str();
            assert!(may(&stack, action, TABLE, Some(partition)), "{partition}");
            let request = Request {
                action,
                resource: TABLE,
                context: &[
                    ("aws:PrincipalArn", "${DetectorRole.Arn}"),
                    ("dynamodb:LeadingKeys", partition),
                ],
            };
            assert!(!policy::denies(denies, &request), "{action} {partition}");
        }
    }
}

#[test]
fn it_has_no_other_right_on_the_table() {
    let stack = Stack::deploy(&[]);
    for action in [
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteTable",
        "PartiQLDelete",
        "PartiQLInsert",
        "PartiQLSelect",
        "PartiQLUpdate",
        "PutResourcePolicy",
        "Scan",
        "UpdateTable",
        "UpdateTimeToLive",
    ] {
        let action = format!("dynamodb:{action}");
        for key in [Some("alert#x"), None] {
            assert!(!may(&stack, &action, TABLE, key), "{action} {key:?}");
        }
    }
}

#[test]
fn it_reads_log_files_as_the_indexer_does() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let statements = |parameters, role: &str| {
        let stack = Stack::deploy(parameters);
        let documents = documents(&stack, role).into_iter();
        let statements = documents.flat_map(policy::statements);
        let reading = statements.filter(|statement| {
            statement["Sid"] == "ReadLogFiles" || statement["Sid"] == "DecryptLogFiles"
        });
        reading.cloned().collect::<Vec<_>>()
    };
    for (parameters, count) in [
        (&[("LogPrefix", "audit/logs")][..], 1),
        (&[("CreateKmsKey", "true")], 2),
        (&[("ExistingBucketName", "old-logs"), ("KmsKeyArn", key)], 2),
    ] {
        let detector = statements(parameters, "DetectorRole");
        assert_eq!(detector.len(), count, "{parameters:?}");
        assert_eq!(detector, statements(parameters, "IndexerRole"));
    }
    let stack = Stack::deploy(&[]);
    let log_file = format!("{BUCKET}/AWSLogs/111122223333/CloudTrail/x.json.gz");
    assert!(may(&stack, "s3:GetObject", &log_file, None));
    for action in ["s3:PutObject", "s3:DeleteObject", "s3:PutObjectRetention"] {
        assert!(!may(&stack, action, &log_file, None), "{action}");
    }
}

#[test]
fn it_lists_and_reads_rules_below_their_prefix_and_writes_none() {
    for (prefix, elsewhere) in [
        ("rules/", Some("drafts/x.yml")),
        ("a/b/", Some("a/x.yml")),
        ("", None),
    ] {
        let stack = Stack::deploy(&[("RulesPrefix", prefix)]);
        let bucket = "arn:aws:s3:::${RulesBucket}";
        let lists = |prefix: Option<&str>| {
            let context: Vec<_> = prefix
                .map(|prefix| ("s3:prefix", prefix))
                .into_iter()
                .collect();
            documents(&stack, "DetectorRole")
                .into_iter()
                .any(|document| {
                    let request = Request {
                        action: "s3:ListBucket",
                        resource: bucket,
                        context: &context,
                    };
                    policy::allows(document, &request)
                })
        };
        assert!(lists(Some(prefix)));
        assert_eq!(lists(None), prefix.is_empty(), "{prefix}");
        let rule = format!("{bucket}/{prefix}own/x.yml");
        assert!(may(&stack, "s3:GetObject", &rule, None));
        assert!(!may(&stack, "s3:PutObject", &rule, None));
        assert!(!may(&stack, "s3:DeleteObject", &rule, None));
        if let Some(elsewhere) = elsewhere {
            assert!(!lists(Some(elsewhere)));
            let other = format!("{bucket}/{elsewhere}");
            assert!(!may(&stack, "s3:GetObject", &other, None));
        }
        let variables = &stack.properties("Detector")["Environment"]["Variables"];
        assert_eq!(variables["RULES_BUCKET"], "${RulesBucket}");
        assert_eq!(variables["RULES_PREFIX"], prefix);
    }
}

#[test]
fn it_publishes_to_its_topics_and_to_no_other() {
    for (chat, parameters) in [(false, &[][..]), (true, &[("CreateChatTopic", "true")])] {
        let stack = Stack::deploy(parameters);
        let publishes = |topic| may(&stack, "sns:Publish", topic, None);
        assert!(publishes(ALERT_TOPIC));
        assert_eq!(publishes(CHAT_TOPIC), chat);
        assert!(!publishes("${Topic}"), "the topic of log files");
        assert!(!publishes("arn:aws:sns:eu-west-1:111122223333:another"));
        for action in ["sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic"] {
            assert!(!may(&stack, action, ALERT_TOPIC, None), "{action}");
        }
        let variables = &stack.properties("Detector")["Environment"]["Variables"];
        assert_eq!(variables["ALERT_TOPIC_ARN"], ALERT_TOPIC);
        let given = if chat { CHAT_TOPIC } else { "" };
        assert_eq!(variables["CHAT_TOPIC_ARN"], given);
    }
}

#[test]
fn it_takes_messages_from_its_own_queue_and_leaves_the_indexers() {
    let stack = Stack::deploy(&[]);
    for action in ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"] {
        let action = format!("sqs:{action}");
        assert!(may(&stack, &action, "${DetectQueue.Arn}", None), "{action}");
        assert!(!may(&stack, &action, "${IndexQueue.Arn}", None), "{action}");
    }
    assert!(!may(&stack, "sqs:SendMessage", "${DetectQueue.Arn}", None));
}
