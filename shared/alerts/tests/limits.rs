//! What SNS takes, whatever matched.

use alerts::finding::Origin;
use alerts::message::LARGEST;
use alerts::{Alert, Audience, Correlation, Finding, GroupValue, Level, Message, RuleSummary};
use serde_json::{Value, json};

/// A rule whose every text is as long as somebody may write it.
fn long_rule(letter: &str) -> RuleSummary {
    let text = letter.repeat(20_000);
    RuleSummary {
        description: text.clone(),
        tags: vec![text.clone(); 100],
        falsepositives: vec![text.clone(); 100],
        references: vec![text.clone(); 100],
        cis: Some(text.clone()),
        respond: Some(text.clone()),
        ..RuleSummary::new(&text, &text, Level::Critical)
    }
}

/// A record whose every field is as long as somebody may make it.
fn long_record(letter: &str, padding: usize) -> Value {
    let text = letter.repeat(5_000);
    let resources: Vec<_> = (0..100)
        .map(|number| json!({ "ARN": format!("{number}{text}"), "type": text }))
        .collect();
    json!({
        "eventTime": "2026-10-13T21:51:03Z", "eventID": text, "eventSource": text, "eventName": text,
        "awsRegion": text, "recipientAccountId": text, "sourceIPAddress": text, "userAgent": text,
        "errorCode": text, "errorMessage": text, "vpcEndpointId": text, "resources": resources,
        "userIdentity": {
            "type": "AssumedRole", "arn": text, "principalId": format!("A:{text}"), "accountId": text,
            "accessKeyId": text, "invokedBy": text,
            "sessionContext": {"sourceIdentity": text, "sessionIssuer": {"type": "Role", "userName": text}},
        },
        "requestParameters": {"padding": "x".repeat(padding)},
    })
}

fn check(alert: &Alert) {
    for audience in [Audience::Subscribers, Audience::Chat] {
        let message = Message::of(alert, audience);
        assert!(message.size() <= LARGEST, "{} bytes", message.size());
        assert!(message.subject.len() < 100);
        let body: Value = serde_json::from_str(&message.body).expect("JSON");
        for (protocol, text) in body.as_object().expect("an object") {
            assert!(text.is_string(), "{protocol}");
        }
        let text = message.text_for("sqs").expect("the default");
        let _: Value = serde_json::from_str(&text).expect("JSON for programs");
        assert!(
            message.attributes.len() <= 10,
            "raw delivery to SQS takes ten"
        );
        for (name, value) in &message.attributes {
            assert!(!value.is_empty(), "{name}");
            assert!(!value.contains(char::is_control), "{name}");
        }
    }
    let mut bare = alert.clone();
    bare.record = None;
    let bare = serde_json::to_string(&bare).expect("JSON");
    assert!(bare.len() < 128 * 1024, "{} bytes", bare.len());
    let stored = serde_json::to_string(alert).expect("JSON");
    assert!(
        stored.len() < 400 * 1024 - 4_096,
        "an item of the table holds it: {}",
        stored.len()
    );
    assert_eq!(
        serde_json::from_str::<Alert>(&stored).expect("the same"),
        *alert
    );
}

