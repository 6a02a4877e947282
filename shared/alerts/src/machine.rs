//! An alert for programs: JSON under a schema that has a version.

use serde::Serialize;

use crate::alert::{Alert, Kind};
use crate::around::Around;
use crate::subject::subject;

/// The schema's name and version; fields may be added to it, and none changes its meaning.
pub const SCHEMA: &str = "trailkeep.alert/1";

/// An alert as programs get it.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    subject: String,
    severity: &'static str,
    #[serde(flatten)]
    alert: &'a Alert,
    #[serde(skip_serializing_if = "Option::is_none")]
    lookup: Option<Around>,
    record_cut: bool,
}

/// Writes an alert as JSON, the record in it.
///
/// `record_cut` tells that there is a record and it is not here: it was too
/// large. `event_ids`, `log_file` and `lookup` lead to it.
pub fn machine(alert: &Alert) -> String {
    let document = Document {
        schema: SCHEMA,
        subject: subject(alert),
        severity: alert.rule.level.as_str(),
        alert,
        lookup: Around::of(alert),
        record_cut: is_record_cut(alert),
    };
    let json = serde_json::to_string(&document).unwrap_or_else(|error| {
        // Maps with other keys than strings do not serialise, and there are none.
        serde_json::json!({"schema": SCHEMA, "id": alert.id, "error": error.to_string()})
            .to_string()
    });
    transportable(json)
}

/// Tells whether an alert on an event lacks its record.
pub(crate) fn is_record_cut(alert: &Alert) -> bool {
    alert.record.is_none() && (alert.kind == Kind::Event || alert.event.is_some())
}

/// Escapes the two characters that JSON may hold and SQS refuses.
pub(crate) fn transportable(json: String) -> String {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        json.replace('\u{fffe}', "\\ufffe")
            .replace('\u{ffff}', "\\uffff")
    } else {
        json
    }
}
