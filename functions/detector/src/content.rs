//! What a message holds: news of log files, an event, or a finding.

use alerts::Finding;
use alerts::finding::FindingError;
use lambda::live::{self, Disbelief, LiveEvent};
use serde_json::Value;

/// What a message holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// What looks like an event of EventBridge.
    Event(Result<LiveEvent, Disbelief>),
    /// What claims to be a finding of Trailkeep's own.
    Finding(Result<Finding, FindingError>),
    /// Anything else, which its notice tells.
    Notice,
}

/// Reads what the messages of a Lambda event hold: as many answers, in the same order, as
/// [`lambda::notice::messages`] gives.
///
/// A finding is taken from the queue alone, whose policy says who may send; nobody can have
/// EventBridge or S3 put one there.
pub(crate) fn contents(event: &Value) -> Vec<Content> {
    let records = event.get("Records").and_then(Value::as_array);
    let finding = |number: usize| {
        let record = records?.get(number)?;
        let is_queued = record["eventSource"] == "aws:sqs";
        Finding::read(record["body"].as_str().filter(|_| is_queued)?)
    };
    let events = live::events(event).into_iter().enumerate();
    events
        .map(|(number, event)| match event {
            Some(event) => Content::Event(event),
            None => finding(number).map_or(Content::Notice, Content::Finding),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use alerts::Level;
    use alerts::finding::Origin;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_finding_is_taken_from_a_queue_alone() {
        let finding = Finding::new(Origin::Index, "index-damaged", Level::High, &["a"], 7);
        let body = finding.message();
        let queued = |source: &str, body: &str| json!({"eventSource": source, "body": body});
        let event = json!({"Records": [
            queued("aws:sqs", "{}"),
            queued("aws:sqs", &body),
            queued("aws:s3", &body),
            queued("aws:sqs", r#"{"source":"trailkeep","finding":{}}"#),
            {"eventSource": "aws:sqs"},
            // What anybody may put on a bus has its own members, and not ours.
            queued("aws:sqs", &json!({
                "source": "trailkeep", "detail-type": "Finding", "detail": {"finding": finding},
            }).to_string()),
        ]});
        let contents = contents(&event);
        assert!(matches!(contents[0], Content::Notice));
        assert!(matches!(&contents[1], Content::Finding(Ok(read)) if *read == finding));
        assert!(matches!(contents[2], Content::Notice));
        assert!(matches!(contents[3], Content::Finding(Err(_))));
        assert!(matches!(contents[4], Content::Notice));
        assert!(matches!(contents[5], Content::Finding(Err(_))));
        let bare: Value = serde_json::from_str(&body).expect("JSON");
        let direct = super::contents(&bare);
        assert!(matches!(direct.as_slice(), [Content::Notice]));
    }
}
