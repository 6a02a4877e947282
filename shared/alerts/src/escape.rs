//! Makes text out of records safe for the place it goes to.
//!
//! A caller chooses his session's name, a bucket's name, a tag, and by way of
//! them what an alert says. Each place has its own function: [`mail`] for
//! plain text, [`markdown`] for chat, [`shell`] for commands, [`ascii`] for
//! subjects, [`visible`] for terminals. All bound the length, fold blanks and
//! show what is invisible (controls, line breaks, characters that turn the
//! direction of writing) as `\u{202e}`, so that no value ends its line.

mod link;
pub mod markdown;
mod shell;

pub use link::defang;
pub use shell::quote as shell;

/// Shortens text to a number of characters, the last of them an ellipsis.
pub fn clip(text: &str, most: usize) -> String {
    if text.char_indices().nth(most).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain((most > 0).then_some('…')).collect()
}

/// Folds the line breaks and blanks of a text that is ours or the operator's.
pub(crate) fn tidy(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    visible(&words.join(" "), usize::MAX)
}

/// Tells whether a character shows nothing, or alters how its neighbours show.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
        || u32::from(letter) & 0xfffe == 0xfffe
}

/// Writes a value on one line with everything in it visible: for terminals.
///
/// Reads no more of the value than it shows, however long the value is.
pub fn visible(value: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut length = 0_usize;
    for letter in value.chars() {
        if is_hidden(letter) {
            let escape = letter.escape_unicode();
            length += escape.len();
            shown.extend(escape);
        } else if !letter.is_whitespace() {
            length += 1;
            shown.push(letter);
        } else if !shown.ends_with(' ') {
            // Blanks in a row would push what follows onto a line of its own.
            length += 1;
            shown.push(' ');
        }
        if length > most {
            break;
        }
    }
    clip(shown.trim(), most)
}

/// Writes a value for plain-text mail: one line, visible, and nothing in it a link.
pub fn mail(value: &str, most: usize) -> String {
    defang(&visible(value, most))
}

/// Writes a value in printable ASCII: for subjects.
pub fn ascii(value: &str, most: usize) -> String {
    // One character more than there is room for tells that something is cut.
    let mut shown: String = mail(value, most.saturating_add(1))
        .chars()
        .map(|letter| if letter.is_ascii() { letter } else { '?' })
        .collect();
    if shown.len() > most {
        shown.truncate(most.saturating_sub(3));
        shown.extend("...".chars().take(most));
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_invisible_is_shown() {
        for (value, shown) in [
            ("alice", "alice"),
            ("a\nAccount 1", r"a\u{a}Account 1"),
            ("a\r\n\r\nb", r"a\u{d}\u{a}\u{d}\u{a}b"),
            ("\u{202e}ecila", r"\u{202e}ecila"),
            ("a\u{2028}b\u{2029}c\u{85}d", r"a\u{2028}b\u{2029}c\u{85}d"),
            ("\u{1b}[2Kb", r"\u{1b}[2Kb"),
            ("a\u{200b}b\u{feff}", r"a\u{200b}b\u{feff}"),
            ("a    \u{a0} \u{3000} b ", "a b"),
            ("Zoë 東京", "Zoë 東京"),
        ] {
            assert_eq!(visible(value, 100), shown, "{value:?}");
        }
    }

    #[test]
    fn a_subject_is_ascii_and_its_cut_is_three_dots() {
        assert_eq!(ascii("Zoë", 10), "Zo?");
        assert_eq!(ascii("0123456789", 10), "0123456789");
        assert_eq!(ascii("0123456789x", 10), "0123456...");
        assert_eq!(ascii(&"a.b".repeat(100), 10), "a[.]ba[...");
    }

    #[test]
    fn a_cut_has_an_ellipsis() {
        assert_eq!(clip("abc", 3), "abc");
        assert_eq!(clip("abcd", 3), "ab…");
        assert_eq!(clip("äöü", 2), "ä…");
        assert_eq!(clip("a", 0), "");
    }

    proptest! {
        #[test]
        fn no_value_is_longer_or_less_visible_than_it_may_be(value in ".*|\\PC*", most in 0_usize..60) {
            let shown = visible(&value, most);
            prop_assert!(shown.chars().count() <= most);
            prop_assert!(!shown.contains(is_hidden));
            let subject = ascii(&value, most);
            prop_assert!(subject.len() <= most);
            prop_assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }
}
