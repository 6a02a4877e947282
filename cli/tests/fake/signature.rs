//! Checks signatures as AWS documents them (Signature Version 4), request in hand.

use std::time::SystemTime;

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::upstream::Seen;

/// Documentation credentials.
pub(crate) const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
/// The secret of them.
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// A session token.
pub(crate) const TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKEN";

/// Makes sure that a request is signed for `execute-api` in a Region, now, and over
/// everything that matters.
pub(crate) fn check(seen: &Seen, region: &str) {
    let authorization = seen.header("authorization");
    let rest = authorization
        .strip_prefix("AWS4-HMAC-SHA256 ")
        .expect("a signature");
    let field = |name: &str| {
        let mut fields = rest.split(", ").filter_map(|field| field.split_once('='));
        fields.find(|(field, _)| *field == name).expect(name).1
    };
    let date = seen.header("x-amz-date");
    let time: Timestamp = date.parse().expect("a time");
    let age = Timestamp::now().duration_since(time).abs();
    assert!(age.as_secs() < 300, "signed at {date}");
    let scope = format!("{}/{region}/execute-api/aws4_request", &date[..8]);
    assert_eq!(field("Credential"), format!("{ACCESS_KEY}/{scope}"));

    let names: Vec<_> = field("SignedHeaders").split(';').collect();
    for needed in [
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-target",
        "content-type",
    ] {
        let is_there = seen.headers.contains_key(needed);
        assert_eq!(names.contains(&needed), is_there, "{needed} in {names:?}");
    }
    assert_eq!(seen.header("x-amz-security-token"), TOKEN);

    let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
    // What is sent has to be strictly encoded already: the checker may take it as it is.
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_by_key(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut canonical = format!("{}\n{path}\n{}\n", seen.method, pairs.join("&"));
    for name in &names {
        canonical.extend([name, ":", seen.header(name).trim(), "\n"]);
    }
    canonical.extend(["\n", &names.join(";"), "\n", &hex(&seen.body)]);
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hex(canonical.as_bytes())
    );
    let key = generate_signing_key(SECRET_KEY, SystemTime::from(time), region, "execute-api");
    assert_eq!(
        field("Signature"),
        calculate_signature(key, to_sign.as_bytes()),
        "{canonical}"
    );
}

fn hex(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    let digits = digits.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
