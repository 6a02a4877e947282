//! The keys of what the retention function writes: holds, jobs, drift and reports.
//!
//! | item | partition | sort |
//! |---|---|---|
//! | hold | `holds` | `ID` |
//! | job under way | `retention` | `job#NAME` |
//! | protection that is not as it should be | `retention` | `drift#CHECK` |
//! | report of a day | `retention` | `report#DAY` |

use super::fit;
use crate::day::Day;

/// The partition of holds.
pub const HOLDS: &str = "holds";

/// The partition of jobs, drift and reports.
pub const RETENTION: &str = "retention";

/// The partition keys that the retention function writes of its own, for its policy.
pub const WRITTEN: [&str; 2] = [HOLDS, RETENTION];

/// The prefixes of the partition keys whose items the retention function stamps with
/// another expiry and purges, for its policy.
pub const STAMPED: [&str; 6] = ["days#", "block#", "terms#", "tally#", "segments#", "files#"];

/// The sort key of a hold.
pub fn hold(id: &str) -> String {
    fit(id.to_owned())
}

/// The sort key of a job.
pub fn job(name: &str) -> String {
    format!("job#{name}")
}

/// The sort key of what a check found.
pub fn drift(check: &str) -> String {
    format!("drift#{check}")
}

/// The sort key of a day's report.
pub fn report(day: Day) -> String {
    format!("report#{day}")
}
