//! Secrets that give themselves away in text, whatever field they stand in.

use std::borrow::Cow;

use super::REDACTED;
use super::name::is_secret;

/// How the session tokens of STS begin.
const TOKENS: [&str; 4] = ["IQoJ", "FwoG", "FQoG", "FQoD"];

/// The fewest characters of a session token; real ones have hundreds.
const SHORTEST_TOKEN: usize = 40;

/// What is a secret's name before a colon without quotes.
///
/// In prose and ARNs more stands before colons than names of what follows.
const PROSE: [&str; 4] = [
    "password",
    "authorization",
    "secret_access_key",
    "session_token",
];

/// How far before an assignment its name is looked for, in bytes.
const LONGEST_NAME: usize = 64;

/// Takes the secrets out of a text.
pub(super) fn redact(text: &str) -> Cow<'_, str> {
    let mut redacted = String::new();
    // What stands before this is done with.
    let mut done = 0;
    let mut at = 0;
    while at < text.len() {
        if !text.is_char_boundary(at) {
            at += 1;
            continue;
        }
        if let Some((start, end)) = secret(text, at, done) {
            redacted.push_str(&text[done..start]);
            redacted.push_str(REDACTED);
            at = end;
            done = end;
        } else {
            at += 1;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    redacted.push_str(&text[done..]);
    Cow::Owned(redacted)
}

/// Finds the secret that stands at a place in a text, or that is assigned there.
fn secret(text: &str, at: usize, done: usize) -> Option<(usize, usize)> {
    let rest = &text[at..];
    match rest.as_bytes().first()? {
        b'I' | b'F' if TOKENS.iter().any(|token| rest.starts_with(token)) => {
            let end = rest.bytes().position(|byte| !is_base64(byte));
            let length = end.unwrap_or(rest.len());
            (length >= SHORTEST_TOKEN).then_some((at, at + length))
        }
        b'-' => private_key(rest).map(|length| (at, at + length)),
        b'=' | b':' => assigned(text, at, 1, done),
        // In a URL that is itself a parameter, or a document in one, it is encoded.
        b'%' if rest.starts_with("%3") => match rest.as_bytes().get(2)? {
            b'D' | b'd' | b'A' | b'a' => assigned(text, at, 3, done),
            _ => None,
        },
        _ => None,
    }
}

/// What base64 is made of, its URL-safe and its percent-encoded form included.
const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'%' | b'.')
}

/// The length of a private key in PEM, to its end or to that of the text.
fn private_key(text: &str) -> Option<usize> {
    let label = text.strip_prefix("-----BEGIN ")?;
    let (label, _) = label.split_once("-----")?;
    if label.len() > 40 || !label.ends_with("PRIVATE KEY") {
        return None;
    }
    let last = format!("-----END {label}-----");
    Some(text.find(&last).map_or(text.len(), |at| at + last.len()))
}

/// The value that a secret's name is given by the assignment at a place.
fn assigned(text: &str, at: usize, length: usize, done: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (name, is_quoted) = name_before(&bytes[done..at]);
    let is_colon = matches!(bytes[at..at + length], [b':'] | [.., b'A' | b'a']);
    let is_prose = is_colon && !is_quoted;
    let is_named = if is_prose {
        let name = name.to_ascii_lowercase();
        PROSE.iter().any(|known| name.ends_with(known))
    } else {
        is_secret(name)
    };
    if !is_named {
        return None;
    }
    let mut start = gap(bytes, at + length);
    if name.eq_ignore_ascii_case("authorization") {
        // The scheme is no secret, and what follows its blank is one.
        start = scheme_end(text, start);
    }
    let rest = &bytes[start..];
    let is_end = |at: usize| {
        matches!(rest[at], b'&' | b'"' | b'\'' | b'<' | b'>' | b'\\')
            || rest[at].is_ascii_whitespace()
            || rest[at..].starts_with(b"%22")
            || rest[at..].starts_with(b"%26")
    };
    let length = (0..rest.len()).find(|at| is_end(*at)).unwrap_or(rest.len());
    // What is redacted already begins with a bracket, and stays as it is.
    (length > 0 && !text[start..].starts_with(REDACTED)).then_some((start, start + length))
}

