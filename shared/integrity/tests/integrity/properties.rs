//! Properties: no change goes unseen, and nothing panics.

use std::sync::OnceLock;

use integrity::audit::{Audit, Verdict, examine};
use integrity::digest::Digest;
use integrity::proof::Proof;
use integrity::stored::Metadata;
use integrity::{DigestRecord, KeyRing, Location, PublicKey, Summary};
use proptest::prelude::*;

use crate::archive::{Archive, BUCKET, gzip, inflate, ring};

const HOURS: i64 = 4;

fn clean() -> &'static Archive {
    static ARCHIVE: OnceLock<Archive> = OnceLock::new();
    ARCHIVE.get_or_init(|| Archive::clean(HOURS))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_changed_bit_of_any_object_is_found_unless_it_is_none_of_the_content(
        object in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let mut archive = clean().clone();
        let key = object.get(&archive.objects.keys().cloned().collect::<Vec<_>>()).clone();
        let before = inflate(&archive.objects[&key].bytes);
        let bytes = &mut archive.object(&key).bytes;
        let at = byte.index(bytes.len());
        bytes[at] ^= 1 << bit;
        // A gzip header's time and system, and the bits behind the last block, hold nothing.
        let is_same = trail::gzip::Member::read(bytes, 1 << 20)
            .is_ok_and(|member| member.behind == 0 && member.content == before);
        let report = archive.audit(Archive::scope(HOURS), &ring());
        prop_assert_eq!(report.verdict == Verdict::Proven, is_same, "byte {} of {}", at, key);
    }

    #[test]
    fn a_changed_bit_of_any_content_is_found(
        object in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let mut archive = clean().clone();
        let key = object.get(&archive.objects.keys().cloned().collect::<Vec<_>>()).clone();
        let mut content = inflate(&archive.objects[&key].bytes);
        let at = byte.index(content.len());
        content[at] ^= 1 << bit;
        archive.object(&key).bytes = gzip(&content);
        let report = archive.audit(Archive::scope(HOURS), &ring());
        prop_assert_eq!(report.verdict, Verdict::Findings, "byte {} of {}", at, key);
        prop_assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    }

    #[test]
    fn any_object_that_is_lost_is_found(object in any::<prop::sample::Index>()) {
        let mut archive = clean().clone();
        let key = object.get(&archive.objects.keys().cloned().collect::<Vec<_>>()).clone();
        archive.objects.remove(&key);
        let report = archive.audit(Archive::scope(HOURS), &ring());
        prop_assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600), text in "\\PC{0,200}") {
        for input in [bytes.as_slice(), text.as_bytes()] {
            let _ = Digest::parse(input);
            let _ = DigestRecord::decode(input);
            let _ = Summary::decode(input);
            let _ = PublicKey::from_der(input);
            let _ = KeyRing::new().import(None, input);
            let _ = Proof::decode(input);
            let mut audit = Audit::new(Archive::scope(HOURS));
            for object in [input.to_vec(), gzip(input)] {
                for key in [text.as_str(), &clean().logs[0], &clean().digests[0]] {
                    let metadata = Metadata {
                        signature: Some(text.clone()),
                        signature_algorithm: Some("SHA256withRSA".to_owned()),
                        backfill_generated: Some(text.clone()),
                    };
                    audit.take(examine(Location::new(BUCKET, key), &object, &metadata, &ring()));
                }
            }
            prop_assert_eq!(audit.finish().verdict, Verdict::Findings);
        }
    }

    #[test]
    fn a_mangled_digest_never_panics(
        byte in any::<prop::sample::Index>(),
        with in "\\PC{0,12}",
        length in 0_usize..40,
    ) {
        let key = &clean().digests[1];
        let mut content = inflate(&clean().objects[key].bytes);
        let at = byte.index(content.len());
        let end = (at + length).min(content.len());
        content.splice(at..end, with.bytes());
        let _ = Digest::parse(&content);
        let mut archive = clean().clone();
        archive.object(key).bytes = gzip(&content);
        let _ = archive.audit(Archive::scope(HOURS), &KeyRing::new());
    }
}
