//! The functions on the local cloud, and what they ask of it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws::{Keys, Objects, Queue, Table};
use bench::cloud::{config, create};
use index::{Policy, Retention};
use indexer::Indexer;
use indexer::config::MAX_FILE_BYTES;
use integrity_function::{Clients, Counts, Integrity, Settings};
use local::{Cloud, Storage, Upload};
use retention::Custodian;
use sample::{Archive, Object};
use serde_json::{Value, json};

use crate::Usage;

/// How long an invocation may take: longer than on AWS, for this may be slow.
const TIME: Duration = Duration::from_hours(1);

/// How many messages the functions are given at once.
const BATCH: usize = 100;

/// How long events are kept, in days.
pub(crate) const KEPT: u32 = 90;

/// The stack over an archive.
pub(crate) struct Stack {
    pub(crate) cloud: Cloud,
    pub(crate) archive: Archive,
    indexer: Indexer,
    custodian: Arc<Custodian>,
    /// It walks through no index.
    integrity: Integrity,
    /// It walks once around with every sweep.
    walking: Integrity,
}

impl Stack {
    /// The stack over an archive, of which nothing is in the bucket yet.
    pub(crate) async fn start(archive: Archive) -> Result<Self, Box<dyn Error>> {
        let cloud = Cloud::start(Storage::Memory).await?;
        cloud.create_bucket(&archive.bucket)?;
        let (index, alerts) = (
            cloud.create_queue("index", None)?,
            cloud.create_queue("alerts", None)?,
        );
        for key in archive.objects.keys() {
            let region = trail::ObjectKey::parse(key)?.region.to_owned();
            for key in &archive.public_keys {
                cloud.register_public_key(&region, &key.value, key.start, key.end)?;
            }
        }
        let dynamodb = config(cloud.dynamodb());
        let table = || Table::new(&dynamodb, "trailkeep");
        create(&table()).await?;
        let objects = || Objects::new(&config(cloud.s3()));
        let queue = |queue: &local::Queue| Queue::new(&config(cloud.sqs()), queue.url());
        let integrity = |scrub_read_units| {
            let clients = Clients {
                table: table(),
                objects: objects(),
                keys: Keys::new(&config(cloud.cloudtrail())),
                index_queue: queue(&index),
                alert_queue: queue(&alerts),
            };
            let settings = Settings {
                scrub_read_units,
                // The older day that a sweep looks at is then the oldest of the archive.
                policy: Policy::from(Retention::days(1)),
                ..Settings::of(archive.bucket.as_str(), "", local::REGION)
            };
            Integrity::new(clients, settings)
        };
        let custodian = Custodian::new(
            retention::Clients {
                table: table(),
                objects: objects(),
                index_queue: Some(queue(&index)),
                alert_queue: Some(queue(&alerts)),
                trail: None,
                key: None,
            },
            retention::Settings {
                policy: Policy::from(Retention::days(KEPT)),
                write_units_per_second: None,
                ..retention::Settings::default()
            },
        );
        Ok(Self {
            indexer: Indexer::new(table(), objects(), Retention::days(KEPT), MAX_FILE_BYTES),
            custodian: Arc::new(custodian),
            integrity: integrity(0),
            walking: integrity(u32::MAX),
            cloud,
            archive,
        })
    }

    /// Puts an object into the bucket, and answers its notification.
    pub(crate) fn put(&self, key: &str, object: &Object) -> Result<String, Box<dyn Error>> {
        let mut upload = Upload::new(object.bytes.clone()).modified(object.written);
        for (name, value) in &object.metadata {
            upload = upload.metadata(name, value);
        }
        let bucket = &self.archive.bucket;
        let stored = self.cloud.upload(bucket, key, upload)?;
        let object = json!({"key": key, "versionId": stored.version, "eTag": stored.etag});
        Ok(json!({"Records": [{
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": bucket}, "object": object},
        }]})
        .to_string())
    }

