//! A record of a log file, and what `LookupEvents` is to make of it.
//!
//! Written from the documented and observed rules, and apart from the code
//! that is tested: only the resources, for which there is no rule to write
//! down, are taken from `trail`, and held against what is known of them in
//! the tests.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// An event as it is to be answered.
pub(crate) struct Known {
    pub(crate) time: i64,
    pub(crate) id: String,
    /// In lower case, as requests name it.
    pub(crate) category: String,
    /// The event in CloudTrail's answer, its resources sorted.
    pub(crate) told: Value,
    /// Everything that its resources are called.
    pub(crate) resource_names: BTreeSet<String>,
    /// The record itself.
    pub(crate) record: Value,
}

impl Known {
    pub(crate) fn of(text: &str) -> Self {
        let record: Value = serde_json::from_str(text).expect("a record");
        let time = record["eventTime"].as_str().expect("a time");
        let time: jiff::Timestamp = time.parse().expect("an ISO 8601 time");
        let time = time.as_second();
        let mut told = Map::new();
        let mut tell = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                told.insert(key.to_owned(), Value::String(value));
            }
        };
        tell("EventId", filled(&record["eventID"]));
        tell("EventName", of_event(&record, "eventName"));
        tell("EventSource", of_event(&record, "eventSource"));
        tell(
            "ReadOnly",
            record["readOnly"].as_bool().map(|flag| flag.to_string()),
        );
        tell("Username", user_name(&record["userIdentity"]));
        tell(
            "AccessKeyId",
            filled(&record["userIdentity"]["accessKeyId"]),
        );
        tell("CloudTrailEvent", Some(text.to_owned()));
        told.insert("EventTime".into(), time.into());
        let parsed = trail::Record::parse(text).expect("a record");
        let found = trail::resource::resources(&parsed);
        let forms = found.iter().flat_map(trail::Resource::name_forms);
        let resource_names = forms.map(str::to_owned).collect();
        let resources = found.iter().map(|resource| match &resource.kind {
            Some(kind) => json!({"ResourceType": kind, "ResourceName": resource.name}),
            None => json!({"ResourceName": resource.name}),
        });
        told.insert("Resources".into(), resources.collect());
        Self {
            time,
            id: filled(&record["eventID"]).unwrap_or_default(),
            category: category(&record),
            told: ordered(Value::Object(told)),
            resource_names,
            record,
        }
    }

    /// Tells whether the event is to be found by a value.
    pub(crate) fn has(&self, key: &str, value: &str) -> bool {
        match key {
            "ResourceName" => self.resource_names.contains(value),
            "ResourceType" => {
                let resources = self.told["Resources"].as_array().expect("resources");
                let mut kinds = resources.iter().map(|resource| &resource["ResourceType"]);
                kinds.any(|kind| kind == value)
            }
            _ => self.told[key] == value,
        }
    }

    /// The values that the event is to be found by under one of CloudTrail's attribute keys.
    pub(crate) fn values(&self, key: &str) -> BTreeSet<String> {
        match key {
            "ResourceName" => self.resource_names.clone(),
            "ResourceType" => {
                let resources = self.told["Resources"].as_array().expect("resources");
                let kinds = resources.iter().map(|resource| &resource["ResourceType"]);
                kinds.filter_map(filled).collect()
            }
            _ => filled(&self.told[key]).into_iter().collect(),
        }
    }
}

/// Sorts the resources of an answered event, whose order means nothing.
pub(crate) fn ordered(mut event: Value) -> Value {
    if let Some(resources) = event["Resources"].as_array_mut() {
        let field = |resource: &Value, key: &str| resource[key].as_str().map(str::to_owned);
        resources.sort_by_key(|it| (field(it, "ResourceType"), field(it, "ResourceName")));
    }
    event
}

/// A text that is there and not empty.
fn filled(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

/// A field of the event, which Insights keep among their details.
fn of_event(record: &Value, field: &str) -> Option<String> {
    filled(&record[field]).or_else(|| filled(&record["insightDetails"][field]))
}

fn category(record: &Value) -> String {
    let by_type = || match record["eventType"].as_str() {
        Some("AwsCloudTrailInsight") => "insight",
        Some("AwsVpceEvent" | "AwsVpceEvents") => "networkactivity",
        _ if record["managementEvent"] == json!(false) => "data",
        _ => "management",
    };
    let named = filled(&record["eventCategory"]).map(|name| name.to_ascii_lowercase());
    named.unwrap_or_else(|| by_type().to_owned())
}

/// Names the caller as CloudTrail's event history does.
fn user_name(identity: &Value) -> Option<String> {
    let named = filled(&identity["userName"]);
    match identity["type"].as_str() {
        Some("Root") => named.or_else(|| Some("root".to_owned())),
        Some("AWSService" | "AWSAccount") => None,
        Some("AssumedRole" | "FederatedUser") => {
            let named_session = |text: &str| Some(text.split_once(':')?.1.to_owned());
            let last_part = |text: &str| Some(text.rsplit_once('/')?.1.to_owned());
            let session = identity["principalId"].as_str().and_then(named_session);
            let last = || identity["arn"].as_str().and_then(last_part);
            session.or_else(last).or(named)
        }
        _ => named,
    }
}
