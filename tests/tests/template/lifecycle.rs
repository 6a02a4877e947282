//! Retention: its parameters, the archive's lifecycle, and what the functions are told of both.

use serde_json::{Value, json};

use crate::document;
use crate::stack::{Parameters, Stack};

fn rules(stack: &Stack) -> &[Value] {
    let lifecycle = &stack.properties("LogBucket")["LifecycleConfiguration"];
    lifecycle["Rules"].as_array().expect("rules")
}

fn told(stack: &Stack) -> &Value {
    &stack.properties("Retention")["Environment"]["Variables"]
}

#[test]
fn every_category_is_kept_from_a_day_to_ten_years_and_for_90_days_by_default() {
    let parameters = &document::template()["Parameters"];
    for category in ["Management", "Data", "NetworkActivity", "Insight"] {
        let parameter = &parameters[format!("{category}RetentionDays")];
        assert_eq!(parameter["Type"], "Number", "{category}");
        assert_eq!(parameter["Default"], 90, "{category}");
        assert_eq!(parameter["MinValue"], 1, "{category}");
        assert_eq!(parameter["MaxValue"], 3_650, "{category}");
    }
}

#[test]
fn whoever_writes_expiry_or_reads_by_it_is_told_the_same_policy() {
    let exceptions = "444455556666=365,111122223333:Data=30";
    let stack = Stack::deploy(&[
        ("DataRetentionDays", "30"),
        ("InsightRetentionDays", "365"),
        ("RetentionExceptions", exceptions),
    ]);
    for function in ["Indexer", "Integrity", "Lookup", "Retention"] {
        let variables = &stack.properties(function)["Environment"]["Variables"];
        assert_eq!(
            variables["RETENTION"], "Management=90,Data=30,NetworkActivity=90,Insight=365",
            "{function}"
        );
        assert_eq!(variables["RETENTION_EXCEPTIONS"], exceptions, "{function}");
        let read = |name: &str| variables[name].as_str().expect("a text");
        let policy = index::Policy::parse(read("RETENTION"), read("RETENTION_EXCEPTIONS"));
        assert!(policy.is_ok(), "{function}: {policy:?}");
    }
    assert!(
        index::Policy::parse("Management=90,Data=90,NetworkActivity=90,Insight=90", "").is_ok()
    );
}

/// Lambda takes 4 KB of variables, names and values, and refuses the stack otherwise.
#[test]
fn the_longest_exceptions_still_fit_beside_the_other_variables() {
    let longest = document::template()["Parameters"]["RetentionExceptions"]["MaxLength"].clone();
    let longest = usize::try_from(longest.as_u64().expect("a length")).expect("a length");
    let exceptions = "4".repeat(longest);
    let stack = Stack::deploy(&[
        ("RetentionExceptions", &exceptions),
        ("CreateKmsKey", "true"),
        ("DataEventsS3", "true"),
        ("DataEventsLambda", "true"),
        ("DataEventsDynamoDb", "true"),
    ]);
    // A role's name has at most 64 characters, and a queue's 80.
    let role = format!("arn:aws:iam::111122223333:role/{}", "r".repeat(64));
    let queue = format!(
        "https://sqs.ap-southeast-1.amazonaws.com/111122223333/{}",
        "q".repeat(80)
    );
    for (name, function) in stack.of_type("AWS::Serverless::Function") {
        let variables = function["Properties"]["Environment"]["Variables"].as_object();
        let bytes: usize = variables
            .expect("variables")
            .iter()
            .map(|(name, value)| {
                let mut value = value.as_str().expect("a text").to_owned();
                for function in ["Detector", "Indexer", "Integrity", "Retention"] {
                    value = value.replace(&format!("${{{function}Role.Arn}}"), &role);
                }
                for token in ["${DetectQueue}", "${IndexQueue}"] {
                    value = value.replace(token, &queue);
                }
                name.len() + value.len()
            })
            .sum();
        assert!(bytes < 4_096 - 256, "{name}: {bytes}");
    }
}

