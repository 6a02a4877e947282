//! Text for chats, whose markdown is not one: Slack's and Teams' differ.
//!
//! What escapes a character in one of them shows the escape in the other, so a
//! character that means something in either is replaced by one that looks like
//! it and means nothing in both. What is exact is in the alert for programs.

use super::{defang, visible};

/// The `@` that mentions nobody.
const AT: char = '＠';

/// Writes a value as code, in which nothing but the end of the code has a meaning.
///
/// ```
/// use alerts::escape::markdown::code;
///
/// assert_eq!(code("deploy_role", 80), "`deploy_role`");
/// assert_eq!(code("a` <!channel> @here", 80), "`a' &lt;!channel&gt; ＠here`");
/// ```
pub fn code(value: &str, most: usize) -> String {
    enclose(&defang(&visible(value, most)))
}

/// Writes the name of a field as code; it comes from a rule, and its dots make no link.
pub(crate) fn field(name: &str, most: usize) -> String {
    enclose(&visible(name, most))
}

fn enclose(shown: &str) -> String {
    let mut safe = String::from("`");
    for letter in shown.chars() {
        match letter {
            '`' => safe.push('\''),
            '@' => safe.push(AT),
            _ => push_entity(letter, &mut safe),
        }
    }
    if safe.len() == 1 {
        safe.push('-');
    }
    safe.push('`');
    safe
}

/// Writes a value as words of a sentence or title.
///
/// Parentheses stay: without brackets before them they are no link.
///
/// ```
/// use alerts::escape::markdown::words;
///
/// assert_eq!(words("*[click](https://evil.example)*", 80), "∗［click］(hxxps://evil［.］example)∗");
/// ```
pub fn words(value: &str, most: usize) -> String {
    let shown = defang(&visible(value, most));
    let mut safe = String::with_capacity(shown.len());
    let mut before = ' ';
    let mut letters = shown.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        match letter {
            '*' => safe.push('∗'),
            // Within a word it means nothing in either, and names are full of it.
            '_' if before.is_alphanumeric() && next.is_alphanumeric() => safe.push('_'),
            '_' => safe.push('＿'),
            '~' => safe.push('∼'),
            '`' => safe.push('\''),
            '[' => safe.push('［'),
            ']' => safe.push('］'),
            '|' => safe.push('¦'),
            '#' => safe.push('＃'),
            '\\' => safe.push('＼'),
            '@' => safe.push(AT),
            _ => push_entity(letter, &mut safe),
        }
        before = letter;
    }
    safe
}

/// Writes the three characters that Slack reads before anything else as entities.
fn push_entity(letter: char, safe: &mut String) {
    match letter {
        '&' => safe.push_str("&amp;"),
        '<' => safe.push_str("&lt;"),
        '>' => safe.push_str("&gt;"),
        _ => safe.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_names_are_words() {
        for (value, safe) in [
            ("<@U012AB3CD>", "&lt;＠U012AB3CD&gt;"),
            ("<!here|here>", "&lt;!here¦here&gt;"),
            ("@everyone", "＠everyone"),
            (
                "<https://evil.example|Console>",
                "&lt;hxxps://evil［.］example¦Console&gt;",
            ),
            ("_a_ ~b~ `c`", "＿a＿ ∼b∼ 'c'"),
            ("a_b", "a_b"),
            ("x\n# Resolved", "x＼u{a}＃ Resolved"),
            ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ] {
            assert_eq!(words(value, 100), safe);
        }
    }

    #[test]
    fn an_absent_value_is_code_too() {
        assert_eq!(code("", 10), "`-`");
        assert_eq!(code("\u{202e}", 10), r"`\u{202e}`");
    }

    proptest! {
        #[test]
        fn nothing_of_a_value_means_anything(value in "([<>&*_~`|#@!\\[\\]()\\\\\n]|https://|evil.example|here|a){0,30}") {
            for safe in [words(&value, 200), code(&value, 200).trim_matches('`').to_owned()] {
                prop_assert!(!safe.contains(['<', '>', '@', '`', '\n']), "{}", safe);
                prop_assert!(!safe.contains("https://") && !safe.contains("evil.example"), "{}", safe);
                let entities = safe.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
                prop_assert!(!entities.contains('&'), "{}", safe);
            }
            prop_assert!(!words(&value, 200).contains(['*', '~', '[', ']', '|', '#', '\\']));
        }
    }
}
