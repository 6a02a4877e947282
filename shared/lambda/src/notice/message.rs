//! The messages of a Lambda event.

use serde_json::Value;

use super::envelope::{read_body, read_value};
use super::object::text;
use super::{Notice, Refusal};

/// Holds what one message of a Lambda event says, or why it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What the service that sent it calls it: the SQS message id, and of an
    /// event that came otherwise the id of the SNS message, of the
    /// EventBridge event or of the S3 request, or nothing.
    pub id: String,
    /// How often SQS has handed it out, this time included; 1 for everything
    /// else.
    pub receive_count: u32,
    /// How the message came, which decides how its failure is told.
    pub source: Source,
    /// What it says.
    pub notice: Result<Notice, Refusal>,
    /// The day until whose start its objects are to be restored, as it says it:
    /// `{"Records": [...], "trailkeep": {"restore_until": "2027-01-15"}}`. Only our own
    /// command writes such messages.
    pub restore_until: Option<String>,
}

/// Tells how a message came to the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From a queue, which is told of each message whether it failed.
    Queue,
    /// As the event itself. A partial batch response would be read by nobody:
    /// only an error of the invocation makes Lambda try again.
    Direct,
}

/// Returns the messages of a Lambda event: one for each record of an SQS
/// event, and one for an event of any other shape.
///
/// Fails only where a failure could not be told of a single message: an SQS
/// record without `messageId`, or no record at all. The invocation must then
/// fail as a whole.
pub fn messages(event: &Value) -> Result<Vec<Message>, Refusal> {
    match event.get("Records").and_then(Value::as_array) {
        Some(records) if records.is_empty() => Err(Refusal::Empty("Records")),
        Some(records) if records.iter().any(is_queued) => records.iter().map(queued).collect(),
        _ => {
            let (notice, restore_until) = read_value(event);
            Ok(vec![Message {
                id: identify(event),
                receive_count: 1,
                source: Source::Direct,
                notice,
                restore_until,
            }])
        }
    }
}

fn is_queued(record: &Value) -> bool {
    record["eventSource"] == "aws:sqs"
}

fn queued(record: &Value) -> Result<Message, Refusal> {
    let (notice, restore_until) = match text(&record["body"], "body") {
        Ok(body) => read_body(body),
        Err(refusal) => (Err(refusal), None),
    };
    Ok(Message {
        id: text(&record["messageId"], "messageId")?.to_owned(),
        receive_count: receive_count(&record["attributes"]["ApproximateReceiveCount"]),
        source: Source::Queue,
        notice,
        restore_until,
    })
}

/// Returns the count that SQS writes as a string, or 1 where there is none.
fn receive_count(attribute: &Value) -> u32 {
    let count = match attribute {
        Value::String(count) => count.parse().ok(),
        count => count.as_u64().and_then(|count| u32::try_from(count).ok()),
    };
    count.unwrap_or(1).max(1)
}

/// Returns an id to look an event up by that has come without a queue.
fn identify(event: &Value) -> String {
    [
        "/id",
        "/Records/0/Sns/MessageId",
        "/Records/0/responseElements/x-amz-request-id",
        "/MessageId",
    ]
    .iter()
    .find_map(|pointer| event.pointer(pointer)?.as_str())
    .unwrap_or_default()
    .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(id: &str, count: &Value, body: &str) -> Value {
        json!({
            "messageId": id,
            "eventSource": "aws:sqs",
            "body": body,
            "attributes": {"ApproximateReceiveCount": count},
        })
    }

    #[test]
    fn a_queue_gives_one_message_for_each_record_and_a_bad_one_spoils_no_other() {
        let event = json!({"Records": [
            record("1", &json!("1"), "CloudTrail validation message."),
            record("2", &json!("7"), "{"),
            record("3", &json!(2), r#"{"s3Bucket": "logs", "s3ObjectKey": ["a", "b"]}"#),
        ]});
        let messages = messages(&event).expect("three messages");
        let told: Vec<_> = messages
            .iter()
            .map(|message| (message.id.as_str(), message.receive_count, message.source))
            .collect();
        assert_eq!(
            told,
            [
                ("1", 1, Source::Queue),
                ("2", 7, Source::Queue),
                ("3", 2, Source::Queue)
            ]
        );
        assert_eq!(messages[0].notice, Ok(Notice::Test));
        assert_eq!(messages[1].notice, Err(Refusal::NotJson));
        assert_eq!(
            messages[2].notice.as_ref().map(|n| n.delivered().len()),
            Ok(2)
        );
    }

    #[test]
    fn a_message_of_ours_says_until_when_its_objects_are_restored() {
        let object = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "logs"}, "object": {"key": "a"}}});
        let until = |ours: Value| {
            let body = json!({"Records": [object], "trailkeep": ours});
            let event = json!({"Records": [record("1", &json!("1"), &body.to_string())]});
            let told = messages(&event).expect("one message").remove(0);
            (
                told.restore_until,
                told.notice.map(|notice| notice.delivered().len()),
            )
        };
        let day = json!({"restore_until": "2027-01-15"});
        assert_eq!(until(day), (Some("2027-01-15".to_owned()), Ok(1)));
        for none in [json!(null), json!({}), json!({"restore_until": null})] {
            assert_eq!(until(none), (None, Ok(1)));
        }
        let malformed = Refusal::Malformed("trailkeep.restore_until");
        assert_eq!(
            until(json!({"restore_until": 20_270_115})),
            (None, Err(malformed))
        );
    }

    #[test]
    fn a_record_without_a_body_is_refused_and_one_without_an_id_fails_the_event() {
        let mut event = json!({"Records": [record("1", &json!("1"), "x")]});
        event["Records"][0]["body"] = Value::Null;
        let told = messages(&event).expect("one message");
        assert_eq!(told[0].notice, Err(Refusal::Missing("body")));

        event["Records"][0]["messageId"] = Value::Null;
        assert_eq!(messages(&event), Err(Refusal::Missing("messageId")));
        assert_eq!(
            messages(&json!({"Records": []})),
            Err(Refusal::Empty("Records"))
        );
    }

    #[test]
    fn an_event_that_came_without_a_queue_is_one_message_with_the_id_it_has() {
        let bus = json!({"id": "b", "source": "aws.events", "detail-type": "Scheduled Event"});
        let sns = json!({"Records": [{
            "EventSource": "aws:sns",
            "Sns": {"MessageId": "s", "Message": "CloudTrail validation message."},
        }]});
        for (event, id) in [(bus, "b"), (sns, "s"), (json!(null), ""), (json!([1]), "")] {
            let told = messages(&event).expect("one message");
            assert_eq!(
                (told.len(), told[0].id.as_str(), told[0].source),
                (1, id, Source::Direct)
            );
        }
    }

    #[test]
    fn a_receive_count_that_cannot_be_read_is_the_first() {
        for count in [
            json!(null),
            json!(""),
            json!("-1"),
            json!(0),
            json!({}),
            json!("99999999999"),
        ] {
            assert_eq!(receive_count(&count), 1, "{count}");
        }
    }
}
