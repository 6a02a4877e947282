//! The compression dictionaries that blocks are written with.
//!
//! A block names the dictionary it needs, so every dictionary that was ever
//! shipped stays here. They are trained by `cargo run --release -p bench --bin
//! train_dictionary` on the sample generator's records.

use std::sync::OnceLock;

use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// The number of a shipped dictionary; zero is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DictionaryNumber(pub u16);

/// The dictionary that new blocks are written with.
pub const CURRENT: DictionaryNumber = DictionaryNumber(1);

/// The level that new blocks are compressed at.
///
/// Chosen by `cargo run --release -p bench --bin write_units` and `throughput`:
/// with the dictionary, blocks of real records are as small at level 1 as at 3
/// (0.1273 and 0.1275 write units an event), and are made in half the time.
const LEVEL: i32 = 1;

const FIRST: &[u8] = include_bytes!("../dictionaries/1.zdict");

/// The current dictionary, digested for writing.
pub(crate) fn encoder() -> &'static EncoderDictionary<'static> {
    static ENCODER: OnceLock<EncoderDictionary<'static>> = OnceLock::new();
    ENCODER.get_or_init(|| EncoderDictionary::copy(FIRST, LEVEL))
}

/// A shipped dictionary, digested for reading.
pub(crate) fn decoder(number: DictionaryNumber) -> Option<&'static DecoderDictionary<'static>> {
    static DECODER: OnceLock<DecoderDictionary<'static>> = OnceLock::new();
    (number == CURRENT).then(|| DECODER.get_or_init(|| DecoderDictionary::copy(FIRST)))
}
