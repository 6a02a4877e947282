//! Selections: the maps and lists of `detection` that a condition names.

use crate::expression::Expression;
use crate::instant::Instant;
use crate::modifier::{Form, Modified, Step};
use crate::pattern::{Pattern, Placeholders};
use crate::predicate::{Place, Predicates, Question, Wanted};
use crate::problem::Report;
use crate::yaml::{Key, Mark, Node, Scalar, ScalarKind, Value};

mod encoding;
mod value;

/// What reading selections needs besides their text.
pub(crate) struct Reader<'r, 'f> {
    pub(crate) predicates: &'r mut Predicates,
    pub(crate) placeholders: &'r Placeholders,
    pub(crate) report: &'r mut Report<'f>,
}

/// What one value of an item asks for.
enum Atom {
    /// A text that is one of these.
    Wanted(Vec<Wanted>),
    /// Something that is no text.
    Asked(Question),
    /// The opposite of that.
    AskedNot(Question),
}

impl Reader<'_, '_> {
    /// Reads a selection; nothing where it has an error, which is then reported.
    pub(crate) fn selection(&mut self, node: &Node) -> Option<Expression> {
        match &node.value {
            Value::Scalar(_) => self.keywords(node, std::slice::from_ref(node)),
            Value::Map(entries) if entries.is_empty() => {
                self.report.error(
                    node.mark,
                    "the selection is empty: write `field: value` into it",
                );
                None
            }
            Value::Map(entries) => {
                let items: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| self.item(key, value))
                    .collect();
                items
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(Expression::all)
            }
            Value::List(items) if items.is_empty() => {
                self.report.error(
                    node.mark,
                    "the selection is empty: write values or maps into it",
                );
                None
            }
            Value::List(items) if items.iter().all(|item| item.as_scalar().is_some()) => {
                self.keywords(node, items)
            }
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.selection(item)).collect();
                items
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(Expression::any)
            }
        }
    }

    /// The expression that holds from an instant on, for exceptions that expire.
    pub(crate) fn not_before(&mut self, mark: Mark, instant: Instant) -> Option<Expression> {
        let field = Some("eventTime");
        let later = Question::Texts(vec![Wanted::NotBefore(instant)]);
        let later = self.ask(mark, field, later)?;
        let never = self.ask(mark, field, Question::IsNull)?;
        Some(Expression::Any(vec![later, never]))
    }

    fn keywords(&mut self, node: &Node, values: &[Node]) -> Option<Expression> {
        let modified = Modified::parse("").ok()?;
        self.values(node.mark, &modified, values)
    }

    fn item(&mut self, key: &Key, value: &Node) -> Option<Expression> {
        let modified = match Modified::parse(&key.text) {
            Ok(modified) => modified,
            Err(message) => {
                self.report.error(key.mark, message);
                return None;
            }
        };
        let values = match &value.value {
            Value::Scalar(_) => std::slice::from_ref(value),
            Value::List(values) if values.is_empty() => {
                let message = format!("`{}` has no values: it could never match", key.text);
                self.report.error(value.mark, message);
                return None;
            }
            Value::List(values) => values,
            Value::Map(_) => {
                let message = format!(
                    "`{}` has a mapping for a value: write the inner fields with dots, `{}.inner`",
                    key.text, key.text
                );
                self.report.error(value.mark, message);
                return None;
            }
        };
        self.values(key.mark, &modified, values)
    }

    fn values(&mut self, mark: Mark, modified: &Modified, values: &[Node]) -> Option<Expression> {
        let mut atoms = Vec::new();
        for value in values {
            let Some(scalar) = value.as_scalar() else {
                self.report.error(
                    value.mark,
                    "a value must be a text, a number, true, false or null",
                );
                return None;
            };
            match value::atom(modified, scalar, self.placeholders) {
                Ok(atom) => atoms.push((value.mark, atom)),
                Err(message) => {
                    self.report.error(value.mark, message);
                    return None;
                }
            }
        }
        let field = modified.field.as_deref();
        let mut parts = Vec::new();
        let mut together = Vec::new();
        for (mark, atom) in atoms {
            match atom {
                Atom::Wanted(wanted) if !modified.needs_all => {
                    // Each on its own first, so that a fault is reported where it stands.
                    if wanted.iter().any(Wanted::can_fail) {
                        self.ask(mark, field, Question::Texts(wanted.clone()))?;
                    }
                    together.extend(wanted);
                }
                Atom::Wanted(wanted) => {
                    parts.push(self.ask(mark, field, Question::Texts(wanted))?);
                }
                Atom::Asked(question) => parts.push(self.ask(mark, field, question)?),
                Atom::AskedNot(question) => {
                    parts.push(self.ask(mark, field, question)?.negated());
                }
            }
        }
        if !together.is_empty() {
            parts.push(self.ask(mark, field, Question::Texts(together))?);
        }
        let whole = if modified.needs_all {
            Expression::all(parts)
        } else {
            Expression::any(parts)
        };
        Some(if modified.is_negated {
            whole.negated()
        } else {
            whole
        })
    }

    fn ask(&mut self, mark: Mark, field: Option<&str>, question: Question) -> Option<Expression> {
        match self.predicates.intern(field, question) {
            Ok(id) => Some(Expression::Is(id)),
            Err(message) => {
                self.report.error(mark, message);
                None
            }
        }
    }
}
