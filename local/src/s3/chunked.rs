//! `aws-chunked`: the framing that streaming signatures and trailing checksums
//! put around a body. Signatures are not checked.

use bytes::{Bytes, BytesMut};

/// A body without its framing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) body: Bytes,
    pub(super) trailers: Vec<(String, String)>,
}

/// Decodes a whole body; `None` when it is not framed so, or is cut off.
pub(super) fn decode(framed: &Bytes) -> Option<Decoded> {
    let mut rest = framed.clone();
    let mut body = BytesMut::new();
    loop {
        let line = take_line(&mut rest)?;
        let size = line.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            break;
        }
        if rest.len() < size.checked_add(2)? {
            return None;
        }
        body.extend_from_slice(&rest.split_to(size));
        if !rest.split_to(2).eq(&b"\r\n"[..]) {
            return None;
        }
    }
    let mut trailers = Vec::new();
    while !rest.is_empty() {
        let line = take_line(&mut rest)?;
        if let Some((name, value)) = line.split_once(':') {
            trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    Some(Decoded {
        body: body.freeze(),
        trailers,
    })
}

fn take_line(rest: &mut Bytes) -> Option<String> {
    let end = rest
        .windows(2)
        .take(4096)
        .position(|pair| pair == b"\r\n")?;
    let line = rest.split_to(end);
    drop(rest.split_to(2));
    String::from_utf8(line.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Decoded, decode};

    #[test]
    fn chunks_are_joined_and_trailers_read() {
        let framed = Bytes::from_static(
            b"4;chunk-signature=00\r\nabcd\r\n2\r\nef\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n",
        );
        assert_eq!(
            decode(&framed),
            Some(Decoded {
                body: Bytes::from_static(b"abcdef"),
                trailers: vec![("x-amz-checksum-crc32".to_owned(), "AAAA".to_owned())],
            })
        );
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        for framed in [
            "4\r\nabc",
            "4\r\nabcd\r\n",
            "zz\r\n",
            "",
            "ffffffffffffffff\r\n",
        ] {
            assert_eq!(decode(&Bytes::from(framed)), None, "{framed:?}");
        }
    }
}
