//! What the values of a field that were seen lately say.
//!
//! Who calls, from where and with which program repeats from event to event, and so does
//! what the rules ask of it. A value is known again by its bytes, all of them; what was
//! found out about it follows from them and from the rules alone, so it stays true.

use xxhash_rust::xxh3::xxh3_64;

use super::Engine;
use super::bits;
use super::gate::Verdict;

/// How long a value is that is remembered.
const LONGEST: usize = 512;
/// How many pairs of values are remembered, a power of two.
const PAIRS: usize = 128;
/// Where a field that is absent has its place, behind the pairs.
const ABSENT: usize = PAIRS * 2;

/// The values of one field and what they say.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The values' JSON. One that was never there is empty, which no value is.
    values: Vec<Vec<u8>>,
    /// Which of each pair was asked for last.
    last: Vec<bool>,
    /// The branches that may hold, for each place.
    possible: Vec<u64>,
    /// The predicates that hold, for each place.
    true_ones: Vec<u64>,
    /// Room for the branches that a new value concerns.
    asking: Vec<u64>,
    /// The event whose value stands at `place`.
    epoch: u64,
    place: usize,
}

impl Memory {
    /// Whether a value is one to remember: a scalar, and no long one.
    pub(super) fn takes(value: &[u8]) -> bool {
        value.len() <= LONGEST && !matches!(value.first(), None | Some(b'{' | b'['))
    }

    /// Finds what a value says, or a field that is absent, and keeps it for the event.
    pub(super) fn recall(
        &mut self,
        engine: &Engine,
        gate: u32,
        value: Option<&[u8]>,
        epoch: u64,
        buffer: &mut Vec<u8>,
    ) {
        if self.values.is_empty() {
            self.begin(engine, gate, buffer);
        }
        self.epoch = epoch;
        let Some(value) = value else {
            self.place = ABSENT;
            return;
        };
        // Often the value is the one of the event before.
        if self
            .values
            .get(self.place)
            .is_some_and(|last| *last == value)
        {
            return;
        }
        let pair = xxh3_64(value).to_le_bytes()[0] as usize % PAIRS;
        let newer = pair * 2 + usize::from(self.last[pair]);
        let older = newer ^ 1;
        if self.values[newer] == value {
            self.place = newer;
            return;
        }
        self.place = older;
        self.last[pair] = !self.last[pair];
        if self.values[older] != value {
            self.judge(engine, gate, Some(value), buffer);
            self.values[older].clear();
            self.values[older].extend_from_slice(value);
        }
    }

    /// The branches that may hold by the value at hand.
    #[inline]
    pub(super) fn possible(&self, words: usize) -> &[u64] {
        &self.possible[self.place * words..][..words]
    }

    /// Whether a predicate holds for the event's value, where that was recalled.
    #[inline]
    pub(super) fn answer(
        &self,
        engine: &Engine,
        gate: u32,
        number: u32,
        epoch: u64,
    ) -> Option<bool> {
        if self.epoch != epoch {
            return None;
        }
        let words = bits::words(engine.index.gates[gate as usize].predicates());
        Some(bits::has(&self.true_ones[self.place * words..], number))
    }

    fn begin(&mut self, engine: &Engine, gate: u32, buffer: &mut Vec<u8>) {
        let branch_words = engine.index.every.len();
        let predicate_words = bits::words(engine.index.gates[gate as usize].predicates());
        self.values.resize(ABSENT, Vec::new());
        self.last.resize(PAIRS, false);
        self.possible.resize((ABSENT + 1) * branch_words, 0);
        self.true_ones.resize((ABSENT + 1) * predicate_words, 0);
        self.asking.resize(branch_words, 0);
        self.place = ABSENT;
        self.judge(engine, gate, None, buffer);
    }

    /// Finds out what a value says, at its place.
    fn judge(&mut self, engine: &Engine, gate: u32, value: Option<&[u8]>, buffer: &mut Vec<u8>) {
        let index = &engine.index;
        let compiled = &index.gates[gate as usize];
        let branch_words = index.every.len();
        let predicate_words = bits::words(compiled.predicates());
        let verdict = Verdict {
            possible: &mut self.possible[self.place * branch_words..][..branch_words],
            true_ones: &mut self.true_ones[self.place * predicate_words..][..predicate_words],
            asking: &mut self.asking,
        };
        let numbers = |id| {
            let slot = index.slot(id)?;
            (slot.gate == gate).then_some(slot.number)
        };
        let rules = (&*engine.predicates, &*index.branches);
        compiled.judge(value, rules, &numbers, buffer, verdict);
    }
}
