//! Ids, keys, addresses and tokens: real in shape, and nobody's.

use crate::dice::{derive_text, mix, scale};
use crate::rhythm::push_number;
use crate::words;

/// Appends the lowest `digits` hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, value: u64, digits: u32) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for place in (0..digits).rev() {
        let digit = (value >> (place * 4)) & 0xf;
        out.push(char::from(HEX[digit as usize]));
    }
}

/// Draws 32 hexadecimal digits for a text.
pub(crate) fn drawn_hex(text: &str) -> String {
    let seed = derive_text(4, text);
    let mut hex = String::new();
    push_hex(&mut hex, seed, 16);
    push_hex(&mut hex, mix(seed), 16);
    hex
}

/// Appends a version-4 GUID. All 64 bits of `unique` are in it, so that GUIDs
/// made of different numbers differ.
pub(crate) fn push_guid(out: &mut String, unique: u64, filler: u64) {
    push_hex(out, unique >> 32, 8);
    out.push('-');
    push_hex(out, unique >> 16, 4);
    out.push_str("-4");
    push_hex(out, unique >> 4, 3);
    out.push('-');
    push_hex(out, 0x8 | (filler & 3), 1);
    push_hex(out, unique, 1);
    push_hex(out, filler >> 2, 2);
    out.push('-');
    push_hex(out, filler >> 12, 12);
}

/// Appends a key id in the shape of the documentation's (`AKIAIOSFODNN7EXAMPLE`).
pub(crate) fn push_key(out: &mut String, prefix: &str, letters: u32, value: u64) {
    const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    out.push_str(prefix);
    for place in 0..letters {
        out.push(char::from(BASE32[((value >> (place * 5)) & 0x1f) as usize]));
    }
    out.push_str("EXAMPLE");
}

/// Appends an address of the documentation ranges.
pub(crate) fn push_address(out: &mut String, value: u64) {
    let bits = mix(value);
    if bits.is_multiple_of(16) {
        out.push_str("2001:db8:");
        push_hex(out, bits >> 8, 4);
        out.push_str("::");
        push_hex(out, (bits >> 24) | 0x1000, 4);
        return;
    }
    out.push_str(words::pick(
        &["192.0.2.", "198.51.100.", "203.0.113."],
        bits,
    ));
    push_number(out, 1 + scale(mix(bits), 254) as u64);
}

/// Appends what looks like a session token and is none.
pub(crate) fn push_token(out: &mut String, value: u64) {
    const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.push_str("EXAMPLE//////////");
    let mut bits = value;
    for _ in 0..34 + (value & 7) {
        bits = mix(bits);
        for place in 0..10_u32 {
            out.push(char::from(BASE64[((bits >> (place * 6)) & 0x3f) as usize]));
        }
    }
    out.push_str("==");
}