#[test]
fn the_longest_alert_is_sent() {
    for letter in [
        "x",
        "\"",
        "\\",
        "\u{1}",
        "\u{7f}",
        "é",
        "😀",
        "\u{ffff}",
        "\u{e0001}",
        "`",
        "&",
    ] {
        let rule = long_rule(letter);
        let text = letter.repeat(5_000);
        let group = vec![GroupValue::new(&text, &text); 100];
        let ids = vec![text.clone(); 1_000];
        let found = Correlation {
            account: Some(&text),
            region: Some(&text),
            group: &group,
            anchor: i64::MIN,
            first: i64::MIN,
            last: i64::MAX,
            count: u64::MAX,
            event_ids: &ids,
        };
        let record = long_record(letter, 0).to_string();
        check(&Alert::of_correlation(&rule, &found, Some(&record)));
        check(&Alert::of_correlation(&rule, &found, None));
        check(&Alert::of_event(&rule, &record, &group, Some(&text)).expect("a record"));
        let bare = Finding::new(
            Origin::Retention,
            &text,
            Level::Critical,
            &[&text],
            i64::MAX,
        );
        let made = bare
            .clone()
            .titled(&text)
            .in_detail(&text)
            .in_place(Some(&text), Some(&text))
            .of_object(&text)
            .to_respond(&text);
        let set = Finding {
            title: text.clone(),
            detail: text.clone(),
            account: Some(text.clone()),
            region: Some(text.clone()),
            object: Some(text.clone()),
            respond: text.clone(),
            ..bare
        };
        for finding in [made, set] {
            check(&Alert::of_finding(&finding));
            let body = finding.message();
            // SQS takes four times as much, and not these characters.
            assert!(body.len() < 64 * 1024, "{} bytes", body.len());
            assert!(!body.contains(['\u{fffe}', '\u{ffff}']));
            assert!(matches!(Finding::read(&body), Some(Ok(_))), "{body}");
        }
    }
}

#[test]
fn a_record_stays_while_there_is_room_and_then_its_pointer_does() {
    let rule = RuleSummary::new("rule", "A rule", Level::High);
    let record = |padding: usize| {
        json!({
            "eventTime": "2026-10-13T21:51:03Z", "eventID": "4f1c9c1e-0000-4000-8000-000000000001",
            "userIdentity": {"type": "IAMUser", "userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            "requestParameters": {"padding": "\"".repeat(padding)},
        })
        .to_string()
    };
    let file = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/13/a.json.gz";
    for (padding, is_cut) in [
        (10, false),
        (30_000, false),
        (70_000, true),
        (140_000, true),
    ] {
        let alert = Alert::of_event(&rule, &record(padding), &[], Some(file)).expect("a record");
        check(&alert);
        let message = Message::of(&alert, Audience::Subscribers);
        assert_eq!(message.record_cut, is_cut, "{padding}");
        let text = message.text_for("lambda").expect("the default");
        let sent: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(sent["record_cut"], is_cut);
        assert_eq!(sent["record"].is_object(), !is_cut);
        assert_eq!(sent["event_ids"][0], "4f1c9c1e-0000-4000-8000-000000000001");
        assert_eq!(sent["log_file"], file);
        let lookup = sent["lookup"]["trailkeep"].as_str().expect("a command");
        assert!(
            lookup.contains("--access-key AKIAIOSFODNN7EXAMPLE"),
            "{lookup}"
        );
        let email = message.text_for("email").expect("a text");
        assert!(email.contains(file) && email.contains(lookup), "{email}");
    }
}

#[test]
fn a_message_is_cut_at_the_byte() {
    let rule = RuleSummary::new("rule", "A rule", Level::High);
    let message = |padding: usize| {
        let padding = "x".repeat(padding);
        let record =
            json!({"eventTime": "2026-10-13T21:51:03Z", "requestParameters": {"a": padding}});
        let alert = Alert::of_event(&rule, &record.to_string(), &[], None).expect("a record");
        Message::of(&alert, Audience::Subscribers)
    };
    let room = LARGEST - message(0).size();
    let full = message(room);
    assert_eq!((full.size(), full.record_cut), (LARGEST, false));
    let cut = message(room + 1);
    assert!(
        cut.record_cut && cut.size() < LARGEST / 10,
        "{} bytes",
        cut.size()
    );
}

#[test]
fn a_record_of_any_size_and_depth_is_alerted_on() {
    let rule = RuleSummary::new("rule", "A rule", Level::High);
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = format!(r#"{{"eventTime":"2026-10-13T21:51:03Z","requestParameters":{nested}}}"#);
    check(&Alert::of_event(&rule, &deep, &[], None).expect("a record"));
    let large = long_record("x", 5_000_000).to_string();
    let alert = Alert::of_event(&rule, &large, &[], None).expect("a record");
    assert_eq!(alert.record, None);
    check(&alert);
}
