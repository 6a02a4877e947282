//! The subject of a message, within what SNS takes.

use crate::alert::{Alert, Kind};
use crate::escape::ascii;

/// The longest subject that SNS takes: fewer than 100 ASCII characters.
pub const LONGEST: usize = 99;

/// As much of the title as is shown before the caller's name is.
const TITLE: usize = 40;

/// As much of the caller's name as there is always room for.
const SHORTEST_NAME: usize = 12;

/// Writes an alert's subject: `[HIGH] Trail logging stopped by alice in 111122223333 (eu-west-1)`.
///
/// Printable ASCII on one line, at most [`LONGEST`]. The end, which tells
/// where, is never cut; the rule's title gives way first.
pub fn subject(alert: &Alert) -> String {
    let mut head = format!("[{}] ", alert.rule.level.tag());
    let mut tail = String::new();
    match alert.kind {
        Kind::Event | Kind::Finding => {}
        Kind::Correlation => tail = format!(" ({} events)", count(alert)),
        Kind::Closing => head = format!("{head}{} more: ", count(alert)),
    }
    let mut place = String::new();
    if let Some(account) = &alert.account {
        place = format!(" in {}", ascii(account, 14));
    }
    if let Some(region) = &alert.region {
        place = format!("{place} ({})", ascii(region, 16));
    }
    let room = LONGEST.saturating_sub(head.len() + tail.len() + place.len());
    if let Some(caller) = alert.caller() {
        let title = ascii(&alert.rule.title, room).len().min(TITLE);
        let room = room.saturating_sub(title + " by \"\"".len());
        tail = format!("{tail} by {}", name(&caller, room.max(SHORTEST_NAME)));
    }
    tail.push_str(&place);
    let room = LONGEST.saturating_sub(head.len() + tail.len());
    format!("{head}{}{tail}", ascii(&alert.rule.title, room))
}

/// A count as people read it, no longer than the subject has room for.
fn count(alert: &Alert) -> String {
    let about = if alert.is_estimate { "about " } else { "" };
    match alert.count {
        count @ ..1_000_000 => format!("{about}{count}"),
        _ => "over 999999".to_owned(),
    }
}

/// A caller's name; in quotes where it could be taken for more of the subject.
fn name(caller: &str, most: usize) -> String {
    let caller = ascii(caller, most);
    if caller.contains([' ', '(', ')', '"']) {
        format!("\"{}\"", caller.replace('"', "'"))
    } else {
        caller
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Correlation, GroupValue, Level, RuleSummary};

    fn alert(title: &str, user: &str, region: &str) -> Alert {
        let rule = RuleSummary::new("rule", title, Level::High);
        let record = serde_json::json!({
            "eventTime": "2026-10-13T21:51:03Z", "eventName": "StopLogging", "awsRegion": region,
            "recipientAccountId": "111122223333",
            "userIdentity": {"type": "IAMUser", "userName": user},
        });
        Alert::of_event(&rule, &record.to_string(), &[], None).expect("a record")
    }

    #[test]
    fn a_subject_says_what_who_and_where() {
        for (title, user, expected) in [
            (
                "Trail stopped",
                "alice",
                "[HIGH] Trail stopped by alice in 111122223333 (eu-west-1)",
            ),
            (
                "Trail stopped",
                "x in 444455556666 (us-east-1)",
                "[HIGH] Trail stopped by \"x in 444455556666 (us-east-1)\" in 111122223333 (eu-west-1)",
            ),
            (
                "Trail\nstopped \u{202e}",
                "a\r\nBcc: b",
                r#"[HIGH] Trail stopped \u{202e} by "a\u{d}\u{a}Bcc: b" in 111122223333 (eu-west-1)"#,
            ),
            (
                "A title that is much longer than what a subject has room for, and then some more",
                "a-user-with-a-long-name@example.com",
                "[HIGH] A title that is much longer than what a... by a-user-with-a-l... in 111122223333 (eu-west-1)",
            ),
        ] {
            assert_eq!(subject(&alert(title, user, "eu-west-1")), expected);
        }
    }

    #[test]
    fn the_longest_correlation_has_room() {
        let rule = RuleSummary::new("rule", &"t".repeat(300), Level::Critical);
        let found = Correlation {
            account: Some("1111222233334444"),
            region: Some("a-region-of-the-future"),
            group: &[GroupValue::new("userIdentity.arn", "x")],
            count: u64::MAX,
            ..Correlation::default()
        };
        let record = r#"{"eventTime":"2026-10-13T21:51:03Z","userIdentity":{"userName":"((((((((((((((((((((((((((((((("}}"#;
        let subject = subject(&Alert::of_correlation(&rule, &found, Some(record)));
        assert_eq!(subject.len(), LONGEST, "{subject}");
        assert!(subject.starts_with("[CRITICAL] t"), "{subject}");
    }

    proptest! {
        #[test]
        fn sns_takes_every_subject(title in "\\PC*|.*", user in ".*", region in ".*") {
            let subject = subject(&alert(&title, &user, &region));
            prop_assert!(subject.len() <= LONGEST, "{}", subject);
            prop_assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", subject);
            prop_assert!(subject.starts_with("[HIGH] "));
        }
    }
}
