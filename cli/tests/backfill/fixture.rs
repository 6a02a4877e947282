//! A bucket of log files and a queue, in the local cloud.

use std::collections::BTreeSet;
use std::path::PathBuf;

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use lambda::notice::{self, Object};
use local::{Cloud, Queue, Storage};
use tempfile::TempDir;
use tokio::process::Command;

use crate::command;

/// The bucket.
pub(crate) const BUCKET: &str = "trail-logs";

/// A bucket of log files, and a queue.
pub(crate) struct Fixture {
    pub(crate) cloud: Cloud,
    pub(crate) queue: Queue,
    pub(crate) home: TempDir,
}

/// A message of the queue: its log files.
pub(crate) type Message = Vec<Object>;

/// A key of CloudTrail's layout.
pub(crate) fn key(
    place: &str,
    account: &str,
    kind: &str,
    region: &str,
    day: &str,
    number: usize,
) -> String {
    let stamp = format!("{}T0805Z", day.replace('/', ""));
    format!(
        "{place}AWSLogs/{account}/{kind}/{region}/{day}/{account}_{kind}_{region}_{stamp}_{number:016}.json.gz"
    )
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let cloud = Cloud::start(Storage::Memory).await.expect("a cloud");
        cloud.create_bucket(BUCKET).expect("a bucket");
        let queue = cloud.create_queue("index", None).expect("a queue");
        Self {
            cloud,
            queue,
            home: tempfile::tempdir().expect("a folder"),
        }
    }

    pub(crate) fn put(&self, key: &str) {
        self.cloud
            .put_object(BUCKET, key, vec![0_u8; 300])
            .expect("an object");
    }

    /// Two accounts, two Regions, three days, of each kind of object some.
    pub(crate) fn fill(&self, place: &str) -> BTreeSet<String> {
        let mut logs = BTreeSet::new();
        for account in ["111122223333", "444455556666"] {
            for region in ["eu-west-1", "us-east-1"] {
                for day in ["2026/09/30", "2026/10/01", "2026/10/02"] {
                    for number in 0..12 {
                        logs.insert(key(place, account, "CloudTrail", region, day, number));
                    }
                    logs.insert(key(place, account, "CloudTrail-Insight", region, day, 0));
                    self.put(&key(place, account, "CloudTrail-Digest", region, day, 0));
                }
            }
        }
        for key in &logs {
            self.put(key);
        }
        self.put(&format!("{place}AWSLogs/111122223333/CloudTrail/"));
        self.put(&format!("{place}notes.txt"));
        logs
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join("state.json")
    }

    pub(crate) fn backfill(&self, location: &str) -> Command {
        self.backfill_at(location, self.cloud.s3())
    }

    /// A backfill that reads the bucket at an address.
    pub(crate) fn backfill_at(&self, location: &str, s3: &str) -> Command {
        let mut command = command::trailkeep(self.home.path());
        command
            .args(["backfill", location, "--queue-url", self.queue.url()])
            .args(["--endpoint-url", s3])
            .arg("--state")
            .arg(self.state())
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_REGION", "us-east-1");
        command
    }

    /// Takes every message from the queue.
    pub(crate) async fn messages(&self) -> Vec<Message> {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .endpoint_url(self.cloud.sqs())
            .build();
        let client = aws_sdk_sqs::Client::from_conf(config);
        let mut messages = Vec::new();
        loop {
            let call = client.receive_message().queue_url(self.queue.url());
            let received = call
                .max_number_of_messages(10)
                .send()
                .await
                .expect("messages");
            if received.messages().is_empty() {
                return messages;
            }
            for message in received.messages() {
                let body = message.body().expect("a body");
                let notice = notice::read(body).expect("a notification");
                assert!(notice.refused().is_empty() && notice.removed().is_empty());
                messages.push(notice.delivered().to_vec());
                let handle = message.receipt_handle().expect("a handle");
                let call = client.delete_message().queue_url(self.queue.url());
                call.receipt_handle(handle).send().await.expect("deleted");
            }
        }
    }

    pub(crate) fn listings(&self) -> u64 {
        let counters = self.cloud.faults().counters();
        counters.calls("ListObjectsV2") + counters.calls("ListObjectVersions")
    }
}
