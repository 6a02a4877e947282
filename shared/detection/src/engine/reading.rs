//! An event and what is known of it so far.

use super::fields::FieldId;
use super::index::Slot;
use super::memory::Memory;
use super::scratch::Scratch;
use super::{Engine, bits};
use crate::literal::Literal;
use crate::predicate::{Place, PredicateId, Test};
use crate::scan::{self, Members, RecordError, Span};
use crate::text;

/// An event being read.
pub(super) struct Reading<'s, 'r> {
    engine: &'s Engine,
    pub(super) scratch: &'s mut Scratch,
    record: &'r [u8],
}

impl<'s, 'r> Reading<'s, 'r> {
    /// Looks for the record's top-level fields; gives back where it ends, too.
    pub(super) fn new(
        engine: &'s Engine,
        scratch: &'s mut Scratch,
        record: &'r [u8],
        start: usize,
    ) -> Result<(Self, usize), RecordError> {
        let mut reading = Self {
            engine,
            scratch,
            record,
        };
        reading.forget_below(FieldId::ROOT);
        let end = reading.members(FieldId::ROOT, record, start, 0, true)?;
        Ok((reading, end))
    }

    /// Collects the rules that none of the event's values rules out, in their order.
    pub(super) fn find_candidates(&mut self) -> Result<(), RecordError> {
        let engine = self.engine;
        let index = &engine.index;
        let words = index.every.len();
        self.scratch.possible.clear();
        self.scratch.possible.extend_from_slice(&index.every);
        for (number, gate) in (0..).zip(&index.gates) {
            if !bits::meet(&self.scratch.possible, &gate.concerned) {
                continue;
            }
            self.look_for(gate.field)?;
            let Scratch {
                epoch,
                spans,
                memories,
                possible,
                text,
                ..
            } = &mut *self.scratch;
            let value = match spans[gate.field.number()].as_slice() {
                [] => None,
                [span] if Memory::takes(span.of(self.record)) => Some(span.of(self.record)),
                _ => continue,
            };
            let memory = &mut memories[number as usize];
            memory.recall(engine, number, value, *epoch, text);
            bits::keep(possible, memory.possible(words));
        }
        let Scratch {
            possible,
            candidates,
            ..
        } = &mut *self.scratch;
        for branch in bits::numbers(possible) {
            let rule = index.branches[branch as usize].rule;
            // Branches of a rule stand together.
            if candidates.last() != Some(&rule) {
                candidates.push(rule);
            }
        }
        Ok(())
    }

    /// Whether a predicate holds for the event.
    #[inline]
    pub(super) fn holds(&mut self, predicate: PredicateId) -> Result<bool, RecordError> {
        let number = predicate.number() as usize;
        let known = self.scratch.answers[number];
        if known >> 1 == self.scratch.epoch {
            return Ok(known & 1 == 1);
        }
        let holds = self.ask(predicate)?;
        self.scratch.answers[number] = self.scratch.epoch << 1 | u64::from(holds);
        Ok(holds)
    }

