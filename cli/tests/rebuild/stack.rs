//! A stack in the local cloud: bucket, queue, indexer, and the API over it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws::{Objects, Queue as IndexQueue, Table};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use axum::Router;
use index::{Item, Policy, table};
use indexer::Indexer;
use jiff::Timestamp;
use local::trigger::{RunningTrigger, Trigger};
use local::{Cloud, Queue, Storage};
use lookup::{Clock, History};
use retention::{Caller, Clients, Custodian, Settings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::command;

/// The bucket.
pub(crate) const BUCKET: &str = "trail-logs";

/// The account of all log files.
pub(crate) const ACCOUNT: &str = "111122223333";

const TABLE: &str = "index";

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// An item of the table, with its key.
pub(crate) type Key = (String, String);

/// A stack.
pub(crate) struct Stack {
    pub(crate) cloud: Cloud,
    pub(crate) queue: Queue,
    pub(crate) home: TempDir,
    policy: Policy,
    trigger: RunningTrigger,
    /// The time at which lookups are answered.
    pub(crate) now: i64,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// What was printed, as one object.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("one object: {self:?}"))
    }
}

pub(crate) async fn run(command: &mut Command) -> Outcome {
    let output = command.output().await.expect("the command ran");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// A small record of a call.
pub(crate) fn record(id: &str, time: i64, name: &str) -> String {
    let time = Timestamp::from_second(time).expect("a time");
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","readOnly":false,"eventID":"{id}","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{ACCOUNT}","eventCategory":"Management"}}"#
    )
}

/// The key of a log file that was delivered at some time.
pub(crate) fn key(name: &str, delivered: i64) -> String {
    let time = Timestamp::from_second(delivered).expect("a time");
    let (day, minute) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%dT%H%MZ"));
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/{day}/{ACCOUNT}_CloudTrail_us-east-1_{minute}_{name}.json.gz"
    )
}

fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(local::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}

impl Stack {
    /// Starts a stack that keeps events as a policy says.
    pub(crate) async fn start(retention: &str) -> Self {
        let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
        cloud.create_bucket(BUCKET).expect("a bucket");
        let topic = cloud.create_topic("logs").expect("a topic");
        let queue = cloud.create_queue("index", None).expect("a queue");
        cloud
            .subscribe(&topic, &queue, false)
            .expect("a subscription");
        cloud
            .notify(BUCKET, "", ".json.gz", &topic)
            .expect("notifications");
        let policy = Policy::parse(retention, "").expect("a policy");
        let table = Table::new(&config(cloud.dynamodb()), TABLE);
        create(&table).await;
        let objects = Objects::new(&config(cloud.s3()));
        let limit = indexer::config::MAX_FILE_BYTES;
        let (database, kept) = (config(cloud.dynamodb()), policy.clone());
        let now = Timestamp::now().as_second();
        let trigger = Trigger::new(&queue)
            .window(Duration::from_millis(50))
            .retry_after(Duration::from_millis(100))
            .start(move |event: Value| {
                // Fresh from a cold start: it remembers nothing of what was deleted since.
                let table = Table::new(&database, TABLE);
                let indexer = Indexer::new(table, objects.clone(), kept.clone(), limit);
                async move {
                    let handled = indexer.handle(&event, now, Duration::from_mins(5)).await;
                    let handled = handled.map_err(|error| error.to_string())?;
                    serde_json::to_value(&handled.response).map_err(|error| error.to_string())
                }
            });
        Self {
            cloud,
            queue,
            home: tempfile::tempdir().expect("a folder"),
            policy,
            trigger,
            now,
        }
    }

    pub(crate) fn table(&self) -> Table {
        Table::new(&config(self.cloud.dynamodb()), TABLE)
    }

    /// Delivers a log file of records, and answers the version that was written.
    pub(crate) fn deliver(&self, key: &str, records: &[impl AsRef<str>]) -> String {
        let records: Vec<&str> = records.iter().map(AsRef::as_ref).collect();
        let content = format!("{{\"Records\":[{}]}}", records.join(","));
        let body = sample::compress(content.as_bytes(), 1);
        let stored = self.cloud.put_object(BUCKET, key, body);
        stored.expect("an object").version
    }

    /// Waits until everything is indexed that was delivered.
    pub(crate) async fn settle(&self) {
        let idle = tokio::time::timeout(Duration::from_mins(2), self.trigger.idle());
        idle.await.expect("in time").expect("a queue");
    }

