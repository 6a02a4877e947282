//! The one gzip member that an object of CloudTrail's is.

use std::io::{ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// The first gzip member of an object, inflated, and how much follows it.
///
/// An object of CloudTrail's is exactly one member. What follows it is left
/// for the caller to judge, because whoever looks for tampering wants to know
/// what the first member holds all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The inflated content; its checksum and length are those of the trailer.
    pub content: Vec<u8>,
    /// How many bytes of the object follow the member.
    pub behind: usize,
}

/// Says why an object's first gzip member cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// The object does not start as gzip does.
    #[error("the object is not gzip")]
    NotGzip,
    /// The object ends before the member does; an empty object is one.
    #[error("the gzip member is cut short")]
    Truncated,
    /// The member is not well-formed, or its checksum or length is wrong.
    #[error("the gzip member is damaged")]
    Damaged,
    /// The content is larger than the bound on decompression.
    #[error("the object inflates to more than {limit} bytes")]
    TooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
}

impl Member {
    /// Inflates an object's first member, to at most `limit` bytes of content.
    pub fn read(object: &[u8], limit: usize) -> Result<Self, MemberError> {
        match object {
            [0x1f, 0x8b, ..] => {}
            // What is left of a header names nothing else.
            [] | [0x1f] => return Err(MemberError::Truncated),
            _ => return Err(MemberError::NotGzip),
        }
        let mut content = Vec::with_capacity(stated_length(object).min(limit));
        let mut member = GzDecoder::new(object);
        // One byte more than allowed shows that the bound was crossed.
        let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        member
            .by_ref()
            .take(bound)
            .read_to_end(&mut content)
            .map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => MemberError::Truncated,
                _ => MemberError::Damaged,
            })?;
        if content.len() > limit {
            return Err(MemberError::TooLarge { limit });
        }
        Ok(Self {
            content,
            behind: member.into_inner().len(),
        })
    }
}

/// The content's length by the gzip trailer: a hint for the allocation, not trusted further.
fn stated_length(object: &[u8]) -> usize {
    // Deflate cannot shrink anything by more than 1,032 to 1.
    let possible = object.len().saturating_mul(1032);
    object
        .last_chunk::<4>()
        .map_or(0, |trailer| {
            usize::try_from(u32::from_le_bytes(*trailer)).unwrap_or(0)
        })
        .min(possible)
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const LIMIT: usize = 1 << 16;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).expect("compresses");
        encoder.finish().expect("compresses")
    }

    #[test]
    fn a_member_cut_short_anywhere_is_truncated() {
        let content: Vec<u8> = (0..2000_u32)
            .map(|at| u8::try_from(at * at % 251).expect("small"))
            .collect();
        let object = gzip(&content);
        let whole = Member { content, behind: 0 };
        assert_eq!(Member::read(&object, LIMIT), Ok(whole));
        for length in 0..object.len() {
            assert_eq!(
                Member::read(&object[..length], LIMIT),
                Err(MemberError::Truncated),
                "{length} of {}",
                object.len()
            );
        }
    }

    #[test]
    fn what_follows_a_member_is_counted() {
        let member = gzip(b"first");
        let object = [member.clone(), gzip(b"second")].concat();
        let read = Member::read(&object, LIMIT).expect("a member");
        assert_eq!(read.content, b"first");
        assert_eq!(read.behind, object.len() - member.len());
    }

    #[test]
    fn a_wrong_checksum_or_length_is_damage() {
        let good = gzip(b"some content");
        for from_end in 1..=8 {
            let mut object = good.clone();
            let at = object.len() - from_end;
            object[at] ^= 0x80;
            assert_eq!(Member::read(&object, LIMIT), Err(MemberError::Damaged));
        }
        assert_eq!(
            Member::read(&gzip(&vec![0; LIMIT + 1]), LIMIT),
            Err(MemberError::TooLarge { limit: LIMIT })
        );
    }
}
