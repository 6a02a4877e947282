//! A stream of bits, with the two codes that term pages are written in.
//!
//! Gamma codes small numbers of unknown size in 2 log2 + 1 bits; Rice codes
//! numbers whose mean is known in about 1.5 bits above its logarithm.

/// Writes bits, the most significant first.
#[derive(Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    held: u32,
}

/// How many bits the gamma code of a number takes.
pub(crate) fn gamma_length(value: u32) -> u32 {
    2 * (u64::from(value) + 1).ilog2() + 1
}

/// How many bits the Rice code of a number takes.
pub(crate) fn rice_length(value: u32, low_bits: u32) -> u32 {
    (value >> low_bits) + 1 + low_bits
}

impl BitWriter {
    /// Appends the `count` (at most 32) low bits of a value.
    pub(crate) fn bits(&mut self, value: u64, count: u32) {
        debug_assert!(
            count <= 32 && (count == 64 || value >> count == 0),
            "value fits its bits"
        );
        self.pending = (self.pending << count) | value;
        self.held += count;
        while self.held >= 8 {
            self.held -= 8;
            self.bytes.push(low_byte(self.pending >> self.held));
        }
    }

    /// Appends a number in unary: so many zeros, then a one.
    fn unary(&mut self, mut value: u32) {
        while value >= 32 {
            self.bits(0, 32);
            value -= 32;
        }
        self.bits(1, value + 1);
    }

    /// Appends a number in the gamma code.
    pub(crate) fn gamma(&mut self, value: u32) {
        let shifted = u64::from(value) + 1;
        let width = shifted.ilog2();
        self.unary(width);
        self.bits(shifted & ((1 << width) - 1), width);
    }

    /// Appends a number in the Rice code with so many low bits.
    pub(crate) fn rice(&mut self, value: u32, low_bits: u32) {
        self.unary(value >> low_bits);
        self.bits(u64::from(value) & ((1 << low_bits) - 1), low_bits);
    }

    /// Ends the stream, filling its last byte with zeros.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.held > 0 {
            self.bits(0, 8 - self.held);
        }
        self.bytes
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low byte is what is wanted"
)]
const fn low_byte(value: u64) -> u8 {
    value as u8
}

/// Reads bits; every read past the end answers nothing.
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Reads so many bits (at most 32) as a number.
    pub(crate) fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u64;
        let mut wanted = count;
        while wanted > 0 {
            let byte = *self.bytes.get(self.at / 8)?;
            let used = u32::try_from(self.at % 8).ok()?;
            let take = wanted.min(8 - used);
            let part = (u32::from(byte) >> (8 - used - take)) & ((1 << take) - 1);
            value = (value << take) | u64::from(part);
            self.at += take as usize;
            wanted -= take;
        }
        u32::try_from(value).ok()
    }

    fn unary(&mut self) -> Option<u32> {
        let start = self.at;
        loop {
            let byte = *self.bytes.get(self.at / 8)?;
            let used = self.at % 8;
            let zeros = (byte << used).leading_zeros() as usize;
            if zeros < 8 - used {
                self.at += zeros + 1;
                return u32::try_from(self.at - 1 - start).ok();
            }
            self.at += 8 - used;
        }
    }

    /// Reads a number in the gamma code.
    pub(crate) fn gamma(&mut self) -> Option<u32> {
        let width = self.unary()?;
        if width > 32 {
            return None;
        }
        let low = u64::from(self.bits(width)?);
        u32::try_from(((1_u64 << width) | low) - 1).ok()
    }

    /// Reads a number in the Rice code with so many low bits.
    pub(crate) fn rice(&mut self, low_bits: u32) -> Option<u32> {
        let high = self.unary()?;
        let low = self.bits(low_bits)?;
        high.checked_mul(1 << low_bits)?.checked_add(low)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_and_takes_the_stated_length(
            values in proptest::collection::vec((0_u32..100_000, 0_u32..20), 0..200),
        ) {
            let mut writer = BitWriter::default();
            let mut length = 0;
            for (value, low_bits) in &values {
                writer.gamma(*value);
                // Keeps the unary part short, as callers do.
                writer.rice(value % (64 << low_bits), *low_bits);
                writer.bits(u64::from(value & 0x7f), 7);
                length += gamma_length(*value)
                    + rice_length(value % (64 << low_bits), *low_bits)
                    + 7;
            }
            let bytes = writer.finish();
            prop_assert_eq!(bytes.len(), length.div_ceil(8) as usize);
            let mut reader = BitReader::new(&bytes);
            for (value, low_bits) in &values {
                prop_assert_eq!(reader.gamma(), Some(*value));
                prop_assert_eq!(reader.rice(*low_bits), Some(value % (64 << low_bits)));
                prop_assert_eq!(reader.bits(7), Some(value & 0x7f));
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let mut reader = BitReader::new(&bytes);
            while reader.gamma().is_some() && reader.rice(7).is_some() && reader.bits(3).is_some() {}
        }
    }
}
