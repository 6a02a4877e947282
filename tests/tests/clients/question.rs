//! What a client asks, however it spells it.

use serde_json::{Map, Value, json};

use crate::record::Known;

/// CloudTrail's own lookup attributes.
pub(crate) const KEYS: [&str; 8] = [
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
];

/// A lookup; without anything, of all management events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// In lower case; management events where there is none.
    pub(crate) category: Option<&'static str>,
    pub(crate) attributes: Vec<(&'static str, String)>,
    /// The first second, inclusive.
    pub(crate) start: Option<i64>,
    /// The last second, inclusive.
    pub(crate) end: Option<i64>,
}

impl Question {
    /// Asks for the events that have a value.
    pub(crate) fn by(key: &'static str, value: impl Into<String>) -> Self {
        Self::default().and(key, value)
    }

    /// Asks for all events of a category.
    pub(crate) fn of(category: &'static str) -> Self {
        Self {
            category: Some(category),
            ..Self::default()
        }
    }

    pub(crate) fn and(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((key, value.into()));
        self
    }

    pub(crate) fn within(self, start: impl Into<Option<i64>>, end: impl Into<Option<i64>>) -> Self {
        Self {
            start: start.into(),
            end: end.into(),
            ..self
        }
    }

    /// Tells whether an event is asked for.
    pub(crate) fn asks_for(&self, event: &Known) -> bool {
        event.category == self.category.unwrap_or("management")
            && self.start.is_none_or(|start| start <= event.time)
            && self.end.is_none_or(|end| event.time <= end)
            && self
                .attributes
                .iter()
                .all(|(key, value)| event.has(key, value))
    }

    /// The request's parameters, as CloudTrail calls them.
    pub(crate) fn parameters(&self) -> Value {
        let mut parameters = Map::new();
        let attributes: Vec<Value> = self
            .attributes
            .iter()
            .map(|(key, value)| json!({"AttributeKey": key, "AttributeValue": value}))
            .collect();
        if !attributes.is_empty() {
            parameters.insert("LookupAttributes".into(), attributes.into());
        }
        let mut give = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                parameters.insert(name.into(), value);
            }
        };
        give("StartTime", self.start.map(Into::into));
        give("EndTime", self.end.map(Into::into));
        give("EventCategory", self.category.map(Into::into));
        parameters.into()
    }
}
