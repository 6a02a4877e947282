//! One CloudTrail record: its verbatim text and the fields that lookups know.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::identity::{UserIdentity, present};
use crate::lenient;

/// A record, borrowed from the text that it was read from.
///
/// The text is what is stored and given back, byte for byte. The fields are
/// only read from it: strings leniently (a field of an unforeseen type counts
/// as absent), the large free-form ones not at all until asked for.
///
/// ```
/// let text = r#"{"eventTime":"2026-10-13T08:00:00Z","eventName":"ListBuckets"}"#;
/// let record = trail::Record::parse(text).expect("has an eventTime");
/// assert_eq!(record.text(), text);
/// assert_eq!(record.name(), Some("ListBuckets"));
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the fields are CloudTrail's own, documented there"
)]
pub struct Record<'a> {
    #[serde(skip)]
    text: &'a str,
    #[serde(skip)]
    time: i64,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub event_time: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    pub user_identity: Option<UserIdentity<'a>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub event_source: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub event_name: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub aws_region: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        default,
        rename = "sourceIPAddress",
        deserialize_with = "lenient::text"
    )]
    pub source_ip_address: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub user_agent: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub error_code: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        default,
        rename = "requestID",
        deserialize_with = "lenient::text"
    )]
    pub request_id: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        default,
        rename = "eventID",
        deserialize_with = "lenient::text"
    )]
    pub event_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub event_type: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub recipient_account_id: Option<Cow<'a, str>>,
    #[serde(
        borrow,
        default,
        rename = "sharedEventID",
        deserialize_with = "lenient::text"
    )]
    pub shared_event_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub vpc_endpoint_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient::text")]
    pub event_category: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub management_event: Option<bool>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub read_only: Option<bool>,
    #[serde(borrow, default)]
    pub request_parameters: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub response_elements: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub resources: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    pub insight_details: Option<InsightDetails<'a>>,
}

/// The part of an Insight record that names what was unusual.
///
/// Insight records have no event name or source of their own; lookups find
/// them by these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "the fields are CloudTrail's own, documented there"
)]
pub struct InsightDetails<'a> {
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub event_source: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub event_name: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient::text")]
    pub error_code: Option<Cow<'a, str>>,
}

/// Says why a text is not a record that can be indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The element is a string, a number, an array or the like.
    #[error("the record is not a JSON object")]
    NotAnObject,
    /// The element's brackets match, but its inside is not JSON.
    #[error("the record is not valid JSON at its byte {0}")]
    Syntax(usize),
    /// A field stands twice, so that readers would disagree on its value.
    #[error("the record repeats a field before its byte {0}")]
    RepeatedField(usize),
    /// The element holds bytes that are not UTF-8.
    #[error("the record is not valid UTF-8 at its byte {0}")]
    Encoding(usize),
    /// There is no `eventTime`.
    #[error("the record has no eventTime")]
    NoEventTime,
    /// `eventTime` is no time.
    #[error("the record's eventTime is not an ISO 8601 time with an offset")]
    InvalidEventTime,
}

impl<'a> Record<'a> {
    /// Reads a record from its text, which must hold nothing else.
    pub fn parse(text: &'a str) -> Result<Self, RecordError> {
        let (record, length) = Self::parse_prefix(text)?;
        match text.as_bytes()[length..]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())
        {
            None => Ok(record),
            Some(at) => Err(RecordError::Syntax(length + at)),
        }
    }

    /// Reads the record that a text starts with, and says how many bytes it takes.
    pub fn parse_prefix(text: &'a str) -> Result<(Self, usize), RecordError> {
        // A struct would also be read from an array, position by position.
        if !text.starts_with('{') {
            return Err(RecordError::NotAnObject);
        }
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Self>();
        let mut record = match values.next() {
            Some(Ok(record)) => record,
            Some(Err(error)) if error.is_data() => {
                return Err(RecordError::RepeatedField(values.byte_offset()));
            }
            Some(Err(error)) => {
                return Err(RecordError::Syntax(offset_of(
                    text,
                    error.line(),
                    error.column(),
                )));
            }
            None => return Err(RecordError::NotAnObject),
        };
        let length = values.byte_offset();
        let time = record
            .event_time
            .as_deref()
            .ok_or(RecordError::NoEventTime)?;
        record.time = parse_time(time).ok_or(RecordError::InvalidEventTime)?;
        record.text = &text[..length];
        Ok((record, length))
    }

    /// The record as it stands in the log file, byte for byte.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// When the event happened, in whole seconds since 1970 (UTC).
    pub const fn time(&self) -> i64 {
        self.time
    }

    /// The event's id; absent in the oldest records, and not always a GUID.
    pub fn id(&self) -> Option<&str> {
        present(self.event_id.as_ref())
    }

    /// The event's name; of an Insight record, that of the unusual call.
    pub fn name(&self) -> Option<&str> {
        present(self.event_name.as_ref()).or_else(|| {
            present(
                self.insight_details
                    .as_ref()
                    .and_then(|details| details.event_name.as_ref()),
            )
        })
    }

    /// The event's source; of an Insight record, that of the unusual call.
    pub fn source(&self) -> Option<&str> {
        present(self.event_source.as_ref()).or_else(|| {
            present(
                self.insight_details
                    .as_ref()
                    .and_then(|details| details.event_source.as_ref()),
            )
        })
    }

    /// The error code; of an Insight record, that of the unusual errors.
    ///
    /// Insight records write the string `null` for calls without an error.
    pub fn error_code(&self) -> Option<&str> {
        present(self.error_code.as_ref()).or_else(|| {
            let details = self.insight_details.as_ref()?;
            present(details.error_code.as_ref()).filter(|code| *code != "null")
        })
    }

    /// The account whose history the event belongs to.
    ///
    /// `recipientAccountId` came with version 1.02; before it, the caller's
    /// account was the only one an event was delivered to.
    pub fn account(&self) -> Option<&str> {
        present(self.recipient_account_id.as_ref())
            .or_else(|| present(self.user_identity.as_ref()?.account_id.as_ref()))
    }

    /// The caller's name as `LookupEvents` gives it in `Username`.
    pub fn user_name(&self) -> Option<&str> {
        self.user_identity.as_ref()?.lookup_name()
    }
}

/// Reads an ISO 8601 time with offset as whole seconds since 1970.
fn parse_time(text: &str) -> Option<i64> {
    /// The first second of the year 0: no four-digit year is before it.
    const FIRST: i64 = -62_167_219_200;
    let time = text.parse::<jiff::Timestamp>().ok()?;
    // Rounds down also before 1970, so that a second's events share its number.
    let second = time.as_second() - i64::from(time.subsec_nanosecond() < 0);
    (second >= FIRST).then_some(second)
}

/// Turns serde's line and column (both from 1) into a byte offset.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (before + column.saturating_sub(1)).min(text.len())
}
