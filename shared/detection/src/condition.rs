//! The grammar of `condition`.

mod legacy;

/// How deep parentheses and `not` may nest.
const DEEPEST: usize = 64;

/// A parsed condition, its selections still by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// A selection of this name.
    Selection(String),
    /// `1 of` or `all of` the selections whose names fit.
    Quantified {
        every: bool,
        pattern: String,
    },
}

impl Condition {
    /// Reads a condition; an error says what to write.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.contains('|') {
            return Err(legacy::replacement(text));
        }
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            at: 0,
            depth: 0,
        };
        let condition = parser.any()?;
        match parser.peek() {
            None => Ok(condition),
            Some(")") => Err("the condition has a `)` too many".to_owned()),
            Some(token) => Err(format!(
                "the condition has `{token}` where `and` or `or` should stand"
            )),
        }
    }
}

/// Whether a selection's name fits the pattern behind `of`; `them` is all of them.
///
/// Names with an underscore in front are left out, as Sigma has it, unless the pattern
/// begins with one.
pub(crate) fn is_selected(pattern: &str, name: &str) -> bool {
    if name.starts_with('_') && !pattern.starts_with('_') {
        return false;
    }
    if pattern == "them" {
        return true;
    }
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else {
        return rest.is_empty();
    };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'*');
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'(' | b')' => tokens.push(&text[start..at]),
            byte if byte.is_ascii_whitespace() => {}
            byte if is_name(*byte) => {
                while bytes.get(at).is_some_and(|byte| is_name(*byte)) {
                    at += 1;
                }
                tokens.push(&text[start..at]);
            }
            _ => {
                let found = text[start..].chars().next().unwrap_or_default();
                return Err(format!(
                    "the condition has `{found}`: only names, `and`, `or`, `not`, \
                     `1 of`, `all of` and parentheses may stand there"
                ));
            }
        }
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: &'t [&'t str],
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'t str> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self
            .peek()
            .is_some_and(|token| token.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Condition, String> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::Any(parts)
        })
    }

    fn all(&mut self) -> Result<Condition, String> {
        let first = self.operand()?;
        let mut parts = vec![first];
        while self.take("and") {
            parts.push(self.operand()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::All(parts)
        })
    }

    fn operand(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("the condition nests deeper than {DEEPEST}"));
        }
        let operand = self.nested_operand();
        self.depth -= 1;
        operand
    }

    fn nested_operand(&mut self) -> Result<Condition, String> {
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.operand()?)));
        }
        if self.take("(") {
            let inner = self.any()?;
            return if self.take(")") {
                Ok(inner)
            } else {
                Err("the condition lacks a `)`".to_owned())
            };
        }
        let Some(token) = self.next() else {
            return Err("the condition ends where a selection should stand".to_owned());
        };
        let word = token.to_ascii_lowercase();
        if matches!(word.as_str(), "and" | "or" | "of" | ")") {
            return Err(format!(
                "the condition has `{token}` where a selection should stand"
            ));
        }
        if !self.take("of") {
            return if token.contains('*') {
                Err(format!(
                    "`{token}` stands for several selections: write `1 of {token}` or `all of {token}`"
                ))
            } else {
                Ok(Condition::Selection(token.to_owned()))
            };
        }
        let every = match word.as_str() {
            "1" | "any" => false,
            "all" => true,
            _ => {
                return Err(format!(
                    "`{token} of` is not Sigma: write `1 of` or `all of`"
                ));
            }
        };
        match self.next() {
            Some(pattern) if !matches!(pattern, "(" | ")") => Ok(Condition::Quantified {
                every,
                pattern: if pattern.eq_ignore_ascii_case("them") {
                    "them".to_owned()
                } else {
                    pattern.to_owned()
                },
            }),
            _ => Err(format!(
                "`{token} of` needs `them` or a pattern such as `selection_*` behind it"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(condition: &Condition) -> String {
        let list = |parts: &[Condition], word: &str| {
            let parts: Vec<String> = parts.iter().map(text).collect();
            format!("({})", parts.join(word))
        };
        match condition {
            Condition::All(parts) => list(parts, " & "),
            Condition::Any(parts) => list(parts, " | "),
            Condition::Not(part) => format!("!{}", text(part)),
            Condition::Selection(name) => name.clone(),
            Condition::Quantified { every, pattern } => {
                format!("{}[{pattern}]", if *every { "all" } else { "any" })
            }
        }
    }

    fn parsed(condition: &str) -> String {
        Condition::parse(condition).map_or_else(|error| error, |condition| text(&condition))
    }

    #[test]
    fn not_binds_tighter_than_and_and_and_tighter_than_or() {
        assert_eq!(parsed("a or b and not c"), "(a | (b & !c))");
        assert_eq!(parsed("(a or b) and not (c)"), "((a | b) & !c)");
        assert_eq!(parsed("not not a"), "!!a");
        assert_eq!(parsed("not a and b"), "(!a & b)");
    }

    #[test]
    fn quantifiers_take_patterns_and_them() {
        assert_eq!(
            parsed("1 of sel_* and all of them"),
            "(any[sel_*] & all[them])"
        );
        assert_eq!(parsed("any of *_x"), "any[*_x]");
        assert_eq!(parsed("not 1 of filter*"), "!any[filter*]");
    }

    #[test]
    fn names_may_begin_with_an_operator() {
        assert_eq!(
            parsed("notepad or android and-1"),
            "the condition has `and-1` where `and` or `or` should stand"
        );
        assert_eq!(parsed("notepad or orange"), "(notepad | orange)");
    }

    #[test]
    fn what_is_no_condition_says_what_to_write() {
        for (condition, message) in [
            ("", "ends where a selection should stand"),
            ("a and", "ends where a selection should stand"),
            ("a b", "where `and` or `or` should stand"),
            ("(a", "lacks a `)`"),
            ("a)", "a `)` too many"),
            ("2 of sel*", "write `1 of` or `all of`"),
            ("1 of", "needs `them` or a pattern"),
            ("sel_*", "write `1 of sel_*` or `all of sel_*`"),
            ("a & b", "has `&`"),
            ("and a", "where a selection should stand"),
        ] {
            let found = parsed(condition);
            assert!(found.contains(message), "{condition}: {found}");
        }
        assert!(parsed(&"(".repeat(10_000)).contains("nests deeper"));
        assert!(parsed(&"not ".repeat(10_000)).contains("nests deeper"));
    }

    #[test]
    fn patterns_select_names() {
        assert!(is_selected("them", "a"));
        assert!(!is_selected("them", "_a"));
        assert!(is_selected("_*", "_a"));
        assert!(is_selected("sel_*", "sel_1"));
        assert!(!is_selected("sel_*", "selection"));
        assert!(is_selected("*_b", "a_b"));
        assert!(is_selected("a*c*e", "abcde"));
        assert!(!is_selected("a*c*e", "abcd"));
        assert!(is_selected("sel", "sel"));
        assert!(!is_selected("sel", "sele"));
    }
}
