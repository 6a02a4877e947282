//! The environment of the function: every variable that it reads.
//!
//! | variable | |
//! |---|---|
//! | `TABLE_NAME` | the table |
//! | `RETENTION`, `RETENTION_EXCEPTIONS` | the policy, as all functions have it |
//! | `PURGE_AFTER_DAYS` | days after which what TTL has left is deleted; 2 |
//! | `WRITE_UNITS_PER_SECOND` | write units that jobs may consume in a second; 500, 0 for no bound |
//! | `MAX_FILE_BYTES` | the largest inflated log file that a repair reads |
//! | `INDEX_QUEUE_URL` | the indexer's queue, to which a repair sends |
//! | `ALERT_QUEUE_URL` | the detector's queue, to which drift is told |
//! | `AWS_REGION` | the Region; Lambda sets it |
//!
//! The rest says what the template promises, and is compared with what is deployed. What is
//! empty or absent is not this stack's and not looked at, as with an adopted bucket:
//!
//! | variable | |
//! |---|---|
//! | `LOG_BUCKET` | the bucket of log files; without it nothing of a bucket is looked at |
//! | `PROMISED_LOCK_MODE`, `PROMISED_LOCK_DAYS` | its default lock, `GOVERNANCE`, `COMPLIANCE` or `NONE` |
//! | `PROMISED_ARCHIVE_DAYS` | days after which its objects expire; 0 where they never do |
//! | `PROMISED_TRANSITIONS` | its storage classes, `GLACIER_IR=90,DEEP_ARCHIVE=365` |
//! | `TRAIL_ARN` | the trail; without it nothing of a trail is looked at |
//! | `PROMISED_MANAGEMENT_EVENTS` | `All`, `WriteOnly` or `ReadOnly` |
//! | `PROMISED_DATA_EVENTS` | types of resources whose data events it records, `AWS::S3::Object,...` |
//! | `KMS_KEY_ARN` | the key of log files |
//! | `EXEMPT_PRINCIPALS` | ARNs that denials of table and bucket may leave out: break-glass |
//! | `DEPLOYING_PRINCIPALS` | ARNs that denials about settings may leave out besides: who deploys |
//! | `EXEMPT_CALLED_VIA` | the service through which settings may be changed by anybody, if at all |
//! | `PUT_PRINCIPALS`, `UPDATE_PRINCIPALS` | ARNs that may put, or update and delete, items of the table |
//! | `WRITER_KEYS` | per writer, the keys left to it: `ARN=block#*\|days#*,ARN=alert#*`; who may update what is indexed is left its expiry alone |
//!
//! Besides these, `lambda::boot::log` reads `LOG_LEVEL`.

use std::str::FromStr;

use aws::objects::protection::Lock;
use index::Policy;
use index::policy::{EXCEPTIONS_FORM, PolicyError, RETENTION_FORM};
use lambda::environment::{self, EnvironmentError};

/// After how many days past its time an item is deleted by default.
///
/// The table drops most items within two days by itself, and does not bill it.
pub const PURGE_AFTER_DAYS: u32 = 2;

/// The write units that jobs consume in a second by default: half of what one
/// partition of the table takes, so that indexing goes on beside them.
pub const WRITE_UNITS_PER_SECOND: u32 = 500;

/// For how many days a version of a log file is kept that is hidden, where log files expire.
pub const HIDDEN_DAYS: u32 = 30;

/// The largest inflated log file that is read by default: five times CloudTrail's own limit.
pub const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// What the function is configured with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The indexer's queue.
    pub index_queue: String,
    /// The detector's queue.
    pub alert_queue: String,
    /// What the function does with them.
    pub settings: Settings,
}

/// What jobs and routes go by.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long events are kept.
    pub policy: Policy,
    /// After how many days past its time an item is deleted.
    pub purge_after_days: u32,
    /// How many write units jobs may consume in a second; none is no bound.
    pub write_units_per_second: Option<u32>,
    /// The largest inflated log file that is read, in bytes.
    pub max_file_bytes: usize,
    /// The Region, which messages to the indexer name.
    pub region: String,
    /// What the template promises.
    pub promised: Promised,
}

/// What the template promises; nothing is promised by default.
#[derive(Clone, Debug, Default)]
pub struct Promised {
    /// Whether the table's protections are looked at.
    pub table: bool,
    /// The bucket of log files, where it is the stack's own.
    pub bucket: Option<String>,
    /// How new log files are locked.
    pub lock: Option<Lock>,
    /// After how many days log files expire; never with 0, and not looked at where absent.
    pub archive_days: Option<u32>,
    /// To which storage classes log files go, and after how many days.
    pub transitions: Vec<(String, u32)>,
    /// The trail's ARN.
    pub trail: Option<String>,
    /// Which management events it records.
    pub management: Option<Management>,
    /// The types of resources whose data events it records.
    pub data: Vec<String>,
    /// The ARN of the key of log files.
    pub key: Option<String>,
    /// Whom every denial about table and bucket may leave out.
    pub exempt: Vec<String>,
    /// Whom denials about settings may leave out besides.
    pub deployers: Vec<String>,
    /// The service through which settings may be changed.
    pub called_via: Option<String>,
    /// Who may put items.
    pub putters: Vec<String>,
    /// Who may update and delete items.
    pub updaters: Vec<String>,
    /// Which keys are left to which writer.
    pub writer_keys: Vec<(String, Vec<String>)>,
}

/// Which management events a trail records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Management {
    /// Those that only read.
    pub reads: bool,
    /// Those that write.
    pub writes: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::FOREVER,
            purge_after_days: PURGE_AFTER_DAYS,
            write_units_per_second: Some(WRITE_UNITS_PER_SECOND),
            max_file_bytes: MAX_FILE_BYTES,
            region: "us-east-1".to_owned(),
            promised: Promised::default(),
        }
    }
}

