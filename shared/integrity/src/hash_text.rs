//! Hashes as lower-case hexadecimal text in JSON.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
use trail::digest::Hash;

pub(crate) fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(hash))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    let mut hash = Hash::default();
    hex::decode_to_slice(text.as_bytes(), &mut hash)
        .map_err(|_| D::Error::custom("not a sha-256 in hexadecimal"))?;
    Ok(hash)
}
