//! The keys that sign sample digests, and what AWS would answer about them.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};
use serde_json::Value;

use crate::rhythm::push_offset_time;

static CLOUDTRAIL: LazyLock<Signer> =
    LazyLock::new(|| Signer::new(include_bytes!("../keys/sample-digest-signing-key.pk8")));

static FORGER: LazyLock<Signer> =
    LazyLock::new(|| Signer::new(include_bytes!("../keys/sample-forger-signing-key.pk8")));

/// An RSA-2048 key that signs digests with PKCS#1 v1.5 over SHA-256, as CloudTrail does.
///
/// ```
/// use sample::Signer;
///
/// let signer = Signer::cloudtrail();
/// assert_eq!(signer.sign("text").len(), 512);
/// // The signature is the same every time.
/// assert_eq!(signer.sign("text"), signer.sign("text"));
/// assert_ne!(signer.fingerprint(), Signer::forger().fingerprint());
/// ```
#[derive(Debug)]
pub struct Signer {
    key: RsaKeyPair,
    fingerprint: String,
}

impl Signer {
    /// The key that stands in for CloudTrail's, the same one for every Region.
    pub fn cloudtrail() -> &'static Self {
        &CLOUDTRAIL
    }

    /// A key that CloudTrail never had.
    pub fn forger() -> &'static Self {
        &FORGER
    }

    fn new(pkcs8: &[u8]) -> Self {
        let key = RsaKeyPair::from_pkcs8(pkcs8).expect("the key is the crate's own");
        let fingerprint = hex::encode(Md5::digest(key.public_key().as_ref()));
        Self { key, fingerprint }
    }

    /// The public half in DER: PKCS#1's `RSAPublicKey`, as `ListPublicKeys` has it.
    pub fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    /// The hexadecimal MD5 of [`Signer::public_key`], by which digests name the key.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Signs a text, and answers the signature as digests' metadata has it: in lower-case hexadecimal.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        // The padding is deterministic: no randomness goes into the signature.
        let random = SystemRandom::new();
        let signed = self
            .key
            .sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature);
        // A key of this size always holds the hash; no signature verifies as nothing.
        signed.map_or_else(|_| String::new(), |()| hex::encode(&signature))
    }

    /// The public half as a member of the answer of `ListPublicKeys`, valid between two times.
    pub fn valid(&self, start: i64, end: i64) -> PublicKey {
        PublicKey {
            value: self.public_key().to_vec(),
            start,
            end,
            fingerprint: self.fingerprint.clone(),
        }
    }
}

/// A public key as `ListPublicKeys` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// `Value`, before it is put into base64.
    pub value: Vec<u8>,
    /// `ValidityStartTime`, in seconds of the epoch.
    pub start: i64,
    /// `ValidityEndTime`, in seconds of the epoch.
    pub end: i64,
    /// `Fingerprint`.
    pub fingerprint: String,
}

/// Writes the answer of `aws cloudtrail list-public-keys` (version 2 of the AWS CLI).
pub fn list_public_keys(keys: &[PublicKey]) -> String {
    let time = |second| {
        let mut text = String::new();
        push_offset_time(&mut text, second);
        text
    };
    let entries: Vec<String> = keys
        .iter()
        .map(|key| {
            format!(
                r#"        {{
            "Value": "{}",
            "ValidityStartTime": "{}",
            "ValidityEndTime": "{}",
            "Fingerprint": {}
        }}"#,
                BASE64_STANDARD.encode(&key.value),
                time(key.start),
                time(key.end),
                Value::from(key.fingerprint.as_str()),
            )
        })
        .collect();
    format!(
        "{{\n    \"PublicKeyList\": [\n{}\n    ]\n}}\n",
        entries.join(",\n")
    )
}

/// Hashes bytes with SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
