//! `trailkeep lookup`, the real binary, against a server of the test's own.

#[path = "fake/command.rs"]
mod command;
#[path = "lookup/failing.rs"]
mod failing;
#[path = "lookup/printing.rs"]
mod printing;
#[path = "fake/signature.rs"]
mod signature;
#[path = "lookup/signing.rs"]
mod signing;
#[path = "fake/upstream.rs"]
mod upstream;

use std::path::Path;

use axum::response::Response;
use http::Method;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use crate::upstream::Upstream;

/// A record whose bytes no serialiser would write again so.
const RECORD: &str =
    r#"{"eventVersion":"1.11",  "z":1.0e2,"a":"\u0041\/","eventName":"DeleteBucket"}"#;

fn event(number: usize) -> String {
    format!(
        r#"{{"event_id":"id-{number}","event_name":"DeleteBucket","event_source":"s3.amazonaws.com","event_time":"2026-10-13T08:00:{:02}Z","category":"management","user":"al\u001b[31mice, \"a\"","read_only":false,"account":"111122223333","region":"eu-west-1","source_ip":"192.0.2.7","error_code":"AccessDenied","resources":[{{"type":"AWS::S3::Bucket","name":"bucket-a"}},{{"name":"bucket-b"}}],"record":{RECORD}}}"#,
        number % 60
    )
}

fn page(numbers: std::ops::Range<usize>, cursor: Option<&str>, conflicts: &[&str]) -> Response {
    let events: Vec<_> = numbers.map(event).collect();
    let body = format!(
        r#"{{"events":[{}],"cursor":{},"conflicts":{},"consumed":{{"read_units":1.5,"round_trips":3}}}}"#,
        events.join(","),
        json!(cursor),
        json!(conflicts)
    );
    upstream::json(200, body)
}

/// A page of two events; the cursor of the third page is the last.
fn pages(before: usize) -> Response {
    let cursor = (before < 2).then(|| format!("c{}", before + 1));
    page(before * 2..before * 2 + 2, cursor.as_deref(), &[])
}

struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

fn lookup(home: &Path) -> Command {
    let mut command = command::trailkeep(home);
    command.arg("lookup");
    command
}

async fn run(command: &mut Command) -> Outcome {
    let output = command.output().await.expect("the command ran");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Looks events up with some arguments at an address.
async fn ask(url: &str, arguments: &[&str]) -> Outcome {
    let home = home();
    run(lookup(home.path())
        .args(["--endpoint", url])
        .args(arguments))
    .await
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_become_parameters() {
    let upstream = Upstream::start(|_, _| page(0..1, None, &[])).await;
    let outcome = ask(
        &upstream.url,
        &[
            "--event-name=DeleteBucket",
            "--event-name=DeleteTrail",
            "--not-user=ci deploy+é",
            "--resource=arn:aws:s3:::b/*",
            "--read-only=false",
            "--category=data",
            "--category=networkactivity",
            "--start=24h",
            "--end=2026-10-13T08:00:00+02:00",
            "--order=oldest",
            "--limit=7",
            "--cursor=a.b=",
        ],
    )
    .await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let seen = upstream.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].method, Method::GET);
    assert_eq!(
        seen[0].path,
        "/v1/events?event_name=DeleteBucket&event_name=DeleteTrail&read_only=false\
         &user%21=ci%20deploy%2B%C3%A9&resource=arn%3Aaws%3As3%3A%3A%3Ab%2F%2A\
         &category=data&category=networkactivity&start=24h\
         &end=2026-10-13T08%3A00%3A00%2B02%3A00&order=oldest&limit=7&cursor=a.b%3D"
    );
    assert_eq!(seen[0].header("authorization"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_walked_to_the_limit_or_to_the_end() {
    let upstream = Upstream::start(|before, _| pages(before)).await;
    let limited = ask(&upstream.url, &["--limit", "4", "--output", "jsonl"]).await;
    assert_eq!((limited.code, limited.out.lines().count()), (Some(0), 4));
    assert!(
        limited.err.contains("go on with --cursor c2"),
        "{}",
        limited.err
    );
    let paths: Vec<_> = upstream.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths,
        [
            "/v1/events?order=newest&limit=4",
            "/v1/events?order=newest&limit=2&cursor=c1"
        ]
    );

    let upstream = Upstream::start(|before, _| match before {
        // An empty page is not the end.
        1 => page(0..0, Some("c2"), &[]),
        _ => pages(before),
    })
    .await;
    let all = ask(&upstream.url, &["--all", "--output", "jsonl"]).await;
    assert_eq!(
        (all.code, all.out.lines().count(), all.err.as_str()),
        (Some(0), 4, "")
    );
    assert!(
        upstream
            .seen()
            .iter()
            .all(|seen| seen.path.contains("limit=1000"))
    );
}
