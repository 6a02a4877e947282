//! How failures are told, in words and by the exit code.

use serde_json::{Value, json};

use crate::upstream::{self, Upstream};
use crate::{ask, home, lookup, page, run};

#[tokio::test(flavor = "multi_thread")]
async fn contradictions_are_a_finding() {
    let upstream = Upstream::start(|_, _| page(0..2, None, &["id-0"])).await;
    let outcome = ask(&upstream.url, &["--output", "json"]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.err.contains("warning: records that contradict") && outcome.err.contains("id-0")
    );
    let parsed: Value = serde_json::from_str(&outcome.out).expect("one object");
    assert_eq!(parsed["conflicts"], json!(["id-0"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_by_its_exit_code_and_in_the_servers_words() {
    for (status, code, hint) in [
        (400, 2, "start is not a time"),
        (404, 2, "start is not a time"),
        (403, 1, "not signed"),
        (500, 1, "trailkeep up"),
        (302, 1, "not Trailkeep's API"),
    ] {
        let upstream = Upstream::start(move |_, _| {
            upstream::json(
                status,
                r#"{"type":"about:blank","detail":"start is not a time"}"#,
            )
        })
        .await;
        let outcome = ask(&upstream.url, &[]).await;
        assert_eq!(outcome.code, Some(code), "{status}: {}", outcome.err);
        assert!(outcome.err.contains(hint), "{status}: {}", outcome.err);
        assert_eq!((outcome.out.as_str(), upstream.seen().len()), ("", 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overloaded_api_is_asked_again_but_not_for_ever() {
    let upstream = Upstream::start(|before, _| match before {
        0 => upstream::json(503, "{}"),
        1 => upstream::json(429, "{}"),
        _ => page(0..1, None, &[]),
    })
    .await;
    let outcome = ask(&upstream.url, &["--output", "jsonl"]).await;
    assert_eq!(
        (outcome.code, outcome.out.lines().count()),
        (Some(0), 1),
        "{}",
        outcome.err
    );

    let upstream = Upstream::start(|_, _| upstream::json(503, "{}")).await;
    let outcome = ask(&upstream.url, &[]).await;
    assert_eq!(
        (outcome.code, upstream.seen().len()),
        (Some(1), 4),
        "{}",
        outcome.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_api_is_a_failure() {
    for body in [
        "<html>",
        "{}",
        r#"{"events":{}}"#,
        r#"{"events":[],"cursor":7}"#,
    ] {
        let upstream = Upstream::start(move |_, _| upstream::json(200, body)).await;
        let outcome = ask(&upstream.url, &[]).await;
        assert_eq!(outcome.code, Some(1), "{body}");
        assert!(
            outcome.err.contains("not one of Trailkeep's API"),
            "{}",
            outcome.err
        );
    }
    let upstream = Upstream::start(|_, _| page(0..1, Some("same"), &[])).await;
    let outcome = ask(&upstream.url, &["--all"]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.err.contains("same cursor twice"), "{}", outcome.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_says_how_to_start() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let outcome = ask(&url, &[]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.err.contains(&url) && outcome.err.contains("trailkeep up"),
        "{}",
        outcome.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_told_apart() {
    for arguments in [
        &["--colour", "red"][..],
        &["--limit", "0"],
        &["--all", "--limit", "5"],
        &["--read-only", "maybe"],
        &["--category", "everything"],
        &["--stack", "s", "--endpoint", "http://127.0.0.1:1"],
        &["--endpoint", "ftp://127.0.0.1"],
        &["--endpoint", "http://user:secret@127.0.0.1:1"],
        // Signed, and in the open.
        &[
            "--endpoint",
            "http://api.example.com",
            "--aws-region",
            "eu-west-1",
        ],
    ] {
        let home = home();
        let outcome = run(lookup(home.path()).args(arguments)).await;
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.err);
        assert!(!outcome.err.contains("secret"), "{}", outcome.err);
    }
}
