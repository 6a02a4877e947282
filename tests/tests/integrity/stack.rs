//! The stack on the local cloud: a signed trail in a bucket, a table, queues, functions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use alerts::Finding;
use aws::table::{Marked, Range};
use aws::{Keys, Objects, Queue, Table};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use index::table::integrity::{self as places, Kept};
use index::{Policy, Retention, table};
use indexer::Indexer;
use indexer::config::MAX_FILE_BYTES;
use integrity::Summary;
use integrity_function::{Clients, Counts, Handled, Integrity, Settings};
use local::{Cloud, Storage, Upload};
use sample::{Archive, Delivery, Trail};
use serde_json::{Value, json};
use trail::ObjectKey;
use trail::key::ObjectKind;

use crate::message::{event, notification};

/// How long an invocation may take.
const TIME: Duration = Duration::from_mins(10);

/// A signed trail of some hours that is in a cloud of its own.
pub(crate) struct Stack {
    pub(crate) cloud: Cloud,
    pub(crate) archive: Archive,
    pub(crate) index_queue: local::Queue,
    pub(crate) alert_queue: local::Queue,
    /// The end of the last digest.
    pub(crate) until: i64,
    pub(crate) scrub_read_units: u32,
}

impl Stack {
    /// A trail of some hours, of which nothing is in the bucket yet.
    pub(crate) async fn of_hours(hours: u16) -> Self {
        let trail = Trail {
            events: u64::from(hours) * 40,
            ..Trail::hours(hours)
        };
        Self::of(Archive::new(&trail, Delivery::default())).await
    }

    /// The same with an archive that there is.
    pub(crate) async fn of(archive: Archive) -> Self {
        let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
        cloud.create_bucket(&archive.bucket).expect("a bucket");
        let index_queue = cloud.create_queue("index", None).expect("a queue");
        let alert_queue = cloud.create_queue("alerts", None).expect("a queue");
        let ends = archive
            .digests()
            .filter_map(|(_, object)| sample::digest::Digest::read(&object.bytes));
        let until = ends.map(|digest| digest.end).max().expect("digests");
        let stack = Self {
            cloud,
            archive,
            index_queue,
            alert_queue,
            until,
            scrub_read_units: 0,
        };
        stack.register_keys();
        create_table(&stack.table()).await;
        stack
    }

    /// The same with a scrub that may read so much.
    pub(crate) fn scrubbing(self, scrub_read_units: u32) -> Self {
        Self {
            scrub_read_units,
            ..self
        }
    }

    /// Has CloudTrail know the keys in every Region of the trail.
    pub(crate) fn register_keys(&self) {
        for region in self.regions() {
            for key in &self.archive.public_keys {
                let registered = self
                    .cloud
                    .register_public_key(&region, &key.value, key.start, key.end);
                registered.expect("the key is registered");
            }
        }
    }

    pub(crate) fn regions(&self) -> BTreeSet<String> {
        let keys = self.archive.objects.keys();
        keys.filter_map(|key| Some(ObjectKey::parse(key).ok()?.region.to_owned()))
            .collect()
    }

