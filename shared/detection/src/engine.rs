//! Rules compiled for matching, event by event.
//!
//! A rule is tried only where none of an event's values rules it out (see [`index`]);
//! what rules ask of a value is asked once, however many rules ask it, and not again
//! while the value repeats from event to event (see [`memory`]); and a field is looked
//! for only when it is asked about.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::expression::Expression;
use crate::predicate::{Predicates, Test};
use crate::rule::RuleIndex;
use crate::scan::{self, RecordError};

mod bits;
mod fields;
mod gate;
mod index;
mod log;
mod memory;
mod program;
mod reading;
mod scratch;

use fields::{FieldId, Fields};
use index::Index;
pub use log::{Log, Matched};
use program::{Outcome, Program};
use reading::Reading;
pub use scratch::Scratch;

/// A compiled rule set, which threads may share; each brings its own [`Scratch`].
///
/// ```
/// use detection::{Placeholders, Rules, Source};
///
/// let text = "
/// title: A trail was stopped
/// id: 5f9e6a64-2d0c-4a3f-9d8e-0f6f5d3b6a11
/// level: high
/// logsource: {product: aws, service: cloudtrail}
/// detection:
///   selection: {eventName: StopLogging}
///   condition: selection
/// ";
/// let source = Source { path: "stop.yml".to_owned(), text: text.to_owned() };
/// let (rules, problems) = Rules::read([source], &Placeholders::new());
/// assert!(problems.is_empty());
///
/// let engine = rules.engine();
/// let mut scratch = engine.scratch();
/// let matches = engine.matches(&mut scratch, br#"{"eventName":"StopLogging"}"#)?;
/// assert_eq!(rules.get(matches[0]).title, "A trail was stopped");
/// # Ok::<(), detection::RecordError>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    /// Its number among the process's engines: what a scratch remembers is of one alone.
    number: u64,
    predicates: Arc<Predicates>,
    questions: Box<[CompiledField]>,
    fields: Fields,
    /// Which fields have others below them that every event is asked about.
    is_hot: Box<[bool]>,
    programs: Box<[Option<Program>]>,
    index: Index,
}

/// The number of the engine made last.
static ENGINES: AtomicU64 = AtomicU64::new(0);

/// Where the answer to a predicate stands in a record.
#[derive(Clone, Copy, Debug)]
struct CompiledField {
    /// The field; none for keywords.
    field: Option<FieldId>,
    /// The field that it is compared with.
    other: Option<FieldId>,
}

impl Engine {
    pub(crate) fn new(expressions: &[Option<Expression>], predicates: Arc<Predicates>) -> Self {
        let mut fields = Fields::default();
        let questions: Box<[CompiledField]> = predicates
            .iter()
            .map(|predicate| CompiledField {
                field: predicate.field.as_deref().map(|name| fields.intern(name)),
                other: match &predicate.test {
                    Test::Reference { field, .. } => Some(fields.intern(field)),
                    _ => None,
                },
            })
            .collect();
        let index = Index::new(expressions, &predicates, &mut fields);
        let programs: Box<[Option<Program>]> = expressions
            .iter()
            .map(|expression| expression.as_ref().map(|it| Program::new(it, &predicates)))
            .collect();
        fields.finish();
        let is_hot = hot(&fields, &index, &questions);
        Self {
            number: ENGINES.fetch_add(1, Ordering::Relaxed) + 1,
            predicates,
            questions,
            fields,
            is_hot,
            programs,
            index,
        }
    }

    /// Makes the working memory that matching needs; keep it from event to event.
    pub fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    /// Finds the single-event rules that match a record, in the order of the rule set.
    ///
    /// An error is about this record alone; the engine and the scratch stay usable.
    pub fn matches<'s>(
        &self,
        scratch: &'s mut Scratch,
        record: &[u8],
    ) -> Result<&'s [RuleIndex], RecordError> {
        let start = scan::skip_space(record, 0);
        let end = self.match_at(scratch, record, start)?;
        behind(record, end)?;
        Ok(&scratch.matches)
    }

    /// Finds the rules that match the record which some bytes begin with, and its length.
    ///
    /// That spares whoever walks a log file a pass over it.
    pub fn matches_prefix<'s>(
        &self,
        scratch: &'s mut Scratch,
        bytes: &[u8],
    ) -> Result<(usize, &'s [RuleIndex]), RecordError> {
        let end = self.match_at(scratch, bytes, 0)?;
        Ok((end, &scratch.matches))
    }

    /// Finds the same as [`Self::matches`] by trying every rule: what tests hold it against.
    pub fn matches_plain<'s>(
        &self,
        scratch: &'s mut Scratch,
        record: &[u8],
    ) -> Result<&'s [RuleIndex], RecordError> {
        let start = scan::skip_space(record, 0);
        scratch.begin(self);
        let (mut reading, end) = Reading::new(self, scratch, record, start)?;
        behind(record, end)?;
        let mut matches = std::mem::take(&mut reading.scratch.matches);
        for (number, program) in (0..).zip(&self.programs) {
            if let Some(program) = program
                && reading.runs(program)?
            {
                matches.push(RuleIndex(number));
            }
        }
        scratch.matches = matches;
        Ok(&scratch.matches)
    }

    fn match_at(
        &self,
        scratch: &mut Scratch,
        bytes: &[u8],
        start: usize,
    ) -> Result<usize, RecordError> {
        scratch.begin(self);
        let (mut reading, end) = Reading::new(self, scratch, bytes, start)?;
        reading.find_candidates()?;
        let candidates = std::mem::take(&mut reading.scratch.candidates);
        let mut matches = std::mem::take(&mut reading.scratch.matches);
        let mut failed = None;
        for number in &candidates {
            let Some(program) = &self.programs[*number as usize] else {
                continue;
            };
            match reading.runs(program) {
                Ok(true) => matches.push(RuleIndex(*number)),
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        scratch.tried += candidates.len() as u64;
        scratch.candidates = candidates;
        scratch.matches = matches;
        match failed {
            Some(error) => Err(error),
            None => Ok(end),
        }
    }
}

/// Finds the fields on the way to what every event is asked about: the gates' fields, and
/// what the rules ask that no gate stops.
fn hot(fields: &Fields, index: &Index, questions: &[CompiledField]) -> Box<[bool]> {
    let mut asked: Vec<FieldId> = index.gates.iter().map(|gate| gate.field).collect();
    for branch in index.unguarded() {
        branch.expression.for_each_predicate(&mut |predicate| {
            asked.extend(questions[predicate.number() as usize].field);
        });
    }
    let mut is_hot = vec![false; fields.len()];
    for field in asked {
        let mut above = fields.parent(field);
        while above != FieldId::ROOT {
            is_hot[above.number()] = true;
            above = fields.parent(above);
        }
    }
    is_hot.into()
}

/// Refuses anything but white space behind a record.
fn behind(record: &[u8], end: usize) -> Result<(), RecordError> {
    match scan::skip_space(record, end) {
        at if at == record.len() => Ok(()),
        at => Err(RecordError::Malformed(at)),
    }
}

impl Reading<'_, '_> {
    /// Runs a rule's program on the event.
    fn runs(&mut self, program: &Program) -> Result<bool, RecordError> {
        let mut at = program.start();
        loop {
            match at {
                Outcome::Match => return Ok(true),
                Outcome::NoMatch => return Ok(false),
                Outcome::Step(number) => {
                    let step = program.step(number);
                    at = if self.holds(step.predicate)? {
                        step.when_true
                    } else {
                        step.when_false
                    };
                }
            }
        }
    }
}
