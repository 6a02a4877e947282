//! Drift: what is deployed and no longer as the template promises.
//!
//! Every protection is looked at by a check of its own. A look has one of three
//! outcomes: right, drifted, or unknown where the call was denied or failed, which
//! tells nothing of the protection and is no alert.

use aws::Error;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::Custodian;
use crate::config::Promised;

mod job;
mod look;
pub(crate) mod policy;
mod promise;

pub(crate) use job::{DRIFT, DriftState};

/// Says what a policy of the table lacks of the denials that are promised, if anything.
///
/// The ARN is the table's. No policy at all lacks everything.
pub fn lack_of_table_policy(
    promised: &Promised,
    arn: &str,
    policy: Option<&str>,
) -> Option<String> {
    let denials = promise::of_table(promised, arn);
    let lack = policy::lacks(policy, &denials).err()?;
    Some(lack.to_string())
}

/// Says what a policy of the log bucket lacks of the denials that are promised, if anything.
///
/// No policy at all lacks everything.
pub fn lack_of_bucket_policy(
    promised: &Promised,
    bucket: &str,
    policy: Option<&str>,
) -> Option<String> {
    let denials = promise::of_bucket(promised, bucket);
    let lack = policy::lacks(policy, &denials).err()?;
    Some(lack.to_string())
}

/// A protection that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// Its name, in kebab case.
    pub(crate) name: &'static str,
    /// What it is called where it has drifted.
    pub(crate) title: &'static str,
    /// What to do next.
    pub(crate) respond: &'static str,
}

/// What a look at a protection came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "detail", rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// It is as promised.
    Right,
    /// It is not; this is how it is instead.
    Drifted(String),
    /// It could not be looked at.
    Unknown(String),
}

impl Verdict {
    /// Right, or drifted in the way that is told.
    fn of(is_right: bool, drifted: impl FnOnce() -> String) -> Self {
        if is_right {
            Self::Right
        } else {
            Self::Drifted(drifted())
        }
    }
}

impl From<Result<Verdict, Error>> for Verdict {
    fn from(outcome: Result<Self, Error>) -> Self {
        outcome.unwrap_or_else(|error| Self::Unknown(error.to_string()))
    }
}

/// How a check looks.
type Look = for<'c> fn(&'c Custodian) -> BoxFuture<'c, Result<Verdict, Error>>;

/// A check, whether it is promised, and how it looks.
struct Watch {
    check: Check,
    is_promised: fn(&Promised) -> bool,
    look: Look,
}

const RESTORE: &str =
    "Find out in the event history who changed it. Deploy the stack again to set it right.";

macro_rules! watch {
    ($name:literal, $title:literal, $is_promised:expr, $look:path) => {
        Watch {
            check: Check {
                name: $name,
                title: $title,
                respond: RESTORE,
            },
            is_promised: $is_promised,
            look: |custodian| Box::pin($look(custodian)),
        }
    };
}

/// Every check there is.
static WATCHES: [Watch; 15] = [
    watch!(
        "table-ttl",
        "The index no longer drops items by their time",
        |promised| promised.table,
        look::time_to_live
    ),
    watch!(
        "table-deletion-protection",
        "The index can be deleted",
        |promised| promised.table,
        look::deletion_protection
    ),
    watch!(
        "table-recovery",
        "The index cannot be restored to a point in time",
        |promised| promised.table,
        look::recovery
    ),
    watch!(
        "table-policy",
        "The index may be written by others",
        |promised| promised.table,
        look::table_policy
    ),
    watch!(
        "bucket-versioning",
        "The log bucket keeps no versions",
        |promised| promised.bucket.is_some(),
        look::versioning
    ),
    watch!(
        "bucket-lock",
        "Log files are locked for less than promised",
        |promised| promised.bucket.is_some() && promised.lock.is_some(),
        look::lock
    ),
    watch!(
        "bucket-policy",
        "The log bucket may be written or changed by others",
        |promised| promised.bucket.is_some(),
        look::bucket_policy
    ),
    watch!(
        "bucket-lifecycle",
        "Log files are moved or deleted otherwise than promised",
        |promised| promised.bucket.is_some() && promised.archive_days.is_some(),
        look::lifecycle
    ),
    watch!(
        "bucket-public-access",
        "The log bucket may be made public",
        |promised| promised.bucket.is_some(),
        look::public_access
    ),
    watch!(
        "trail-logging",
        "The trail records nothing",
        |promised| promised.trail.is_some(),
        look::logging
    ),
    watch!(
        "trail-regions",
        "The trail does not record every Region",
        |promised| promised.trail.is_some(),
        look::regions
    ),
    watch!(
        "trail-validation",
        "The trail delivers no digests",
        |promised| promised.trail.is_some(),
        look::validation
    ),
    watch!(
        "trail-bucket",
        "The trail delivers to another bucket",
        |promised| promised.trail.is_some() && promised.bucket.is_some(),
        look::destination
    ),
    watch!(
        "trail-selectors",
        "The trail records less than promised",
        |promised| promised.trail.is_some() && promised.management.is_some(),
        look::selectors
    ),
    watch!(
        "key-state",
        "The key of the log files cannot be used",
        |promised| promised.key.is_some(),
        look::key
    ),
];

/// The check of a name.
pub(crate) fn check(name: &str) -> Option<Check> {
    let watch = WATCHES.iter().find(|watch| watch.check.name == name);
    watch.map(|watch| watch.check)
}

/// Looks at everything that is promised.
pub(crate) async fn look(custodian: &Custodian) -> Vec<(Check, Verdict)> {
    let promised = &custodian.settings.promised;
    let watches = WATCHES.iter().filter(|watch| (watch.is_promised)(promised));
    let mut verdicts = Vec::new();
    for watch in watches {
        let verdict = Verdict::from((watch.look)(custodian).await);
        verdicts.push((watch.check, verdict));
    }
    verdicts
}
