//! The prices that bills are made of: the only place that states any.
//!
//! US dollars, on-demand, Region us-east-1, without free tiers and discounts.
//! Prices change and differ by Region: each names the page to check it on.
//!
//! | price | as of | page |
//! |---|---|---|
//! | DynamoDB request units, on-demand | since 2024-11-01 | aws.amazon.com/dynamodb/pricing/on-demand |
//! | DynamoDB storage, point-in-time recovery | 2026-11 | the same |
//! | S3 GET and LIST requests | 2026-11 | aws.amazon.com/s3/pricing |
//! | SNS publishes, SQS requests | 2026-11 | aws.amazon.com/sns/pricing, aws.amazon.com/sqs/pricing |
//! | Lambda requests and duration, x86 | 2026-11 | aws.amazon.com/lambda/pricing |
//! | CloudTrail Lake | page read 2026-08-26 | aws.amazon.com/cloudtrail/pricing |
//! | CloudWatch Logs | 2026-11 | aws.amazon.com/cloudwatch/pricing |

use serde::Serialize;

/// A list price.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Price {
    /// What is paid for.
    pub(crate) what: &'static str,
    /// US dollars for so many of it.
    pub(crate) usd: f64,
    /// How many units that buys.
    pub(crate) units: f64,
    /// What a unit is.
    pub(crate) unit: &'static str,
}

impl Price {
    const fn new(what: &'static str, usd: f64, units: f64, unit: &'static str) -> Self {
        Self {
            what,
            usd,
            units,
            unit,
        }
    }

    /// The price of a number of units.
    pub(crate) fn of(&self, units: f64) -> f64 {
        units / self.units * self.usd
    }
}

const MILLION: f64 = 1_000_000.0;

pub(crate) const WRITES: Price =
    Price::new("DynamoDB writes", 0.625, MILLION, "write request units");
pub(crate) const READS: Price = Price::new("DynamoDB reads", 0.125, MILLION, "read request units");
pub(crate) const STORAGE: Price = Price::new("DynamoDB storage", 0.25, 1.0, "GB-months");
pub(crate) const RECOVERY: Price =
    Price::new("DynamoDB point-in-time recovery", 0.20, 1.0, "GB-months");
pub(crate) const GETS: Price = Price::new("S3 reads of log files", 0.0004, 1_000.0, "GET requests");
pub(crate) const LISTS: Price = Price::new("S3 lists", 0.005, 1_000.0, "LIST requests");
pub(crate) const PUBLISHES: Price = Price::new("SNS notifications", 0.50, MILLION, "publishes");
pub(crate) const MESSAGES: Price = Price::new("SQS", 0.40, MILLION, "requests");
pub(crate) const INVOCATIONS: Price = Price::new("Lambda requests", 0.20, MILLION, "requests");
pub(crate) const DURATION: Price =
    Price::new("Lambda duration", 0.000_016_666_7, 1.0, "GB-seconds");
pub(crate) const LAKE: Price = Price::new(
    "CloudTrail Lake ingestion, one-year extendable",
    0.75,
    1.0,
    "GB",
);
pub(crate) const LAKE_SCANS: Price =
    Price::new("CloudTrail Lake queries", 0.005, 1.0, "GB scanned");
pub(crate) const LOG_EVENTS: Price = Price::new("CloudWatch Logs ingestion", 0.50, 1.0, "GB");

/// All of them, in the order in which they are listed.
pub(crate) const ALL: [Price; 13] = [
    WRITES,
    READS,
    STORAGE,
    RECOVERY,
    GETS,
    LISTS,
    PUBLISHES,
    MESSAGES,
    INVOCATIONS,
    DURATION,
    LAKE,
    LAKE_SCANS,
    LOG_EVENTS,
];

/// The bytes of a gigabyte, as AWS bills it.
pub(crate) const GIGABYTE: f64 = 1_073_741_824.0;

/// How long events are kept by default, in months.
pub(crate) const MONTHS_KEPT: f64 = 90.0 / (365.0 / 12.0);

/// The hours of a month, as AWS counts them.
pub(crate) const HOURS_A_MONTH: f64 = 730.0;

/// The memory of the indexer, as the template sets it, in GB.
pub(crate) const INDEXER_GIGABYTES: f64 = 1_769.0 / 1_024.0;

/// How long an invocation waits for S3 and DynamoDB, in seconds: assumed, for
/// it cannot be measured here. Some ten round trips, one behind the other.
pub(crate) const INVOCATION_SECONDS: f64 = 0.5;

/// How many events the indexer gets through in a second of its processor: assumed
/// at the target that the benches are held to.
pub(crate) const EVENTS_A_SECOND: f64 = 100_000.0;

/// The requests that a message costs: sent, received and deleted, though the
/// latter two come in batches of ten.
pub(crate) const REQUESTS_A_MESSAGE: f64 = 3.0;
