//! What the deeds to a bucket promise.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use sample::digest::{Digest, SIGNATURE};
use sample::tamper::{TAMPERINGS, Tampering};
use sample::{Archive, Delivery, Objects, Signer, Trail};

/// Every kind of finding that objects alone can show.
const KINDS: &[&str] = &[
    "digest-missing",
    "digest-missing-newest",
    "digests-missing",
    "digest-invalid",
    "digest-appended",
    "digest-truncated",
    "digest-moved",
    "digest-signature-missing",
    "digest-signature-invalid",
    "digest-key-unknown",
    "digest-hash-chain-broken",
    "digest-signature-chain-broken",
    "digest-overlap",
    "digest-foreign",
    "start-unexpected",
    "log-missing",
    "log-changed",
    "log-appended",
    "log-truncated",
    "log-invalid",
    "log-unlisted",
    "log-moved",
    "log-foreign",
    "log-listed-twice",
];

fn archive() -> Archive {
    Archive::new(&Trail::hours(8), Delivery::default())
}

/// Tells whether CloudTrail's key made the signature of a digest.
fn is_signed(digest: &Digest, signature: &str) -> bool {
    let key = UnparsedPublicKey::new(
        &RSA_PKCS1_2048_8192_SHA256,
        Signer::cloudtrail().public_key(),
    );
    let signature = hex::decode(signature).expect("hexadecimal");
    key.verify(digest.text_to_sign().as_bytes(), &signature)
        .is_ok()
}

fn named(name: &str) -> &'static Tampering {
    let found = TAMPERINGS.iter().find(|tampering| tampering.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn changes(name: &str) -> (Objects, Objects, BTreeSet<String>) {
    let before = archive().objects;
    let mut after = before.clone();
    let changed = named(name).apply(&mut after).expect("there is enough");
    (before, after, changed)
}

#[test]
fn names_differ_and_every_kind_of_finding_is_called_for() {
    let names: BTreeSet<&str> = TAMPERINGS.iter().map(|tampering| tampering.name).collect();
    assert!(names.len() == TAMPERINGS.len() && names.len() >= 20);
    let called: BTreeSet<&str> = TAMPERINGS
        .iter()
        .flat_map(|tampering| tampering.must)
        .copied()
        .collect();
    assert_eq!(called, KINDS.iter().copied().collect());
    for tampering in TAMPERINGS {
        assert!(!tampering.must.is_empty(), "{}", tampering.name);
        for kind in tampering.may {
            assert!(KINDS.contains(kind), "{}: {kind}", tampering.name);
            assert!(!tampering.must.contains(kind), "{}: {kind}", tampering.name);
        }
    }
}

#[test]
fn each_deed_changes_what_it_says_and_nothing_else() {
    let archive = archive();
    let mut outcomes: BTreeMap<Vec<(String, Vec<u8>)>, &str> = BTreeMap::new();
    for tampering in TAMPERINGS {
        let mut objects = archive.objects.clone();
        let changed = tampering.apply(&mut objects).expect("there is enough");
        assert!(!changed.is_empty(), "{}", tampering.name);
        let mut again = archive.objects.clone();
        assert_eq!(tampering.apply(&mut again).as_ref(), Some(&changed));
        assert!(again == objects, "{} is done in two ways", tampering.name);
        for (key, object) in &archive.objects {
            let same = objects.get(key) == Some(object);
            assert_eq!(same, !changed.contains(key), "{}: {key}", tampering.name);
        }
        let logs_only = tampering.name.starts_with("log-") && tampering.must[0].starts_with("log-");
        let digests = changed
            .iter()
            .filter(|key| key.contains("-Digest/"))
            .count();
        let listed = tampering.deed.contains("lists");
        assert_eq!(
            digests == 0,
            logs_only && !listed || tampering.name == "logs-exchanged",
            "{}",
            tampering.name
        );
        let outcome = changed
            .iter()
            .map(|key| {
                let object = objects.get(key);
                let signature = object.and_then(|object| object.metadata.get(SIGNATURE));
                let bytes = object.map_or(&[][..], |object| &object.bytes);
                let signature = signature.map_or(&[][..], String::as_bytes);
                (key.clone(), [bytes, signature].concat())
            })
            .collect();
        let other = outcomes.insert(outcome, tampering.name);
        assert_eq!(other, None, "{} does the same", tampering.name);
    }
}

#[test]
fn a_bucket_with_too_little_in_it_is_left_as_it_is() {
    let few = Archive::new(
        &Trail::hours(2),
        Delivery {
            late: 0,
            ..Delivery::default()
        },
    );
    for objects in [Objects::new(), few.objects] {
        for tampering in TAMPERINGS {
            let mut changed = objects.clone();
            assert_eq!(tampering.apply(&mut changed), None, "{}", tampering.name);
            assert!(changed == objects);
        }
    }
}

#[test]
fn deeds_with_cloudtrails_key_leave_no_signature_bad() {
    for tampering in TAMPERINGS {
        let mut objects = archive().objects;
        tampering.apply(&mut objects).expect("there is enough");
        let digests = objects.iter().filter(|(key, _)| key.contains("-Digest/"));
        let good = digests.clone().filter(|(_, object)| {
            let digest = Digest::read(&object.bytes);
            let signature = object.metadata.get(SIGNATURE);
            digest
                .zip(signature)
                .is_some_and(|(digest, signature)| is_signed(&digest, signature))
        });
        let bad = digests.count() - good.count();
        let breaks = [
            "digest-signature-missing",
            "digest-signature-invalid",
            "digest-key-unknown",
            "digest-invalid",
            "digest-truncated",
        ];
        let expected = tampering.must.iter().any(|kind| breaks.contains(kind));
        assert_eq!(bad > 0, expected, "{}: {bad} are bad", tampering.name);
    }
}

#[test]
fn a_rebuilt_chain_is_whole_but_for_its_key() {
    let (_, objects, changed) = changes("chain-rebuilt");
    let mut digests: Vec<(Digest, &str)> = changed
        .iter()
        .filter_map(|key| {
            let object = objects.get(key)?;
            Some((
                Digest::read(&object.bytes)?,
                object.metadata[SIGNATURE].as_str(),
            ))
        })
        .collect();
    digests.sort_by_key(|(digest, _)| digest.end);
    assert!(digests.len() > 2, "{}", digests.len());
    for pair in digests.windows(2) {
        let [(before, signature), (digest, _)] = pair else {
            panic!("windows of two");
        };
        assert_eq!(digest.previous, Some(before.as_previous(signature)));
        assert_eq!(digest.fingerprint, Signer::forger().fingerprint());
    }
}

#[test]
fn a_moved_log_file_keeps_its_bytes() {
    for name in ["log-moved", "log-moved-to-account"] {
        let (before, after, changed) = changes(name);
        let gone: Vec<&String> = changed
            .iter()
            .filter(|key| before.contains_key(*key))
            .collect();
        let new: Vec<&String> = changed
            .iter()
            .filter(|key| after.contains_key(*key))
            .collect();
        assert_eq!((gone.len(), new.len()), (1, 1));
        assert_eq!(before[gone[0]], after[new[0]]);
    }
}
