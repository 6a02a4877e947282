//! A trail, as CloudTrail describes it.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::{AdvancedEventSelector, EventSelector, ReadWriteType};

use crate::Error;

/// A trail, by its ARN.
#[derive(Clone, Debug)]
pub struct Trail {
    client: Client,
    arn: String,
}

/// What a trail is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Whether it records every Region.
    pub is_multi_region: bool,
    /// Whether it delivers digests.
    pub validates_files: bool,
    /// The bucket that it delivers to.
    pub bucket: Option<String>,
}

/// What a selector of a trail lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// The categories of events, as advanced selectors call them.
    pub categories: Vec<String>,
    /// Whether events that only read are let through.
    pub reads: bool,
    /// Whether events that write are let through.
    pub writes: bool,
    /// The types of resources, of data events.
    pub resource_types: Vec<String>,
    /// Whether something else narrows it: the source, the name, who calls.
    pub is_narrowed: bool,
}

impl Trail {
    /// Makes the client.
    pub fn new(config: &SdkConfig, arn: impl Into<String>) -> Self {
        let config = aws_sdk_cloudtrail::config::Builder::from(config)
            .retry_config(crate::retries())
            .timeout_config(crate::timeouts(Duration::from_secs(10)))
            .build();
        Self {
            client: Client::from_conf(config),
            arn: arn.into(),
        }
    }

    /// The trail's ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Describes the trail.
    pub async fn describe(&self) -> Result<Description, Error> {
        let output = self
            .client
            .get_trail()
            .name(&self.arn)
            .send()
            .await
            .map_err(|error| Error::new("GetTrail", &error))?;
        let trail = output
            .trail
            .ok_or_else(|| Error::unexpected("GetTrail", "the answer names no trail"))?;
        Ok(Description {
            is_multi_region: trail.is_multi_region_trail.unwrap_or_default(),
            validates_files: trail.log_file_validation_enabled.unwrap_or_default(),
            bucket: trail.s3_bucket_name,
        })
    }

    /// Tells whether the trail records at present.
    pub async fn is_logging(&self) -> Result<bool, Error> {
        let output = self
            .client
            .get_trail_status()
            .name(&self.arn)
            .send()
            .await
            .map_err(|error| Error::new("GetTrailStatus", &error))?;
        Ok(output.is_logging.unwrap_or_default())
    }

    /// Lists what the trail records.
    pub async fn selectors(&self) -> Result<Vec<Selector>, Error> {
        let output = self
            .client
            .get_event_selectors()
            .trail_name(&self.arn)
            .send()
            .await
            .map_err(|error| Error::new("GetEventSelectors", &error))?;
        let advanced = output.advanced_event_selectors.unwrap_or_default();
        let basic = output.event_selectors.unwrap_or_default();
        Ok(advanced
            .iter()
            .map(of_advanced)
            .chain(basic.iter().flat_map(of_basic))
            .collect())
    }
}

fn of_advanced(advanced: &AdvancedEventSelector) -> Selector {
    let mut selector = Selector {
        reads: true,
        writes: true,
        ..Selector::default()
    };
    for field in &advanced.field_selectors {
        let is_plain = field.starts_with.is_none()
            && field.ends_with.is_none()
            && field.not_equals.is_none()
            && field.not_starts_with.is_none()
            && field.not_ends_with.is_none();
        let equals = field.equals.as_deref().filter(|_| is_plain);
        match (field.field.as_str(), equals) {
            ("eventCategory", Some(values)) => selector.categories = values.to_vec(),
            ("resources.type", Some(values)) => selector.resource_types = values.to_vec(),
            ("readOnly", Some(values)) => {
                selector.reads = values.iter().any(|value| value == "true");
                selector.writes = values.iter().any(|value| value == "false");
            }
            _ => selector.is_narrowed = true,
        }
    }
    selector
}

fn of_basic(basic: &EventSelector) -> Vec<Selector> {
    let kind = basic.read_write_type.as_ref();
    let selector = Selector {
        reads: kind != Some(&ReadWriteType::WriteOnly),
        writes: kind != Some(&ReadWriteType::ReadOnly),
        ..Selector::default()
    };
    // Where nothing is said, management events are recorded.
    let management = basic
        .include_management_events
        .unwrap_or(true)
        .then(|| Selector {
            categories: vec!["Management".to_owned()],
            is_narrowed: !basic.exclude_management_event_sources().is_empty(),
            ..selector.clone()
        });
    let data = basic.data_resources().iter().map(|resource| Selector {
        categories: vec!["Data".to_owned()],
        resource_types: resource.r#type.iter().cloned().collect(),
        // Every resource of a type is written as the ARN's beginning.
        is_narrowed: resource
            .values()
            .iter()
            .all(|value| value.matches(':').count() > 2),
        ..selector.clone()
    });
    management.into_iter().chain(data).collect()
}
