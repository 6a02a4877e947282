//! No secret of a record is in any rendering of its alert, wherever it stood.

use alerts::chat::chat;
use alerts::email::email;
use alerts::finding::Origin;
use alerts::machine::machine;
use alerts::summary::summary;
use alerts::{
    Alert, Audience, Closing, Correlation, Finding, GroupValue, Level, Message, RuleSummary,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Everything that leaves the process because of a record.
fn renderings(record: &Value, group: &[GroupValue]) -> Vec<String> {
    let record = record.to_string();
    let rule = RuleSummary::new("rule", "A rule", Level::High);
    let correlation = Correlation {
        group,
        ..Correlation::default()
    };
    let closing = Closing {
        group: group.to_vec(),
        count: 1,
        ..Closing::default()
    };
    let alerts = [
        Alert::of_event(&rule, &record, group, None).expect("a record"),
        Alert::of_correlation(&rule, &correlation, Some(&record)),
        Alert::closing(&rule, &closing, Some(&record)),
    ];
    renderings_of(&alerts)
}

fn renderings_of(alerts: &[Alert]) -> Vec<String> {
    let mut texts = Vec::new();
    for alert in alerts {
        texts.extend([email(alert), machine(alert), chat(alert), summary(alert)]);
        texts.push(serde_json::to_string(alert).expect("JSON"));
        for audience in [Audience::Subscribers, Audience::Chat] {
            let message = Message::of(alert, audience);
            texts.extend([message.subject, message.body]);
            texts.extend(message.attributes.into_values());
        }
    }
    texts
}

const NAMES: [&str; 22] = [
    "secretAccessKey",
    "sessionToken",
    "SessionToken",
    "password",
    "newPassword",
    "passwordData",
    "masterUserPassword",
    "secretString",
    "secretBinary",
    "authorizationToken",
    "privateKey",
    "clientSecret",
    "token",
    "plaintext",
    "userData",
    "keyMaterial",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "sAMLAssertion",
    "webIdentityToken",
    "DB_PASSWORD",
    "apiKey",
];

const PLACES: [&str; 5] = [
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "tlsDetails",
];

/// A secret in a member of a telling name, under any number of others.
fn by_name() -> impl Strategy<Value = Value> {
    let leaf =
        (proptest::sample::select(&NAMES[..]), 0..5_u8).prop_map(|(name, form)| match form {
            0 => json!({ name: "SECRET7f3a" }),
            1 => json!({ name: { "value": "SECRET7f3a" } }),
            2 => json!({ name: ["a", "SECRET7f3a"] }),
            3 => json!({ "name": name, "value": "SECRET7f3a" }),
            _ => json!({ "document": json!({ name: "SECRET7f3a" }).to_string() }),
        });
    leaf.prop_recursive(6, 12, 3, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|value| json!({ "bucketName": "reports", "inner": value })),
            inner.clone().prop_map(|value| json!([1, value, null])),
            inner.prop_map(|value| json!({ "text": value.to_string() })),
        ]
    })
}

/// A secret that gives itself away by what it looks like.
fn by_look() -> impl Strategy<Value = String> {
    let token = "(IQoJ|FwoG|FQoG)[A-Za-z0-9+/]{30}SECRET7f3a[A-Za-z0-9+/=]{0,300}";
    prop_oneof![
        token.prop_map(|token| token),
        "[a-z ]{0,9}(IQoJ|FwoG|FQoG)[A-Za-z0-9+/]{30}SECRET7f3a[A-Za-z0-9+/]{0,30}[ ,\"][a-z]{0,9}",
        "https://b\\.example/k\\?(a=b&)?X-Amz-(Signature|Security-Token)=[a-f0-9]{0,9}SECRET7f3a(&c=d)?",
        "aws_secret_access_key ?= ?SECRET7f3a",
        Just("-----BEGIN PRIVATE KEY-----\nSECRET7f3a\n-----END PRIVATE KEY-----".to_owned()),
    ]
}

fn record() -> Value {
    json!({
        "eventTime": "2026-10-13T21:51:03Z", "eventID": "4f1c9c1e-0000-4000-8000-000000000001",
        "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333", "sourceIPAddress": "203.0.113.50",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
    })
}

