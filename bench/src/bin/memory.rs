//! Prints the peak memory of the indexer on a large log file.
//!
//! `cargo run --release -p bench --bin memory [MEGABYTES]`
//!
//! Puts a log file of 50 MB uncompressed (CloudTrail's largest) into the local
//! cloud and has a process of its own index it, so that only the indexer is
//! measured.

use std::process::Command;
use std::time::Duration;

use aws::{Objects, Table};
use bench::{Outcome, cloud, peak_memory, say};
use index::Retention;
use indexer::Indexer;
use indexer::config::MAX_FILE_BYTES;
use sample::Trail;
use serde_json::json;

const BUCKET: &str = "example-trail-logs";
const KEY: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/13/111122223333_CloudTrail_us-east-1_20261013T0005Z_AbCdEfGhIjKlMnOp.json.gz";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, dynamodb, s3] = arguments.as_slice()
        && role == "index"
    {
        return index(dynamodb, s3).await;
    }
    let megabytes: usize = arguments.first().map_or(Ok(50), |text| text.parse())?;
    let content = content(megabytes * 1_000_000);
    let file = sample::compress(content.as_bytes(), 6);
    say!(
        "a log file of {} bytes, {} compressed",
        content.len(),
        file.len()
    );
    let (cloud, _table) = cloud::start().await?;
    cloud.create_bucket(BUCKET)?;
    cloud.put_object(BUCKET, KEY, file)?;
    let status = Command::new(std::env::current_exe()?)
        .args(["index", cloud.dynamodb(), cloud.s3()])
        .status()?;
    cloud.stop().await;
    if status.success() {
        Ok(())
    } else {
        Err("the indexer failed".into())
    }
}

fn content(bytes: usize) -> String {
    let trail = Trail {
        events: 1_000_000,
        ..Trail::default()
    };
    let mut content = String::from("{\"Records\":[");
    for record in trail.records() {
        if content.len() + record.json.len() + 3 > bytes {
            break;
        }
        if !content.ends_with('[') {
            content.push(',');
        }
        content.push_str(&record.json);
    }
    content.push_str("]}");
    content
}

/// Indexes the file in this process, and says what that took.
async fn index(dynamodb: &str, s3: &str) -> Outcome {
    let table = Table::new(&cloud::config(dynamodb), "trailkeep");
    let objects = Objects::new(&cloud::config(s3));
    let indexer = Indexer::new(table, objects, Retention::OFF, MAX_FILE_BYTES);
    let before = peak_memory("self").unwrap_or_default();
    let notice = json!({"s3Bucket": BUCKET, "s3ObjectKey": [KEY]}).to_string();
    let event = json!({"Records": [{
        "messageId": "1", "body": notice, "eventSource": "aws:sqs",
        "attributes": {"ApproximateReceiveCount": "1"},
    }]});
    let handled = indexer
        .handle(&event, 1_791_849_600, Duration::from_mins(15))
        .await?;
    say!("{:?}", handled.counts);
    say!("{} messages failed", handled.response.failed().count());
    say!(
        "peak memory {:.0} MB ({before:.0} MB before the file)",
        peak_memory("self").unwrap_or_default()
    );
    Ok(())
}
