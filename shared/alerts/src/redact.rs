//! Takes secrets out of records, before anything else sees them.
//!
//! CloudTrail hides most secrets itself, but not all: what STS and IAM issue
//! stands in `responseElements`, and what callers put into parameters, tags,
//! environments and errors stands where they put it. A record is redacted by
//! the names of its members at any depth, in JSON inside strings too, and by
//! the look of the text. What cannot be read is taken out as a whole.

mod json;
mod name;
mod text;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use name::is_secret;

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted by Trailkeep]";

/// The largest record that is kept in an alert, in bytes.
///
/// CloudTrail's own limit for trails. A larger one is not its work, and the
/// table's item would not hold it.
pub const LARGEST_RECORD: usize = 256 * 1024;

/// The text of a record without its secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedactedRecord(Box<RawValue>);

impl RedactedRecord {
    /// Redacts a record, which is otherwise as it was: fields in their order, numbers as written.
    ///
    /// Answers nothing for a text that is no JSON object or over [`LARGEST_RECORD`].
    pub fn of(record: &str) -> Option<Self> {
        if record.len() > LARGEST_RECORD {
            return None;
        }
        let redacted = json::redact(record)?;
        if redacted.len() > LARGEST_RECORD || !redacted.starts_with('{') {
            return None;
        }
        RawValue::from_string(redacted).ok().map(Self)
    }

    /// The redacted record's JSON.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for RedactedRecord {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for RedactedRecord {}

/// Takes out of a text what looks like a session token, a signature or a private key.
pub fn redact_text(text: &str) -> Cow<'_, str> {
    text::redact(text)
}

/// Takes the secrets out of a field's value, whose name tells too.
///
/// The name may be a path, such as `requestParameters.password`.
pub fn redact_field<'v>(field: &str, value: &'v str) -> Cow<'v, str> {
    let name = field.rsplit('.').next().unwrap_or(field);
    if is_secret(name) && !value.is_empty() {
        Cow::Borrowed(REDACTED)
    } else {
        json::redact_string(value)
    }
}
