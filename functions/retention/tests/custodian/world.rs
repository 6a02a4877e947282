//! A table with what indexes into it and what looks after it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws::table::Range;
use aws::{EncryptionKey, Objects, Queue, Table, Trail};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use index::directory::Directory;
use index::segment::keys;
use index::{Day, Item, Policy, table};
use indexer::Indexer;
use indexer::config::MAX_FILE_BYTES;
use local::{Cloud, Storage};
use retention::{Clients, Custodian, Handled, Promised, Settings};
use serde_json::{Value, json};
use trail::Category;

pub(crate) const BUCKET: &str = "trail-logs";
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";

/// The seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Noon of 2026-10-13.
pub(crate) const NOON: i64 = 1_791_892_800;

/// How long an invocation may take: the function keeps 15 seconds for itself.
pub(crate) const TIME: Duration = Duration::from_mins(1);

/// The world.
pub(crate) struct World {
    cloud: Arc<Cloud>,
    tables: Arc<AtomicUsize>,
    pub(crate) table: String,
}

pub(crate) type Items = BTreeMap<(String, String), Item>;

impl World {
    pub(crate) async fn start() -> Self {
        let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
        cloud.create_bucket(BUCKET).expect("a bucket");
        let first = Self {
            cloud: Arc::new(cloud),
            tables: Arc::default(),
            table: String::new(),
        };
        first.beside().await
    }

    /// An empty table, with queues of its own, over the same bucket and faults.
    pub(crate) async fn beside(&self) -> Self {
        let number = self.tables.fetch_add(1, Ordering::Relaxed);
        let world = Self {
            cloud: Arc::clone(&self.cloud),
            tables: Arc::clone(&self.tables),
            table: format!("index-{number}"),
        };
        for queue in [world.index_queue(), world.alert_queue()] {
            self.cloud.create_queue(&queue, None).expect("a queue");
        }
        create_table(&world.table()).await;
        world
    }

    pub(crate) fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub(crate) fn index_queue(&self) -> String {
        format!("{}-index", self.table)
    }

    pub(crate) fn alert_queue(&self) -> String {
        format!("{}-alerts", self.table)
    }

    pub(crate) fn table(&self) -> Table {
        Table::new(&sdk(self.cloud.dynamodb()), self.table.as_str())
    }

    /// Indexes a log file of an account's events at some times, delivered at the last.
    pub(crate) async fn index(&self, policy: &str, account: &str, times: &[i64], now: i64) {
        let key = self.deliver(account, times);
        self.index_key(policy, &key, now).await;
    }

    /// Puts a log file into the bucket; answers its key.
    pub(crate) fn deliver(&self, account: &str, times: &[i64]) -> String {
        let records: Vec<String> = times.iter().map(|time| record(account, *time)).collect();
        let content = format!("{{\"Records\":[{}]}}", records.join(","));
        let delivered = times.iter().max().expect("a time");
        let time = jiff::Timestamp::from_second(*delivered).expect("a time");
        let (day, minute) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%dT%H%MZ"));
        let first = times.first().expect("a time");
        let key = format!(
            "AWSLogs/{account}/CloudTrail/us-east-1/{day}/{account}_CloudTrail_us-east-1_{minute}_{first}.json.gz"
        );
        let body = sample::compress(content.as_bytes(), 1);
        self.cloud.put_object(BUCKET, &key, body).expect("is put");
        key
    }

