//! Keeping web pages away from a server on loopback.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

/// Refuses requests whose `Host` or `Origin` is not this machine's loopback.
///
/// Any page in a browser can send requests to loopback, and with a DNS name
/// that is turned to 127.0.0.1 read the answers too; its requests carry the
/// foreign name in `Host` or `Origin`. Signatures are not looked at.
pub async fn loopback_guard(request: Request, next: Next) -> Response {
    if is_local(request.uri(), request.headers()) {
        return next.run(request).await;
    }
    let detail = "this server answers requests to 127.0.0.1, localhost or [::1] only";
    Problem::new(StatusCode::FORBIDDEN, detail).into_response()
}

fn is_local(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers
        .get_all(HOST)
        .iter()
        .map(|host| host.to_str().unwrap_or_default());
    // HTTP/2 names the host in the address alone.
    let has_host = headers.contains_key(HOST) || uri.authority().is_some();
    has_host
        && hosts.all(is_loopback)
        && uri
            .authority()
            .is_none_or(|authority| is_loopback(authority.as_str()))
        && headers.get_all(ORIGIN).iter().all(|origin| {
            let origin = origin.to_str().unwrap_or_default();
            let host = origin
                .strip_prefix("http://")
                .or_else(|| origin.strip_prefix("https://"));
            host.is_some_and(is_loopback)
        })
}

/// Tells whether a host, with or without a port, is loopback.
fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        // The last colon of an address in brackets may be its own.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    is_port && (matches!(name, "127.0.0.1" | "[::1]") || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn judge(host: Option<&'static str>, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(host) = host {
            headers.insert(HOST, HeaderValue::from_static(host));
        }
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        is_local(&Uri::from_static("/v1/events"), &headers)
    }

    #[test]
    fn loopback_is_known_by_all_its_names() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8720",
            "localhost",
            "LocalHost:1",
            "[::1]",
            "[::1]:8720",
        ] {
            assert!(judge(Some(host), None), "{host}");
        }
        assert!(judge(Some("localhost:8720"), Some("http://localhost:8720")));
        assert!(judge(Some("localhost:8720"), Some("https://127.0.0.1")));
    }

    #[test]
    fn everything_else_is_foreign() {
        for host in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:8720",
            "example.com:127",
            "127.0.0.1:8720:1",
            "user@127.0.0.1",
            "192.0.2.1",
            "localhost:x",
            "",
        ] {
            assert!(!judge(Some(host), None), "{host}");
        }
        assert!(!judge(None, None));
        for origin in [
            "null",
            "http://example.com",
            "file://",
            "http://localhost@example.com",
            "",
        ] {
            assert!(!judge(Some("localhost"), Some(origin)), "{origin}");
        }
    }
}
