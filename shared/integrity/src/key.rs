//! CloudTrail's public keys.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use md5::{Digest as _, Md5};

mod ring;

pub use ring::{Found, KeyRing, ListError};

/// The most bytes that a key's DER has: that of 8,192 bits, with room.
const LONGEST_DER: usize = 4096;

/// A public key that verifies digests, with the times between which it was in use.
#[derive(Clone)]
pub struct PublicKey {
    der: Vec<u8>,
    fingerprint: String,
    parsed: ParsedPublicKey,
    /// When it came into use, in seconds since 1970, where that is known.
    pub valid_from: Option<i64>,
    /// When it went out of use, where that is known.
    pub valid_until: Option<i64>,
}

/// Says why some bytes are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value is no rsa public key of 2,048 to 8,192 bits in der")]
pub struct KeyError;

impl PublicKey {
    /// Reads a key from DER: PKCS#1, as `ListPublicKeys` answers, or SPKI, as openssl writes.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        if der.len() > LONGEST_DER {
            return Err(KeyError);
        }
        let parsed =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|_| KeyError)?;
        Ok(Self {
            fingerprint: hex::encode(Md5::digest(der)),
            der: der.to_owned(),
            parsed,
            valid_from: None,
            valid_until: None,
        })
    }

    /// Notes when the key was in use.
    #[must_use]
    pub const fn valid(mut self, from: Option<i64>, until: Option<i64>) -> Self {
        self.valid_from = from;
        self.valid_until = until;
        self
    }

    /// The key's DER, as it came.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The name that digests have for the key: the hexadecimal MD5 of its DER.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Tells whether a signature is the key's own of a message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }

    /// Tells whether the key may have been in use at a time.
    pub fn is_valid_at(&self, time: i64) -> bool {
        self.valid_from.is_none_or(|from| from <= time)
            && self.valid_until.is_none_or(|until| time <= until)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PublicKey")
            .field("fingerprint", &self.fingerprint)
            .field("valid_from", &self.valid_from)
            .field("valid_until", &self.valid_until)
            .finish_non_exhaustive()
    }
}
