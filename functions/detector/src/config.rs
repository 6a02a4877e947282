//! The environment of the function: every variable that it reads.

use index::Retention;
use lambda::environment::{self, EnvironmentError};

/// The largest inflated log file that is read by default: five times CloudTrail's own limit.
pub const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// How many days alerts are kept by default.
pub const ALERT_RETENTION_DAYS: u32 = 365;

/// What the function is configured with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The topic that alerts are published to.
    pub alert_topic: String,
    /// The topic of chat applications, where there is one.
    pub chat_topic: Option<String>,
    /// What the detector does with what it reads.
    pub settings: Settings,
}

/// What the detector does with what it reads.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where rules lie besides those shipped.
    pub rules: Option<RuleFolder>,
    /// The largest inflated log file, in bytes.
    pub max_file_bytes: usize,
    /// How long alerts are kept, and how old an event may be that is alerted on.
    pub retention: Retention,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rules: None,
            max_file_bytes: MAX_FILE_BYTES,
            retention: Retention::days(ALERT_RETENTION_DAYS),
        }
    }
}

/// The objects that hold rules of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFolder {
    /// The bucket.
    pub bucket: String,
    /// What the keys begin with; empty for all of the bucket.
    pub prefix: String,
}

impl Config {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        Ok(Self {
            table: environment::required("TABLE_NAME")?,
            alert_topic: environment::required("ALERT_TOPIC_ARN")?,
            chat_topic: environment::optional("CHAT_TOPIC_ARN")?,
            settings: Settings {
                rules: rule_folder(
                    environment::optional("RULES_BUCKET")?,
                    environment::optional("RULES_PREFIX")?,
                )?,
                max_file_bytes: environment::or(
                    "MAX_FILE_BYTES",
                    "a number of bytes",
                    MAX_FILE_BYTES,
                )?,
                retention: Retention::days(environment::or(
                    "ALERT_RETENTION_DAYS",
                    "a number of days, 0 to keep alerts forever",
                    ALERT_RETENTION_DAYS,
                )?),
            },
        })
    }
}

/// A prefix without a bucket is a mistake: rules that somebody counts on would not be read.
fn rule_folder(
    bucket: Option<String>,
    prefix: Option<String>,
) -> Result<Option<RuleFolder>, EnvironmentError> {
    match (bucket, prefix) {
        (Some(bucket), prefix) => Ok(Some(RuleFolder {
            bucket,
            prefix: prefix.unwrap_or_default(),
        })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(EnvironmentError::Missing("RULES_BUCKET")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_may_come_without_a_prefix_and_a_prefix_not_without_a_bucket() {
        let text = |text: &str| Some(text.to_owned());
        let folder = rule_folder(text("rules"), None).expect("a bucket is enough");
        assert_eq!(folder.map(|folder| folder.prefix), text(""));
        assert_eq!(rule_folder(None, None), Ok(None));
        assert_eq!(
            rule_folder(None, text("sigma/")),
            Err(EnvironmentError::Missing("RULES_BUCKET"))
        );
    }
}
