//! Predicates: one question about one field, shared by all rules that ask it.

use std::collections::{BTreeSet, HashMap};

use regex::bytes::RegexBuilder;

use crate::instant::{Instant, Unit};
use crate::matcher::{Comparison, ExactSet, Matcher, Network, Number};
use crate::pattern::Pattern;
use crate::text::TextKind;

/// How large a compiled regular expression may be.
const LARGEST_REGEX: usize = 2 << 20;
/// How many exact texts are compared one by one.
const FEW: usize = 3;

/// The number of a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PredicateId(u32);

impl PredicateId {
    pub(crate) const fn number(self) -> u32 {
        self.0
    }
}

/// Something that a text may be, as the rule says it.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Pattern { pattern: Pattern, is_cased: bool },
    Regex { source: String, flags: RegexFlags },
    Network(String),
    Number { text: String, value: f64 },
    Compare(Comparison, f64),
    TimePart(Unit, Comparison, f64),
    NotBefore(Instant),
}

/// The modifiers of `re`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RegexFlags {
    /// `i`: any case.
    pub(crate) is_folded: bool,
    /// `m`: `^` and `$` stand at line breaks too.
    pub(crate) is_multi_line: bool,
    /// `s`: `.` is a line break too.
    pub(crate) is_dot_all: bool,
}

/// How a field is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Whole,
    Anywhere,
    Start,
    End,
}

/// What is asked of a field.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Whether one of its texts is wanted.
    Texts(Vec<Wanted>),
    /// Whether it is absent or null.
    IsNull,
    /// Whether one of its texts stands in one of another field's.
    Reference {
        field: String,
        place: Place,
        is_cased: bool,
    },
}

/// A question about a field, compiled.
#[derive(Debug)]
pub(crate) struct Predicate {
    /// The field; a keyword has none and looks at every value of the event.
    pub(crate) field: Option<String>,
    pub(crate) test: Test,
    exact: Option<BTreeSet<String>>,
}

#[derive(Debug)]
pub(crate) enum Test {
    Texts(Texts),
    IsNull,
    Reference {
        field: String,
        place: Place,
        is_cased: bool,
    },
}

/// Any of many matchers.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    set: Option<ExactSet>,
    matchers: Vec<Matcher>,
}

impl Texts {
    fn compile(wanted: &[Wanted]) -> Result<Self, String> {
        let mut texts = Self::default();
        let exact: Vec<&str> = wanted.iter().filter_map(Wanted::as_folded_text).collect();
        let has_set = exact.len() > FEW;
        if has_set {
            texts.set = Some(ExactSet::new(exact));
        }
        for wanted in wanted {
            if !(has_set && wanted.as_folded_text().is_some()) {
                texts.matchers.push(wanted.compile()?);
            }
        }
        texts.matchers.sort_by_key(Matcher::cost);
        Ok(texts)
    }

    #[inline]
    pub(crate) fn has(&self, kind: TextKind, text: &[u8]) -> bool {
        self.set.as_ref().is_some_and(|set| set.has(text))
            || self
                .matchers
                .iter()
                .any(|matcher| matcher.is_match(kind, text))
    }

    fn cost(&self) -> u32 {
        self.matchers
            .iter()
            .map(Matcher::cost)
            .fold(u32::from(self.set.is_some()), u32::saturating_add)
    }
}

impl Wanted {
    /// The text, where it is one in any case.
    fn as_folded_text(&self) -> Option<&str> {
        match self {
            Self::Pattern {
                pattern,
                is_cased: false,
            } => pattern.as_plain(),
            _ => None,
        }
    }

    fn compile(&self) -> Result<Matcher, String> {
        Ok(match self {
            Self::Pattern { pattern, is_cased } => Matcher::of_pattern(pattern, *is_cased),
            Self::Regex { source, flags } => Matcher::Regex(
                RegexBuilder::new(source)
                    .case_insensitive(flags.is_folded)
                    .multi_line(flags.is_multi_line)
                    .dot_matches_new_line(flags.is_dot_all)
                    .size_limit(LARGEST_REGEX)
                    .build()
                    .map_err(|error| regex_fault(source, &error))?,
            ),
            Self::Network(text) => Matcher::Network(Network::parse(text)?),
            Self::Number { text, value } => Matcher::Number(Number {
                text: text.clone(),
                value: *value,
            }),
            Self::Compare(comparison, bound) => Matcher::Compare(*comparison, *bound),
            Self::TimePart(unit, comparison, bound) => {
                Matcher::TimePart(*unit, *comparison, *bound)
            }
            Self::NotBefore(instant) => Matcher::NotBefore(*instant),
        })
    }
}

fn regex_fault(source: &str, error: &regex::Error) -> String {
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too large once compiled".to_owned(),
        // The last line of the parser's drawing says what is wrong.
        error => error
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned(),
    };
    format!(
        "the regular expression `{source}` is not one here: {reason} \
         (look-around and back-references are not supported)"
    )
}

impl Predicate {
    fn compile(field: Option<&str>, question: Question) -> Result<Self, String> {
        let mut exact = None;
        let test = match question {
            Question::Texts(wanted) => {
                let texts: Option<BTreeSet<String>> = wanted
                    .iter()
                    .map(|wanted| match wanted {
                        Wanted::Pattern { pattern, .. } => pattern.as_plain().map(str::to_owned),
                        _ => None,
                    })
                    .collect();
                exact = texts.filter(|_| field.is_some());
                Test::Texts(Texts::compile(&wanted)?)
            }
            Question::IsNull => Test::IsNull,
            Question::Reference {
                field,
                place,
                is_cased,
            } => Test::Reference {
                field,
                place,
                is_cased,
            },
        };
        Ok(Self {
            field: field.map(str::to_owned),
            test,
            exact,
        })
    }

    /// The field and its exact texts, where nothing else makes the predicate hold.
    pub(crate) fn exact_values(&self) -> Option<(&str, &BTreeSet<String>)> {
        self.field.as_deref().zip(self.exact.as_ref())
    }

    /// What asking costs, roughly.
    pub(crate) fn cost(&self) -> u32 {
        let test = match &self.test {
            Test::Texts(texts) => texts.cost(),
            Test::IsNull => 0,
            Test::Reference { .. } => 4,
        };
        match &self.field {
            Some(field) => test + 2 * u32::from(field.contains('.')),
            None => test.saturating_mul(100),
        }
    }
}

/// All predicates of a rule set, each once.
#[derive(Debug, Default)]
pub(crate) struct Predicates {
    list: Vec<Predicate>,
    known: HashMap<String, PredicateId>,
}

impl Predicates {
    /// Finds or compiles a predicate.
    pub(crate) fn intern(
        &mut self,
        field: Option<&str>,
        question: Question,
    ) -> Result<PredicateId, String> {
        let key = format!("{field:?} {question:?}");
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        let id = u32::try_from(self.list.len())
            .map(PredicateId)
            .map_err(|_| "there are too many rules".to_owned())?;
        self.list.push(Predicate::compile(field, question)?);
        self.known.insert(key, id);
        Ok(id)
    }

    pub(crate) fn get(&self, id: PredicateId) -> &Predicate {
        &self.list[id.0 as usize]
    }

    pub(crate) const fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Predicate> {
        self.list.iter()
    }

    /// All predicates with their numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = (PredicateId, &Predicate)> {
        (0..).map(PredicateId).zip(&self.list)
    }
}