/// The name that stands at the end of a text, and whether it is in quotes.
fn name_before(mut text: &[u8]) -> (&str, bool) {
    let mut is_quoted = false;
    loop {
        text = match text {
            [rest @ .., b'"' | b'\''] | [rest @ .., b'%', b'2', b'2' | b'7'] => {
                is_quoted = true;
                rest
            }
            [rest @ .., b'\\' | b' ' | b'\t'] | [rest @ .., b'%', b'2', b'0'] => rest,
            _ => break,
        };
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let letters = text.iter().rev().take(LONGEST_NAME);
    let mut start = text.len() - letters.take_while(|byte| is_name(byte)).count();
    if start > 0 && text[start - 1] == b'%' {
        // The rest of an encoded character.
        start = (start + 2).min(text.len());
    }
    (
        std::str::from_utf8(&text[start..]).unwrap_or_default(),
        is_quoted,
    )
}

/// Skips quotes and blanks, encoded ones too.
fn gap(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at..) {
            Some([b'"' | b'\'' | b'\\' | b' ' | b'\t', ..]) => at += 1,
            Some([b'%', b'2', b'0' | b'2' | b'7', ..]) => at += 3,
            _ => return at,
        }
    }
}

/// Skips `Bearer` and the like.
fn scheme_end(text: &str, start: usize) -> usize {
    let bytes = &text.as_bytes()[start..];
    let letters = bytes
        .iter()
        .take(10)
        .take_while(|byte| byte.is_ascii_alphabetic());
    match letters.count() {
        0 => start,
        length if bytes.get(length) == Some(&b' ') => start + length + 1,
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let token = format!("IQoJb3JpZ2luX2Vj{}", "aB3/+=".repeat(20));
        for (text, redacted) in [
            (format!("token {token}, again {token}"), "token {}, again {}".to_owned()),
            (format!("x{token}"), "x{}".to_owned()),
            (
                "https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=0badcafe&x-amz-security-token=abc%2F&y=z".to_owned(),
                "https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature={}&x-amz-security-token={}&y=z".to_owned(),
            ),
            ("u=x%3FX-Amz-Signature%3D0badcafe".to_owned(), "u=x%3FX-Amz-Signature%3D{}".to_owned()),
            ("aws_secret_access_key = wJalr\n".to_owned(), "aws_secret_access_key = {}\n".to_owned()),
            (r#"{"secretAccessKey":"wJalr","#.to_owned(), r#"{"secretAccessKey":"{}","#.to_owned()),
            (
                "%7B%22secretAccessKey%22%3A%22wJa%2FlrX%22%7D".to_owned(),
                "%7B%22secretAccessKey%22%3A%22{}%22%7D".to_owned(),
            ),
            (r#"{"privateKey" : "x", "a": "#.to_owned(), r#"{"privateKey" : "{}", "a": "#.to_owned()),
            ("{'token': 'x'}".to_owned(), "{'token': '{}'}".to_owned()),
            ("a=b&client_secret=x&c=d".to_owned(), "a=b&client_secret={}&c=d".to_owned()),
            ("%7B%22token%22%3A%22x%22%7D".to_owned(), "%7B%22token%22%3A%22{}%22%7D".to_owned()),
            ("Authorization: Bearer abc def".to_owned(), "Authorization: Bearer {} def".to_owned()),
            (
                "a -----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY----- b".to_owned(),
                "a {} b".to_owned(),
            ),
            ("-----BEGIN PRIVATE KEY-----\nx".to_owned(), "{}".to_owned()),
        ] {
            let redacted = redacted.replace("{}", REDACTED);
            assert_eq!(redact(&text), redacted, "{text}");
            assert_eq!(redact(&redacted), redacted, "twice is once");
        }
    }

    #[test]
    fn text_without_secrets_is_as_it_was() {
        for text in [
            "",
            "IQoJ is how tokens begin",
            "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:GetUser",
            "The password does not conform to the policy",
            "é-----BEGIN CERTIFICATE-----",
            "signature ümlaut",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:payroll-AbCdEf",
            "arn%3Aaws%3Asecretsmanager%3Aeu-west-1%3A111122223333%3Asecret%3Apayroll-AbCdEf",
            "The security token: it expired",
            "nextToken=AAEAAaBteYGa8oU2&a=b",
        ] {
            assert!(
                matches!(redact(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }
}