    fn ask(&mut self, id: PredicateId) -> Result<bool, RecordError> {
        let engine = self.engine;
        if let Some(Slot { gate, number }) = engine.index.slot(id) {
            let memory = self.scratch.memories.get(gate as usize);
            let epoch = self.scratch.epoch;
            if let Some(holds) = memory.and_then(|it| it.answer(engine, gate, number, epoch)) {
                return Ok(holds);
            }
        }
        let question = engine.questions[id.number() as usize];
        let test = &engine.predicates.get(id).test;
        let Some(field) = question.field else {
            return self.has_keyword(test);
        };
        self.look_for(field)?;
        match test {
            Test::Texts(texts) => {
                let Scratch { spans, text, .. } = &mut *self.scratch;
                for span in &spans[field.number()] {
                    let found = text::texts(span.of(self.record), text, &mut |kind, text| {
                        texts.has(kind, text)
                    })?;
                    if found {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::IsNull => {
                let spans = &self.scratch.spans[field.number()];
                Ok(spans.is_empty() || spans.iter().any(|span| span.of(self.record) == b"null"))
            }
            Test::Reference {
                place, is_cased, ..
            } => match question.other {
                Some(other) => self.refers(field, other, *place, *is_cased),
                None => Ok(false),
            },
        }
    }

    /// Whether any value of the event, whatever its field, is one that a keyword asks for.
    fn has_keyword(&mut self, test: &Test) -> Result<bool, RecordError> {
        let Test::Texts(texts) = test else {
            return Ok(false);
        };
        let buffer = &mut self.scratch.text;
        scan::leaves(self.record, |leaf| {
            text::scalar(leaf, buffer, &mut |kind, text| texts.has(kind, text))
        })
    }

    /// Whether a text of one field stands in a text of another.
    fn refers(
        &mut self,
        field: FieldId,
        other: FieldId,
        place: Place,
        is_cased: bool,
    ) -> Result<bool, RecordError> {
        self.look_for(other)?;
        let Scratch {
            spans,
            text,
            other_text,
            ..
        } = &mut *self.scratch;
        for wanted in &spans[other.number()] {
            let found = text::texts(wanted.of(self.record), other_text, &mut |_, wanted| {
                let literal = Literal::new(&String::from_utf8_lossy(wanted), is_cased);
                spans[field.number()].iter().any(|span| {
                    let found =
                        text::texts(span.of(self.record), text, &mut |_, text| match place {
                            Place::Whole => literal.equals(text),
                            Place::Anywhere => literal.is_in(text),
                            Place::Start => literal.starts(text),
                            Place::End => literal.ends(text),
                        });
                    // The values were walked once already to find where they end.
                    found.unwrap_or(false)
                })
            })?;
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Makes sure that a field's values are known.
    #[inline]
    fn look_for(&mut self, field: FieldId) -> Result<(), RecordError> {
        let parent = self.engine.fields.parent(field);
        if self.scratch.expanded[parent.number()] == self.scratch.epoch {
            return Ok(());
        }
        self.look_below(parent)
    }

    /// Finds the values of all fields right below one.
    fn look_below(&mut self, parent: FieldId) -> Result<(), RecordError> {
        self.look_for(parent)?;
        self.forget_below(parent);
        let record = self.record;
        for number in 0..self.scratch.spans[parent.number()].len() {
            let span = self.scratch.spans[parent.number()][number];
            self.descend(parent, span.of(record), span.start())?;
        }
        Ok(())
    }

    /// Takes the members of an object, or of the objects in an array.
    fn descend(
        &mut self,
        parent: FieldId,
        value: &'r [u8],
        offset: usize,
    ) -> Result<(), RecordError> {
        match value.first() {
            Some(b'{') => self.members(parent, value, 0, offset, false).map(|_| ()),
            Some(b'[') => scan::elements(value, 0, |span| {
                if value.get(span.start()) == Some(&b'{') {
                    self.members(parent, value, span.start(), offset, false)?;
                }
                Ok(false)
            })
            .map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Notes where the members of an object stand that some rule asks about.
    ///
    /// Of members of the same name the last counts. Where the object is the record or in it
    /// without an array between, `is_alone`, the objects that every event is asked about are
    /// gone into at once, which saves passing over them.
    fn members(
        &mut self,
        parent: FieldId,
        bytes: &'r [u8],
        start: usize,
        offset: usize,
        is_alone: bool,
    ) -> Result<usize, RecordError> {
        let engine = self.engine;
        let mut members = Members::new(bytes, start)?;
        while let Some(key) = members.key()? {
            let value = key.value;
            let child = if key.is_escaped {
                let text = &mut self.scratch.text;
                text.clear();
                scan::unescape(key.name, text);
                engine.fields.child(parent, text)
            } else {
                engine.fields.child(parent, key.name)
            };
            let Some(child) = child else {
                members.pass(scan::skip_value(bytes, value)?);
                continue;
            };
            // One of the same object is the same member again.
            let known = self.scratch.spans[child.number()].last();
            let is_again = known.is_some_and(|last| last.start() >= offset + start);
            if is_again {
                self.scratch.spans[child.number()].pop();
                self.forget_all_below(child);
            }
            let goes_in = is_alone
                && !is_again
                && engine.is_hot[child.number()]
                && bytes.get(value) == Some(&b'{');
            let end = if goes_in {
                self.forget_below(child);
                self.members(child, bytes, value, offset, true)?
            } else {
                scan::skip_value(bytes, value)?
            };
            let span = Span::new(value, end)?.moved(offset);
            self.scratch.spans[child.number()].push(span);
            members.pass(end);
        }
        Ok(members.end())
    }

    /// Makes room for what is right below a field, which is about to be looked for.
    fn forget_below(&mut self, parent: FieldId) {
        self.scratch.expanded[parent.number()] = self.scratch.epoch;
        for child in self.engine.fields.children(parent) {
            self.scratch.spans[child.number()].clear();
        }
    }

    /// Makes all that is below a field be looked for again.
    fn forget_all_below(&mut self, parent: FieldId) {
        self.scratch.expanded[parent.number()] = 0;
        for child in self.engine.fields.children(parent) {
            self.forget_all_below(*child);
        }
    }
}
