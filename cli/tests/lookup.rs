//! `trailkeep lookup`, the real binary, against a server of the test's own.

#[path = "fake/command.rs"]
mod command;
#[path = "fake/signature.rs"]
mod signature;
#[path = "fake/upstream.rs"]
mod upstream;

use std::path::Path;

use axum::response::Response;
use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::signature::{ACCESS_KEY, SECRET_KEY, TOKEN};
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
async fn a_table_is_plain_when_piped_and_red_where_colours_are_wanted() {
    let upstream = Upstream::start(|_, _| page(0..2, None, &[])).await;
    let plain = ask(&upstream.url, &[]).await;
    let lines: Vec<_> = plain.out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].starts_with("time ") && lines[0].ends_with("error"),
        "{}",
        lines[0]
    );
    for text in [
        "2026-10-13T08:00:01Z",
        "DeleteBucket",
        "s3.amazonaws.com",
        "192.0.2.7",
    ] {
        assert!(lines[2].contains(text), "{text} in {}", lines[2]);
    }
    assert!(lines[2].contains("111122223333/eu-west-1") && lines[2].ends_with("AccessDenied"));
    // What a stranger put into a record does not reach the terminal.
    assert!(lines[2].contains("al\u{fffd}[31mice") && !plain.out.contains('\u{1b}'));

    let home = home();
    let mut command = lookup(home.path());
    let coloured = run(command
        .args(["--endpoint", &upstream.url])
        .env("CLICOLOR_FORCE", "1"))
    .await;
    assert!(
        coloured.out.contains("\u{1b}[38;5;9mAccessDenied"),
        "{:?}",
        coloured.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn json_and_jsonl_keep_the_bytes_of_records() {
    let upstream = Upstream::start(|before, _| pages(before % 3)).await;
    let whole = ask(&upstream.url, &["--all", "--output", "json"]).await;
    let parsed: Value = serde_json::from_str(&whole.out).expect("one object");
    assert_eq!(parsed["events"].as_array().map(Vec::len), Some(6));
    assert_eq!(
        (&parsed["cursor"], &parsed["conflicts"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(whole.out.matches(RECORD).count(), 6);

    let lines = ask(&upstream.url, &["--all", "--output", "jsonl"]).await;
    let lines: Vec<_> = lines.out.lines().collect();
    let expected: Vec<_> = (0..6).map(event).collect();
    assert_eq!(lines, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn jsonl_is_a_line_an_event_whatever_the_record_looks_like() {
    let upstream = Upstream::start(|_, _| {
        upstream::json(
            200,
            "{\"events\":[{\"record\":{\n  \"a\": \"b\\n\"\r\n}}],\"cursor\":null}",
        )
    })
    .await;
    let outcome = ask(&upstream.url, &["--output", "jsonl"]).await;
    assert_eq!(outcome.out.lines().count(), 1);
    let event: Value = serde_json::from_str(&outcome.out).expect("an object");
    assert_eq!(event["record"]["a"], "b\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_has_a_header_and_quotes_what_needs_it() {
    let upstream = Upstream::start(|before, _| pages(before)).await;
    let outcome = ask(&upstream.url, &["--all", "--output", "csv"]).await;
    let mut rows = csv::Reader::from_reader(outcome.out.as_bytes());
    let header = rows.headers().expect("a header").clone();
    assert_eq!(
        header.iter().take(3).collect::<Vec<_>>(),
        ["event_time", "event_id", "event_name"]
    );
    let column = |name: &str| {
        header
            .iter()
            .position(|column| column == name)
            .expect("a column")
    };
    let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 6);
    assert_eq!(&rows[5][column("event_id")], "id-5");
    assert_eq!(&rows[5][column("user")], "al\u{1b}[31mice, \"a\"");
    assert_eq!(&rows[5][column("resources")], "bucket-a bucket-b");
    assert_eq!(&rows[5][column("read_only")], "false");
    assert_eq!(&rows[5][column("access_key")], "");
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

#[tokio::test(flavor = "multi_thread")]
async fn nothing_found_is_no_failure() {
    let upstream = Upstream::start(|_, _| page(0..0, None, &[])).await;
    for (output, out) in [
        ("table", ""),
        ("jsonl", ""),
        ("json", "{\"events\":[],\"cursor\":null,\"conflicts\":[]}\n"),
    ] {
        let outcome = ask(&upstream.url, &["--output", output]).await;
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(0), out),
            "{output}"
        );
        assert_eq!(outcome.err, "no events match\n");
    }
    let csv = ask(&upstream.url, &["--output", "csv"]).await;
    assert!(csv.out.starts_with("event_time,") && csv.out.lines().count() == 1);
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let upstream = Upstream::start(|before, _| {
        let cursor = format!("c{before}");
        page(0..200, (before < 200).then_some(cursor.as_str()), &[])
    })
    .await;
    for output in ["table", "json", "jsonl", "csv"] {
        let home = home();
        let mut child = lookup(home.path())
            .args(["--endpoint", &upstream.url, "--all", "--output", output])
            .spawn()
            .expect("the command runs");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        assert!(lines.next_line().await.expect("a line").is_some());
        drop(lines);
        let rest = child.wait_with_output().await.expect("it ends");
        assert_eq!(rest.status.code(), Some(0), "{output}");
        assert_eq!(String::from_utf8_lossy(&rest.stderr), "", "{output}");
    }
}

fn with_credentials(command: &mut Command) -> &mut Command {
    command
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_SESSION_TOKEN", TOKEN)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_signed_with_the_users_credentials() {
    let upstream = Upstream::start(|before, _| pages(before)).await;
    let home = home();
    let mut command = lookup(home.path());
    command.args([
        "--endpoint",
        &upstream.url,
        "--aws-region",
        "eu-west-1",
        "--all",
    ]);
    command.args(["--user", "a b+*~é", "--not-event-name", "X"]);
    let outcome = run(with_credentials(&mut command)).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert_eq!(upstream.seen().len(), 3);
    for seen in upstream.seen() {
        signature::check(&seen, "eu-west-1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_signature_says_what_to_check_and_shows_no_secret() {
    let upstream = Upstream::start(|_, _| upstream::json(403, r#"{"message":"Forbidden"}"#)).await;
    let home = home();
    let mut command = lookup(home.path());
    command.args(["--endpoint", &upstream.url, "--aws-region", "eu-west-1"]);
    let outcome = run(with_credentials(&mut command).env("RUST_LOG", "trace")).await;
    assert_eq!(outcome.code, Some(1));
    for text in ["execute-api:Invoke", "Forbidden"] {
        assert!(outcome.err.contains(text), "{}", outcome.err);
    }
    for secret in [SECRET_KEY, TOKEN] {
        assert!(!outcome.err.contains(secret) && !outcome.out.contains(secret));
    }

    // Nothing to sign with.
    let mut command = lookup(home.path());
    command.args(["--endpoint", &upstream.url, "--aws-region", "eu-west-1"]);
    let outcome = run(&mut command).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.err.contains("AWS credentials"), "{}", outcome.err);
    assert_eq!(upstream.seen().len(), 1);
}

/// What CloudFormation answers about a stack.
fn stack(outputs: &[(&str, &str)]) -> Response {
    let output = |(name, value): &(&str, &str)| {
        format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>")
    };
    let outputs = outputs.iter().map(output).collect::<Vec<_>>().concat();
    upstream::json(
        200,
        format!(
            r#"<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>trailkeep</StackName><CreationTime>2026-10-13T08:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"#
        ),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_tells_where_its_api_is() {
    let api = Upstream::start(|_, _| page(0..1, None, &[])).await;
    let url = api.url.clone();
    let formation = Upstream::start(move |before, _| match before {
        0 => stack(&[("TableName", "t"), ("ApiUrl", &url)]),
        _ => stack(&[("TableName", "t")]),
    })
    .await;
    let home = home();
    let ask = || {
        let mut command = lookup(home.path());
        command.args([
            "--stack",
            "trailkeep",
            "--aws-region",
            "us-west-2",
            "--output",
            "jsonl",
        ]);
        command.env("AWS_ENDPOINT_URL_CLOUDFORMATION", &formation.url);
        with_credentials(&mut command);
        command
    };
    let outcome = run(&mut ask()).await;
    assert_eq!(
        (outcome.code, outcome.out.lines().count()),
        (Some(0), 1),
        "{}",
        outcome.err
    );
    assert!(String::from_utf8_lossy(&formation.seen()[0].body).contains("StackName=trailkeep"));
    signature::check(&api.seen()[0], "us-west-2");

    let outcome = run(&mut ask()).await;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.err.contains("has no output ApiUrl"),
        "{}",
        outcome.err
    );

    let mut without_region = lookup(home.path());
    let outcome = run(with_credentials(
        without_region.args(["--stack", "trailkeep"]),
    ))
    .await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_is_grouped() {
    let home = home();
    let help = run(lookup(home.path()).arg("-h")).await;
    assert_eq!(help.code, Some(0));
    for text in [
        "Conditions (",
        "--event-name <VALUE>",
        "What:",
        "Where:",
        "AWS:",
        "Examples:",
    ] {
        assert!(help.out.contains(text), "{text} in {}", help.out);
    }
    assert!(!help.out.contains("--not-vpc-endpoint"));
    let long = run(lookup(home.path()).arg("--help")).await;
    assert!(long.out.contains("--not-vpc-endpoint"));
}
