//! Sets of small numbers, a bit for each.

/// How many words hold so many bits.
pub(super) const fn words(count: usize) -> usize {
    count.div_ceil(64)
}

/// The empty set, with room for the numbers below `count`.
pub(super) fn none(count: usize) -> Box<[u64]> {
    vec![0; words(count)].into()
}

/// The set of the numbers below `count`.
pub(super) fn all(count: usize) -> Box<[u64]> {
    let mut bits = vec![u64::MAX; words(count)];
    if let Some(last) = bits.last_mut()
        && !count.is_multiple_of(64)
    {
        *last = (1 << (count % 64)) - 1;
    }
    bits.into()
}

pub(super) fn set(bits: &mut [u64], number: u32) {
    bits[number as usize / 64] |= 1 << (number % 64);
}

pub(super) fn clear(bits: &mut [u64], number: u32) {
    bits[number as usize / 64] &= !(1 << (number % 64));
}

#[inline]
pub(super) fn has(bits: &[u64], number: u32) -> bool {
    bits[number as usize / 64] >> (number % 64) & 1 == 1
}

/// Whether two sets have a number in common.
#[inline]
pub(super) fn meet(one: &[u64], other: &[u64]) -> bool {
    // Without a way out early, several words are compared at once.
    let pairs = one.iter().zip(other);
    pairs.fold(0, |met, (one, other)| met | one & other) != 0
}

/// Keeps what is in the other set, too.
#[inline]
pub(super) fn keep(bits: &mut [u64], other: &[u64]) {
    for (bits, other) in bits.iter_mut().zip(other) {
        *bits &= other;
    }
}

/// The numbers of a set, in order.
pub(super) fn numbers(bits: &[u64]) -> impl Iterator<Item = u32> {
    (0..).step_by(64).zip(bits).flat_map(|(first, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let next = (left != 0).then(|| first + left.trailing_zeros());
            left &= left.wrapping_sub(1);
            next
        })
    })
}
