//! The environment of the function: every variable that it reads.

use index::Policy;
use index::policy::{EXCEPTIONS_FORM, PolicyError, RETENTION_FORM};
use lambda::environment::{self, EnvironmentError};

/// The largest inflated log file that is read by default: five times CloudTrail's own limit.
pub const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// What the function is configured with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// How long events are kept.
    pub policy: Policy,
    /// The largest inflated log file, in bytes.
    pub max_file_bytes: usize,
}

impl Config {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        Ok(Self {
            table: environment::required("TABLE_NAME")?,
            policy: policy()?,
            max_file_bytes: environment::or("MAX_FILE_BYTES", "a number of bytes", MAX_FILE_BYTES)?,
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
