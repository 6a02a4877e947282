//! What to generate.

use jiff::{SignedDuration, Timestamp};

use crate::generator::Records;
use crate::plant::Plant;

/// The accounts of AWS's documentation that a trail uses unless told otherwise.
const ACCOUNTS: [&str; 6] = [
    "111122223333",
    "444455556666",
    "123456789012",
    "777788889999",
    "555566667777",
    "999988887777",
];

/// A trail to generate: the same fields give the same bytes, on every machine.
///
/// ```
/// use sample::Trail;
///
/// let trail = Trail {
///     seed: 7,
///     events: 100,
///     ..Trail::default()
/// };
/// let records: Vec<_> = trail.records().collect();
/// assert_eq!(records.len(), 100);
/// assert!(records[0].json.starts_with(r#"{"eventVersion":""#));
/// // Any slice can be written by itself.
/// assert_eq!(trail.slice(40..60).next().as_ref(), records.get(40));
/// ```
#[derive(Clone, Debug)]
pub struct Trail {
    /// Everything is drawn from this.
    pub seed: u64,
    /// The accounts that the trail covers, the busiest first.
    pub accounts: Vec<String>,
    /// The Regions that the trail covers, the busiest first. Global services
    /// are recorded in us-east-1 in any case.
    pub regions: Vec<String>,
    /// The first second.
    pub start: Timestamp,
    /// The second after the last.
    pub end: Timestamp,
    /// How many records.
    pub events: u64,
    /// How many principals (users, roles, services) each account has.
    pub principals: u16,
    /// Of 1,000 records, how many are data events.
    pub data: u16,
    /// Of 1,000 records, how many are network activity.
    pub network: u16,
    /// Of 1,000 pairs of records, how many are the start and end of an insight.
    pub insights: u16,
    /// Of 1,000 runs of 32 records, how many are the burst of one principal.
    pub bursts: u16,
    /// Values of known rarity.
    pub plants: Vec<Plant>,
}

impl Default for Trail {
    fn default() -> Self {
        Self {
            seed: 1,
            accounts: ACCOUNTS.map(str::to_owned).to_vec(),
            regions: ["us-east-1", "eu-west-1", "us-west-2", "ap-southeast-2"]
                .map(str::to_owned)
                .to_vec(),
            start: Timestamp::constant(1_784_073_600, 0),
            end: Timestamp::constant(1_791_849_600, 0),
            events: 10_000,
            principals: 240,
            data: 160,
            network: 12,
            insights: 1,
            bursts: 350,
            plants: Vec::new(),
        }
    }
}

impl Trail {
    /// A small trail of one account and two Regions over some hours, for tests that need a few files.
    pub fn hours(hours: u16) -> Self {
        let trail = Self::default();
        Self {
            accounts: vec![ACCOUNTS[0].to_owned()],
            regions: ["us-east-1", "eu-west-1"].map(str::to_owned).to_vec(),
            end: trail.start + SignedDuration::from_hours(i64::from(hours)),
            events: u64::from(hours) * 60,
            ..trail
        }
    }

    /// Generates the records in about the order of time (the start of an
    /// insight is reported late).
    pub fn records(&self) -> Records<'_> {
        self.slice(0..self.events)
    }

    /// Generates records of these numbers only: the same ones that
    /// [`Trail::records`] has at those places, whatever came before them.
    pub fn slice(&self, numbers: std::ops::Range<u64>) -> Records<'_> {
        Records::new(self, numbers)
    }
}
