//! Values in commands that a person will paste into a shell.

use super::{defang, is_hidden};

/// The longest value that a command is given.
const LONGEST: usize = 256;

/// Quotes a value for a POSIX shell; answers nothing where it cannot be shown on one line.
///
/// Single quotes only, in which a shell reads nothing. A value that a mail
/// reader would make a link of is broken by quotes in which the shell sees
/// nothing: `'evil''.example'` is `evil.example`.
///
/// ```
/// use alerts::escape::shell;
///
/// assert_eq!(shell("alice").as_deref(), Some("alice"));
/// assert_eq!(shell("a'; rm -rf ~").as_deref(), Some(r"'a'\''; rm -rf ~'"));
/// assert_eq!(shell("two\nlines"), None);
/// ```
pub fn quote(value: &str) -> Option<String> {
    if value.is_empty() || value.chars().nth(LONGEST).is_some() || value.contains(is_hidden) {
        return None;
    }
    let is_link = defang(value) != value;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-+=,@/:.".contains(letter);
    if !is_link && !value.starts_with(['-', '=']) && value.chars().all(is_plain) {
        return Some(value.to_owned());
    }
    let mut quoted = String::from("'");
    for letter in value.chars() {
        match letter {
            '\'' => quoted.push_str(r"'\''"),
            '.' | '。' | '．' | '｡' | ':' if is_link => {
                quoted.push_str("''");
                quoted.push(letter);
                quoted.push_str("''");
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('\'');
    Some(quoted)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn read_by_shell(quoted: &str) -> Vec<u8> {
        let script = format!("printf '%s' {quoted}");
        let output = Command::new("sh").args(["-c", &script]).output();
        output.expect("a shell").stdout
    }

    #[test]
    fn a_link_is_broken_by_empty_quotes() {
        let quoted = quote("https://evil.example").expect("printable");
        assert_eq!(quoted, "'https'':''//evil''.''example'");
        assert_eq!(read_by_shell(&quoted), b"https://evil.example");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shell_reads_what_was_quoted(value in "([ -~]|\\PC|\\$\\(id\\)|`id`|'|\\\\|;|-){1,40}") {
            if let Some(quoted) = quote(&value) {
                prop_assert!(!quoted.contains(is_hidden));
                prop_assert_eq!(read_by_shell(&quoted), value.as_bytes());
            } else {
                prop_assert!(value.contains(is_hidden));
            }
        }
    }
}
