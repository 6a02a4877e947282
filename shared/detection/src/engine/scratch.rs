//! Working memory.

use super::Engine;
use super::memory::Memory;
use crate::rule::RuleIndex;
use crate::scan::Span;

/// Working memory for [`Engine::matches`].
///
/// After the first events nothing is allocated for an ordinary one. What it remembers of
/// the values of past events, at most 256 short ones of a field, never changes what an
/// event matches. An engine that meets it after another begins anew.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The number of the event at hand; what carries another number is of another event.
    pub(super) epoch: u64,
    /// Where each field's values stand in the record.
    pub(super) spans: Vec<Vec<Span>>,
    /// When the fields below each field were looked for.
    pub(super) expanded: Vec<u64>,
    /// When each predicate was asked, twice the number, and one more where it holds.
    pub(super) answers: Vec<u64>,
    /// The engine that the memories are of.
    engine: u64,
    /// What the values seen lately say, gate by gate.
    pub(super) memories: Vec<Memory>,
    /// The branches that no gate has stopped yet.
    pub(super) possible: Vec<u64>,
    pub(super) candidates: Vec<u32>,
    pub(super) matches: Vec<RuleIndex>,
    pub(super) text: Vec<u8>,
    pub(super) other_text: Vec<u8>,
    pub(super) tried: u64,
}

impl Scratch {
    /// How many records were matched with it, those with an error included.
    pub const fn records(&self) -> u64 {
        self.epoch
    }

    /// How many rules were tried on them, which is what the index keeps low.
    pub const fn tried(&self) -> u64 {
        self.tried
    }

    /// Forgets the last event and makes room for the engine.
    pub(super) fn begin(&mut self, engine: &Engine) {
        self.epoch += 1;
        self.candidates.clear();
        self.matches.clear();
        if self.spans.len() < engine.fields.len() {
            self.spans.resize_with(engine.fields.len(), Vec::new);
            self.expanded.resize(engine.fields.len(), 0);
        }
        if self.answers.len() < engine.questions.len() {
            self.answers.resize(engine.questions.len(), 0);
        }
        if self.engine != engine.number {
            self.engine = engine.number;
            self.memories.clear();
            self.memories
                .resize_with(engine.index.gates.len(), Memory::default);
        }
    }
}
