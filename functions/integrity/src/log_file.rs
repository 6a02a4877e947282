//! One log file, held against the hash that a digest lists.

use integrity::FindingKind;
use trail::digest::{Hash, sha256};
use trail::gzip::{Member, MemberError};

/// The largest log file, as compressed as it lies in the bucket.
pub(crate) const MOST_COMPRESSED: usize = 64 * 1024 * 1024;

/// Says what is wrong with a log file's object; nothing where it is what was listed.
///
/// Content is hashed and judged from one buffer; what follows the gzip member is told
/// apart from what was changed in it.
pub(crate) fn judge(object: &[u8], listed: &Hash, limit: usize) -> Option<(FindingKind, String)> {
    let member = match Member::read(object, limit) {
        Ok(member) => member,
        Err(error) => {
            let kind = match error {
                MemberError::Truncated => FindingKind::LogTruncated,
                _ => FindingKind::LogInvalid,
            };
            return Some((kind, error.to_string()));
        }
    };
    let hash = sha256(&member.content);
    if hash != *listed {
        let detail = format!(
            "the content's sha-256 is {}, listed is {}",
            hex(&hash),
            hex(listed)
        );
        return Some((FindingKind::LogChanged, detail));
    }
    (member.behind > 0).then(|| {
        let detail = format!("{} bytes follow the gzip member", member.behind);
        (FindingKind::LogAppended, detail)
    })
}

fn hex(hash: &Hash) -> String {
    index::file::FileRecord::hash_text(hash)
}
