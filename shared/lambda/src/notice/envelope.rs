//! The wrappings of a notification, taken off one by one.

use serde_json::Value;

use super::object::text;
use super::{Notice, Object, Refusal};

/// How many envelopes may lie in each other. AWS makes chains of two, an SQS
/// event and in it an SNS envelope; the rest is room for a forwarder on the way.
const DEPTH: u8 = 4;

/// What CloudTrail publishes when a trail is given a topic. It is not JSON.
const VALIDATION: &str = "CloudTrail validation message.";

/// Reads one message body: that of an SQS message, an SNS `Message`, or a bare event.
///
/// Envelopes in the body are followed to a bounded depth. Time and memory are
/// linear in the length of the body, since what is nested is a part of it.
///
/// ```
/// use lambda::notice::{Notice, read};
///
/// let notice = read(r#"{"s3Bucket": "logs", "s3ObjectKey": ["AWSLogs/a.json.gz"]}"#)?;
/// assert_eq!(notice.delivered()[0].key, "AWSLogs/a.json.gz");
/// assert_eq!(read("CloudTrail validation message.")?, Notice::Test);
/// # Ok::<_, lambda::notice::Refusal>(())
/// ```
pub fn read(body: &str) -> Result<Notice, Refusal> {
    let mut found = Found::default();
    found.body(body, DEPTH);
    found.into_notice()
}

/// What a message says: the notice, and until which day its objects are to be restored.
pub(super) type Said = (Result<Notice, Refusal>, Option<String>);

/// Reads a message body with everything that it says.
pub(super) fn read_body(body: &str) -> Said {
    let mut found = Found::default();
    found.body(body, DEPTH);
    found.into_said()
}

/// Reads an event that has been parsed already, as a Lambda event has.
pub(super) fn read_value(event: &Value) -> Said {
    let mut found = Found::default();
    found.value(event, DEPTH);
    found.into_said()
}

/// What the walk through the envelopes has come upon.
#[derive(Default)]
struct Found {
    delivered: Vec<Object>,
    removed: Vec<Object>,
    refused: Vec<Refusal>,
    tested: bool,
    restore_until: Option<String>,
}

impl Found {
    fn into_said(mut self) -> Said {
        let restore_until = self.restore_until.take();
        (self.into_notice(), restore_until)
    }

    fn into_notice(self) -> Result<Notice, Refusal> {
        let Self {
            delivered,
            removed,
            refused,
            tested,
            ..
        } = self;
        match (
            delivered.is_empty(),
            removed.is_empty(),
            refused.first().copied(),
        ) {
            (false, true, None) => Ok(Notice::Delivered(delivered)),
            (true, false, None) => Ok(Notice::Removed(removed)),
            (true, true, None) if tested => Ok(Notice::Test),
            (true, true, None) => Err(Refusal::Unrecognised),
            (true, true, Some(refusal)) => Err(refusal),
            _ => Ok(Notice::Mixed {
                delivered,
                removed,
                refused,
            }),
        }
    }

    /// Adds what one part says, or why it is refused; the parts beside it are
    /// read all the same.
    fn part(&mut self, read: impl FnOnce(&mut Self) -> Result<(), Refusal>) {
        if let Err(refusal) = read(self) {
            self.refused.push(refusal);
        }
    }

    fn body(&mut self, body: &str, depth: u8) {
        // A byte order mark is what some editors put before a payload that is
        // then sent by hand.
        let body = body.trim_start_matches('\u{feff}').trim();
        if body == VALIDATION {
            self.tested = true;
            return;
        }
        match serde_json::from_str::<Value>(body) {
            Ok(event) => self.value(&event, depth),
            Err(_) => self.refused.push(Refusal::NotJson),
        }
    }

    /// Follows a text that is an envelope's content.
    fn nested(&mut self, content: &str, depth: u8) -> Result<(), Refusal> {
        let depth = depth.checked_sub(1).ok_or(Refusal::TooDeep)?;
        self.body(content, depth);
        Ok(())
    }

    fn value(&mut self, event: &Value, depth: u8) {
        self.part(|found| match event {
            // A body that was put into JSON as a string on its way.
            Value::String(content) => found.nested(content, depth),
            Value::Object(_) => found.event(event, depth),
            _ => Err(Refusal::Unrecognised),
        });
    }

