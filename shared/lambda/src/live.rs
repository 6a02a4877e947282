//! CloudTrail events as EventBridge sends them: one by one, seconds after they happen.
//!
//! They come beside the log files and before them, and not all of them do, so
//! that they can only be a faster way to the same end. Anybody who may write to
//! the queue could send what looks like one; [`read`] therefore believes an event
//! only where its envelope fits its record. `aws.` sources are reserved: nobody
//! but AWS can put an event with one on a bus.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What the detail-type of all CloudTrail events ends in.
const SUFFIX: &str = " via CloudTrail";

/// The detail-types of CloudTrail events, both spellings of the sign-in among them.
pub const DETAIL_TYPES: [&str; 7] = [
    "AWS API Call via CloudTrail",
    "AWS Console Signin via CloudTrail",
    "AWS Console Sign In via CloudTrail",
    "AWS Console Action via CloudTrail",
    "AWS Service Event via CloudTrail",
    "AWS Insight via CloudTrail",
    "AWS Network Activity Event via CloudTrail",
];

/// Holds an event that may be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// The record, as it stands in the message.
    pub record: String,
    /// The account that EventBridge got it from.
    pub account: String,
}

/// Says why an event is not believed. None of it quotes the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Disbelief {
    /// The detail-type is none of [`DETAIL_TYPES`].
    #[error("detail-type is none that cloudtrail has")]
    DetailType,
    /// A field of the envelope is missing, or of another type than it has.
    #[error("envelope is not that of an event of eventbridge")]
    Envelope,
    /// The source is not one of AWS's own, which anybody may send.
    #[error("source is not of aws")]
    Source,
    /// The detail is no JSON object.
    #[error("detail is no record")]
    Record,
    /// The record names no account, or another one than the envelope.
    #[error("account of the record is not that of the envelope")]
    Account,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "detail-type")]
    detail_type: String,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    source: String,
    account: String,
    #[serde(borrow)]
    detail: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accounts {
    recipient_account_id: Option<Value>,
    user_identity: Option<Value>,
}

impl Accounts {
    /// The account that the event was delivered to, as `trail` reads it.
    fn account(&self) -> Option<&str> {
        let present = |value: &'_ Value| value.as_str().is_some_and(|text| !text.is_empty());
        let recipient = self.recipient_account_id.as_ref();
        let caller = self
            .user_identity
            .as_ref()
            .and_then(|identity| identity.get("accountId"));
        [recipient, caller]
            .into_iter()
            .flatten()
            .find(|value| present(value))
            .and_then(Value::as_str)
    }
}

/// Reads the body of a message as a CloudTrail event.
///
/// Answers nothing for anything else, which [`crate::notice::read`] may know.
///
/// ```
/// use lambda::live::{Disbelief, read};
///
/// let body = r#"{"detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
///     "account": "111122223333", "detail": {"recipientAccountId": "111122223333"}}"#;
/// let event = read(body).expect("an event")?;
/// assert_eq!(event.record, r#"{"recipientAccountId": "111122223333"}"#);
///
/// let forged = body.replace("aws.iam", "my.iam");
/// assert_eq!(read(&forged), Some(Err(Disbelief::Source)));
/// # Ok::<_, Disbelief>(())
/// ```
pub fn read(body: &str) -> Option<Result<LiveEvent, Disbelief>> {
    let kind: Kind = serde_json::from_str(body).ok()?;
    kind.detail_type
        .ends_with(SUFFIX)
        .then(|| believe(&kind.detail_type, body))
}

/// Reads the messages of a Lambda event as CloudTrail events: as many answers, in the
/// same order, as [`crate::notice::messages`] gives.
pub fn events(event: &Value) -> Vec<Option<Result<LiveEvent, Disbelief>>> {
    let records = event.get("Records").and_then(Value::as_array);
    let is_queued = |record: &Value| record["eventSource"] == "aws:sqs";
    match records {
        Some(records) if records.iter().any(is_queued) => records
            .iter()
            .map(|record| read(record["body"].as_str()?))
            .collect(),
        // Invoked by EventBridge itself: the record's text is gone, not what it says.
        _ => vec![read(&event.to_string())],
    }
}