    /// Has log files indexed together.
    pub(crate) async fn index(&self, bodies: &[String], now: i64) -> Result<(), Box<dyn Error>> {
        let handled = self.indexer.handle(&event(bodies), now, TIME).await?;
        match handled.response.failed().count() {
            0 => Ok(()),
            failed => Err(format!("{failed} log files are not indexed").into()),
        }
    }

    /// Has the integrity function take notifications.
    pub(crate) async fn deliver(
        &self,
        bodies: &[String],
        now: i64,
    ) -> Result<Usage, Box<dyn Error>> {
        let mut usage = Usage::default();
        for bodies in bodies.chunks(BATCH) {
            let (asked, _) = self.ask(&self.integrity, &event(bodies), now).await?;
            usage.add(&asked);
            usage.messages += f64::from(u16::try_from(bodies.len())?);
        }
        Ok(usage)
    }

    /// Has the integrity function sweep, without a walk through the index.
    pub(crate) async fn sweep(&self, now: i64) -> Result<Usage, Box<dyn Error>> {
        let (usage, _) = self.ask(&self.integrity, &order(now), now).await?;
        Ok(usage)
    }

    /// Has the integrity function sweep and walk once around the index; answers how many
    /// segments it checked, too.
    pub(crate) async fn sweep_walking(&self, now: i64) -> Result<(Usage, u64), Box<dyn Error>> {
        let (usage, counts) = self.ask(&self.walking, &order(now), now).await?;
        Ok((usage, counts.segments))
    }

    async fn ask(
        &self,
        integrity: &Integrity,
        event: &Value,
        now: i64,
    ) -> Result<(Usage, Counts), Box<dyn Error>> {
        let consumed = integrity.table().consumed();
        let (reads, writes) = (consumed.read_units(), consumed.write_units());
        self.cloud.faults().reset_counters();
        let handled = Box::pin(integrity.handle(event, now, TIME)).await?;
        let findings = &handled.counts.findings;
        if !findings.is_empty() || handled.response.failed().count() > 0 {
            return Err(format!("the trail is as it should be, and yet: {findings:?}").into());
        }
        let usage = Usage {
            // Refused puts are billed, and only the caller knows of them.
            read_units: consumed.read_units() - reads,
            write_units: consumed.write_units() - writes,
            ..self.counted()
        };
        Ok((usage, handled.counts))
    }

    /// Has the retention function do a task, `daily` or `continue`.
    pub(crate) async fn keep(&self, task: &str, now: i64) -> Result<Usage, Box<dyn Error>> {
        self.cloud.faults().reset_counters();
        let event = json!({"task": task});
        let handled = Box::pin(self.custodian.handle(&event, now, TIME)).await?;
        if !handled.failed.is_empty() || handled.counts.stamped_segments > 0 {
            return Err(format!("nothing is to be stamped, and yet: {:?}", handled.counts).into());
        }
        Ok(Usage {
            write_units: handled.counts.write_units,
            ..self.counted()
        })
    }

    /// What the cloud counted since the counters were reset.
    #[expect(clippy::cast_precision_loss, reason = "far fewer calls than 2^52")]
    fn counted(&self) -> Usage {
        let counters = self.cloud.faults().counters();
        Usage {
            invocations: 1.0,
            read_units: counters.read_units(),
            write_units: counters.write_units(),
            calls: counters
                .operations
                .iter()
                .map(|(operation, counted)| (operation.clone(), counted.calls as f64))
                .collect(),
            messages: 0.0,
        }
    }
}

/// The schedule's event of a sweep.
fn order(now: i64) -> Value {
    json!({"task": "sweep", "now": now})
}

/// The event that Lambda hands over for messages.
fn event(bodies: &[String]) -> Value {
    let records = bodies.iter().enumerate().map(|(number, body)| {
        json!({
            "messageId": number.to_string(),
            "body": body,
            "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": "1"},
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}
