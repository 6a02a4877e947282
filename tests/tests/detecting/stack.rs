//! The stack on the local cloud: buckets, a table, topics, and detectors over them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws::table::{Marked, Range};
use aws::{Objects, Table, Topic};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use detector::{Detector, HandleError, Handled, RuleFolder, Settings, Topics};
use index::table::{self, alerting};
use jiff::Timestamp;
use local::{Cloud, Storage};
use serde_json::{Value, json};

use crate::front::{Front, Published};
use crate::message::{Message, event};
use crate::rule;

/// The account of all records here.
pub(crate) const ACCOUNT: &str = "111122223333";

/// The bucket that log files are delivered to.
pub(crate) const BUCKET: &str = "trail-logs";

/// The bucket that rules lie in, and their prefix.
pub(crate) const RULES: (&str, &str) = ("trail-rules", "sigma/");

/// The time at which everything is detected: noon of 2026-10-13.
pub(crate) const NOW: i64 = 1_791_892_800;

/// How long a lease lasts at most, in seconds, with room to spare.
pub(crate) const LEASE: i64 = 600;

/// How long an invocation may take.
const TIME: Duration = Duration::from_mins(5);

/// A table and topics with what writes them, and the cloud that they are in.
pub(crate) struct Stack {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) front: Front,
    /// What is subscribed to the alert topic.
    pub(crate) queue: local::Queue,
    tables: Arc<AtomicUsize>,
    table: String,
    has_chat: bool,
}

impl Stack {
    /// Starts a cloud of its own, with an empty table and three rules of the user's own.
    pub(crate) async fn start() -> Self {
        let cloud = Arc::new(Cloud::start(Storage::Memory).await.expect("a cloud"));
        for bucket in [BUCKET, RULES.0] {
            cloud.create_bucket(bucket).expect("a bucket");
        }
        let topic = cloud.create_topic("alerts").expect("a topic");
        cloud.create_topic("chat").expect("a topic");
        let queue = cloud.create_queue("alerted", None).expect("a queue");
        cloud.subscribe(&topic, &queue, true).expect("subscribed");
        let first = Self {
            front: Front::start(&cloud).await,
            cloud,
            queue,
            tables: Arc::default(),
            table: String::new(),
            has_chat: false,
        };
        let stack = first.fresh().await;
        for (name, text) in [
            ("folded", rule::FOLDED),
            ("plain", rule::PLAIN),
            ("staged", rule::STAGED),
        ] {
            stack.put_rule(name, text);
        }
        stack
    }

    /// The same stack with a table that is empty, and nothing published yet.
    pub(crate) async fn fresh(self) -> Self {
        let number = self.tables.fetch_add(1, Ordering::Relaxed);
        let stack = Self {
            table: format!("alerts-{number}"),
            ..self
        };
        stack.front.forget();
        create_table(&stack.table()).await;
        stack
    }

    /// The same stack with a chat topic.
    pub(crate) fn with_chat(self) -> Self {
        Self {
            has_chat: true,
            ..self
        }
    }

    pub(crate) fn put_rule(&self, name: &str, text: &str) {
        let key = format!("{}{name}.yml", RULES.1);
        let put = self.cloud.put_object(RULES.0, &key, text.to_owned());
        put.expect("the rule is put");
    }

    /// Puts a log file, and answers the message that names it.
    pub(crate) fn deliver(&self, name: &str, records: &[String]) -> Message {
        let content = format!("{{\"Records\":[{}]}}", records.join(","));
        self.put(name, sample::compress(content.as_bytes(), 1))
    }

    /// Puts any bytes under a log file's key, and answers the message that names it.
    pub(crate) fn put(&self, name: &str, body: Vec<u8>) -> Message {
        let time = Timestamp::from_second(NOW).expect("a time");
        let (day, minute) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%dT%H%MZ"));
        let key = format!(
            "AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/{day}/{ACCOUNT}_CloudTrail_us-east-1_{minute}_{name}.json.gz"
        );
        let put = self.cloud.put_object(BUCKET, &key, body);
        put.expect("the log file is put");
        Message::of_object(&key)
    }

    pub(crate) fn table(&self) -> Table {
        Table::new(&sdk(self.cloud.dynamodb()), self.table.as_str())
    }

    /// A detector as it is deployed, fresh from a cold start.
    pub(crate) fn detector(&self) -> Detector {
        self.detector_over(self.table(), Topic::new)
    }

    /// A detector that gives up a call at its first failure, so that one whose cloud is
    /// killed ends at once.
    pub(crate) fn impatient_detector(&self) -> Detector {
        let sdk = sdk(self.cloud.dynamodb());
        let table = Table::with_retries(&sdk, self.table.as_str(), RetryConfig::disabled());
        self.detector_over(table, |sdk, arn| {
            Topic::with_retries(sdk, arn, RetryConfig::disabled())
        })
    }

