//! Who made a call: the name, key and account that lookups know.

use serde_json::json;
use trail::Record;

/// A record with these members behind its time.
fn record(members: &str) -> String {
    format!(r#"{{"eventTime":"2026-10-13T08:00:00Z"{members}}}"#)
}

#[track_caller]
fn parse(text: &str) -> Record<'_> {
    Record::parse(text).expect("a record")
}

#[test]
fn user_names_follow_the_identity_type() {
    let session = "arn:aws:sts::111122223333:assumed-role/Deploy/alice";
    for (identity, name) in [
        (
            json!({"type": "IAMUser", "userName": "carol", "principalId": "AIDAEXAMPLE"}),
            Some("carol"),
        ),
        (json!({"type": "IAMUser", "userName": ""}), None),
        (
            json!({"type": "Root", "accountId": "111122223333"}),
            Some("root"),
        ),
        (
            json!({"type": "Root", "userName": "my-alias"}),
            Some("my-alias"),
        ),
        (
            json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:alice", "arn": session}),
            Some("alice"),
        ),
        (
            json!({"type": "AssumedRole", "arn": session}),
            Some("alice"),
        ),
        (
            json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:alice",
                   "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "Deploy"}}}),
            Some("alice"),
        ),
        (
            json!({"type": "FederatedUser", "principalId": "111122223333:dave"}),
            Some("dave"),
        ),
        (
            json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}),
            None,
        ),
        (
            json!({"type": "AWSAccount", "accountId": "444455556666", "principalId": "AROAEXAMPLE:x"}),
            None,
        ),
        (
            json!({"type": "SAMLUser", "userName": "bob@example.com"}),
            Some("bob@example.com"),
        ),
        (
            json!({"type": "WebIdentityUser", "userName": "sub-1"}),
            Some("sub-1"),
        ),
        (
            json!({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u1"}}),
            None,
        ),
        (
            json!({"type": "Role", "userName": "Deploy"}),
            Some("Deploy"),
        ),
        (
            json!({"type": "Directory", "userName": "erin"}),
            Some("erin"),
        ),
        (json!({"type": "Unknown"}), None),
        (
            json!({"type": "SomethingNew", "userName": "frank"}),
            Some("frank"),
        ),
        (
            json!({"accountId": "111122223333", "invokedBy": "AWS Internal"}),
            None,
        ),
        (
            json!({"type": "IAMUser", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
            Some("HIDDEN_DUE_TO_SECURITY_REASONS"),
        ),
    ] {
        let text = record(&format!(r#","userIdentity":{identity}"#));
        assert_eq!(parse(&text).user_name(), name, "{identity}");
    }
    assert_eq!(parse(&record("")).user_name(), None);
}

#[test]
fn an_empty_access_key_is_none() {
    for (key, expected) in [
        ("\"\"", None),
        ("null", None),
        ("\"ASIAEXAMPLE1\"", Some("ASIAEXAMPLE1")),
    ] {
        let text = record(&format!(r#","userIdentity":{{"accessKeyId":{key}}}"#));
        let read = parse(&text);
        assert_eq!(
            read.user_identity
                .as_ref()
                .expect("an identity")
                .access_key(),
            expected
        );
    }
}

#[test]
fn the_account_is_the_recipient_or_else_the_caller() {
    let text = record(
        r#","recipientAccountId":"444455556666","userIdentity":{"accountId":"111122223333"}"#,
    );
    assert_eq!(parse(&text).account(), Some("444455556666"));
    let text = record(r#","recipientAccountId":"","userIdentity":{"accountId":"111122223333"}"#);
    assert_eq!(parse(&text).account(), Some("111122223333"));
    assert_eq!(parse(&record("")).account(), None);
}
