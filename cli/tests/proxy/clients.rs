//! The clients that the proxy is for: boto3 and the aws cli, where they are installed.

use std::path::Path;

use serde_json::{Value, json};

use crate::command::isolated;
use crate::upstream::{self, Upstream};
use crate::{Proxy, REGION, signature};

/// Two pages of `LookupEvents`, told apart by the token.
async fn two_pages() -> Upstream {
    Upstream::start(|_, seen| {
        let asked: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
        let is_second = asked["NextToken"] == "second";
        let event = json!({
            "EventId": if is_second { "b" } else { "a" },
            "EventName": "DeleteBucket",
            "EventTime": 1_791_878_400.0,
            "Username": asked["LookupAttributes"][0]["AttributeValue"],
            "Resources": [],
            "CloudTrailEvent": "{}",
        });
        let mut page = json!({ "Events": [event] });
        if !is_second {
            page["NextToken"] = json!("second");
        }
        upstream::json(200, page.to_string())
    })
    .await
}

/// Runs a client with credentials of its own; nothing where it is not installed.
async fn client(home: &Path, program: &str, arguments: &[&str]) -> Option<Value> {
    let mut command = isolated(program, home);
    command
        .args(arguments)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLEOFACLIENT")
        .env("AWS_SECRET_ACCESS_KEY", "of-a-client")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_PAGER", "");
    let output = command.output().await.ok()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {told}");
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

async fn has(home: &Path, program: &str, arguments: &[&str]) -> bool {
    let output = isolated(program, home).args(arguments).output().await;
    let is_there = output.is_ok_and(|output| output.status.success());
    if !is_there {
        #[expect(clippy::print_stderr, reason = "a skipped test says that it is")]
        {
            let arguments = arguments.join(" ");
            eprintln!("skipped: {program} {arguments} does not run here");
        }
    }
    is_there
}

fn is_forwarded(upstream: &Upstream) {
    assert_eq!(upstream.seen().len(), 2);
    for seen in upstream.seen() {
        assert!(
            seen.header("x-amz-target")
                .ends_with("CloudTrail_20131101.LookupEvents")
        );
        signature::check(&seen, REGION);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_pages_through_it() {
    let home = tempfile::tempdir().expect("a folder");
    if !has(home.path(), "python3", &["-c", "import boto3"]).await {
        return;
    }
    let upstream = two_pages().await;
    let proxy = Proxy::to(&upstream.url).await;
    let script = "import boto3, json, sys
client = boto3.client('cloudtrail', endpoint_url=sys.argv[1])
pages = client.get_paginator('lookup_events').paginate(
    LookupAttributes=[{'AttributeKey': 'Username', 'AttributeValue': 'alice'}])
print(json.dumps([[e['EventId'], e['Username']] for page in pages for e in page['Events']]))";
    let found = client(home.path(), "python3", &["-c", script, &proxy.url]).await;
    assert_eq!(found, Some(json!([["a", "alice"], ["b", "alice"]])));
    is_forwarded(&upstream);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_cli_pages_through_it() {
    let home = tempfile::tempdir().expect("a folder");
    if !has(home.path(), "aws", &["--version"]).await {
        return;
    }
    let upstream = two_pages().await;
    let proxy = Proxy::to(&upstream.url).await;
    let arguments = [
        "cloudtrail",
        "lookup-events",
        "--endpoint-url",
        &proxy.url,
        "--lookup-attributes",
        "AttributeKey=Username,AttributeValue=alice",
        "--query",
        "Events[].EventId",
        "--output",
        "json",
    ];
    let found = client(home.path(), "aws", &arguments).await;
    assert_eq!(found, Some(json!(["a", "b"])));
    is_forwarded(&upstream);
}
