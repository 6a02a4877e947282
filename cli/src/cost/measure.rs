//! Indexes log files so many to a segment, and takes what the table says that it consumed.

use aws::Table;
use indexer::Counts;
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::stack::{INVOCATION, Stack};

/// What indexing so many files to a segment came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Level {
    /// How many files were to share segments.
    pub(super) files_per_segment: usize,
    /// How many did, at most: fewer where there are not as many.
    pub(super) files_per_segment_measured: usize,
    /// Log files that were indexed.
    pub(super) files: u64,
    /// Invocations of the indexer.
    pub(super) batches: u64,
    /// Segments that were written: a batch makes one for every category and day.
    pub(super) segments: u64,
    /// Events that were indexed.
    pub(super) events: u64,
    /// Write units as the table answered them, all items included.
    pub(super) write_units: f64,
    pub(super) write_units_per_event: f64,
    pub(super) write_units_per_million_events: f64,
    /// What the table is billed for.
    pub(super) stored_bytes: u64,
}

/// Indexes everything that is announced into a table, `size` files at a time.
pub(super) async fn index(
    stack: &Stack,
    table: Table,
    announcements: &[String],
    size: usize,
    mut progress: impl FnMut(&Counts),
) -> Result<Level, Failure> {
    let indexer = stack.indexer(table);
    let mut counts = Counts::default();
    let mut batches = 0;
    for batch in announcements.chunks(size) {
        let now = lookup::Clock::system().now();
        let handled = indexer.handle(&event(batch), now, INVOCATION).await?;
        counts += handled.counts;
        batches += 1;
        progress(&handled.counts);
    }
    let write_units = indexer.table().consumed().write_units();
    let per_event = ratio(write_units, counts.indexed);
    Ok(Level {
        files_per_segment: size,
        files_per_segment_measured: size.min(announcements.len()),
        files: counts.files,
        batches,
        segments: counts.segments,
        events: counts.indexed,
        write_units,
        write_units_per_event: per_event,
        write_units_per_million_events: per_event * 1_000_000.0,
        stored_bytes: stack.billed_bytes(indexer.table()).await?,
    })
}

/// The event that Lambda gives the function for a batch of the queue.
fn event(batch: &[String]) -> Value {
    let records: Vec<Value> = batch
        .iter()
        .enumerate()
        .map(|(number, body)| {
            json!({
                "messageId": number.to_string(),
                "receiptHandle": number.to_string(),
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!(
                    "arn:aws:sqs:{}:{}:trailkeep-index", local::REGION, local::ACCOUNT
                ),
                "awsRegion": local::REGION,
            })
        })
        .collect();
    json!({ "Records": records })
}

/// So much for each event; nothing for none.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of events are far below 2^52"
)]
pub(super) fn ratio(amount: f64, events: u64) -> f64 {
    if events == 0 {
        0.0
    } else {
        amount / events as f64
    }
}