    /// The time at which everything is due and more than a day was heard of nothing else.
    pub(crate) fn now(&self) -> i64 {
        self.until + 5 * 3_600
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

    pub(crate) fn table(&self) -> Table {
        Table::new(&Self::sdk(self.cloud.dynamodb()), "index")
    }

    pub(crate) fn objects(&self) -> Objects {
        Objects::new(&Self::sdk(self.cloud.s3()))
    }

    /// The function as it is deployed, fresh from a cold start.
    pub(crate) fn integrity(&self) -> Integrity {
        self.integrity_over(self.table())
    }

    /// One that gives up a call at its first failure, so that one whose cloud is killed
    /// ends at once.
    pub(crate) fn impatient_integrity(&self) -> Integrity {
        let sdk = Self::sdk(self.cloud.dynamodb());
        self.integrity_over(Table::with_retries(&sdk, "index", RetryConfig::disabled()))
    }

    fn integrity_over(&self, table: Table) -> Integrity {
        let sqs = Self::sdk(self.cloud.sqs());
        let clients = Clients {
            table,
            objects: self.objects(),
            keys: Keys::new(&Self::sdk(self.cloud.cloudtrail())),
            index_queue: Queue::new(&sqs, self.index_queue.url()),
            alert_queue: Queue::new(&sqs, self.alert_queue.url()),
        };
        let settings = Settings {
            scrub_read_units: self.scrub_read_units,
            policy: Policy::FOREVER,
            ..Settings::of(self.archive.bucket.as_str(), "", local::REGION)
        };
        Integrity::new(clients, settings)
    }

    pub(crate) fn indexer(&self) -> Indexer {
        Indexer::new(self.table(), self.objects(), Retention::OFF, MAX_FILE_BYTES)
    }

    /// Puts an object of the archive into the bucket, and answers its notification.
    pub(crate) fn put(&self, key: &str, object: &sample::Object) -> String {
        let mut upload = Upload::new(object.bytes.clone()).modified(object.written);
        for (name, value) in &object.metadata {
            upload = upload.metadata(name, value);
        }
        let stored = self.cloud.upload(&self.archive.bucket, key, upload);
        let stored = stored.expect("the object is put");
        notification(&self.archive.bucket, key, &stored.version, &stored.etag)
    }

    /// Puts the whole archive into the bucket, and answers the notifications of log files
    /// and of digests, these in the order of time.
    pub(crate) fn put_all(&self) -> (Vec<String>, Vec<String>) {
        let (mut logs, mut digests) = (Vec::new(), Vec::new());
        for (key, object) in &self.archive.objects {
            let body = self.put(key, object);
            let kind = ObjectKey::parse(key).map(|key| (key.kind, key.delivery_time));
            match kind {
                Ok((ObjectKind::Digest, time)) => digests.push((time, body)),
                _ => logs.push(body),
            }
        }
        digests.sort_by_key(|(time, _)| *time);
        (logs, digests.into_iter().map(|(_, body)| body).collect())
    }

    /// Indexes log files; those that are no good fail.
    pub(crate) async fn index(&self, bodies: &[String]) {
        let indexer = self.indexer();
        for bodies in bodies.chunks(10) {
            let handled = indexer.handle(&event(bodies), self.now(), TIME).await;
            handled.expect("a batch from a queue is answered");
        }
    }

    /// Has a fresh function handle digests, and sees all succeed.
    pub(crate) async fn deliver(&self, bodies: &[String]) -> Counts {
        let handled = handle(&self.integrity(), &event(bodies), self.until).await;
        assert_eq!(handled.response.failed().count(), 0);
        handled.counts
    }

    /// The whole way: log files and digests lie in the bucket and are delivered, what is
    /// asked for is indexed, and two sweeps look at it all.
    pub(crate) async fn run(&self) {
        let (logs, digests) = self.put_all();
        self.index(&logs).await;
        self.deliver(&digests).await;
        self.settle().await;
    }

    /// Sweeps until nothing is asked for any more.
    pub(crate) async fn settle(&self) {
        for _ in 0..3 {
            self.sweep(self.now()).await;
            let asked = self.receive(&self.index_queue).await;
            if asked.is_empty() {
                return;
            }
            self.index(&asked).await;
        }
    }

    /// Has a fresh function sweep at some time.
    pub(crate) async fn sweep(&self, now: i64) -> Counts {
        let event = self.order(now);
        handle(&self.integrity(), &event, now).await.counts
    }

    /// The schedule's event of a sweep at some time.
    pub(crate) fn order(&self, now: i64) -> Value {
        json!({"task": "sweep", "now": now, "until": self.until})
    }

    /// Everything that was found, with whether it is mended, by place.
    pub(crate) async fn kept(&self) -> BTreeMap<String, (Kept<Finding>, Marked)> {
        let table = self.table();
        let range = Range::partition(places::FINDINGS);
        let items = table.list(range, 10_000).await.expect("the findings");
        let read = |marked: Marked| {
            let kept = serde_json::from_slice(&marked.item.body).expect("a finding");
            (marked.item.sort.clone(), (kept, marked))
        };
        items.into_iter().map(read).collect()
    }

    /// What was found and is not mended.
    pub(crate) async fn open(&self) -> Vec<Finding> {
        let kept = self.kept().await.into_values();
        kept.filter(|(kept, _)| kept.resolved.is_none())
            .map(|(kept, _)| kept.finding)
            .collect()
    }

    /// The kinds of what was found and is not mended.
    pub(crate) async fn kinds(&self) -> BTreeSet<String> {
        let open = self.open().await.into_iter();
        open.map(|finding| finding.kind).collect()
    }

    /// What the detector was told, and takes it out of its queue.
    pub(crate) async fn told(&self) -> Vec<Finding> {
        let bodies = self.receive(&self.alert_queue).await;
        bodies
            .iter()
            .map(|body| {
                let read = Finding::read(body).expect("a finding's message");
                read.expect("of its shape")
            })
            .collect()
    }

    /// Takes all messages out of a queue.
    pub(crate) async fn receive(&self, queue: &local::Queue) -> Vec<String> {
        let client = aws_sdk_sqs::Client::new(&Self::sdk(self.cloud.sqs()));
        let mut bodies = Vec::new();
        loop {
            let received = client
                .receive_message()
                .queue_url(queue.url())
                .max_number_of_messages(10)
                .wait_time_seconds(0)
                .send()
                .await
                .expect("the queue answers");
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                return bodies;
            }
            for message in messages {
                let handle = message.receipt_handle.expect("a handle");
                client
                    .delete_message()
                    .queue_url(queue.url())
                    .receipt_handle(handle)
                    .send()
                    .await
                    .expect("the message is deleted");
                bodies.push(message.body.expect("a body"));
            }
        }
    }

    /// The hours that are told.
    pub(crate) async fn summary(&self) -> Summary {
        let item = self
            .table()
            .get(places::SUMMARY, places::SUMMARY_SORT)
            .await;
        let item = item.expect("the table answers").expect("a summary");
        Summary::decode(&item.body).expect("of its form")
    }
}

/// Has a function handle an event, and sees its metrics taken.
pub(crate) async fn handle(integrity: &Integrity, event: &Value, now: i64) -> Handled {
    let handled = integrity.handle(event, now, TIME).await;
    let handled = handled.expect("the event is handled");
    for report in handled.counts.reports() {
        let line = report.render(std::time::SystemTime::now());
        line.expect("a line that CloudWatch takes");
    }
    handled
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
