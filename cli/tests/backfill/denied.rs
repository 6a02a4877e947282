//! A bucket whose versions may not be listed.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;

use crate::fixture::{BUCKET, Fixture};
use crate::{keys, run};

/// The largest answer of the bucket that is passed on.
const LARGEST: usize = 16 * 1024 * 1024;

/// Answers for S3, but denies to list versions.
async fn pass(s3: String, request: Request) -> Response {
    let target = request
        .uri()
        .path_and_query()
        .expect("a target")
        .to_string();
    if request
        .uri()
        .query()
        .is_some_and(|query| query.contains("versions"))
    {
        let body = "<Error><Code>AccessDenied</Code><Message>denied</Message></Error>";
        let denied = Response::builder()
            .status(403)
            .header("content-type", "application/xml");
        return denied.body(Body::from(body)).expect("a response");
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await.expect("a body");
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let passed = client
        .request(parts.method, format!("{s3}{target}"))
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .expect("an answer");
    let (status, headers) = (passed.status(), passed.headers().clone());
    let mut response = Response::new(Body::from(passed.bytes().await.expect("a body")));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn where_versions_may_not_be_listed_files_are_queued_without_them_and_it_is_said() {
    let fixture = Fixture::new().await;
    let logs = fixture.fill("");
    let s3 = fixture.cloud.s3().trim_end_matches('/').to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let front = Router::new().fallback(move |request: Request| pass(s3.clone(), request));
    tokio::spawn(async move { axum::serve(listener, front).await });

    let mut command = fixture.backfill_at(&format!("s3://{BUCKET}"), &address);
    let outcome = run(command.arg("--yes")).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert_eq!(
        outcome
            .err
            .matches("you may not s3:ListBucketVersions")
            .count(),
        1,
        "{}",
        outcome.err
    );
    let messages = fixture.messages().await;
    assert!(
        messages
            .iter()
            .flatten()
            .all(|object| object.version.is_none())
    );
    assert_eq!(keys(&messages).len(), logs.len());
}
