//! `trailkeep proxy`, the real binary, in front of a server of the test's own.

#[path = "proxy/clients.rs"]
mod clients;
#[path = "fake/command.rs"]
mod command;
#[path = "fake/signature.rs"]
mod signature;
#[path = "fake/upstream.rs"]
mod upstream;

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::stream;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use crate::command::trailkeep;
use crate::signature::{ACCESS_KEY, SECRET_KEY, TOKEN};
use crate::upstream::Upstream;

const REGION: &str = "eu-west-1";

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

/// A running proxy; it ends when this is dropped.
struct Proxy {
    url: String,
    child: Child,
    _home: TempDir,
}

fn with_credentials(command: &mut Command) -> &mut Command {
    command
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("AWS_REGION", REGION)
}

impl Proxy {
    /// Starts a proxy to an address.
    async fn to(url: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut command = trailkeep(home.path());
        with_credentials(&mut command).args(["proxy", "--port", "0", "--endpoint", url]);
        let mut child = command.spawn().expect("the command runs");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let line = lines
            .next_line()
            .await
            .expect("a line")
            .expect("it is ready");
        let url = line.strip_prefix("ready ").expect("ready").to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self {
            url,
            child,
            _home: home,
        }
    }
}

fn call(proxy: &Proxy, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
    Client::new()
        .post(format!("{}/", proxy.url))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", TARGET)
        .header("authorization", "AWS4-HMAC-SHA256 Credential=other/20200101/us-east-1/cloudtrail/aws4_request, SignedHeaders=host, Signature=00")
        .header("x-amz-date", "20200101T000000Z")
        .header("x-amz-security-token", "other")
        .header("x-amz-content-sha256", "00")
        .header("amz-sdk-invocation-id", "kept")
        .body(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_signed_for_another_service_arrives_signed_for_this_one() {
    let upstream = Upstream::start(|_, _| {
        let body = r#"{"__type":"InvalidTimeRangeException","message":"no"}"#;
        let mut answer = upstream::json(400, body);
        answer
            .headers_mut()
            .insert("x-amzn-requestid", "r-1".parse().expect("a header"));
        answer
    })
    .await;
    let proxy = Proxy::to(&upstream.url).await;
    let body = json!({ "MaxResults": 50, "StartTime": 1_791_878_400.5, "é": "ü" }).to_string();
    let answer = call(&proxy, body.clone()).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(answer.headers()["x-amzn-requestid"], "r-1");
    assert_eq!(answer.headers()["content-type"], "application/json");
    let told: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
    assert_eq!(told["__type"], "InvalidTimeRangeException");

    let seen = &upstream.seen()[0];
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/"));
    assert_eq!(seen.body, body.as_bytes());
    assert_eq!(seen.header("x-amz-target"), TARGET);
    assert_eq!(seen.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(seen.header("amz-sdk-invocation-id"), "kept");
    assert_eq!(seen.header("x-amz-content-sha256"), "");
    assert_eq!(
        seen.header("host"),
        upstream.url.trim_start_matches("http://")
    );
    signature::check(seen, REGION);
}

#[tokio::test(flavor = "multi_thread")]
async fn rest_calls_arrive_with_their_query() {
    let upstream = Upstream::start(|_, _| upstream::json(200, "{}")).await;
    let proxy = Proxy::to(&upstream.url).await;
    let path = "/v1/events?user=a+b&event_name%21=C%2BD&start=24h";
    let answer = reqwest::get(format!("{}{path}", proxy.url))
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let seen = &upstream.seen()[0];
    assert_eq!(seen.path, path.replace("a+b", "a%20b"));
    signature::check(seen, REGION);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_lookup_is_not_forwarded() {
    let upstream = Upstream::start(|_, _| upstream::json(200, "{}")).await;
    let proxy = Proxy::to(&upstream.url).await;
    let client = Client::new();
    for (method, path) in [
        ("PUT", "/"),
        ("DELETE", "/v1/events"),
        ("POST", "/v1/events"),
        ("PATCH", "/"),
        ("OPTIONS", "/"),
    ] {
        let method = method.parse().expect("a method");
        let answer = client
            .request(method, format!("{}{path}", proxy.url))
            .send()
            .await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.headers()["allow"], "GET, POST");
    }
    for (name, value) in [
        ("host", "trail.example.com"),
        ("host", "127.0.0.1.example.com:8720"),
        ("origin", "https://example.com"),
        ("origin", "null"),
    ] {
        let answer = call(&proxy, "{}")
            .header(name, value)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_go_up_to_a_megabyte() {
    let upstream = Upstream::start(|_, _| upstream::json(200, "{}")).await;
    let proxy = Proxy::to(&upstream.url).await;
    let largest = vec![b' '; 1024 * 1024];
    let answer = call(&proxy, largest.clone())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(upstream.seen()[0].body, largest);
    let answer = call(&proxy, [largest, vec![b' ']].concat())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_streamed() {
    static GO_ON: Notify = Notify::const_new();
    let upstream = Upstream::start(|_, _| {
        let chunks = stream::unfold(0, |number| async move {
            if number == 1 {
                GO_ON.notified().await;
            }
            (number < 2).then(|| {
                (
                    Ok::<_, std::io::Error>(Bytes::from(format!("{number}"))),
                    number + 1,
                )
            })
        });
        upstream::json(200, Body::from_stream(chunks))
    })
    .await;
    let proxy = Proxy::to(&upstream.url).await;
    let mut answer = reqwest::get(format!("{}/v1/status", proxy.url))
        .await
        .expect("an answer");
    let chunk = answer.chunk();
    let first = tokio::time::timeout(Duration::from_secs(20), chunk)
        .await
        .expect("in time");
    assert_eq!(first.expect("a chunk").as_deref(), Some(&b"0"[..]));
    GO_ON.notify_one();
    assert_eq!(
        answer.chunk().await.expect("a chunk").as_deref(),
        Some(&b"1"[..])
    );
    assert_eq!(answer.chunk().await.expect("the end"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_not_there_is_told_to_the_caller() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let proxy = Proxy::to(&url).await;
    let answer = call(&proxy, "{}").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    let told: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
    assert_eq!(told["__type"], "ProxyFailure");
    assert_eq!(told["message"], told["detail"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_start_without_an_api_credentials_and_encryption() {
    let home = tempfile::tempdir().expect("a folder");
    for (arguments, has_credentials, code, text) in [
        (&["proxy"][..], true, 2, "--stack NAME or --endpoint URL"),
        (
            &["proxy", "--endpoint", "http://127.0.0.1:1"],
            false,
            1,
            "AWS credentials",
        ),
        (
            &["proxy", "--endpoint", "http://api.example.com"],
            true,
            2,
            "not encrypted",
        ),
    ] {
        let mut command = trailkeep(home.path());
        command.args(arguments).env("AWS_REGION", REGION);
        if has_credentials {
            with_credentials(&mut command);
        }
        let output = command.output().await.expect("the command ran");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(text), "{told}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_it_is_told_to() {
    let upstream = Upstream::start(|_, _| upstream::json(200, "{}")).await;
    let mut proxy = Proxy::to(&upstream.url).await;
    let id = proxy.child.id().expect("it runs").to_string();
    let told = Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .await
        .expect("kill ran");
    assert!(told.success());
    let ended = tokio::time::timeout(Duration::from_secs(20), proxy.child.wait()).await;
    assert_eq!(ended.expect("in time").expect("a status").code(), Some(0));
}