    fn detector_over(&self, table: Table, topic: fn(&SdkConfig, String) -> Topic) -> Detector {
        let sns = sdk(&self.front.url);
        let topic = |name: &str| {
            let (region, account) = (local::REGION, local::ACCOUNT);
            topic(&sns, format!("arn:aws:sns:{region}:{account}:{name}"))
        };
        let topics = Topics {
            alerts: topic("alerts"),
            chat: self.has_chat.then(|| topic("chat")),
        };
        let settings = Settings {
            rules: Some(RuleFolder {
                bucket: RULES.0.to_owned(),
                prefix: RULES.1.to_owned(),
            }),
            ..Settings::default()
        };
        Detector::new(table, Objects::new(&sdk(self.cloud.s3())), topics, settings)
    }

    /// Has a fresh detector handle messages at some time, and sees all succeed.
    pub(crate) async fn detect(&self, messages: &[Message], now: i64) -> Handled {
        let handled = handle(&self.detector(), messages, now).await;
        let failed: Vec<&str> = handled.response.failed().collect();
        assert!(failed.is_empty(), "{failed:?} of {messages:?}");
        handled
    }

    /// Has a fresh detector sweep at some time.
    pub(crate) async fn sweep(&self, now: i64) -> Handled {
        let swept = try_sweep(&self.detector(), now).await;
        swept.expect("nothing is left")
    }

    /// What was published to the alert topic.
    pub(crate) fn published(&self) -> Vec<Published> {
        let mut published = self.front.published();
        published.retain(|published| published.topic.ends_with(":alerts"));
        published
    }

    /// The ids of what was published to the alert topic, in their order.
    pub(crate) fn published_ids(&self) -> Vec<String> {
        let published = self.published();
        published
            .iter()
            .map(|published| id(&published.alert))
            .collect()
    }

    /// What of some kind was published to the alert topic.
    pub(crate) fn published_kind(&self, kind: &str) -> Vec<Value> {
        let published = self.published().into_iter();
        let mut alerts: Vec<Value> = published.map(|published| published.alert).collect();
        alerts.retain(|alert| alert["kind"] == kind);
        alerts
    }

    /// The alerts kept of the day of `NOW`.
    pub(crate) async fn alerts(&self) -> Vec<Marked> {
        self.partition(&alerting::alerts(index::Day::of(NOW))).await
    }

    /// The states of the alerts kept of the day of `NOW`, in the order of their events.
    pub(crate) async fn states(&self) -> Vec<String> {
        let alerts = self.alerts().await.into_iter();
        alerts
            .map(|alert| alert.marks.state.expect("a state"))
            .collect()
    }

    pub(crate) async fn partition(&self, partition: &str) -> Vec<Marked> {
        let table = self.table();
        let range = Range::partition(partition);
        table.list(range, 10_000).await.expect("a partition")
    }

    /// Sees that nothing is left to do: no marker of either kind.
    pub(crate) async fn check_done(&self) {
        for partition in [alerting::PENDING_ALERTS, alerting::PENDING_WINDOWS] {
            let left = self.partition(partition).await;
            assert!(left.is_empty(), "left in {partition}: {left:?}");
        }
    }
}

/// The id of a published alert.
pub(crate) fn id(alert: &Value) -> String {
    alert["id"].as_str().expect("an id").to_owned()
}

/// The ids without repetitions.
pub(crate) fn distinct(ids: &[String]) -> BTreeSet<&str> {
    ids.iter().map(String::as_str).collect()
}

/// Has a detector handle messages at some time.
pub(crate) async fn handle(detector: &Detector, messages: &[Message], now: i64) -> Handled {
    let handled = detector.handle(&event(messages), now, TIME).await;
    let handled = handled.expect("a batch from a queue is answered");
    for report in handled.reports() {
        let line = report.render(std::time::SystemTime::now());
        line.expect("a line that CloudWatch takes");
    }
    handled
}

/// Has a detector sweep at some time.
pub(crate) async fn try_sweep(detector: &Detector, now: i64) -> Result<Handled, HandleError> {
    let event = json!({"source": "aws.events", "detail-type": "Scheduled Event"});
    detector.handle(&event, now, TIME).await
}

fn sdk(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(local::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}

async fn create_table(table: &Table) {
    let mut call = table
        .client()
        .create_table()
        .table_name(table.name())
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [
        (table::PARTITION, KeyType::Hash),
        (table::SORT, KeyType::Range),
    ] {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind);
        call = call
            .attribute_definitions(attribute.build().expect("an attribute"))
            .key_schema(key.build().expect("a key"));
    }
    call.send().await.expect("the table is created");
}
