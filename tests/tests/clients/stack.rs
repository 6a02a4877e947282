//! The stack as `trailkeep up` wires it, filled once for all tests and served on loopback.
//!
//! A log file that is put into the bucket is announced to a topic, which sends
//! to a queue, from which a trigger calls the indexer with AWS's own payloads.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use aws::{Objects, Table};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use index::Retention;
use indexer::{Counts, Indexer};
use local::trigger::Trigger;
use local::{Cloud, Storage};
use lookup::{Clock, History, loopback_guard};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::oracle::Oracle;
use crate::program::say;
use crate::trail_file::TrailFile;

const BUCKET: &str = "trail-logs";
const TABLE: &str = "index";

/// How long one invocation of the indexer may take.
const INVOCATION: Duration = Duration::from_mins(5);

/// How long a page may take: so long that only its read units end it.
const PAGE: Duration = Duration::from_mins(1);

static SAMPLE: LazyLock<Stack> = LazyLock::new(|| {
    let files = files("/../events");
    assert!(!files.is_empty(), "the sample trail is shipped");
    Stack::serve(files)
});

static PUBLISHED: LazyLock<Option<Stack>> = LazyLock::new(|| {
    let files = files("/../../shared/data/logs");
    (!files.is_empty()).then(|| Stack::serve(files))
});

/// A stack that is served, and what it must answer.
pub(crate) struct Stack {
    pub(crate) files: Vec<TrailFile>,
    pub(crate) oracle: Oracle,
    /// Where the lookup API is, as it is deployed.
    pub(crate) url: String,
    /// The same where a page has hardly anything to read with, so that many are empty.
    pub(crate) tight_url: String,
}

impl Stack {
    /// The stack with the sample trail that is shipped.
    pub(crate) fn sample() -> &'static Self {
        &SAMPLE
    }

    /// The stack with real log files that others published, where they are at hand.
    pub(crate) fn published() -> Option<&'static Self> {
        if PUBLISHED.is_none() {
            say("skipped: no published log files here");
        }
        PUBLISHED.as_ref()
    }

    /// The stacks that there are.
    pub(crate) fn all() -> Vec<&'static Self> {
        std::iter::once(Self::sample())
            .chain(Self::published())
            .collect()
    }

    /// Fills a stack and serves it until the process ends.
    fn serve(files: Vec<TrailFile>) -> Self {
        let (send, served) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let (cloud, stack) = Self::fill(files).await;
                send.send(stack).expect("somebody waits");
                std::future::pending::<()>().await;
                drop(cloud);
            });
        });
        served.recv().expect("a stack")
    }

    async fn fill(files: Vec<TrailFile>) -> (Cloud, Self) {
        let cloud = Cloud::start_without_faults(Storage::Memory)
            .await
            .expect("a cloud");
        let table = || Table::new(&sdk(cloud.dynamodb()), TABLE);
        create_table(&table()).await;
        let counts = index(&cloud, table(), &files).await;
        assert_eq!(counts.files, files.len() as u64, "every file once");
        assert!(counts.are_reconciled(), "{counts:?}");
        assert_eq!((counts.quarantined, counts.expired), (0, 0));
        let open = |read_units| History::new(table(), Retention::OFF, read_units, PAGE);
        let url = listen(open(lookup::config::READ_BUDGET.into())).await;
        let tight_url = listen(open(0.0)).await;
        let oracle = Oracle::of(&files);
        let stack = Self {
            files,
            oracle,
            url,
            tight_url,
        };
        (cloud, stack)
    }
}

fn files(folder: &str) -> Vec<TrailFile> {
    TrailFile::all_below(Path::new(&format!(
        "{}{folder}",
        env!("CARGO_MANIFEST_DIR")
    )))
}

/// Delivers files, and waits until all of them are indexed.
async fn index(cloud: &Cloud, table: Table, files: &[TrailFile]) -> Counts {
    let dead_letters = cloud.create_queue("dead", None).expect("a queue");
    let queue = cloud
        .create_queue("index", Some((&dead_letters, 3)))
        .expect("a queue");
    let topic = cloud.create_topic("logs").expect("a topic");
    cloud.subscribe(&topic, &queue, false).expect("subscribed");
    cloud.create_bucket(BUCKET).expect("a bucket");
    cloud
        .notify(BUCKET, "", ".json.gz", &topic)
        .expect("notified");
    for file in files {
        let put = cloud.put_object(BUCKET, &file.key, file.body.clone());
        put.expect("the file is put");
    }
    let counts = Arc::new(Mutex::new(Counts::default()));
    let indexer = Arc::new(Indexer::new(
        table,
        Objects::new(&sdk(cloud.s3())),
        Retention::OFF,
        indexer::config::MAX_FILE_BYTES,
    ));
    let counted = Arc::clone(&counts);
    let trigger = Trigger::new(&queue).start(move |event: Value| {
        let (indexer, counted) = (Arc::clone(&indexer), Arc::clone(&counted));
        async move {
            let now = Clock::system().now();
            let handled = indexer.handle(&event, now, INVOCATION).await;
            let handled = handled.map_err(|error| error.to_string())?;
            *counted.lock().expect("no panic") += handled.counts;
            serde_json::to_value(&handled.response).map_err(|error| error.to_string())
        }
    });
    queue.idle().await.expect("the queue is read");
    trigger.stop().await;
    let dead = dead_letters.depth().expect("the queue is read");
    assert!(dead.is_empty(), "no file is given up");
    let counts = counts.lock().expect("no panic");
    *counts
}

/// Serves a history on a free port of loopback, and answers where.
async fn listen(history: History) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router =
        lookup::router(history, Clock::system()).layer(axum::middleware::from_fn(loopback_guard));
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("http://{address}")
}

/// A client configuration for an endpoint on loopback, with credentials of nobody.
pub(crate) fn sdk(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "tests");
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
        (index::table::PARTITION, KeyType::Hash),
        (index::table::SORT, KeyType::Range),
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