impl Config {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        Ok(Self {
            table: environment::required("TABLE_NAME")?,
            index_queue: environment::required("INDEX_QUEUE_URL")?,
            alert_queue: environment::required("ALERT_QUEUE_URL")?,
            settings: Settings {
                policy: policy(
                    &environment::required("RETENTION")?,
                    environment::optional("RETENTION_EXCEPTIONS")?,
                )?,
                purge_after_days: environment::or(
                    "PURGE_AFTER_DAYS",
                    "a number of days",
                    PURGE_AFTER_DAYS,
                )?,
                write_units_per_second: Some(environment::or(
                    "WRITE_UNITS_PER_SECOND",
                    "a number of write units, 0 for no bound",
                    WRITE_UNITS_PER_SECOND,
                )?)
                .filter(|units| *units > 0),
                max_file_bytes: environment::or(
                    "MAX_FILE_BYTES",
                    "a number of bytes",
                    MAX_FILE_BYTES,
                )?,
                region: environment::required("AWS_REGION")?,
                promised: Promised::from_environment()?,
            },
        })
    }
}

impl Promised {
    fn from_environment() -> Result<Self, EnvironmentError> {
        let mode = environment::optional("PROMISED_LOCK_MODE")?;
        let lock = match mode.filter(|mode| mode != "NONE") {
            Some(mode) => Some(Lock {
                mode,
                days: environment::required_as("PROMISED_LOCK_DAYS", "a number of days")?,
            }),
            None => None,
        };
        Ok(Self {
            table: true,
            bucket: environment::optional("LOG_BUCKET")?,
            lock,
            archive_days: environment::optional_as("PROMISED_ARCHIVE_DAYS", "a number of days")?,
            transitions: pairs(
                "PROMISED_TRANSITIONS",
                "storage classes with days, as in GLACIER_IR=90",
                |days| days.parse().ok(),
            )?,
            trail: environment::optional("TRAIL_ARN")?,
            management: environment::optional_as(
                "PROMISED_MANAGEMENT_EVENTS",
                "All, WriteOnly or ReadOnly",
            )?,
            data: list("PROMISED_DATA_EVENTS")?,
            key: environment::optional("KMS_KEY_ARN")?,
            exempt: list("EXEMPT_PRINCIPALS")?,
            deployers: list("DEPLOYING_PRINCIPALS")?,
            called_via: environment::optional("EXEMPT_CALLED_VIA")?,
            putters: list("PUT_PRINCIPALS")?,
            updaters: list("UPDATE_PRINCIPALS")?,
            writer_keys: pairs("WRITER_KEYS", "arns with keys, as in ARN=a#*|b#*", |keys| {
                Some(keys.split('|').map(str::to_owned).collect())
            })?,
        })
    }
}

/// Says that a text names no kind of management events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of management events: expected All, WriteOnly or ReadOnly")]
pub struct NotAKind;

impl FromStr for Management {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, NotAKind> {
        let (reads, writes) = match text {
            "All" => (true, true),
            "WriteOnly" => (false, true),
            "ReadOnly" => (true, false),
            _ => return Err(NotAKind),
        };
        Ok(Self { reads, writes })
    }
}

fn policy(retention: &str, exceptions: Option<String>) -> Result<Policy, EnvironmentError> {
    let exceptions = exceptions.unwrap_or_default();
    Policy::parse(retention, &exceptions).map_err(|error| match error {
        PolicyError::Retention(_) => EnvironmentError::Invalid {
            name: "RETENTION",
            expected: RETENTION_FORM,
        },
        PolicyError::Exceptions(_) => EnvironmentError::Invalid {
            name: "RETENTION_EXCEPTIONS",
            expected: EXCEPTIONS_FORM,
        },
    })
}

/// The members of a list; a template leaves some of them empty.
fn list(name: &'static str) -> Result<Vec<String>, EnvironmentError> {
    let text = environment::optional(name)?.unwrap_or_default();
    Ok(members(&text).map(str::to_owned).collect())
}

fn members(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// A list of names, each with what stands behind its `=`.
fn pairs<T>(
    name: &'static str,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<(String, T)>, EnvironmentError> {
    let text = environment::optional(name)?.unwrap_or_default();
    parse_pairs(&text, read).ok_or(EnvironmentError::Invalid { name, expected })
}

fn parse_pairs<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<(String, T)>> {
    let pair = |member: &str| {
        let (name, value) = member.split_once('=')?;
        Some((name.trim().to_owned(), read(value.trim())?))
    };
    members(text).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_may_have_empty_members_and_space() {
        let read: Vec<_> = members(" a, ,b,, ").collect();
        assert_eq!(read, ["a", "b"]);
        let days = |text: &str| text.parse::<u32>().ok();
        assert_eq!(
            parse_pairs("GLACIER_IR=90, DEEP_ARCHIVE = 365,", days),
            Some(vec![
                ("GLACIER_IR".into(), 90),
                ("DEEP_ARCHIVE".into(), 365)
            ])
        );
        assert_eq!(parse_pairs("GLACIER_IR", days), None);
        assert_eq!(parse_pairs("GLACIER_IR=soon", days), None);
        assert_eq!(parse_pairs("", days), Some(Vec::new()));
    }

    #[test]
    fn management_events_are_all_or_one_kind() {
        let kind = |text: &str| {
            text.parse::<Management>()
                .map(|kind| (kind.reads, kind.writes))
        };
        assert_eq!(kind("All"), Ok((true, true)));
        assert_eq!(kind("WriteOnly"), Ok((false, true)));
        assert_eq!(kind("ReadOnly"), Ok((true, false)));
        assert_eq!(kind("None"), Err(NotAKind));
    }
}
