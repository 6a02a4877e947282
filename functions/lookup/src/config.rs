//! The environment of the function: every variable that it reads.
//!
//! Besides these, `lambda::boot::log` reads `LOG_LEVEL`.

use std::time::Duration;

use index::Policy;
use index::policy::{EXCEPTIONS_FORM, PolicyError, RETENTION_FORM};
use lambda::environment::{self, EnvironmentError};

/// The read units after which a page ends with what it has, by default.
pub const READ_BUDGET: u32 = 3_000;

/// The time after which a page ends with what it has: well within the 30
/// seconds that API Gateway waits, with room for one slow round of reads.
pub const TIME_BUDGET: Duration = Duration::from_secs(8);

/// What the function is configured with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// How long events are kept.
    pub policy: Policy,
    /// The read units after which a page ends with what it has.
    pub read_budget: u32,
}

impl Config {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        Ok(Self {
            table: environment::required("TABLE_NAME")?,
            policy: policy()?,
            read_budget: environment::or("READ_BUDGET", "a number of read units", READ_BUDGET)?,
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
