//! What people and programs get, as it was when somebody last looked at it.

use alerts::chat::chat;
use alerts::email::email;
use alerts::finding::Origin;
use alerts::machine::machine;
use alerts::subject::subject;
use alerts::summary::summary;
use alerts::{
    Admission, Alert, Audience, Correlation, Finding, GroupValue, Level, Message, RuleSummary,
    Window,
};
use serde_json::{Value, json};

const FILE: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/\
    111122223333_CloudTrail_eu-west-1_20261013T2155Z_Wr5pYs2uQ1x7Zk3a.json.gz";

fn rule() -> RuleSummary {
    RuleSummary {
        description: "While a trail does not log, nothing that happens in the account is recorded. \
            Attackers stop trails before they do what they came for."
            .to_owned(),
        tags: vec!["attack.defense-evasion".to_owned(), "attack.t1562.008".to_owned()],
        falsepositives: vec!["A trail that is being replaced by another".to_owned()],
        references: vec!["https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/".to_owned()],
        cis: Some("4.5".to_owned()),
        respond: Some(
            "Start the trail again. Ask the person behind the session; where nobody did it, revoke \
             the session and look at everything that the access key did since."
                .to_owned(),
        ),
        ..RuleSummary::new(
            "5b0e6a0e-6b1c-4c7e-9a51-3f0f5f6e7a10",
            "Trail logging stopped",
            Level::High,
        )
    }
}

fn record() -> String {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:build-17",
            "arn": "arn:aws:sts::111122223333:assumed-role/deploy/build-17",
            "accountId": "111122223333", "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "sessionContext": {
                "sourceIdentity": "jane@example.com",
                "sessionIssuer": {"type": "Role", "userName": "deploy",
                    "arn": "arn:aws:iam::111122223333:role/deploy"},
                "attributes": {"mfaAuthenticated": "false"},
            },
        },
        "eventTime": "2026-10-13T21:51:03Z", "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging", "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.50",
        "userAgent": "aws-cli/2.15.0", "errorCode": "AccessDenied",
        "errorMessage": "User is not authorized to perform: cloudtrail:StopLogging",
        "requestParameters": {"name": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/management"},
        "responseElements": null, "eventID": "ce5b9ec2-00c7-4cbf-b69b-79c7c9801f65",
        "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
        "recipientAccountId": "111122223333", "eventCategory": "Management",
        "vpcEndpointId": "vpce-0a1b2c3d4e5f60718",
    })
    .to_string()
}

fn of_event() -> Alert {
    Alert::of_event(&rule(), &record(), &[], Some(FILE)).expect("a record")
}

fn of_correlation() -> Alert {
    let group = [GroupValue::new("sourceIPAddress", "203.0.113.50")];
    let ids: Vec<_> = (0..12)
        .map(|number| format!("ce5b9ec2-0000-4000-8000-{number:012}"))
        .collect();
    let found = Correlation {
        account: Some("111122223333"),
        region: None,
        group: &group,
        anchor: 1_791_928_200,
        first: 1_791_928_200,
        last: 1_791_928_263,
        count: 12,
        event_ids: &ids,
    };
    let rule = RuleSummary::new("f00d", "Many refused calls from one address", Level::Medium);
    Alert::of_correlation(&rule, &found, Some(&record()))
}

fn closing() -> Alert {
    let arn = "arn:aws:sts::111122223333:assumed-role/deploy/build-17";
    let group = [GroupValue::new("userIdentity.arn", arn)];
    let mut window = Window::open(
        &rule().id,
        Some("111122223333"),
        &group,
        1_791_928_300,
        3_600,
        0,
        &of_event().id,
    );
    for event in 1..=41 {
        let id = format!("ce5b9ec2-0000-4000-8000-{event:012}");
        let time = 1_791_928_263 + i64::try_from(event).expect("small");
        assert_eq!(
            window.admit(event, &id, time, 1_791_928_400),
            Admission::Fold
        );
    }
    let closing = window.close(1_791_932_000).expect("41 more");
    Alert::closing(&rule(), &closing, Some(&record()))
}

fn pretty(json: &str) -> String {
    let value: Value = serde_json::from_str(json).expect("JSON");
    serde_json::to_string_pretty(&value).expect("JSON")
}

#[test]
fn an_event() {
    let alert = of_event();
    insta::assert_snapshot!("event_email", email(&alert));
    insta::assert_snapshot!("event_machine", pretty(&machine(&alert)));
    insta::assert_snapshot!("event_chat", pretty(&chat(&alert)));
}

