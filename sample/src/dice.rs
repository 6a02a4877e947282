//! The seeded stream of numbers that everything in this crate is drawn from.
//!
//! It is `SplitMix64`: a record is a function of the trail's seed and of its own number
//! and of nothing else, so that any slice of a trail can be written without
//! the records before it, and in parallel. No floating-point transcendental is
//! used anywhere, so that every machine writes the same bytes.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Scrambles a number: a bijection, so that different numbers stay different.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Derives the seed of a part (a record, a principal, a file) from that of the whole.
pub(crate) const fn derive(seed: u64, part: u64) -> u64 {
    mix(seed ^ mix(part.wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// Derives a seed from text, so that equal names mean equal things everywhere.
pub(crate) fn derive_text(seed: u64, text: &str) -> u64 {
    text.bytes()
        .fold(mix(seed ^ GOLDEN), |hash, byte| mix(hash ^ u64::from(byte)))
}

/// Scales a uniform number to `0..bound`.
pub(crate) fn scale(value: u64, bound: usize) -> usize {
    let wide = u128::from(value) * (bound as u128);
    usize::try_from(wide >> 64).unwrap_or(0)
}

/// A deterministic stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Draws the next 64 bits.
    pub(crate) const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// Draws a number below `bound`, or 0 where `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        scale(self.roll(), bound)
    }

    /// Says yes in `share` of 1,000 draws.
    pub(crate) fn per_mille(&mut self, share: u16) -> bool {
        self.below(1000) < usize::from(share)
    }
}

/// A weighted choice in constant time: a table whose slots are shared out by weight.
#[derive(Clone, Debug)]
pub(crate) struct Skew(Vec<u16>);

impl Skew {
    const SLOTS: u64 = 16_384;

    /// Shares the slots out by weight; whatever has a weight has at least one slot.
    pub(crate) fn weighted(weights: impl IntoIterator<Item = u64>) -> Self {
        let weights: Vec<u64> = weights.into_iter().collect();
        let total = weights.iter().sum::<u64>().max(1);
        let mut slots = Vec::new();
        for (choice, weight) in (0_u16..).zip(weights) {
            let share = (weight * Self::SLOTS / total).max(u64::from(weight > 0));
            slots.extend((0..share).map(|_| choice));
        }
        Self(slots)
    }

    /// Shares the slots out by Zipf's law over `count` choices.
    pub(crate) fn zipf(count: u16) -> Self {
        Self::weighted((1..=u64::from(count)).map(|rank| 1_000_000_000 / rank))
    }

    /// Picks a choice with a uniform number.
    pub(crate) fn pick(&self, value: u64) -> usize {
        self.0
            .get(scale(value, self.0.len()))
            .copied()
            .map_or(0, usize::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skew_follows_its_weights_and_forgets_none() {
        let skew = Skew::weighted([900, 99, 1]);
        let mut counts = [0_u32; 3];
        let mut dice = Dice::new(7);
        for _ in 0..100_000 {
            counts[skew.pick(dice.roll())] += 1;
        }
        assert!(counts[0] > 89_000 && counts[0] < 91_000, "{counts:?}");
        assert!(counts[2] > 20, "{counts:?}");
    }

    #[test]
    fn derived_seeds_differ() {
        let mut seeds: Vec<u64> = (0..10_000).map(|part| derive(1, part)).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 10_000);
        assert_ne!(derive_text(1, "a"), derive_text(2, "a"));
    }
}
