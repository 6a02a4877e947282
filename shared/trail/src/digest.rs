//! Content hashes, as CloudTrail's digest files state them.

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes.
pub type Hash = [u8; 32];

/// Hashes bytes as CloudTrail's digest files do: SHA-256 over the uncompressed content.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}