fn of_finding() -> Alert {
    let finding = Finding::new(
        Origin::Integrity,
        "log-changed",
        Level::Critical,
        &[FILE],
        1_791_928_263,
    )
    .titled("A log file was changed")
    .in_detail(
        "The SHA-256 of the object is not the one that the digest of 2026-10-13T21:51:03Z lists: \
         somebody replaced it after CloudTrail delivered it.",
    )
    .in_place(Some("111122223333"), Some("eu-west-1"))
    .of_object(FILE)
    .to_respond("List the versions of the object, and find out who wrote the newest.");
    Alert::of_finding(&finding)
}

#[test]
fn a_correlation() {
    let alert = of_correlation();
    insta::assert_snapshot!("correlation_email", email(&alert));
    insta::assert_snapshot!("correlation_machine", pretty(&machine(&alert)));
    insta::assert_snapshot!("correlation_chat", pretty(&chat(&alert)));
}

#[test]
fn a_closed_window() {
    let alert = closing();
    insta::assert_snapshot!("closing_email", email(&alert));
    insta::assert_snapshot!("closing_chat", pretty(&chat(&alert)));
}

#[test]
fn a_finding() {
    let alert = of_finding();
    insta::assert_snapshot!("finding_email", email(&alert));
    insta::assert_snapshot!("finding_machine", pretty(&machine(&alert)));
    insta::assert_snapshot!("finding_chat", pretty(&chat(&alert)));
    let attributes = Message::of(&alert, Audience::Subscribers).attributes;
    assert_eq!(attributes["rule_id"], "trailkeep-integrity-log-changed");
    assert_eq!(attributes["severity"], "critical");
    assert_eq!(attributes["alert_id"], alert.id);
}

#[test]
fn the_same_finding_is_the_same_alert_whenever_it_is_met() {
    let about = |time: i64, kind: &str, about: &str| {
        let finding = Finding::new(Origin::Integrity, kind, Level::High, &[about], time);
        Alert::of_finding(&finding.in_detail(&time.to_string())).id
    };
    assert_eq!(about(1, "log-missing", "a"), about(2, "log-missing", "a"));
    assert_ne!(about(1, "log-missing", "a"), about(1, "log-missing", "b"));
    assert_ne!(about(1, "log-missing", "a"), about(1, "log-changed", "a"));
    // Whoever sends a finding under the id of another alert does not take its place.
    let taking = Finding {
        id: of_event().id,
        ..Finding::new(Origin::Index, "index-damaged", Level::Low, &[], 1)
    };
    assert_ne!(Alert::of_finding(&taking).id, of_event().id);
}

#[test]
fn a_closed_window_joins_the_thread_of_its_alert() {
    let thread = |alert: &Alert| {
        let notification: Value = serde_json::from_str(&chat(alert)).expect("JSON");
        notification["metadata"]["threadId"].clone()
    };
    assert_eq!(thread(&closing()), thread(&of_event()));
    assert_ne!(thread(&of_correlation()), thread(&of_event()));
}

#[test]
fn subjects_and_summaries() {
    let lines: Vec<_> = [of_event(), of_correlation(), closing(), of_finding()]
        .iter()
        .flat_map(|alert| [subject(alert), summary(alert)])
        .collect();
    insta::assert_snapshot!("subjects_and_summaries", lines.join("\n"));
}

#[test]
fn a_message_has_a_text_for_everybody() {
    let alert = of_event();
    let message = Message::of(&alert, Audience::Subscribers);
    assert!(!message.record_cut);
    assert_eq!(message.text_for("email"), Some(email(&alert)));
    assert_eq!(message.text_for("sms"), Some(subject(&alert)));
    for protocol in [
        "default",
        "sqs",
        "lambda",
        "http",
        "https",
        "email-json",
        "firehose",
    ] {
        assert_eq!(
            message.text_for(protocol),
            Some(machine(&alert)),
            "{protocol}"
        );
    }
    let for_chat = Message::of(&alert, Audience::Chat);
    assert_eq!(for_chat.text_for("https"), Some(chat(&alert)));
    assert_eq!(for_chat.attributes, message.attributes);
    let attributes: Vec<_> = message.attributes.into_iter().collect();
    insta::assert_snapshot!("attributes", format!("{attributes:#?}"));
}

#[test]
fn the_same_match_is_the_same_alert() {
    assert_eq!(of_event(), of_event());
    assert_eq!(
        of_event().id,
        Alert::of_event(&rule(), &record(), &[], None)
            .expect("a record")
            .id
    );
    let mut other = rule();
    other.id.push('0');
    let other = Alert::of_event(&other, &record(), &[], None).expect("a record");
    assert_ne!(other.id, of_event().id);
}

#[test]
fn an_alert_survives_being_stored() {
    for alert in [of_event(), of_correlation(), closing(), of_finding()] {
        let text = serde_json::to_string(&alert).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Alert>(&text).expect("an alert"),
            alert
        );
        let value: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            serde_json::from_value::<Alert>(value).expect("an alert").id,
            alert.id
        );
    }
}
