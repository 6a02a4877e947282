//! Delivered log files are indexed and found again, whatever happens in between.
//!
//! Everything runs against the local cloud over real clients: files lie in its
//! bucket, the indexer is handed Lambda's own SQS events, and what the lookups
//! answer is held against a filter over the records that were put in.

#[path = "indexing/arrival.rs"]
mod arrival;
#[path = "indexing/batch.rs"]
mod batch;
#[path = "indexing/boundary.rs"]
mod boundary;
#[path = "indexing/crash.rs"]
mod crash;
#[path = "indexing/delivery.rs"]
mod delivery;
#[path = "indexing/extreme.rs"]
mod extreme;
#[path = "indexing/fault.rs"]
mod fault;
#[path = "indexing/keeping.rs"]
mod keeping;
#[path = "indexing/oracle.rs"]
mod oracle;
#[path = "indexing/order.rs"]
mod order;
#[path = "indexing/other_object.rs"]
mod other_object;
#[path = "indexing/poison.rs"]
mod poison;
#[path = "indexing/published.rs"]
mod published;
#[path = "indexing/quarantine.rs"]
mod quarantine;
#[path = "indexing/question.rs"]
mod question;
#[path = "indexing/replacement.rs"]
mod replacement;
#[path = "indexing/stack.rs"]
mod stack;
#[path = "indexing/walk.rs"]
mod walk;
