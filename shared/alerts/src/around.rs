//! What to run to see everything that a session did around an alert.

use serde::Serialize;

use crate::alert::{Alert, GroupValue, Kind};
use crate::escape::shell;
use crate::redact::REDACTED;
use crate::time::stamp;

/// How long before the first and after the last event to look, in seconds.
const MARGIN: i64 = 3_600;

/// Ready-made commands, whose values are quoted for a POSIX shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Around {
    /// What the commands look for, in words.
    pub by: &'static str,
    /// The lookup by Trailkeep, over all accounts, Regions and categories.
    pub trailkeep: String,
    /// The lookup in CloudTrail's own history, which knows fewer attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws: Option<String>,
}

/// An attribute to look up by: in words, as our option, and as CloudTrail's key.
type Attribute = (&'static str, &'static str, Option<&'static str>);

const ACCESS_KEY: Attribute = ("this access key", "--access-key", Some("AccessKeyId"));
const PRINCIPAL: Attribute = ("this principal", "--principal", None);
const USER: Attribute = ("this user", "--user", Some("Username"));
const SOURCE_IP: Attribute = ("this address", "--source-ip", None);
const EVENT_ID: Attribute = ("this event", "--event-id", Some("EventId"));

/// The fields that events are grouped by and lookups know.
const FIELDS: [(&str, Attribute); 11] = [
    ("userIdentity.accessKeyId", ACCESS_KEY),
    ("userIdentity.arn", PRINCIPAL),
    ("userIdentity.userName", USER),
    (
        "userIdentity.sessionContext.sessionIssuer.arn",
        ("this role", "--role", None),
    ),
    (
        "userIdentity.sessionContext.sessionIssuer.userName",
        ("this role", "--role", None),
    ),
    ("sourceIPAddress", SOURCE_IP),
    (
        "vpcEndpointId",
        ("this VPC endpoint", "--vpc-endpoint", None),
    ),
    ("recipientAccountId", ("this account", "--account", None)),
    (
        "eventName",
        ("this call", "--event-name", Some("EventName")),
    ),
    (
        "eventSource",
        ("this service", "--event-source", Some("EventSource")),
    ),
    ("errorCode", ("this error", "--error-code", None)),
];

impl Around {
    /// Finds what best names who did it; answers nothing where nothing does.
    ///
    /// Of one event it is the session: its access key, or else its principal.
    /// Of several it is what they share.
    pub fn of(alert: &Alert) -> Option<Self> {
        let shared = alert.group.iter().filter_map(grouped).collect::<Vec<_>>();
        let found = if alert.kind == Kind::Event || shared.is_empty() {
            one_of(alert).into_iter().take(1).collect()
        } else {
            shared
        };
        let (first, _) = found.first()?;
        let from = stamp(alert.first_time.saturating_sub(MARGIN));
        let to = stamp(alert.last_time.saturating_add(MARGIN));
        let conditions: Vec<_> = found
            .iter()
            .map(|((_, option, _), value)| format!("{option} {value}"))
            .collect();
        Some(Self {
            by: first.0,
            trailkeep: format!(
                "trailkeep lookup {} --start {from} --end {to} --category all --order oldest --all",
                conditions.join(" ")
            ),
            aws: aws(alert, &found, &from, &to),
        })
    }
}

/// CloudTrail's own lookup, by the one attribute that it takes.
fn aws(alert: &Alert, found: &[(Attribute, String)], from: &str, to: &str) -> Option<String> {
    let mut found = found.to_vec();
    if found.iter().all(|((.., key), _)| key.is_none()) {
        // It knows no principals, but their names and keys.
        found = one_of(alert);
        found.retain(|(attribute, _)| *attribute != EVENT_ID);
    }
    let (key, value) = found
        .into_iter()
        .find_map(|((.., key), value)| Some((key?, value)))
        // The shorthand of the aws cli reads these itself.
        .filter(|(_, value)| !value.contains([',', '=', '[', '{', ' ']))?;
    let region = alert.region.as_deref().and_then(shell);
    let region = region.map_or_else(String::new, |region| format!(" --region {region}"));
    Some(format!(
        "aws cloudtrail lookup-events{region} --lookup-attributes \
         AttributeKey={key},AttributeValue={value} --start-time {from} --end-time {to}"
    ))
}

/// What names the session of the event at hand, the best first.
fn one_of(alert: &Alert) -> Vec<(Attribute, String)> {
    let mut found = Vec::new();
    let mut add = |attribute, value: Option<&str>| found.extend(usable(attribute, value));
    if let Some(event) = alert.event.as_ref().filter(|_| alert.caller().is_some()) {
        if alert.kind == Kind::Event {
            add(ACCESS_KEY, event.who.access_key.as_deref());
        }
        add(PRINCIPAL, event.who.principal.as_deref());
        add(USER, event.who.user.as_deref());
        add(SOURCE_IP, event.origin.source_ip.as_deref());
    }
    add(EVENT_ID, alert.event_ids.first().map(String::as_str));
    found
}

fn grouped(group: &GroupValue) -> Option<(Attribute, String)> {
    let (_, attribute) = FIELDS
        .into_iter()
        .find(|(field, _)| *field == group.field)?;
    usable(attribute, Some(&group.value))
}

/// Quotes a value; one that was cut or redacted would find nothing.
fn usable(attribute: Attribute, value: Option<&str>) -> Option<(Attribute, String)> {
    let value = value.filter(|value| !value.ends_with('…') && !value.contains(REDACTED))?;
    shell(value).map(|value| (attribute, value))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Correlation, Level, RuleSummary};

    const WHEN: &str = "--start 2026-10-13T20:51:03Z --end 2026-10-13T22:51:03Z";

    fn record(identity: &Value) -> String {
        json!({
            "eventTime": "2026-10-13T21:51:03Z", "eventID": "4f1c", "awsRegion": "eu-west-1",
            "sourceIPAddress": "203.0.113.50", "userIdentity": identity,
        })
        .to_string()
    }

    fn around(identity: &Value) -> Around {
        let rule = RuleSummary::new("rule", "A rule", Level::Low);
        let alert = Alert::of_event(&rule, &record(identity), &[], None).expect("a record");
        Around::of(&alert).expect("a lookup")
    }

    #[test]
    fn a_session_is_looked_up_by_what_names_it_best() {
        for (identity, condition, aws) in [
            (
                json!({"type": "IAMUser", "userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
                "--access-key AKIAIOSFODNN7EXAMPLE",
                Some("AttributeKey=AccessKeyId,AttributeValue=AKIAIOSFODNN7EXAMPLE"),
            ),
            (
                json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root"}),
                "--principal arn:aws:iam::111122223333:root",
                Some("AttributeKey=Username,AttributeValue=root"),
            ),
            (
                json!({"type": "IAMUser", "userName": "it's, mine"}),
                r"--user 'it'\''s, mine'",
                // The aws cli would take the comma for its own.
                None,
            ),
            (
                json!({"type": "IAMUser", "userName": "two\nlines", "accessKeyId": "x".repeat(500)}),
                "--source-ip 203.0.113.50",
                None,
            ),
            (
                json!(null),
                "--event-id 4f1c",
                Some("AttributeKey=EventId,AttributeValue=4f1c"),
            ),
        ] {
            let around = around(&identity);
            let expected =
                format!("trailkeep lookup {condition} {WHEN} --category all --order oldest --all");
            assert_eq!(around.trailkeep, expected);
            match aws {
                None => assert_eq!(around.aws, None),
                Some(aws) => assert!(around.aws.expect("a lookup").contains(aws), "{aws}"),
            }
        }
    }

    #[test]
    fn a_group_is_looked_up_by_all_that_its_events_share() {
        let group = [
            GroupValue::new("sourceIPAddress", "203.0.113.50"),
            GroupValue::new("requestParameters.bucketName", "reports"),
            GroupValue::new("errorCode", "AccessDenied"),
            GroupValue::new("eventName", "GetObject"),
        ];
        let found = Correlation {
            group: &group,
            ..Correlation::default()
        };
        let rule = RuleSummary::new("rule", "A rule", Level::Low);
        let around = Around::of(&Alert::of_correlation(&rule, &found, None)).expect("a lookup");
        let shared =
            "--source-ip 203.0.113.50 --error-code AccessDenied --event-name GetObject --start";
        assert!(around.trailkeep.contains(shared), "{}", around.trailkeep);
        let aws = around.aws.expect("a lookup");
        assert!(
            aws.contains("AttributeKey=EventName,AttributeValue=GetObject"),
            "{aws}"
        );
    }
}