fn believe(detail_type: &str, body: &str) -> Result<LiveEvent, Disbelief> {
    if !DETAIL_TYPES.contains(&detail_type) {
        return Err(Disbelief::DetailType);
    }
    let envelope: Envelope<'_> = serde_json::from_str(body).map_err(|_| Disbelief::Envelope)?;
    if !envelope.source.starts_with("aws.") {
        return Err(Disbelief::Source);
    }
    let record = envelope.detail.get();
    if !record.starts_with('{') {
        return Err(Disbelief::Record);
    }
    let accounts: Accounts = serde_json::from_str(record).map_err(|_| Disbelief::Record)?;
    if accounts.account() != Some(envelope.account.as_str()) {
        return Err(Disbelief::Account);
    }
    Ok(LiveEvent {
        record: record.to_owned(),
        account: envelope.account,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn envelope() -> Value {
        json!({
            "version": "0",
            "id": "c1b1f6d2-0000-0000-0000-000000000000",
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws.iam",
            "account": "111122223333",
            "time": "2026-10-13T12:00:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {"eventName": "CreateUser", "recipientAccountId": "111122223333"},
        })
    }

    fn outcome(change: impl FnOnce(&mut Value)) -> Option<Result<LiveEvent, Disbelief>> {
        let mut event = envelope();
        change(&mut event);
        read(&event.to_string())
    }

    #[test]
    fn every_spelling_of_the_detail_type_is_read() {
        for detail_type in DETAIL_TYPES {
            let event = outcome(|event| event["detail-type"] = json!(detail_type));
            assert!(matches!(event, Some(Ok(_))), "{detail_type}");
        }
        let other = outcome(|event| event["detail-type"] = json!("AWS Rumour via CloudTrail"));
        assert_eq!(other, Some(Err(Disbelief::DetailType)));
    }

    #[test]
    fn the_record_is_kept_as_it_stands() {
        let record = r#"{"b" : 1.0,"a":"\u00e9", "recipientAccountId":"111122223333"}"#;
        let body = format!(
            r#"{{"detail-type":"AWS API Call via CloudTrail","source":"aws.s3",
                "account":"111122223333","detail":{record}}}"#
        );
        let event = read(&body).expect("an event").expect("is believed");
        assert_eq!(event.record, record);
    }

    #[test]
    fn what_does_not_fit_its_envelope_is_not_believed() {
        type Change = fn(&mut Value);
        let forgeries: [(Change, Disbelief); 11] = [
            (
                |event| event["source"] = json!("custom.iam"),
                Disbelief::Source,
            ),
            (|event| event["source"] = json!("aws"), Disbelief::Source),
            (
                |event| event["source"] = json!(["aws.iam"]),
                Disbelief::Envelope,
            ),
            (|event| event["source"] = Value::Null, Disbelief::Envelope),
            (
                |event| event["account"] = json!("444455556666"),
                Disbelief::Account,
            ),
            (
                |event| event["account"] = json!(111_122_223_333_u64),
                Disbelief::Envelope,
            ),
            (|event| event["detail"] = json!({}), Disbelief::Account),
            (|event| event["detail"] = json!([1]), Disbelief::Record),
            (|event| event["detail"] = json!("{}"), Disbelief::Record),
            (
                |event| {
                    event["account"] = json!("");
                    event["detail"] = json!({"recipientAccountId": ""});
                },
                Disbelief::Account,
            ),
            (
                // The caller's account counts only where there is no recipient.
                |event| {
                    event["detail"] = json!({
                        "recipientAccountId": "444455556666",
                        "userIdentity": {"accountId": "111122223333"},
                    });
                },
                Disbelief::Account,
            ),
        ];
        for (number, (change, disbelief)) in forgeries.into_iter().enumerate() {
            assert_eq!(outcome(change), Some(Err(disbelief)), "forgery {number}");
        }
    }

    #[test]
    fn an_old_record_is_believed_by_its_callers_account() {
        let event = outcome(|event| {
            event["detail"] = json!({"userIdentity": {"accountId": "111122223333"}});
        });
        assert!(matches!(event, Some(Ok(_))));
    }

    #[test]
    fn what_is_no_event_of_cloudtrail_is_left_to_others() {
        for body in [
            "",
            "CloudTrail validation message.",
            "[]",
            r#"{"detail-type": 7}"#,
            r#"{"detail-type": "Object Created", "source": "aws.s3", "detail": {}}"#,
            r#"{"Records": [{"s3": {}}]}"#,
        ] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    #[test]
    fn a_field_that_stands_twice_decides_nothing() {
        let body = envelope().to_string();
        let twice = body.replacen('{', r#"{"source":"aws.s3","#, 1);
        assert_eq!(read(&twice), Some(Err(Disbelief::Envelope)));
    }

    #[test]
    fn there_is_an_answer_for_every_message() {
        let queued = |body: &str| json!({"eventSource": "aws:sqs", "messageId": "m", "body": body});
        let event = json!({"Records": [
            queued("x"),
            queued(&envelope().to_string()),
            {"eventSource": "aws:sqs", "messageId": "n"},
        ]});
        let read = events(&event);
        let are_events: Vec<_> = read.iter().map(Option::is_some).collect();
        assert_eq!(are_events, [false, true, false]);
        let messages = crate::notice::messages(&event).expect("messages");
        assert_eq!(messages.len(), read.len());

        let direct = events(&envelope());
        assert!(matches!(direct.as_slice(), [Some(Ok(_))]));
        assert_eq!(events(&json!({"sweep": true})), [None]);
    }
}
