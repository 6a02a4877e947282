//! The local cloud: DynamoDB, S3, SNS, SQS, CloudTrail and KMS on loopback,
//! with a fault injector in front.
//!
//! It is the backend of `trailkeep up`, of the tests and of the benchmarks.
//! The real SDK clients are pointed at its endpoints, so that signing,
//! serialization, paging and retries are real. Each endpoint answers only what
//! this repository calls and `501` to everything else, so that a call that was
//! never tried against AWS's behaviour cannot pass here by accident.
//!
//! ```no_run
//! # async fn run() -> Result<(), local::CloudError> {
//! use local::{Cloud, Storage};
//!
//! let cloud = Cloud::start(Storage::Memory).await?;
//! println!("AWS_ENDPOINT_URL_DYNAMODB={}", cloud.dynamodb());
//! println!("AWS_ENDPOINT_URL_S3={}", cloud.s3());
//! cloud.stop().await;
//! # Ok(())
//! # }
//! ```

mod clock;
mod cloud;
mod cloudtrail;
mod engine;
pub mod faults;
mod json;
mod kms;
mod loopback;
mod objects;
mod queues;
mod s3;
pub mod schedule;
mod settings;
mod sns;
mod sqs;
mod store;
mod tables;
mod topics;
pub mod trigger;

pub use cloud::{Cloud, CloudError, Object, Queue, Storage, StoredObject, Upload};
pub use cloudtrail::Trail;
pub use faults::Faults;
pub use kms::{Key, KeyState};
pub use objects::lock::LockMode;
pub use queues::Depth;
pub use s3::lifecycle::Lifecycle;

/// The Region that every local resource is in.
pub const REGION: &str = "us-east-1";

/// The account that every local resource belongs to.
pub const ACCOUNT: &str = "000000000000";
