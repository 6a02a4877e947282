//! The environment of the function: every variable that it reads.

use index::policy::{EXCEPTIONS_FORM, PolicyError, RETENTION_FORM};
use index::{Policy, Retention};
use lambda::environment::{self, EnvironmentError};

/// The largest inflated log file that is read by default: five times CloudTrail's own limit.
pub const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// The read units that a sweep spends on the index, by default.
pub const SCRUB_READ_UNITS: u32 = 2_000;

/// What the function is configured with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The queue from which log files are indexed.
    pub index_queue: String,
    /// The detector's queue, which is told of findings.
    pub alert_queue: String,
    /// What the function does with what it reads.
    pub settings: Settings,
}

/// What the function does with what it reads.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The bucket that the trail delivers to.
    pub bucket: String,
    /// The trail's prefix, with its slash; empty where it has none.
    pub prefix: String,
    /// The Region that the function runs in.
    pub region: String,
    /// The read units that a sweep spends on the index.
    pub scrub_read_units: u32,
    /// Whether the trail delivers digests: one that was adopted may not.
    pub expects_digests: bool,
    /// The largest inflated log file, in bytes.
    pub max_file_bytes: usize,
    /// How long digest records and findings are kept.
    pub retention: Retention,
    /// How long events are kept: what the index is to hold.
    pub policy: Policy,
}

impl Settings {
    /// The settings of a bucket, with the defaults of everything else.
    pub fn of(bucket: impl Into<String>, prefix: &str, region: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            prefix: folder(prefix),
            region: region.into(),
            scrub_read_units: SCRUB_READ_UNITS,
            expects_digests: true,
            max_file_bytes: MAX_FILE_BYTES,
            retention: Retention::OFF,
            policy: Policy::FOREVER,
        }
    }
}

impl Config {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        let prefix = environment::optional("LOG_PREFIX")?.unwrap_or_default();
        Ok(Self {
            table: environment::required("TABLE_NAME")?,
            index_queue: environment::required("INDEX_QUEUE_URL")?,
            alert_queue: environment::required("ALERT_QUEUE_URL")?,
            settings: Settings {
                bucket: environment::required("LOG_BUCKET")?,
                prefix: folder(&prefix),
                region: environment::required("AWS_REGION")?,
                scrub_read_units: environment::or(
                    "SCRUB_READ_UNITS",
                    "a number of read units",
                    SCRUB_READ_UNITS,
                )?,
                expects_digests: environment::or("EXPECTS_DIGESTS", "true or false", true)?,
                max_file_bytes: environment::or(
                    "MAX_FILE_BYTES",
                    "a number of bytes",
                    MAX_FILE_BYTES,
                )?,
                retention: Retention::days(environment::or(
                    "INTEGRITY_RETENTION_DAYS",
                    "a number of days, 0 to keep what was found forever",
                    0,
                )?),
                policy: policy()?,
            },
        })
    }
}

fn policy() -> Result<Policy, EnvironmentError> {
    let retention = environment::required("RETENTION")?;
    let exceptions = environment::optional("RETENTION_EXCEPTIONS")?.unwrap_or_default();
    Policy::parse(&retention, &exceptions).map_err(|error| {
        let (name, expected) = match error {
            PolicyError::Retention(_) => ("RETENTION", RETENTION_FORM),
            PolicyError::Exceptions(_) => ("RETENTION_EXCEPTIONS", EXCEPTIONS_FORM),
        };
        EnvironmentError::Invalid { name, expected }
    })
}

/// The trail's prefix as keys begin with it: with a slash behind it, if there is one at all.
fn folder(prefix: &str) -> String {
    let prefix = prefix.trim_end_matches('/');
    if prefix.is_empty() {
        String::new()
    } else {
        format!("{prefix}/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_in_one_slash() {
        for (prefix, expected) in [("", ""), ("/", ""), ("logs", "logs/"), ("a/b/", "a/b/")] {
            assert_eq!(folder(prefix), expected);
        }
    }
}