    /// Indexes a log file that was put into the bucket.
    pub(crate) async fn index_key(&self, policy: &str, key: &str, now: i64) {
        let stored = self.cloud.find_object(BUCKET, key).expect("a bucket");
        let version = stored.expect("an object").version;
        let body = json!({"Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
            "eventName": "ObjectCreated:Put",
            "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": BUCKET},
                   "object": {"key": key, "versionId": version}},
        }]});
        self.index_message(policy, &body.to_string(), now).await;
    }

    /// Has the indexer handle a message.
    pub(crate) async fn index_message(&self, policy: &str, body: &str, now: i64) {
        let event = json!({"Records": [{
            "messageId": "message", "receiptHandle": "handle", "body": body,
            "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {},
            "eventSource": "aws:sqs", "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:index",
        }]});
        let objects = Objects::new(&sdk(self.cloud.s3()));
        let indexer = Indexer::new(self.table(), objects, parse(policy), MAX_FILE_BYTES);
        let handled = indexer.handle(&event, now, TIME).await.expect("handled");
        assert_eq!(handled.response.failed().count(), 0, "the file is indexed");
    }

    /// The custodian as it is deployed with a policy, fresh from a cold start.
    pub(crate) fn custodian(&self, policy: &str) -> Arc<Custodian> {
        self.custodian_of(self.table(), settings(policy))
    }

    /// A custodian that gives up a call at its first failure, so that one whose cloud is
    /// killed ends at once.
    pub(crate) fn impatient_custodian(&self, policy: &str) -> Arc<Custodian> {
        let sdk = sdk(self.cloud.dynamodb());
        let table = Table::with_retries(&sdk, self.table.as_str(), RetryConfig::disabled());
        self.custodian_of(table, settings(policy))
    }

    pub(crate) fn custodian_of(&self, table: Table, settings: Settings) -> Arc<Custodian> {
        let queue = |name: &str| {
            let url = self.cloud.queue(name).expect("a queue").url().to_owned();
            Some(Queue::new(&sdk(self.cloud.sqs()), url))
        };
        let promised = &settings.promised;
        let trail = promised.trail.as_ref();
        let key = promised.key.as_ref();
        let clients = Clients {
            table,
            objects: Objects::new(&sdk(self.cloud.s3())),
            index_queue: queue(&self.index_queue()),
            alert_queue: queue(&self.alert_queue()),
            trail: trail.map(|arn| Trail::new(&sdk(self.cloud.cloudtrail()), arn)),
            key: key.map(|arn| EncryptionKey::new(&sdk(self.cloud.kms()), arn)),
        };
        Arc::new(Custodian::new(clients, settings))
    }

    /// Begins everything, and goes on until nothing is left that can be done now.
    pub(crate) async fn daily(&self, policy: &str, now: i64) -> Handled {
        let custodian = self.custodian(policy);
        let handled = custodian.handle(&json!({"task": "daily"}), now, TIME).await;
        let handled = handled.expect("the task is known");
        assert!(handled.failed.is_empty(), "{:?}", handled.failed);
        handled
    }

    /// Goes on every five minutes until nothing is left; answers when that was.
    pub(crate) async fn settle(&self, policy: &str, mut now: i64) -> i64 {
        for _ in 0..20 {
            let custodian = self.custodian(policy);
            let handled = custodian
                .handle(&json!({"task": "continue"}), now, TIME)
                .await;
            let handled = handled.expect("the task is known");
            assert!(handled.failed.is_empty(), "{:?}", handled.failed);
            if handled.counts.open_jobs == 0 {
                return now;
            }
            now += 300;
        }
        panic!("the jobs do not end");
    }

    /// All items of the table, by their keys.
    pub(crate) async fn items(&self) -> Items {
        let table = self.table();
        let mut pages = table
            .client()
            .scan()
            .table_name(table.name())
            .into_paginator()
            .send();
        let mut partitions = BTreeSet::new();
        while let Some(page) = pages.next().await {
            for item in page.expect("the table is read").items() {
                partitions.insert(item[table::PARTITION].as_s().expect("a key").clone());
            }
        }
        let mut items = BTreeMap::new();
        for partition in partitions {
            let answer = table.query(Range::partition(&partition)).await;
            for item in answer.expect("the partition is read").items {
                items.insert((item.partition.clone(), item.sort.clone()), item);
            }
        }
        items
    }

    /// What is left of events: neither the jobs' own items nor marks of writes.
    pub(crate) async fn event_items(&self) -> Items {
        let mut items = self.items().await;
        items.retain(|(partition, _), _| {
            ["days#", "block#", "terms#", "tally#", "segments#", "files#"]
                .iter()
                .any(|prefix| partition.starts_with(prefix))
        });
        items
    }

    /// The bodies of the messages in a queue, which is empty then.
    pub(crate) async fn messages(&self, queue: &str) -> Vec<Value> {
        let url = self.cloud.queue(queue).expect("a queue").url().to_owned();
        let client = aws_sdk_sqs::Client::new(&sdk(self.cloud.sqs()));
        let mut bodies = Vec::new();
        loop {
            let received = client
                .receive_message()
                .queue_url(&url)
                .max_number_of_messages(10)
                .send()
                .await
                .expect("messages");
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                return bodies;
            }
            for message in messages {
                let body = message.body.expect("a body");
                bodies.push(serde_json::from_str(&body).expect("json"));
                client
                    .delete_message()
                    .queue_url(&url)
                    .receipt_handle(message.receipt_handle.expect("a handle"))
                    .send()
                    .await
                    .expect("deleted");
            }
        }
    }
}

