//! The sample trail that the repository ships: ordinary noise of two accounts
//! over a day and a half, and an intrusion in it.
//!
//! The access key of `ci-deploy` was phished. It is used from an address that
//! no pipeline ever had, finds a role to assume in the other account, makes
//! itself at home, stops a trail, opens a bucket and deletes another. Next
//! morning somebody notices.

mod acts;
mod cast;

use jiff::Timestamp;

use crate::archive::Archive;
use crate::deliver::{Delivery, LogFile, deliver};
use crate::record::Record;
use crate::signing::Signing;
use crate::trail::Trail;

/// The account in which the pipeline's user lives.
pub const WORKLOADS: &str = "111122223333";
/// The account whose data the intruder is after.
pub const RECORDS: &str = "444455556666";
/// Where the intruder comes from.
pub const INTRUDER: &str = "203.0.113.50";
/// The bucket that the shipped triggers say the log files are in.
pub const BUCKET: &str = "example-trail-logs";
/// The trail that delivers; the intruder stops another one, and may not delete this one.
pub const TRAIL: &str = "security-audit";

/// The noise around the story.
pub fn noise() -> Trail {
    Trail {
        seed: 20_261_013,
        accounts: [WORKLOADS, RECORDS].map(str::to_owned).to_vec(),
        regions: ["us-east-1", "eu-west-1", "ap-southeast-2"]
            .map(str::to_owned)
            .to_vec(),
        // 2026-10-13T00:00:00Z, for 36 hours.
        start: Timestamp::constant(1_791_849_600, 0),
        end: Timestamp::constant(1_791_849_600 + 36 * 3600, 0),
        events: 2900,
        principals: 60,
        data: 110,
        network: 14,
        insights: 0,
        bursts: 900,
        plants: Vec::new(),
    }
}

/// How the shipped files are delivered: quiet accounts, so wider windows.
pub fn delivery() -> Delivery {
    Delivery {
        seed: 7,
        late: 4,
        duplicates: 2,
        level: 9,
        ..Delivery::default()
    }
}

/// The records of the intrusion and of the response to it, in order of time.
pub fn intrusion() -> Vec<Record> {
    let mut records = acts::play(&cast::Cast::new(&noise()));
    records.sort_by(|left, right| (left.time, &left.id).cmp(&(right.time, &right.id)));
    records
}

/// Everything: the noise with the intrusion in its place.
pub fn records() -> Vec<Record> {
    let mut records: Vec<Record> = noise().records().collect();
    records.extend(intrusion());
    records.sort_by(|left, right| (left.time, &left.id).cmp(&(right.time, &right.id)));
    records
}

/// The log files of the sample trail, in order of their keys.
pub fn files() -> Vec<LogFile> {
    let mut files: Vec<LogFile> = deliver(records(), delivery()).collect();
    files.sort_by(|left, right| left.key.cmp(&right.key));
    files
}

/// How the shipped files are signed.
///
/// Somebody started the trail a quarter of an hour before the first event, at
/// no full hour, so no digest covers an hour of the clock.
pub fn signing() -> Signing {
    let noise = noise();
    let signing = Signing::new(&noise, &delivery());
    Signing {
        bucket: BUCKET.to_owned(),
        trail: TRAIL.to_owned(),
        // 2026-10-12T23:45:31Z.
        start: noise.start.as_second() - 869,
        ..signing
    }
}

/// The bucket with the log files of the sample trail and their digests.
pub fn archive() -> Archive {
    Archive::of(files(), &signing())
}
