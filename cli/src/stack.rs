//! The stack as it runs on this machine: the local cloud wired up as
//! `template.yaml` wires AWS's, with the functions' own code in it.
//!
//! An object that is put into the log bucket is announced to a topic, which
//! sends to a queue with a dead-letter queue, from which a trigger calls the
//! indexer with the payloads that AWS would send. Where alerts are wanted, the
//! detector has the like of its own; where digests come with the log files, so
//! has the integrity function, and a schedule. Another one calls the retention
//! function, whose routes are served beside the lookups.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws::{Objects, Table};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use index::Policy;
use indexer::{Counts, Indexer};
use local::trigger::{RunningTrigger, Trigger};
use local::{Cloud, CloudError, Queue, Storage};
use lookup::History;
use md5::{Digest as _, Md5};
use serde_json::Value;
use tokio::runtime::Handle;

use crate::failure::Failure;
use crate::logs::Delivery;

mod alerted;
mod detection;
mod digests;
mod holdings;
mod horizon;
mod intake;
mod keeping;
mod leases;
mod place;
mod progress;
mod resume;
mod rules;
mod signed;
mod table;
mod verification;
mod verified;

pub(crate) use alerted::Alerted;
pub(crate) use detection::RunningDetection;
pub(crate) use holdings::Holdings;
pub(crate) use intake::{GIVEN_UP, Intake, Look, Patience};
pub(crate) use keeping::Keeping;
pub(crate) use progress::{Progress, rate};
pub(crate) use signed::Signed;
pub(crate) use verification::RunningVerification;
pub(crate) use verified::Verified;

use digests::Regions;
use horizon::Horizon;
use place::Place;

/// Buckets that hold no log files.
const OWN: [&str; 2] = [rules::BUCKET, place::SETTINGS];
const TOPIC: &str = "trailkeep-logs";
const QUEUE: &str = "trailkeep-index";
const DEAD_LETTERS: &str = "trailkeep-index-dead";
const TABLE: &str = "trailkeep";

/// How often a message is received before it is a dead letter.
const RECEIVES: u32 = 3;

/// After how long a file that failed is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// How long a batch that is not full waits for more files.
const WINDOW: Duration = Duration::from_millis(250);

/// How many batches are indexed at once.
const CONCURRENCY: usize = 2;

/// How long an invocation may take, as the function's timeout says on AWS.
pub(crate) const INVOCATION: Duration = Duration::from_mins(5);

/// A local stack, set up and ready to take log files.
pub(crate) struct Stack {
    cloud: Cloud,
    place: Place,
    horizon: Arc<Horizon>,
    regions: Regions,
    /// The ARN of the topic that log files are announced to.
    topic: String,
    queue: Queue,
    dead_letters: Queue,
    dynamodb: SdkConfig,
    objects: Objects,
    policy: Policy,
}

/// What came of putting a log file into the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// It was put.
    New,
    /// It was there with the same content, and was left alone.
    Known,
}

impl Stack {
    /// Starts a stack, in memory or in a directory, where it goes on with what is there.
    ///
    /// Where digests are among the log files, they are put where these say they are.
    pub(crate) async fn start(
        data: Option<&Path>,
        policy: impl Into<Policy>,
        signed: Option<Signed>,
    ) -> Result<Self, Failure> {
        let storage = data.map_or(Storage::Memory, |path| Storage::Directory(path.to_owned()));
        let cloud = Cloud::start_without_faults(storage)
            .await
            .map_err(|error| match error {
                CloudError::InUse => Failure::new(format!(
                    "the data directory {} is in use by another process",
                    data.map(Path::display)
                        .map_or_else(String::new, |path| path.to_string())
                )),
                error => Failure::from(error),
            })?;
        let dead_letters = cloud.create_queue(DEAD_LETTERS, None)?;
        let queue = cloud.create_queue(QUEUE, Some((&dead_letters, RECEIVES)))?;
        let topic = cloud.create_topic(TOPIC)?;
        cloud.subscribe(&topic, &queue, false)?;
        let place = Place::settle(&cloud, signed.as_ref())?;
        cloud.notify(&place.bucket, "", ".json.gz", &topic)?;
        let dynamodb = config(cloud.dynamodb());
        let objects = Objects::new(&config(cloud.s3()));
        let stack = Self {
            cloud,
            place,
            horizon: Arc::default(),
            regions: Regions::new(signed.and_then(|signed| signed.keys)),
            topic,
            queue,
            dead_letters,
            dynamodb,
            objects,
            policy: policy.into(),
        };
        table::create(&stack.table()).await?;
        Ok(stack)
    }

