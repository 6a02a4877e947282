//! The stack on the local cloud: a bucket, a table, and the functions over them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws::table::Range;
use aws::{Objects, Table};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use index::finding::Finding;
use index::tally::{Counts, Tally};
use index::{Day, Item, Policy, table};
use indexer::config::MAX_FILE_BYTES;
use indexer::{Handled, Indexer};
use local::{Cloud, Storage};
use lookup::History;

use crate::batch::{Message, Object, event};
use crate::delivery::File;

/// The bucket that log files are delivered to.
pub(crate) const BUCKET: &str = "trail-logs";

/// The time at which everything is indexed and looked up: noon of 2026-10-13.
pub(crate) const NOW: i64 = 1_791_892_800;

/// How long an invocation of the indexer may take.
pub(crate) const TIME: Duration = Duration::from_mins(5);

/// A table with what writes and reads it, and the cloud that they are in.
pub(crate) struct Stack {
    cloud: Arc<Cloud>,
    tables: Arc<AtomicUsize>,
    table: String,
    pub(crate) policy: Policy,
    max_file_bytes: usize,
}

impl Stack {
    /// Starts a cloud of its own with an empty stack that keeps events forever.
    pub(crate) async fn start() -> Self {
        let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
        cloud.create_bucket(BUCKET).expect("a bucket");
        let first = Self {
            cloud: Arc::new(cloud),
            tables: Arc::default(),
            table: String::new(),
            policy: Policy::FOREVER,
            max_file_bytes: MAX_FILE_BYTES,
        };
        first.beside().await
    }

    /// The same stack with another retention policy.
    pub(crate) fn keeping(self, policy: impl Into<Policy>) -> Self {
        Self {
            policy: policy.into(),
            ..self
        }
    }

    /// The same stack with another bound on the files that are read.
    pub(crate) fn reading_at_most(self, max_file_bytes: usize) -> Self {
        Self {
            max_file_bytes,
            ..self
        }
    }

    /// Makes an empty table for another stack over the same bucket and faults.
    pub(crate) async fn beside(&self) -> Self {
        let number = self.tables.fetch_add(1, Ordering::Relaxed);
        let stack = Self {
            cloud: Arc::clone(&self.cloud),
            tables: Arc::clone(&self.tables),
            table: format!("index-{number}"),
            policy: self.policy.clone(),
            ..*self
        };
        create_table(&stack.table()).await;
        stack
    }

    pub(crate) fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub(crate) fn table(&self) -> Table {
        Table::new(&sdk(self.cloud.dynamodb()), self.table.as_str())
    }

    /// An indexer as it is deployed, fresh from a cold start.
    pub(crate) fn indexer(&self) -> Indexer {
        self.indexer_over(self.table())
    }

    /// An indexer that gives up a call at its first failure, so that one whose cloud
    /// is killed ends at once.
    pub(crate) fn impatient_indexer(&self) -> Indexer {
        let sdk = sdk(self.cloud.dynamodb());
        let table = Table::with_retries(&sdk, self.table.as_str(), RetryConfig::disabled());
        self.indexer_over(table)
    }

    fn indexer_over(&self, table: Table) -> Indexer {
        let objects = Objects::new(&sdk(self.cloud.s3()));
        Indexer::new(table, objects, self.policy.clone(), self.max_file_bytes)
    }

    /// The history as the lookup function opens it.
    pub(crate) fn history(&self) -> History {
        History::new(
            self.table(),
            self.policy.clone(),
            3_000.0,
            Duration::from_mins(1),
        )
    }

    /// Puts a file into the bucket, and answers what its notification names.
    pub(crate) fn put(&self, file: &File) -> Object {
        let stored = self.cloud.put_object(BUCKET, &file.key, file.body.clone());
        let stored = stored.expect("the object is put");
        Object {
            key: file.key.clone(),
            version: Some(stored.version),
            etag: Some(stored.etag),
        }
    }

    /// Puts files into the bucket, and answers what their notifications name.
    pub(crate) fn put_all(&self, files: &[File]) -> Vec<Object> {
        files.iter().map(|file| self.put(file)).collect()
    }

    /// Indexes files with a fresh indexer, so many messages a batch, and sees all succeed.
    pub(crate) async fn index(&self, objects: &[Object], batch: usize) -> indexer::Counts {
        let indexer = self.indexer();
        let mut counts = indexer::Counts::default();
        for objects in objects.chunks(batch) {
            let messages: Vec<Message> = objects
                .iter()
                .map(|object| Message::first(&[object]))
                .collect();
            let handled = handle(&indexer, &messages).await;
            assert_eq!(
                handled.response.failed().count(),
                0,
                "every message succeeds"
            );
            counts += handled.counts;
        }
        counts
    }

    /// All items of a partition.
    pub(crate) async fn partition(&self, partition: &str) -> Vec<Item> {
        let answer = self.table().query(Range::partition(partition)).await;
        answer.expect("the partition is read").items
    }

    /// All items of the table, by their keys.
    pub(crate) async fn items(&self) -> BTreeMap<(String, String), Item> {
        let table = self.table();
        let mut pages = table
            .client()
            .scan()
            .table_name(table.name())
            .into_paginator()
            .send();
        let mut partitions = std::collections::BTreeSet::new();
        while let Some(page) = pages.next().await {
            for item in page.expect("the table is read").items() {
                partitions.insert(item[table::PARTITION].as_s().expect("a key").clone());
            }
        }
        let mut items = BTreeMap::new();
        for partition in partitions {
            for item in self.partition(&partition).await {
                items.insert((item.partition.clone(), item.sort.clone()), item);
            }
        }
        items
    }

    /// Everything that was found wrong.
    pub(crate) async fn findings(&self) -> Vec<Finding> {
        let items = self.partition(table::FINDINGS).await;
        items
            .iter()
            .map(|item| Finding::from_body(&item.body).expect("a finding"))
            .collect()
    }

    /// The tallies of the days on which some files were delivered, added up.
    pub(crate) async fn tallied(&self, files: &[File]) -> Counts {
        let days: std::collections::BTreeSet<Day> = files.iter().map(File::delivery_day).collect();
        let mut counts = Counts::default();
        for day in days {
            for item in self.partition(&table::tallies(day)).await {
                let tally = Tally::decode(&item.body).expect("a tally");
                assert!(counts.add(tally), "a tally names its category and day");
            }
        }
        counts
    }
}

/// Has an indexer handle messages, and sees every record accounted for.
pub(crate) async fn handle(indexer: &Indexer, messages: &[Message]) -> Handled {
    let handled = indexer.handle(&event(messages), NOW, TIME).await;
    let handled = handled.expect("a batch from a queue is answered");
    assert!(
        handled.counts.are_reconciled(),
        "not reconciled: {:?}",
        handled.counts
    );
    handled
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
