//! Base64 as it stands in other text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What some bytes become within longer ones, for each of the three places they can begin at.
///
/// The characters at the ends that hold bits of the neighbours are cut off.
pub(super) fn base64_at_offsets(bytes: &[u8]) -> Vec<String> {
    [(0, 0), (1, 2), (2, 3)]
        .into_iter()
        .map(|(offset, cut)| {
            let mut padded = vec![b' '; offset];
            padded.extend_from_slice(bytes);
            let encoded = STANDARD.encode(&padded);
            let kept = match padded.len() % 3 {
                0 => encoded.len(),
                1 => encoded.len() - 3,
                _ => encoded.len() - 2,
            };
            encoded.get(cut..kept).unwrap_or_default().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_offset_is_found_in_longer_text() {
        for before in 0..7 {
            for behind in 0..7 {
                let text = [&vec![b'x'; before][..], b"GetObject", &vec![b'y'; behind]].concat();
                let encoded = base64(&text);
                let found = base64_at_offsets(b"GetObject")
                    .iter()
                    .any(|part| encoded.contains(part));
                assert!(found, "{before} {behind}");
            }
        }
    }

    #[test]
    fn the_specification_gives_these_three() {
        assert_eq!(
            base64_at_offsets(b"/bin/bash"),
            ["L2Jpbi9iYXNo", "9iaW4vYmFza", "vYmluL2Jhc2"]
        );
    }
}
