//! The link between a digest and the one that it names as the one before.

use super::is_content_genuine;
use crate::digest::{Previous, signature_bytes};
use crate::finding::FindingKind;
use crate::record::DigestRecord;

/// Says what is wrong with what a digest states of the one before it.
///
/// Where that one is already known to be altered, nothing more is said of it here.
pub(super) fn broken(previous: &Previous, before: &DigestRecord) -> Option<(FindingKind, String)> {
    let object = before.place();
    if is_content_genuine(before)
        && let Some(sha256) = &before.sha256
        && *sha256 != previous.sha256
    {
        return Some((
            FindingKind::DigestHashChainBroken,
            format!("previousDigestHashValue is not the hash of {object}"),
        ));
    }
    let is_signature_known = matches!(
        before.verdict,
        None | Some(FindingKind::KeyUnavailable | FindingKind::DigestMoved)
    );
    // In any case of letters, as both are hexadecimal.
    if is_signature_known
        && let Some(signature) = &before.signature
        && (signature_bytes(signature) != signature_bytes(&previous.signature)
            || signature_bytes(signature).is_none())
    {
        return Some((
            FindingKind::DigestSignatureChainBroken,
            format!("previousDigestSignature is not the signature of {object}"),
        ));
    }
    None
}