#[test]
fn the_archive_moves_to_cheaper_storage_and_expires_when_it_is_said_to() {
    let ways: [(Parameters<'_>, Value, Value, &str); 3] = [
        (
            &[],
            json!([{"StorageClass": "GLACIER_IR", "TransitionInDays": "180"}]),
            Value::Null,
            "GLACIER_IR=180",
        ),
        (
            &[
                ("ArchiveTransitionDays", "400"),
                ("ArchiveStorageClass", "DEEP_ARCHIVE"),
                ("ArchiveRetentionDays", "2557"),
            ],
            json!([{"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": "400"}]),
            json!("2557"),
            "DEEP_ARCHIVE=400",
        ),
        (
            &[("ArchiveTransitionDays", "0")],
            Value::Null,
            Value::Null,
            "",
        ),
    ];
    for (parameters, transitions, expiry, promised) in ways {
        let stack = Stack::deploy(parameters);
        let archive = &rules(&stack)[0];
        let property = |name: &str| archive.get(name).cloned().unwrap_or_default();
        assert_eq!(archive["Status"], "Enabled");
        assert_eq!(property("Transitions"), transitions);
        assert_eq!(property("ExpirationInDays"), expiry);
        // Every version, and of every object: no prefix, no tag.
        let hidden = property("NoncurrentVersionExpiration");
        assert_eq!(hidden.is_null(), expiry.is_null());
        for filter in ["Prefix", "TagFilters", "ObjectSizeGreaterThan"] {
            assert_eq!(archive.get(filter), None);
        }
        let told = told(&stack);
        assert_eq!(told["PROMISED_TRANSITIONS"], promised);
        let promised = expiry.as_str().unwrap_or("0");
        assert_eq!(told["PROMISED_ARCHIVE_DAYS"], promised);
    }
}

/// S3 refuses a rule that expires objects no later than it moves them, and that is the one
/// comparison of numbers that a template can have.
#[test]
fn an_archive_that_ends_before_lock_or_index_is_refused_by_s3() {
    assert_eq!(
        rules(&Stack::deploy(&[])).len(),
        1,
        "what stays for ever needs no guard"
    );
    let periods = [
        ("ObjectLockDays", "401"),
        ("ManagementRetentionDays", "402"),
        ("DataRetentionDays", "403"),
        ("NetworkActivityRetentionDays", "404"),
        ("InsightRetentionDays", "405"),
    ];
    let mut parameters = periods.to_vec();
    parameters.push(("ArchiveRetentionDays", "2557"));
    let stack = Stack::deploy(&parameters);
    let guards = &rules(&stack)[1..];
    let mut prefixes = Vec::new();
    for (guard, (name, days)) in guards.iter().zip(periods) {
        assert_eq!(guard["Transitions"][0]["TransitionInDays"], days, "{name}");
        assert_eq!(guard["ExpirationInDays"], "2557", "{name}");
        let prefix = guard["Prefix"].as_str().expect("a prefix");
        assert!(!"AWSLogs/".starts_with(prefix) && prefix.starts_with(".trailkeep/"));
        assert!(!prefixes.contains(&prefix), "{prefix}");
        prefixes.push(prefix);
    }
    assert_eq!(guards.len(), periods.len());
    parameters.push(("ObjectLockMode", "NONE"));
    assert_eq!(rules(&Stack::deploy(&parameters)).len(), periods.len());
}

#[test]
fn what_is_not_the_stacks_is_promised_nothing() {
    let stack = Stack::deploy(&[("CreateTrail", "false"), ("ExistingBucketName", "old-logs")]);
    for name in [
        "LOG_BUCKET",
        "TRAIL_ARN",
        "PROMISED_MANAGEMENT_EVENTS",
        "KMS_KEY_ARN",
    ] {
        assert_eq!(told(&stack)[name], "", "{name}");
    }
    let integrity = &stack.properties("Integrity")["Environment"]["Variables"];
    assert_eq!(
        integrity["LOG_BUCKET"], "old-logs",
        "it is verified all the same"
    );
    let stack = Stack::deploy(&[
        ("CreateKmsKey", "true"),
        ("DataEventsS3", "true"),
        ("DataEventsDynamoDb", "true"),
        ("ManagementEvents", "WriteOnly"),
        ("ObjectLockMode", "COMPLIANCE"),
        ("ObjectLockDays", "400"),
    ]);
    for (name, value) in [
        ("LOG_BUCKET", "trailkeep-111122223333-eu-west-1-1a2b3c4d"),
        (
            "TRAIL_ARN",
            "arn:aws:cloudtrail:eu-west-1:111122223333:trail/trailkeep-trail",
        ),
        ("PROMISED_MANAGEMENT_EVENTS", "WriteOnly"),
        (
            "PROMISED_DATA_EVENTS",
            "AWS::S3::Object,,AWS::DynamoDB::Table",
        ),
        ("PROMISED_LOCK_MODE", "COMPLIANCE"),
        ("PROMISED_LOCK_DAYS", "400"),
        ("KMS_KEY_ARN", "${LogKey.Arn}"),
    ] {
        assert_eq!(told(&stack)[name], value, "{name}");
    }
}

#[test]
fn the_day_begins_with_a_run_that_is_gone_on_with_until_it_is_done() {
    let stack = Stack::deploy(&[]);
    let retention = stack.properties("Retention");
    let schedule = |function: &str, event: &str| {
        let event = &stack.properties(function)["Events"][event];
        assert_eq!(event["Type"], "Schedule");
        assert_ne!(event["Properties"]["Enabled"], false);
        let input = event["Properties"]["Input"].as_str().expect("an input");
        let input: Value = serde_json::from_str(input).expect("json");
        (
            event["Properties"]["Schedule"].clone(),
            input["task"].clone(),
        )
    };
    assert_eq!(
        schedule("Retention", "Daily"),
        (json!("cron(17 2 * * ? *)"), json!("daily"))
    );
    assert_eq!(
        schedule("Retention", "Continue"),
        (json!("rate(5 minutes)"), json!("continue"))
    );
    assert_eq!(
        schedule("Integrity", "Sweep"),
        (json!("rate(1 hour)"), json!("sweep"))
    );
    assert!(
        retention["Timeout"].as_u64() < Some(300),
        "before it is called again"
    );
    let aside = &retention["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
    assert_eq!(aside["Destination"], "${RetentionDeadLetterQueue.Arn}");
}
