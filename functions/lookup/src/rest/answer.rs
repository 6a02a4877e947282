//! Events as the REST routes give them back.

use std::collections::BTreeSet;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use index::lookup::Page;
use integrity::Counts;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use trail::{Record, resource};

use crate::fit::Fitted;

/// An event: what lookups know of it, and the record; what has no value is left out.
#[derive(Debug, Serialize)]
pub(crate) struct Summary<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source: Option<String>,
    event_time: String,
    category: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<String>,
    resources: Vec<Resource>,
    /// Whether it is past retention and only there because it was restored.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    restored: bool,
    /// The day at whose start it goes again.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored_until: Option<String>,
    record: &'e RawValue,
}

#[derive(Debug, Serialize)]
struct Resource {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    name: String,
}

impl<'e> Summary<'e> {
    /// Summarises an event.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the record is made for this call"
    )]
    pub(crate) fn of(
        event: &'e index::Event,
        record: Record<'e>,
    ) -> Result<Self, serde_json::Error> {
        let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let identity = record.user_identity.as_ref();
        Ok(Self {
            event_id: owned(record.id()),
            event_name: owned(record.name()),
            event_source: owned(record.source()),
            event_time: iso(record.time()),
            category: event.category.as_str().to_ascii_lowercase(),
            user: owned(record.user_name()),
            read_only: record.read_only,
            account: owned(record.account()),
            region: owned(record.aws_region.as_deref()),
            source_ip: owned(record.source_ip_address.as_deref()),
            error_code: owned(record.error_code()),
            access_key: owned(identity.and_then(|identity| identity.access_key())),
            principal: owned(identity.and_then(|identity| identity.arn.as_deref())),
            resources: resource::resources(&record)
                .into_iter()
                .map(|found| Resource {
                    kind: found.kind.map(Into::into),
                    name: found.name,
                })
                .collect(),
            restored: event.restored_until.is_some(),
            restored_until: event.restored_until.map(|day| day.to_string()),
            record: serde_json::from_str(&event.text)?,
        })
    }
}

/// Writes a time as ISO 8601.
pub(crate) fn iso(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

/// What the pages of one answer hold together.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The events.
    pub(crate) events: Vec<index::Event>,
    conflicts: BTreeSet<String>,
    read_units: f64,
    round_trips: u32,
}

impl Found {
    /// Adds a page and gives its cursor back.
    pub(crate) fn add(&mut self, page: Page) -> Option<String> {
        self.events.extend(page.events);
        self.conflicts.extend(page.conflicts);
        self.read_units += page.read_units;
        self.round_trips += page.round_trips;
        page.cursor
    }

    /// How many bytes the records have.
    pub(crate) fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.text.len()).sum()
    }

    /// Answers with those of the events that fit.
    pub(crate) fn answer(
        mut self,
        fitted: Fitted,
        coverage: Option<Counts>,
        cursor: impl FnOnce(String) -> String,
    ) -> Response {
        #[derive(Serialize)]
        struct Answer {
            events: Vec<Box<RawValue>>,
            cursor: Option<String>,
            conflicts: BTreeSet<String>,
            coverage: Option<Counts>,
            consumed: Consumed,
        }
        let shown = &self.events[..fitted.events.len()];
        self.conflicts
            .retain(|id| shown.iter().any(|event| event.key.id == *id));
        Json(Answer {
            events: fitted.events,
            cursor: fitted.cursor.map(cursor),
            conflicts: self.conflicts,
            coverage,
            consumed: Consumed {
                read_units: self.read_units,
                round_trips: self.round_trips,
            },
        })
        .into_response()
    }
}

/// What an answer took.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Consumed {
    /// The read units.
    pub(crate) read_units: f64,
    /// The rounds of reads, one behind the other.
    pub(crate) round_trips: u32,
}