    /// Every item of the table.
    pub(crate) async fn items(&self) -> BTreeMap<Key, Item> {
        let table = self.table();
        let mut partitions = std::collections::BTreeSet::new();
        let pages = table.client().scan().table_name(table.name());
        let mut pages = pages.into_paginator().send();
        while let Some(page) = pages.next().await {
            for item in page.expect("a page").items() {
                partitions.insert(item[table::PARTITION].as_s().expect("a key").clone());
            }
        }
        let mut items = BTreeMap::new();
        for partition in partitions {
            let range = aws::table::Range::partition(&partition);
            for item in table.query(range).await.expect("items").items {
                items.insert((item.partition.clone(), item.sort.clone()), item);
            }
        }
        items
    }

    /// Deletes an item, as only somebody with every right to the table can.
    pub(crate) async fn delete(&self, key: &Key) {
        let table = self.table();
        let call = table.client().delete_item().table_name(table.name());
        let call = call
            .key(table::PARTITION, AttributeValue::S(key.0.clone()))
            .key(table::SORT, AttributeValue::S(key.1.clone()));
        call.send().await.expect("deleted");
    }

    /// Deletes the whole index.
    pub(crate) async fn delete_everything(&self) {
        for key in self.items().await.into_keys() {
            self.delete(&key).await;
        }
    }

    /// Puts an item in the place of the one that is there.
    pub(crate) async fn replace(&self, item: &Item) {
        self.delete(&(item.partition.clone(), item.sort.clone()))
            .await;
        self.table().put(item).await.expect("put");
    }

    /// The items whose partition begins so.
    pub(crate) async fn partitions(&self, prefix: &str) -> Vec<Item> {
        let items = self.items().await.into_values();
        items
            .filter(|item| item.partition.starts_with(prefix))
            .collect()
    }

    fn history(&self) -> History {
        History::new(
            self.table(),
            self.policy.clone(),
            100_000.0,
            Duration::from_mins(1),
        )
    }

    /// Serves lookups as at a time, and answers the address.
    pub(crate) async fn serve_lookups(&self, now: i64) -> String {
        serve(lookup::router(self.history(), Clock::new(move || now))).await
    }

    /// Serves the operators' routes, and answers the address.
    pub(crate) async fn serve_operators(&self) -> String {
        let sqs = config(self.cloud.sqs());
        let clients = Clients {
            table: self.table(),
            objects: Objects::new(&config(self.cloud.s3())),
            index_queue: Some(IndexQueue::new(&sqs, self.queue.url())),
            alert_queue: None,
            trail: None,
            key: None,
        };
        let settings = Settings {
            policy: self.policy.clone(),
            ..Settings::default()
        };
        let custodian = Arc::new(Custodian::new(clients, settings));
        let now = self.now;
        let router = retention::router(custodian, Arc::new(move || now));
        serve(router.layer(axum::Extension(Caller::local()))).await
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join("state.json")
    }

    /// A command with what it needs to read the bucket.
    fn command(&self, name: &str) -> Command {
        let mut command = command::trailkeep(self.home.path());
        command
            .args([name, &format!("s3://{BUCKET}")])
            .args(["--endpoint-url", self.cloud.s3()])
            .arg("--state")
            .arg(self.state())
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_REGION", "us-east-1");
        command
    }

    pub(crate) fn rebuild(&self) -> Command {
        let mut command = self.rebuild_for_people();
        command.args(["--output", "json"]);
        command
    }

    pub(crate) fn rebuild_for_people(&self) -> Command {
        let mut command = self.command("rebuild");
        command
            .args(["--table", TABLE])
            .args(["--table-endpoint-url", self.cloud.dynamodb()]);
        command
    }

    /// Checks, and sees that the exit code says what the report does.
    pub(crate) async fn check(&self) -> Value {
        let retention = self.policy.to_string();
        let outcome = run(self.rebuild().args(["--check", "--retention", &retention])).await;
        let report = outcome.json();
        let code = i32::from(report["equal"] != true);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert!(!self.state().exists(), "done, it is forgotten");
        report
    }

    /// Repairs, and waits until everything is indexed again.
    pub(crate) async fn repair(&self) -> Outcome {
        let operators = self.serve_operators().await;
        let outcome = run(self.rebuild().args(["--yes", "--endpoint", &operators])).await;
        self.settle().await;
        outcome
    }

    pub(crate) fn backfill(&self) -> Command {
        let mut command = self.command("backfill");
        command.args(["--queue-url", self.queue.url(), "--yes"]);
        command
    }
}

/// Serves on loopback for as long as the test runs.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Gets an answer, whole.
pub(crate) async fn get(base: &str, path: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build();
    let response = client.expect("a client").get(format!("{base}{path}"));
    let response = response.send().await.expect("an answer");
    response.text().await.expect("a body")
}

async fn create(table: &Table) {
    let mut call = table.client().create_table().table_name(table.name());
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
    let call = call.billing_mode(BillingMode::PayPerRequest);
    call.send().await.expect("a table");
}
