//! Which headers go through the proxy.

use http::HeaderMap;

/// Headers that are about one connection, or that the client and the server set themselves.
const OF_CONNECTION: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Headers of the caller that are none of the API's business: its own signature and
/// what a browser holds for loopback.
const OF_CALLER: [&str; 4] = ["authorization", "cookie", "origin", "referer"];

/// What begins the names of a signature's headers and parameters.
const SIGNATURE: &str = "x-amz-";

/// Tells whether a header or a parameter belongs to a signature.
pub(super) fn is_of_signature(name: &str) -> bool {
    name.get(..SIGNATURE.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(SIGNATURE))
}

/// The headers of a request that are forwarded.
pub(super) fn request(headers: &HeaderMap) -> HeaderMap {
    let named = connection_names(headers);
    keep(headers, |name| {
        let is_signature = is_of_signature(name) && name != "x-amz-target";
        !is_signature && !OF_CALLER.contains(&name) && !is_of_connection(name, &named)
    })
}

/// The headers of an answer that are passed on.
pub(super) fn response(headers: &HeaderMap) -> HeaderMap {
    let named = connection_names(headers);
    keep(headers, |name| {
        name == "content-length" || !is_of_connection(name, &named)
    })
}

fn is_of_connection(name: &str, named: &[String]) -> bool {
    OF_CONNECTION.contains(&name) || named.iter().any(|other| other == name)
}

/// The headers that `Connection` names as being about the connection.
fn connection_names(headers: &HeaderMap) -> Vec<String> {
    let values = headers
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect()
}

fn keep(headers: &HeaderMap, is_kept: impl Fn(&str) -> bool) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| is_kept(name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .fold(HeaderMap::new(), |mut all, (name, value)| {
            all.append(name, value);
            all
        })
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn signatures_and_connections_stay_behind() {
        let sent = headers(&[
            ("authorization", "AWS4-HMAC-SHA256 ..."),
            ("connection", "close, X-Hop"),
            ("content-type", "application/x-amz-json-1.1"),
            ("cookie", "a=b"),
            ("host", "127.0.0.1:8720"),
            ("x-amz-date", "20261013T080000Z"),
            ("x-amz-security-token", "token"),
            ("x-amz-target", "CloudTrail_20131101.LookupEvents"),
            ("x-hop", "1"),
        ]);
        let kept = request(&sent);
        let mut names: Vec<_> = kept.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-type", "x-amz-target"]);
    }

    #[test]
    fn an_answer_keeps_its_length_and_every_value_of_a_header() {
        let mut answer = headers(&[("content-length", "2"), ("transfer-encoding", "chunked")]);
        answer.append("x-twice", HeaderValue::from_static("1"));
        answer.append("x-twice", HeaderValue::from_static("2"));
        let kept = response(&answer);
        assert_eq!(kept.get_all("x-twice").iter().count(), 2);
        assert!(kept.contains_key("content-length") && !kept.contains_key("transfer-encoding"));
    }
}
