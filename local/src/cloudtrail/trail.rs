//! Trails as they are configured, and how they fare.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::json::Refusal;
use crate::settings::{self, Service};
use crate::store::Store;

/// The one setting of a trail: all of it.
pub(crate) const TRAIL: &str = "trail";

/// A trail, as CloudTrail describes it. It delivers nothing here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one of CloudTrail's own switches"
)]
pub struct Trail {
    /// `arn:aws:cloudtrail:HOME-REGION:ACCOUNT:trail/NAME`
    pub arn: String,
    /// The bucket it delivers to.
    pub bucket: String,
    /// What stands before `AWSLogs` in the keys.
    pub prefix: Option<String>,
    /// The ARN of the KMS key that files are encrypted with.
    pub key: Option<String>,
    /// Whether it covers every Region and is shown in all of them.
    pub is_multi_region: bool,
    /// Whether it covers an organization.
    pub is_organization: bool,
    /// Whether digests are delivered.
    pub validates_files: bool,
    /// Whether events of global services are covered.
    pub covers_global_services: bool,
    /// Whether it logs.
    pub is_logging: bool,
    /// `EventSelectors`, an array, or null.
    pub event_selectors: Value,
    /// `AdvancedEventSelectors`, an array, or null.
    pub advanced_event_selectors: Value,
    /// When a log file was delivered last, in seconds.
    pub latest_delivery: Option<i64>,
    /// When a digest was delivered last, in seconds.
    pub latest_digest_delivery: Option<i64>,
    /// Why log files cannot be delivered.
    pub delivery_error: Option<String>,
    /// Why digests cannot be delivered.
    pub digest_delivery_error: Option<String>,
}

impl Trail {
    /// Describes a trail as one should be: logging all management events of
    /// every Region, with digests.
    pub fn new(arn: impl Into<String>, bucket: impl Into<String>) -> Trail {
        Trail {
            arn: arn.into(),
            bucket: bucket.into(),
            prefix: None,
            key: None,
            is_multi_region: true,
            is_organization: false,
            validates_files: true,
            covers_global_services: true,
            is_logging: true,
            event_selectors: json!([{
                "ReadWriteType": "All",
                "IncludeManagementEvents": true,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            }]),
            advanced_event_selectors: Value::Null,
            latest_delivery: None,
            latest_digest_delivery: None,
            delivery_error: None,
            digest_delivery_error: None,
        }
    }

    /// Answers the trail's name, the end of its ARN.
    pub fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    /// Answers the Region that the trail was created in.
    pub fn home_region(&self) -> &str {
        self.arn.split(':').nth(3).unwrap_or_default()
    }

    /// Whether the ARN is one of a trail.
    pub(crate) fn is_named(&self) -> bool {
        let parts: Vec<&str> = self.arn.splitn(6, ':').collect();
        matches!(parts[..], ["arn", _, "cloudtrail", region, account, resource]
            if !region.is_empty()
                && account.len() == 12
                && resource.strip_prefix("trail/").is_some_and(|name| name.len() >= 3))
    }

    pub(super) fn description(&self) -> Value {
        let mut described = json!({
            "Name": self.name(),
            "S3BucketName": self.bucket,
            "IncludeGlobalServiceEvents": self.covers_global_services,
            "IsMultiRegionTrail": self.is_multi_region,
            "HomeRegion": self.home_region(),
            "TrailARN": self.arn,
            "LogFileValidationEnabled": self.validates_files,
            "HasCustomEventSelectors": self.event_selectors != Trail::new("", "").event_selectors,
            "HasInsightSelectors": false,
            "IsOrganizationTrail": self.is_organization,
        });
        for (name, value) in [("S3KeyPrefix", &self.prefix), ("KmsKeyId", &self.key)] {
            if let Some(value) = value {
                described[name] = json!(value);
            }
        }
        described
    }

    pub(super) fn status(&self) -> Value {
        let mut status = Map::new();
        status.insert("IsLogging".to_owned(), json!(self.is_logging));
        for (name, value) in [
            ("LatestDeliveryTime", json!(self.latest_delivery)),
            (
                "LatestDigestDeliveryTime",
                json!(self.latest_digest_delivery),
            ),
            ("LatestDeliveryError", json!(self.delivery_error)),
            (
                "LatestDigestDeliveryError",
                json!(self.digest_delivery_error),
            ),
        ] {
            if !value.is_null() {
                status.insert(name.to_owned(), value);
            }
        }
        status.into()
    }

    pub(super) fn selectors(&self) -> Value {
        let mut selectors = json!({"TrailARN": self.arn});
        for (name, value) in [
            ("EventSelectors", &self.event_selectors),
            ("AdvancedEventSelectors", &self.advanced_event_selectors),
        ] {
            if !value.is_null() {
                selectors[name] = value.clone();
            }
        }
        selectors
    }

    /// Whether the trail is shown in a Region.
    fn is_in(&self, region: &str) -> bool {
        self.is_multi_region || self.home_region() == region
    }
}

/// A call about one trail.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(rename = "Name")]
    name: String,
}

/// A call about the selectors of one trail.
#[derive(Debug, Deserialize)]
pub(super) struct Selected {
    #[serde(rename = "TrailName")]
    name: String,
}

/// A call for the trails of a Region.
#[derive(Debug, Deserialize)]
pub(super) struct Described {
    #[serde(rename = "trailNameList", default)]
    names: Vec<String>,
    #[serde(rename = "includeShadowTrails")]
    includes_shadows: Option<bool>,
}

/// Lists the trails that are shown in a Region: its own, and those of other
/// Regions that cover it.
pub(super) fn describe(store: &Store, region: &str, wanted: &Described) -> Result<Value, Refusal> {
    let includes_shadows = wanted.includes_shadows.unwrap_or(true);
    let trails: Vec<Value> = trails(store)?
        .iter()
        .filter(|trail| trail.home_region() == region || includes_shadows && trail.is_multi_region)
        .filter(|trail| {
            let mut names = wanted.names.iter();
            wanted.names.is_empty() || names.any(|name| is_meant(trail, region, name))
        })
        .map(Trail::description)
        .collect();
    Ok(json!({"trailList": trails}))
}

/// Finds the trail that a call names.
pub(super) fn named(store: &Store, region: &str, wanted: &Named) -> Result<Trail, Refusal> {
    find(store, region, &wanted.name)
}

/// Finds the trail whose selectors a call wants.
pub(super) fn selected(store: &Store, region: &str, wanted: &Selected) -> Result<Trail, Refusal> {
    find(store, region, &wanted.name)
}

fn find(store: &Store, region: &str, name: &str) -> Result<Trail, Refusal> {
    trails(store)?
        .into_iter()
        .find(|trail| is_meant(trail, region, name))
        .ok_or_else(|| {
            Refusal::new(
                "TrailNotFoundException",
                format!("Unknown trail: {name} for the user: {}", crate::ACCOUNT),
            )
        })
}

/// A bare name means a trail of the Region itself, an ARN one that covers it.
fn is_meant(trail: &Trail, region: &str, name: &str) -> bool {
    if name.starts_with("arn:") {
        trail.arn == name && trail.is_in(region)
    } else {
        trail.name() == name && trail.home_region() == region
    }
}

fn trails(store: &Store) -> Result<Vec<Trail>, Refusal> {
    let stored = store.read(|connection| settings::all(connection, Service::Trails, None))?;
    let trails = stored.iter().map(|trail| serde_json::from_str(trail));
    Ok(trails.collect::<Result<_, _>>()?)
}
