//! Where archive and index are, and how long events are kept.

use std::sync::Mutex;

use aws::table::Range;
use aws::{Objects, Table};
use aws_config::{Region, SdkConfig};
use index::policy::{EXCEPTIONS_FORM, PolicyError, RETENTION_FORM};
use index::table::retention::HOLDS;
use index::{Hold, Policy};
use reqwest::Url;
use serde::Deserialize;

use super::Arguments;
use super::comparison::{Comparison, Directories};
use super::expectation::Kept;
use crate::api::{fetch, parse};
use crate::archive::Bucket;
use crate::endpoint::{Endpoint, Signing, output};
use crate::failure::Failure;

/// Archive, index and API.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) comparison: Comparison,
    pub(super) bucket: Bucket,
    /// The API, where one is named.
    pub(super) endpoint: Option<Endpoint>,
}

/// What the API says of retention.
#[derive(Debug, Deserialize)]
struct Status {
    policy: PolicyTexts,
}

#[derive(Debug, Deserialize)]
struct PolicyTexts {
    retention: String,
    exceptions: String,
}

impl Source {
    /// Makes the clients, and asks what is kept.
    pub(super) async fn open(arguments: &Arguments) -> Result<Self, Failure> {
        let target = &arguments.target;
        let config = target.caller.load().await;
        let name = match (&arguments.table, &target.stack) {
            (Some(table), _) => table.clone(),
            (None, Some(stack)) => output(&config, stack, "TableName").await?,
            (None, None) => return Err(Failure::usage("give --stack NAME or --table NAME")),
        };
        let is_named = target.stack.is_some() || target.endpoint.is_some();
        let endpoint = if is_named {
            Some(Endpoint::open(target, Signing::ByHost).await?)
        } else {
            None
        };
        let table = Table::new(&at(&config, arguments.table_endpoint_url.as_ref()), name);
        let mut reading = at(&config, arguments.endpoint_url.as_ref()).to_builder();
        if let Some(region) = &arguments.bucket_region {
            reading.set_region(Region::new(region.clone()));
        }
        let objects = Objects::new(&reading.build());
        let policy = policy(arguments, endpoint.as_ref()).await?;
        let holds = table.query(Range::partition(HOLDS)).await?;
        let holds = Hold::from_items(&holds.items)?;
        let bucket = Bucket::new(objects.clone(), &arguments.location.bucket).with_versions();
        let comparison = Comparison {
            table,
            objects,
            location: arguments.location.clone(),
            selection: arguments.selection.clone(),
            kept: Kept { policy, holds },
            directories: Mutex::new(Directories::default()),
        };
        Ok(Self {
            comparison,
            bucket,
            endpoint,
        })
    }

    /// What tells this job apart from every other.
    pub(super) fn identity(&self, arguments: &Arguments) -> String {
        let Arguments {
            location,
            selection,
            ..
        } = arguments;
        let policy = &self.comparison.kept.policy;
        format!(
            "{location} {selection} with table {} kept {policy} [{}]",
            self.comparison.table.name(),
            policy.exceptions()
        )
    }
}

fn at(config: &SdkConfig, endpoint: Option<&Url>) -> SdkConfig {
    let mut builder = config.to_builder();
    if let Some(endpoint) = endpoint {
        let address = endpoint.as_str().trim_end_matches('/').to_owned();
        builder.set_endpoint_url(Some(address));
    }
    builder.build()
}

/// How long events are kept: as is given, or as the API says.
async fn policy(arguments: &Arguments, endpoint: Option<&Endpoint>) -> Result<Policy, Failure> {
    let texts = match (&arguments.retention, endpoint) {
        (Some(retention), _) => PolicyTexts {
            retention: retention.clone(),
            exceptions: arguments.exceptions.clone().unwrap_or_default(),
        },
        (None, Some(endpoint)) => {
            let body = fetch(endpoint, "/v1/operator/retention").await?;
            parse::<Status>(&body)?.policy
        }
        (None, None) => {
            return Err(Failure::usage(
                "how long events are kept is not known: give --retention, or name the API with \
                 --stack or --endpoint",
            ));
        }
    };
    Policy::parse(&texts.retention, &texts.exceptions).map_err(|error| {
        let (option, form) = match &error {
            PolicyError::Retention(_) => ("--retention", RETENTION_FORM),
            PolicyError::Exceptions(_) => ("--exceptions", EXCEPTIONS_FORM),
        };
        Failure::usage(format!("{option} is not {form}"))
    })
}