proptest! {
    #[test]
    fn a_secret_told_by_its_name_leaves_nowhere(
        place in proptest::sample::select(&PLACES[..]),
        value in by_name(),
    ) {
        let mut record = record();
        record[place] = value;
        prop_assert!(record.to_string().contains("SECRET7f3a"), "it is there");
        for text in renderings(&record, &[]) {
            prop_assert!(!text.contains("SECRET7f3a"), "{}", text);
        }
    }

    #[test]
    fn a_secret_told_by_its_look_leaves_nowhere(
        place in proptest::sample::select(vec![
            "/requestParameters", "/errorMessage", "/userAgent", "/sourceIPAddress", "/eventName",
            "/userIdentity/userName", "/userIdentity/arn", "/errorCode", "/vpcEndpointId", "/eventID",
            "/awsRegion", "/recipientAccountId", "/resources/0/ARN", "/requestParameters/roleArn",
        ]),
        value in by_look(),
    ) {
        let mut record = record();
        match place {
            "/resources/0/ARN" => record["resources"] = json!([{ "ARN": value, "type": "AWS::S3::Bucket" }]),
            "/requestParameters/roleArn" => record["requestParameters"] = json!({ "roleArn": value }),
            "/userIdentity/userName" => record["userIdentity"]["userName"] = value.clone().into(),
            "/userIdentity/arn" => record["userIdentity"]["arn"] = value.clone().into(),
            _ => record[&place[1..]] = value.clone().into(),
        }
        let group = [GroupValue::new("userIdentity.arn", &value)];
        for text in renderings(&record, &group) {
            prop_assert!(!text.contains("SECRET7f3a"), "{}", text);
        }
    }
}

proptest! {
    /// Whether it was made here or comes in a message that somebody else wrote.
    #[test]
    fn a_secret_in_a_finding_leaves_nowhere(value in by_look(), is_sent: bool) {
        let bare = Finding::new(Origin::Index, "index-differs", Level::High, &[&value], 7);
        let finding = if is_sent {
            let sent = Finding {
                title: value.clone(),
                detail: value.clone(),
                account: Some(value.clone()),
                region: Some(value.clone()),
                object: Some(value.clone()),
                respond: value.clone(),
                ..bare
            };
            let body = json!({ "source": "trailkeep", "finding": sent }).to_string();
            prop_assert!(body.contains("SECRET7f3a"), "it is there");
            Finding::read(&body).expect("a finding").expect("of its shape")
        } else {
            bare.titled(&value).in_detail(&value).of_object(&value).to_respond(&value)
                .in_place(Some(&value), Some(&value))
        };
        let mut texts = renderings_of(&[Alert::of_finding(&finding)]);
        texts.extend([finding.message(), serde_json::to_string(&finding).expect("JSON")]);
        for text in texts {
            prop_assert!(!text.contains("SECRET7f3a"), "{}", text);
        }
    }
}

#[test]
fn a_secret_that_events_are_grouped_by_leaves_nowhere() {
    let group = [GroupValue::new("requestParameters.password", "SECRET7f3a")];
    for text in renderings(&record(), &group) {
        assert!(!text.contains("SECRET7f3a"), "{text}");
    }
}

#[test]
fn what_is_no_secret_stays() {
    let mut record = record();
    record["responseElements"] = json!({
        "credentials": {"accessKeyId": "ASIAIOSFODNN7EXAMPLE", "sessionToken": "x", "expiration": "soon"},
        "nextToken": "page-2",
    });
    let rule = RuleSummary::new("rule", "A rule", Level::High);
    let alert = Alert::of_event(&rule, &record.to_string(), &[], None).expect("a record");
    let kept: Value = serde_json::from_str(alert.record.expect("small").text()).expect("JSON");
    assert_eq!(
        kept["responseElements"]["credentials"]["accessKeyId"],
        "ASIAIOSFODNN7EXAMPLE"
    );
    assert_eq!(kept["responseElements"]["nextToken"], "page-2");
    record["responseElements"]["credentials"]["sessionToken"] = "[redacted by Trailkeep]".into();
    assert_eq!(kept, record);
}
