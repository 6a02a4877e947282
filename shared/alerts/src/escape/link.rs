//! Takes the links out of text.
//!
//! Mail readers and chats make links of what looks like one, with a scheme or
//! without. What a caller named his session must not become a place to click.

/// Breaks everything in a text that a reader would make a link of.
///
/// `https://` becomes `hxxps://`, and the dot of a host name `[.]`. Addresses,
/// versions and the names of AWS services stay as they are.
pub fn defang(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        if is_service(word.trim_end()) {
            safe.push_str(word);
        } else {
            defang_word(word, &mut safe);
        }
    }
    safe
}

/// Tells whether a word is an AWS service's name, which the host of no customer is.
///
/// One label only: `bucket.s3.amazonaws.com` is whatever its owner put there.
fn is_service(word: &str) -> bool {
    word.strip_suffix(".amazonaws.com").is_some_and(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// Tells whether a character separates the labels of a host name, as browsers read them.
const fn is_dot(letter: char) -> bool {
    matches!(letter, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

fn defang_word(word: &str, safe: &mut String) {
    let lower = word.to_ascii_lowercase();
    let is_link = lower.contains("://") || lower.contains("www");
    let mut before = None;
    let mut letters = word.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        if is_dot(letter) {
            let joins =
                before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphabetic);
            safe.push_str(if is_link || joins { "[.]" } else { "." });
        } else if lower[at..].starts_with("http://") || lower[at..].starts_with("https://") {
            safe.push_str("hxxp");
            // The letters `ttp`.
            letters.nth(2);
        } else if lower[at..].starts_with("://")
            && !safe.ends_with("hxxp")
            && !safe.ends_with("hxxps")
        {
            safe.push_str("[:]");
        } else {
            safe.push(letter);
        }
        before = Some(letter);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_are_broken_and_the_rest_stays() {
        for (text, safe) in [
            (
                "see https://evil.example/a.b?c",
                "see hxxps://evil[.]example/a[.]b?c",
            ),
            ("HTTP://192.0.2.1/x", "hxxp://192[.]0[.]2[.]1/x"),
            ("ftp://evil.example", "ftp[:]//evil[.]example"),
            ("slack://open", "slack[:]//open"),
            ("www.1.2", "www[.]1[.]2"),
            ("evil.example", "evil[.]example"),
            ("evil。example", "evil[.]example"),
            ("alice@example.com", "alice@example[.]com"),
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("aws-cli/2.15.0", "aws-cli/2.15.0"),
            ("cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com"),
            ("evil.s3.amazonaws.com", "evil[.]s3[.]amazonaws[.]com"),
            (".amazonaws.com", ".amazonaws[.]com"),
            (
                "arn:aws:iam::111122223333:user/alice",
                "arn:aws:iam::111122223333:user/alice",
            ),
            ("End. Then", "End. Then"),
            ("httphttps://a", "httphxxps://a"),
        ] {
            assert_eq!(defang(text), safe);
        }
    }

    proptest! {
        #[test]
        fn no_link_is_left(text in "(http|HTTPS|ftp|s|://|//|:|\\.|www|evil|example|com|[a-z]|[\\. ]|é|。){0,20}") {
            let safe = defang(&text).to_lowercase();
            prop_assert!(!safe.contains("http://"), "{}", safe);
            prop_assert!(!safe.contains("https://"), "{}", safe);
            prop_assert!(!safe.contains("ftp://"), "{}", safe);
            prop_assert!(!safe.contains("www.") , "{}", safe);
            prop_assert!(!safe.contains("evil.example"), "{}", safe);
            prop_assert!(!safe.contains("example.com"), "{}", safe);
        }
    }
}
