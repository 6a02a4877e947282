//! Event categories, which are indexed apart.

use std::fmt;
use std::str::FromStr;

use crate::record::Record;

/// A category of events, as `eventCategory` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Control-plane calls, service events and sign-ins.
    Management,
    /// Data-plane calls: S3 objects, Lambda invocations and the like.
    Data,
    /// Calls through a VPC endpoint.
    NetworkActivity,
    /// Unusual activity that CloudTrail Insights or Trailkeep found.
    Insight,
}

impl Category {
    /// Every category, in the order in which they are listed to people.
    pub const ALL: [Self; 4] = [
        Self::Management,
        Self::Data,
        Self::NetworkActivity,
        Self::Insight,
    ];

    /// The name that CloudTrail writes into `eventCategory`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Management => "Management",
            Self::Data => "Data",
            Self::NetworkActivity => "NetworkActivity",
            Self::Insight => "Insight",
        }
    }

    /// Places a record.
    ///
    /// `eventCategory` decides where it is known. Records before version 1.07
    /// have none: `managementEvent` and `eventType` place those, and a record
    /// that says nothing at all is a management event, because data events
    /// never came without `managementEvent` (facts section 2: 1.06 against 1.07).
    pub fn of(record: &Record<'_>) -> Self {
        if let Some(category) = record
            .event_category
            .as_deref()
            .and_then(|name| name.parse().ok())
        {
            return category;
        }
        match record.event_type.as_deref() {
            Some("AwsCloudTrailInsight") => Self::Insight,
            Some("AwsVpceEvent" | "AwsVpceEvents") => Self::NetworkActivity,
            _ if record.management_event == Some(false) => Self::Data,
            _ => Self::Management,
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Says that a text names no category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an event category: expected management, data, networkactivity or insight")]
pub struct UnknownCategory;

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(name: &str) -> Result<Self, UnknownCategory> {
        Self::ALL
            .into_iter()
            .find(|category| category.as_str().eq_ignore_ascii_case(name))
            .ok_or(UnknownCategory)
    }
}
