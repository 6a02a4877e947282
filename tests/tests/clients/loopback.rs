//! Web pages do not get at a server on loopback.

use crate::raw::Raw;
use crate::stack::Stack;

/// Requests of either kind, that are answered but for the host or origin they name.
fn requests() -> [Raw; 3] {
    [
        Raw::new("GET", "/v1/events?limit=1"),
        Raw::new("GET", "/openapi.json"),
        Raw::call("CloudTrail_20131101.LookupEvents", "{}"),
    ]
}

#[test]
fn a_foreign_host_is_refused() {
    let url = &Stack::sample().url;
    for host in [
        "example.com",
        "cloudtrail.us-east-1.amazonaws.com",
        "127.0.0.1.example.com",
        "localhost.example.com:8720",
        "192.0.2.1",
        "0.0.0.0",
    ] {
        for request in requests() {
            assert_eq!(request.header("host", host).send(url).status, 403, "{host}");
        }
    }
}

#[test]
fn a_foreign_origin_is_refused() {
    let url = &Stack::sample().url;
    for origin in [
        "https://example.com",
        "http://localhost.example.com",
        "null",
    ] {
        for request in requests() {
            let answer = request.header("origin", origin).send(url);
            assert_eq!(answer.status, 403, "{origin}");
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, None, "{origin}");
        }
    }
}

#[test]
fn a_request_that_names_no_host_or_two_is_refused() {
    let url = &Stack::sample().url;
    for request in requests() {
        let status = request.send_without_host(url).status;
        assert!(matches!(status, 400 | 403), "{status}");
        let two = request
            .header("host", "localhost")
            .header("host", "example.com");
        let status = two.send(url).status;
        assert!(matches!(status, 400 | 403), "{status}");
    }
}

#[test]
fn an_absolute_target_counts_as_its_host() {
    let url = &Stack::sample().url;
    let foreign = Raw::new("GET", "http://example.com/openapi.json");
    assert_eq!(foreign.send(url).status, 403);
}

#[test]
fn loopback_is_answered_by_all_its_names() {
    let url = &Stack::sample().url;
    let (_, port) = url.rsplit_once(':').expect("a port");
    for name in ["127.0.0.1", "localhost", "[::1]"] {
        for request in requests() {
            let named = request.header("host", format!("{name}:{port}"));
            assert_eq!(named.send(url).status, 200, "{name}");
            let from = named.header("origin", format!("http://{name}:{port}"));
            assert_eq!(from.send(url).status, 200, "{name}");
        }
    }
}
