//! Requests to a deployed API, signed with the user's own credentials.

use axum::response::Response;
use tokio::process::Command;

use crate::signature::{self, ACCESS_KEY, SECRET_KEY, TOKEN};
use crate::upstream::{self, Upstream};
use crate::{home, lookup, page, pages, run};

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
