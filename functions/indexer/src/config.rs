//! The environment of the function: every variable that it reads.

use index::Retention;
use lambda::environment::{self, EnvironmentError};

/// The largest inflated log file that is read by default: five times CloudTrail's own limit.
pub const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// What the function is configured with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// How long events are kept.
    pub retention: Retention,
    /// The largest inflated log file, in bytes.
    pub max_file_bytes: usize,
}

impl Config {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        Ok(Self {
            table: environment::required("TABLE_NAME")?,
            retention: Retention::days(environment::required_as(
                "RETENTION_DAYS",
                "a number of days, 0 to keep events forever",
            )?),
            max_file_bytes: environment::or("MAX_FILE_BYTES", "a number of bytes", MAX_FILE_BYTES)?,
        })
    }
}