    /// A client of the table, with a count of its own of what is consumed.
    pub(crate) fn table(&self) -> Table {
        Table::new(&self.dynamodb, TABLE)
    }

    /// A client of a further table, with a count of its own of what is consumed.
    pub(crate) fn client(&self, name: &str) -> Table {
        Table::new(&self.dynamodb, name)
    }

    /// Creates a further table like it.
    pub(crate) async fn further_table(&self, name: &str) -> Result<Table, Failure> {
        let table = self.client(name);
        table::create(&table).await?;
        Ok(table)
    }

    /// The bytes that a table is billed for: its items, and DynamoDB's own hundred for each.
    pub(crate) async fn billed_bytes(&self, table: &Table) -> Result<u64, Failure> {
        table::billed_bytes(table).await
    }

    /// An indexer that writes to a table.
    pub(crate) fn indexer(&self, table: Table) -> Indexer {
        let limit = indexer::config::MAX_FILE_BYTES;
        Indexer::new(table, self.objects.clone(), self.policy.clone(), limit)
    }

    /// The history, as the lookup function opens it.
    pub(crate) fn history(&self, table: Table) -> History {
        History::new(
            table,
            self.policy.clone(),
            lookup::config::READ_BUDGET.into(),
            lookup::config::TIME_BUDGET,
        )
        .with_objects(self.objects.clone())
    }

    /// Starts indexing what is announced; `report` is told the counts of every batch.
    pub(crate) fn start_indexing(
        &self,
        batch_size: usize,
        report: impl Fn(&Counts) + Send + Sync + 'static,
    ) -> RunningTrigger {
        let indexer = Arc::new(self.indexer(self.table()));
        let report = Arc::new(report);
        Trigger::new(&self.queue)
            .batch_size(batch_size)
            .concurrency(CONCURRENCY)
            .window(WINDOW)
            .visibility(INVOCATION * 6)
            .retry_after(RETRY_AFTER)
            .start(move |event: Value| {
                let (indexer, report) = (Arc::clone(&indexer), Arc::clone(&report));
                // On a thread of its own, as a function has its own sandbox: indexing
                // takes the processor for long, and the servers here need it at once.
                let invocation = tokio::task::spawn_blocking(move || {
                    let now = lookup::Clock::system().now();
                    let handling = indexer.handle(&event, now, INVOCATION);
                    let handled = Handle::current().block_on(handling);
                    let handled = handled.map_err(|error| error.to_string())?;
                    report(&handled.counts);
                    serde_json::to_value(&handled.response).map_err(|error| error.to_string())
                });
                async move { invocation.await.map_err(|error| error.to_string())? }
            })
    }

    /// Says why digests that come with log files are not verified; nothing where they are.
    pub(crate) fn unverified(&self) -> Option<String> {
        let Place {
            bucket,
            prefix,
            is_foreign,
            ..
        } = &self.place;
        is_foreign.then(|| {
            format!(
                "the digests among the log files are not verified: they are of another bucket or \
                 prefix than s3://{bucket}/{prefix}, which the data directory holds; take another \
                 directory for them"
            )
        })
    }

    /// The key under which a file is put.
    pub(crate) fn key(&self, delivery: &Delivery) -> String {
        self.place.key(delivery)
    }

    /// Puts a log file into the bucket, unless it is there with the same content.
    ///
    /// Other content under the same key becomes a further version, as on AWS.
    /// Blocks for the time of a write to the store.
    pub(crate) fn put(&self, delivery: Delivery) -> Result<Placed, CloudError> {
        let (bucket, key) = (&self.place.bucket, self.key(&delivery));
        let Delivery {
            body,
            is_named_by_content,
            ..
        } = delivery;
        if self.place.holds(&key) {
            self.horizon.note(&key);
        }
        if let Some(stored) = self.cloud.find_object(bucket, &key)? {
            let is_same = || stored.size == body.len() as u64 && stored.etag == etag(&body);
            if is_named_by_content || is_same() {
                return Ok(Placed::Known);
            }
        }
        self.cloud.put_object(bucket, &key, body)?;
        Ok(Placed::New)
    }

    /// Lets the calls in flight finish, and closes the stores.
    pub(crate) async fn stop(self) {
        self.cloud.stop().await;
    }
}

/// The `ETag` that S3 gives to an object that was put in one piece.
fn etag(body: &[u8]) -> String {
    hex::encode(Md5::digest(body))
}

/// A client configuration for an endpoint of the local cloud, which checks no signatures.
fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "local cloud");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(local::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}
