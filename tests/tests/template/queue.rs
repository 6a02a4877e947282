//! Fan-out: from the bucket's notification to the function's batch.

use serde_json::{Value, json};

use crate::alert::ALERT_TOPIC;
use crate::policy::{self, Request};
use crate::stack::Stack;

/// Lists the queue triggers of a stack: the function, its properties, and the trigger's.
fn triggers(stack: &Stack) -> Vec<(&str, &Value, &Value)> {
    let functions = stack.of_type("AWS::Serverless::Function");
    let triggers = functions.into_iter().flat_map(|(name, function)| {
        let properties = &function["Properties"];
        let events = properties["Events"].as_object().expect("events").values();
        events
            .filter(|event| event["Type"] == "SQS")
            .map(move |event| (name, properties, &event["Properties"]))
    });
    triggers.collect()
}

/// Returns the queue that an `Arn` token stands for.
fn queue<'a>(stack: &'a Stack, arn: &Value) -> &'a Value {
    let name = arn
        .as_str()
        .and_then(|arn| arn.strip_prefix("${")?.strip_suffix(".Arn}"));
    stack.properties(name.expect("a queue of this stack"))
}

#[test]
fn a_batch_fails_by_the_message() {
    let stack = Stack::deploy(&[]);
    let triggers = triggers(&stack);
    assert!(!triggers.is_empty());
    for (function, _, trigger) in triggers {
        assert_eq!(
            trigger["FunctionResponseTypes"],
            json!(["ReportBatchItemFailures"]),
            "{function}"
        );
        let batch = trigger["BatchSize"].as_u64().expect("a batch size");
        assert!(
            (10..=10_000).contains(&batch),
            "{function}: ten log files share a segment, or one read of the windows"
        );
    }
}

#[test]
fn a_message_stays_hidden_while_its_batch_is_gathered_worked_on_and_retried() {
    let stack = Stack::deploy(&[]);
    let template = crate::document::template();
    let longest = &template["Parameters"]["BatchingWindow"]["MaxValue"];
    for (function, properties, trigger) in triggers(&stack) {
        // A parameter's value is a text.
        let window = &trigger["MaximumBatchingWindowInSeconds"];
        let window = if window.is_string() { longest } else { window };
        let window = window.as_u64().expect("a window");
        let timeout = properties["Timeout"].as_u64().expect("a time-out");
        let queue = queue(&stack, &trigger["Queue"]);
        let hidden = queue["VisibilityTimeout"]
            .as_u64()
            .expect("a visibility time-out");
        assert!(
            hidden >= 6 * timeout + window,
            "{function}: {hidden} s for {timeout} s"
        );
    }
}

#[test]
fn what_fails_five_times_is_kept_aside_longer_and_raises_an_alarm() {
    let stack = Stack::deploy(&[]);
    for (function, _, trigger) in triggers(&stack) {
        let main = queue(&stack, &trigger["Queue"]);
        assert!(
            main["RedrivePolicy"]["maxReceiveCount"].as_u64() >= Some(5),
            "{function}"
        );
        let target = &main["RedrivePolicy"]["deadLetterTargetArn"];
        let aside = queue(&stack, target);
        let kept = |queue: &Value| queue["MessageRetentionPeriod"].as_u64().expect("a period");
        assert!(kept(aside) > kept(main), "{function}");
        for queue in [main, aside] {
            assert_eq!(queue["SqsManagedSseEnabled"], true, "{function}");
        }
        let name = target
            .as_str()
            .expect("a token")
            .replace(".Arn}", ".QueueName}");
        let alarms = stack.of_type("AWS::CloudWatch::Alarm");
        let watching = alarms.iter().any(|(_, alarm)| {
            let properties = &alarm["Properties"];
            properties["Dimensions"] == json!([{"Name": "QueueName", "Value": name}])
                && properties["MetricName"] == "ApproximateNumberOfMessagesVisible"
                && properties["Threshold"] == 0
                && properties["ComparisonOperator"] == "GreaterThanThreshold"
                && properties["AlarmActions"][0] == ALERT_TOPIC
        });
        assert!(watching, "{function}: nothing watches {name}");
    }
}

#[test]
fn only_the_log_bucket_publishes_and_the_topic_sends_to_every_consumer() {
    for (bucket, parameters) in [
        ("trailkeep-111122223333-eu-west-1-1a2b3c4d", &[][..]),
        ("old-logs", &[("ExistingBucketName", "old-logs")]),
    ] {
        let stack = Stack::deploy(parameters);
        let document = &stack.properties("TopicPolicy")["PolicyDocument"];
        let publishes = |bucket: &str, account: &str| {
            let arn = format!("arn:aws:s3:::{bucket}");
            let context = [
                ("aws:SourceArn", arn.as_str()),
                ("aws:SourceAccount", account),
            ];
            let request = Request {
                action: "sns:Publish",
                resource: "${Topic}",
                context: &context,
            };
            policy::allows(document, &request)
        };
        assert!(publishes(bucket, "111122223333"));
        assert!(!publishes(bucket, "444455556666"));
        assert!(!publishes("another-bucket", "111122223333"));
    }
    let topic = "arn:aws:sns:eu-west-1:111122223333:logs";
    for (topic, parameters) in [
        ("${Topic}", &[][..]),
        (
            topic,
            &[
                ("ExistingBucketName", "old-logs"),
                ("ExistingTopicArn", topic),
            ],
        ),
    ] {
        let stack = Stack::deploy(parameters);
        for consumer in ["Index", "Detect", "Integrity"] {
            let resource = format!("${{{consumer}Queue.Arn}}");
            let policy = stack.properties(&format!("{consumer}QueuePolicy"));
            let document = policy::concerning(&policy["PolicyDocument"], "sns.amazonaws.com");
            let sends = |topic: &str| {
                let context = [("aws:SourceArn", topic)];
                let request = Request {
                    action: "sqs:SendMessage",
                    resource: &resource,
                    context: &context,
                };
                policy::allows(&document, &request)
            };
            assert!(sends(topic), "{consumer}");
            assert!(!sends("arn:aws:sns:eu-west-1:111122223333:another"));
            let subscription = stack.properties(&format!("{consumer}Subscription"));
            assert_eq!(subscription["RawMessageDelivery"], true);
            assert_eq!(subscription["TopicArn"], topic);
            assert_eq!(subscription["Endpoint"], resource);
        }
    }
}

#[test]
fn the_bucket_notifies_the_topic_of_every_file() {
    let stack = Stack::deploy(&[]);
    let notifications = &stack.properties("LogBucket")["NotificationConfiguration"];
    let topics = notifications["TopicConfigurations"]
        .as_array()
        .expect("topics");
    assert_eq!(topics.len(), 1);
    assert_eq!(topics[0]["Event"], "s3:ObjectCreated:*");
    assert_eq!(topics[0]["Topic"], "${Topic}");
    let rules = json!([{"Name": "suffix", "Value": ".json.gz"}]);
    assert_eq!(topics[0]["Filter"]["S3Key"]["Rules"], rules);
}