/// When the items of a segment should go: by its category, day and accounts.
pub(crate) type Expected<'e> = &'e dyn Fn(Day, &BTreeSet<String>) -> Option<i64>;

/// Checks that every item of every segment goes when it should, and answers how many
/// segments there are.
pub(crate) fn check_stamps(items: &Items, expected: Expected<'_>, what: &str) -> usize {
    let mut segments = 0;
    let mut headers: BTreeMap<(String, String), Option<i64>> = BTreeMap::new();
    for ((partition, sort), item) in items {
        let Some(place) = partition.strip_prefix("segments#") else {
            continue;
        };
        segments += 1;
        let (category, day) = place.split_once('#').expect("category and day");
        let category: Category = category.parse().expect("a category");
        let day: Day = day.parse().expect("a day");
        let id = table::parse_newest(sort).expect("a segment");
        let directory = Directory::decode(&item.body, day).expect("a directory entry");
        let accounts = accounts(&directory);
        let expires = expected(day, &accounts);
        assert_eq!(item.expires, expires, "{what}: directory of {day}");
        let keys = keys(&id, category, day, &directory).expect("keys");
        let blocks = items.iter().filter(|((of, _), _)| *of == keys.blocks);
        let mut parts = 0;
        for (_, block) in blocks {
            assert_eq!(block.expires, expires, "{what}: block of {day}");
            parts += 1;
        }
        assert!(parts >= directory.blocks.len(), "{what}: blocks of {day}");
        let mut pages = 0;
        for key in keys.pages.iter().chain([&keys.tally]) {
            if let Some(item) = items.get(&(key.partition.clone(), key.sort.clone())) {
                assert_eq!(item.expires, expires, "{what}: {}", key.partition);
                pages += 1;
            }
        }
        assert!(pages > 1, "{what}: pages and tally of {day}");
        let header = (keys.header.partition, keys.header.sort);
        let last = headers.entry(header).or_insert(expires);
        *last = match (*last, expires) {
            (Some(last), Some(expires)) => Some(last.max(expires)),
            _ => None,
        };
    }
    for (key, last) in headers {
        let expires = last.map(|last| last + 32 * DAY);
        assert_eq!(items[&key].expires, expires, "{what}: header {}", key.1);
    }
    segments
}

fn accounts(directory: &Directory) -> BTreeSet<String> {
    let files = directory.files.iter();
    files
        .map(|file| {
            file.version
                .key
                .split('/')
                .nth(1)
                .expect("an account")
                .to_owned()
        })
        .collect()
}

/// The time at which a day kept for so many days goes.
#[expect(clippy::unnecessary_wraps, reason = "compared with what may be never")]
pub(crate) fn after(day: Day, days: i64) -> Option<i64> {
    Some(day.end() + 1 + days * DAY)
}

pub(crate) fn parse(policy: &str) -> Policy {
    let (retention, exceptions) = policy.split_once(';').unwrap_or((policy, ""));
    Policy::parse(retention, exceptions).expect("a policy")
}

pub(crate) fn settings(policy: &str) -> Settings {
    Settings {
        policy: parse(policy),
        write_units_per_second: None,
        promised: Promised::default(),
        ..Settings::default()
    }
}

fn record(account: &str, time: i64) -> String {
    let text = jiff::Timestamp::from_second(time)
        .expect("a time")
        .to_string();
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser", "principalId": "AIDAEXAMPLE", "accountId": account,
            "arn": format!("arn:aws:iam::{account}:user/alice"), "userName": "alice",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        },
        "eventTime": text,
        "eventSource": "iam.amazonaws.com",
        "eventName": "ListUsers",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.31.1",
        "requestID": format!("request-{time}"),
        "eventID": format!("event-{account}-{time}"),
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": account,
        "eventCategory": "Management",
    })
    .to_string()
}

pub(crate) fn sdk(endpoint: &str) -> SdkConfig {
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
        .deletion_protection_enabled(true)
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
    let specification = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(table::EXPIRES)
        .build()
        .expect("a specification");
    table
        .client()
        .update_time_to_live()
        .table_name(table.name())
        .time_to_live_specification(specification)
        .send()
        .await
        .expect("time to live is on");
}
