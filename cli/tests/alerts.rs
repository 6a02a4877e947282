//! `trailkeep alerts`, the real binary, against a server of the test's own.

#[path = "fake/command.rs"]
mod command;
#[path = "fake/signature.rs"]
mod signature;
#[path = "fake/upstream.rs"]
mod upstream;

use axum::response::Response;
use serde_json::{Value, json};

use crate::upstream::Upstream;

/// A record whose bytes no serialiser would write again so.
const RECORD: &str = r#"{"eventVersion":"1.11",  "z":1.0e2,"a":"\u0041\/"}"#;

fn alert(number: usize) -> String {
    format!(
        r#"{{"state":"sent","id":"a{number}","kind":"event","rule":{{"id":"r","title":"A \u001b[31mtrail, \"stopped\"","level":"high","stage":"alert"}},"account":"111122223333","region":"eu-west-1","event_ids":["e{number}"],"count":1,"first_time":"2026-10-13T08:00:00Z","last_time":"2026-10-13T08:00:00Z","event":{{"what":{{"name":"StopLogging"}},"who":{{"user":"alice"}},"origin":{{"source_ip":"192.0.2.7"}},"resource_count":0}},"record":{RECORD}}}"#
    )
}

/// A page of two alerts; the cursor of the third page is the last.
fn pages(before: usize) -> Response {
    let cursor = (before < 2).then(|| format!("c{}", before + 1));
    let alerts = [alert(before * 2), alert(before * 2 + 1)].join(",");
    let body = format!(r#"{{"alerts":[{alerts}],"cursor":{}}}"#, json!(cursor));
    upstream::json(200, body)
}

/// Lists alerts with some arguments at an address: exit code, output and errors.
async fn ask(url: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = command::trailkeep(home.path());
    command.arg("alerts").args(["--endpoint", url]);
    let output = command.args(arguments).output().await;
    let output = output.expect("the command ran");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn options_become_parameters() {
    let upstream =
        Upstream::start(|_, _| upstream::json(200, r#"{"alerts":[],"cursor":null}"#)).await;
    let options = [
        "--start=24h",
        "--end=2026-10-13T08:00:00+02:00",
        "--level=HIGH",
        "--rule=a b*",
        "--account=111122223333",
        "--state=suppressed",
        "--limit=7",
        "--cursor=a.b=",
    ];
    let (code, out, err) = ask(&upstream.url, &options).await;
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    assert!(err.contains("no alerts match"), "{err}");
    let paths: Vec<_> = upstream.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths,
        [
            "/v1/alerts?start=24h&end=2026-10-13T08%3A00%3A00%2B02%3A00&level=high&rule=a%20b%2A\
          &account=111122223333&state=suppressed&limit=7&cursor=a.b%3D"
        ]
    );
    for wrong in ["--level=severe", "--state=closed", "--limit=0"] {
        assert_eq!(ask(&upstream.url, &[wrong]).await.0, Some(2), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_walked_to_the_limit_or_to_the_end() {
    let upstream = Upstream::start(|before, _| pages(before)).await;
    let (code, out, err) = ask(&upstream.url, &["--limit", "3", "--output", "jsonl"]).await;
    assert_eq!((code, out.lines().count()), (Some(0), 4));
    assert!(err.contains("go on with --cursor c2"), "{err}");
    let paths: Vec<_> = upstream.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths,
        ["/v1/alerts?limit=3", "/v1/alerts?limit=1&cursor=c1"]
    );

    let upstream = Upstream::start(|before, _| pages(before)).await;
    let (code, out, err) = ask(&upstream.url, &["--all", "--output", "jsonl"]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let lines: Vec<_> = out.lines().collect();
    let expected: Vec<_> = (0..6).map(alert).collect();
    assert_eq!(lines, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_printed_and_none_acts_on_a_terminal() {
    let upstream = Upstream::start(|_, _| pages(2)).await;
    let (code, table, err) = ask(&upstream.url, &[]).await;
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("time ") && lines[0].ends_with("state"));
    for text in [
        "2026-10-13T08:00:00Z",
        "high",
        "A \u{fffd}[31mtrail, \"stopped\"",
        "alice",
        "111122223333/eu-west-1",
        "192.0.2.7",
        "sent",
    ] {
        assert!(lines[2].contains(text), "{text} in {}", lines[2]);
    }
    assert!(!table.contains('\u{1b}'));

    let (_, json, _) = ask(&upstream.url, &["--output", "json"]).await;
    let parsed: Value = serde_json::from_str(&json).expect("one object");
    assert_eq!(parsed["alerts"].as_array().map(Vec::len), Some(2));
    assert_eq!(parsed["cursor"], Value::Null);
    assert_eq!(json.matches(RECORD).count(), 2);

    let (_, csv, _) = ask(&upstream.url, &["--output", "csv"]).await;
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with("first_time,last_time,id,state,level,"));
    assert!(lines[1].contains(",sent,high,event,r,\"A \u{1b}[31mtrail, \"\"stopped\"\"\","));
    assert!(
        lines[1].ends_with(",StopLogging,192.0.2.7,,1,e4"),
        "{}",
        lines[1]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_an_answer_is_told() {
    let problem = r#"{"detail":"parameter start is after end"}"#;
    let upstream = Upstream::start(move |_, _| upstream::json(400, problem)).await;
    let (code, _, err) = ask(&upstream.url, &[]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("start is after end"), "{err}");
    let upstream = Upstream::start(|_, _| upstream::json(200, r#"{"events":[]}"#)).await;
    let (code, _, err) = ask(&upstream.url, &[]).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("not one of Trailkeep's API"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_signed_with_the_users_credentials() {
    let upstream = Upstream::start(|before, _| pages(before)).await;
    let home = tempfile::tempdir().expect("a folder");
    let mut command = command::trailkeep(home.path());
    command
        .args([
            "alerts",
            "--endpoint",
            &upstream.url,
            "--aws-region",
            "eu-west-1",
        ])
        .args(["--all", "--rule", "a b+*~é"])
        .env("AWS_ACCESS_KEY_ID", signature::ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", signature::SECRET_KEY)
        .env("AWS_SESSION_TOKEN", signature::TOKEN);
    let output = command.output().await.expect("the command ran");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(upstream.seen().len(), 3);
    for seen in upstream.seen() {
        signature::check(&seen, "eu-west-1");
    }
}
