//! Answers of `GET /v1/events`.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::failure::Failure;

/// A page of events.
#[derive(Debug, Deserialize)]
pub(super) struct Answer<'a> {
    /// The events, as they came.
    #[serde(borrow)]
    pub(super) events: Vec<&'a RawValue>,
    /// Where the next page begins; nothing where this is the last.
    pub(super) cursor: Option<String>,
    /// What contradicts itself.
    #[serde(default)]
    pub(super) conflicts: Vec<Value>,
}

impl<'a> Answer<'a> {
    /// Reads an answer.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(|error| {
            // The error names a place, and nothing of what stands there.
            Failure::new(format!("the answer is not one of Trailkeep's API: {error}"))
        })
    }
}

/// What a table shows of an event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "named as the API names them")]
pub(super) struct Event {
    pub(super) event_id: Option<String>,
    pub(super) event_name: Option<String>,
    pub(super) event_source: Option<String>,
    pub(super) event_time: Option<String>,
    pub(super) category: Option<String>,
    pub(super) user: Option<String>,
    pub(super) principal: Option<String>,
    pub(super) read_only: Option<bool>,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) source_ip: Option<String>,
    pub(super) error_code: Option<String>,
    pub(super) access_key: Option<String>,
    pub(super) resources: Vec<Resource>,
}

/// A resource that an event is about.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    pub(super) name: String,
}

/// Tells a conflict in one word: an event id, or whatever the API says instead.
pub(super) fn tell(conflict: &Value) -> String {
    match conflict {
        Value::String(id) => printable(id),
        other => printable(&other.to_string()),
    }
}

/// Takes out of a text what would act on a terminal instead of being shown: records hold
/// what strangers have sent.
pub(crate) fn printable(text: &str) -> String {
    let acts = |letter: char| {
        letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(acts, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_that_acts_on_a_terminal_is_shown() {
        assert_eq!(
            printable("a\u{1b}[31mb\u{202e}c\nd\u{9b}"),
            "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}"
        );
        assert_eq!(printable("ünï/ -_"), "ünï/ -_");
    }
}