    fn event(&mut self, event: &Value, depth: u8) -> Result<(), Refusal> {
        if let Some(records) = event.get("Records") {
            let records = records.as_array().ok_or(Refusal::Malformed("Records"))?;
            if records.is_empty() {
                return Err(Refusal::Empty("Records"));
            }
            self.restoration(&event["trailkeep"])?;
            for record in records {
                self.part(|found| found.record(record, depth));
            }
            Ok(())
        } else if event.get("s3Bucket").is_some() || event.get("s3ObjectKey").is_some() {
            self.trail_notice(event)
        } else if event.get("detail-type").is_some() {
            self.bus_event(event)
        } else if event["Event"] == "s3:TestEvent" {
            self.tested = true;
            Ok(())
        } else if event.get("TopicArn").is_some() || event.get("Message").is_some() {
            self.topic_message(event, depth)
        } else {
            Err(Refusal::Unrecognised)
        }
    }

    /// Reads what we add to an event of our own: until when its objects are to be restored.
    ///
    /// Where it cannot be read, nothing of the event is: it would be indexed otherwise
    /// than was asked.
    fn restoration(&mut self, ours: &Value) -> Result<(), Refusal> {
        let until = &ours["restore_until"];
        if !until.is_null() {
            let until = text(until, "trailkeep.restore_until")?;
            self.restore_until = Some(until.to_owned());
        }
        Ok(())
    }

    /// Reads an element of `Records`: of an S3, an SQS or an SNS event.
    fn record(&mut self, record: &Value, depth: u8) -> Result<(), Refusal> {
        // SNS writes its field with a capital letter.
        let source = match (&record["eventSource"], &record["EventSource"]) {
            (Value::Null, source) | (source, _) => text(source, "eventSource")?,
        };
        match source {
            "aws:s3" => self.s3_record(record),
            "aws:sns" => self.topic_message(&record["Sns"], depth),
            "aws:sqs" => self.nested(text(&record["body"], "body")?, depth),
            _ => Err(Refusal::Service("eventSource")),
        }
    }

    fn s3_record(&mut self, record: &Value) -> Result<(), Refusal> {
        supported(&record["eventVersion"], "2", "eventVersion")?;
        let name = text(&record["eventName"], "eventName")?;
        let name = name.strip_prefix("s3:").unwrap_or(name);
        match name.split_once(':').map_or(name, |(kind, _)| kind) {
            "ObjectCreated" => self.delivered.push(Object::of_s3(record)?),
            "ObjectRemoved" | "LifecycleExpiration" => self.removed.push(Object::of_s3(record)?),
            "TestEvent" => self.tested = true,
            _ => return Err(Refusal::Event("eventName")),
        }
        Ok(())
    }

    /// Reads an SNS message, either from an SNS event or as a queue gets it.
    fn topic_message(&mut self, message: &Value, depth: u8) -> Result<(), Refusal> {
        if let Some("SubscriptionConfirmation" | "UnsubscribeConfirmation") =
            message["Type"].as_str()
        {
            return Err(Refusal::Unconfirmed);
        }
        self.nested(text(&message["Message"], "Message")?, depth)
    }

    /// Reads an EventBridge event.
    fn bus_event(&mut self, event: &Value) -> Result<(), Refusal> {
        if text(&event["source"], "source")? != "aws.s3" {
            return Err(Refusal::Service("source"));
        }
        let detail = &event["detail"];
        let kind = match text(&event["detail-type"], "detail-type")? {
            "Object Created" => &mut self.delivered,
            "Object Deleted" => &mut self.removed,
            _ => return Err(Refusal::Event("detail-type")),
        };
        supported(&detail["event-version"], "1", "detail.event-version")?;
        kind.push(Object::of_detail(detail)?);
        Ok(())
    }

    /// Reads the notice that CloudTrail itself publishes; its keys are not encoded.
    fn trail_notice(&mut self, notice: &Value) -> Result<(), Refusal> {
        let bucket = text(&notice["s3Bucket"], "s3Bucket")?;
        let keys = match &notice["s3ObjectKey"] {
            Value::Array(keys) => keys.as_slice(),
            key => std::slice::from_ref(key),
        };
        if keys.is_empty() {
            return Err(Refusal::Empty("s3ObjectKey"));
        }
        for key in keys {
            self.part(|found| {
                let key = text(key, "s3ObjectKey")?;
                found.delivered.push(Object::plain(bucket, key));
                Ok(())
            });
        }
        Ok(())
    }
}

/// Checks the major version of an S3 event, which S3 changes where its fields
/// are no longer what they were. Events without one came before there was one.
fn supported(version: &Value, major: &str, name: &'static str) -> Result<(), Refusal> {
    match version {
        Value::Null => Ok(()),
        Value::String(version) if version.split('.').next() == Some(major) => Ok(()),
        Value::String(_) => Err(Refusal::Version(name)),
        _ => Err(Refusal::Malformed(name)),
    }
}
