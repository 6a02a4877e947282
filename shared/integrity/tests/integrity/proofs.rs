//! Proofs of one event.

use integrity::proof::{Evidence, Outcome, Proof, ProofError, SignedDigest, Verdict};
use integrity::stored::StoredDigest;
use integrity::{Location, PublicKey};

use crate::archive::{
    Archive, BUCKET, REGION, gzip, inflate, other_key, public_key, ring, signing_key,
};

const EVENT: &str = "31-1";

fn build(archive: &Archive, with_log: bool, record: Option<&str>) -> Result<Proof, ProofError> {
    let key = public_key(signing_key());
    let log = &archive.logs[5];
    let [location, next] = [3, 4].map(|at| Location::new(BUCKET, archive.digests[at].as_str()));
    let signed = |location: &'static Location, key: &'static PublicKey| {
        let object: &'static crate::archive::Object =
            Box::leak(Box::new(archive.objects[&location.key].clone()));
        SignedDigest {
            stored: StoredDigest {
                location,
                object: &object.bytes,
                metadata: &object.metadata,
            },
            region: REGION,
            key,
        }
    };
    let key: &'static PublicKey = Box::leak(Box::new(key));
    Proof::build(&Evidence {
        event_id: EVENT,
        record,
        log_location: &Location::new(BUCKET, log.as_str()).at_version(Some("v1")),
        log_object: &archive.objects[log].bytes,
        with_log,
        digest: signed(Box::leak(Box::new(location)), key),
        next: Some(signed(Box::leak(Box::new(next)), key)),
    })
}

fn failed(verdict: &Verdict) -> Vec<&'static str> {
    verdict
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Failed)
        .map(|step| step.name)
        .collect()
}

#[test]
fn a_proof_holds_by_itself() {
    let proof = build(&Archive::clean(6), true, None).expect("a proof");
    let text = proof.encode();
    let read = Proof::decode(&text).expect("a proof");
    assert_eq!(read, proof);
    let verdict = read.verify(None, Some(&ring()));
    assert!(verdict.holds() && verdict.is_key_trusted(), "{verdict:#?}");
    assert!(
        verdict
            .steps
            .iter()
            .all(|step| step.outcome == Outcome::Passed),
        "{verdict:#?}"
    );
    let untrusting = read.verify(None, None);
    assert!(untrusting.holds() && !untrusting.is_key_trusted());
    let value: serde_json::Value = serde_json::from_slice(&text).expect("json");
    for name in [
        "version",
        "event_id",
        "record",
        "position",
        "log_file",
        "digest",
        "public_key",
        "next_digest",
    ] {
        assert!(value.get(name).is_some(), "{name}");
    }
    assert_eq!(value["log_file"]["version"], "v1");
    assert_eq!(value["position"]["index"], 1);
}

#[test]
fn the_log_file_may_be_fetched() {
    let archive = Archive::clean(6);
    let proof = build(&archive, false, None).expect("a proof");
    assert_eq!(proof.log_file.content, None);
    assert!(!proof.verify(None, Some(&ring())).holds());
    let fetched = &archive.objects[&archive.logs[5]].bytes;
    assert!(proof.verify(Some(fetched), Some(&ring())).holds());
    let other = &archive.objects[&archive.logs[4]].bytes;
    assert_eq!(
        failed(&proof.verify(Some(other), Some(&ring()))),
        ["log file has the hash", "record is at its position"]
    );
}

#[test]
fn a_proof_before_the_next_digest_holds() {
    let mut proof = build(&Archive::clean(6), true, None).expect("a proof");
    proof.next_digest = None;
    assert!(proof.verify(None, Some(&ring())).holds());
}

#[test]
fn a_record_that_the_log_file_lacks_is_not_proven() {
    let archive = Archive::clean(6);
    let wrong = build(&archive, true, Some("{\"eventID\":\"31-1\"}"));
    assert_eq!(wrong, Err(ProofError::NoRecord));
    let content = inflate(&archive.objects[&archive.logs[5]].bytes);
    let proof = build(&archive, true, None).expect("a proof");
    let (offset, length) = (proof.position.offset, proof.position.length);
    let at = usize::try_from(offset).expect("small");
    let text = &content[at..at + usize::try_from(length).expect("small")];
    let same = build(
        &archive,
        true,
        Some(std::str::from_utf8(text).expect("text")),
    );
    assert_eq!(same, Ok(proof));
}

type Change = fn(&mut Proof);

#[test]
fn every_change_fails_its_step() {
    let changes: [(Change, &[&str]); 13] = [
        (
            |p| p.event_id = "31-2".to_owned(),
            &["record has the event id"],
        ),
        (
            |p| p.record = p.record.replace("ListBuckets", "ListBuckett"),
            &["record is at its position"],
        ),
        (
            |p| p.record = "no record".to_owned(),
            &["record has the event id", "record is at its position"],
        ),
        (|p| p.position.index += 1, &["record is at its position"]),
        (|p| p.position.offset += 1, &["record is at its position"]),
        (
            |p| p.position.length = u64::MAX,
            &["record is at its position"],
        ),
        (
            |p| p.log_file.sha256[0] ^= 1,
            &["log file has the hash", "digest lists the log file"],
        ),
        (
            |p| p.log_file.location.key.push('x'),
            &["digest lists the log file"],
        ),
        (
            |p| {
                let content = p.log_file.content.as_mut().expect("the log file");
                content.0.extend(gzip(b"more"));
            },
            &["log file has the hash"],
        ),
        (
            |p| p.digest.signature = "00".repeat(256),
            &[
                "digest's signature fits",
                "next digest vouches for the digest",
            ],
        ),
        (
            |p| p.digest.signature_algorithm = "none".to_owned(),
            &["digest's signature fits"],
        ),
        (
            |p| p.digest.location.key.push('x'),
            &[
                "digest lists the log file",
                "next digest vouches for the digest",
            ],
        ),
        (
            |p| {
                let next = p.next_digest.as_mut().expect("the next");
                next.digest.signature = p.digest.signature.clone();
            },
            &["next digest's signature fits"],
        ),
    ];
    for (at, (change, expected)) in changes.into_iter().enumerate() {
        let mut proof = build(&Archive::clean(6), true, None).expect("a proof");
        change(&mut proof);
        let verdict = proof.verify(None, Some(&ring()));
        assert!(!verdict.holds());
        assert_eq!(failed(&verdict), expected, "change {at}");
    }
}

#[test]
fn a_proof_signed_by_somebody_else_is_told_from_cloudtrails() {
    let mut archive = Archive::clean(6);
    for at in [3, 4] {
        let key = archive.digests[at].clone();
        let mut value = archive.value(&key);
        value["digestPublicKeyFingerprint"] = public_key(other_key()).fingerprint().into();
        archive.put_digest(&key, &value, other_key());
    }
    let mut proof = build(&archive, true, None).expect("a proof");
    proof.public_key = integrity::proof::KeyProof::of(REGION, &public_key(other_key()));
    // The second digest still names what the first was before.
    proof.next_digest = None;
    assert!(proof.verify(None, None).holds());
    let verdict = proof.verify(None, Some(&ring()));
    assert_eq!(failed(&verdict), ["public key is cloudtrail's"]);
}

#[test]
fn what_is_no_proof_is_refused() {
    for text in [
        &b""[..],
        b"{}",
        b"[]",
        b"null",
        b"{\"version\":1}",
        &[0xff; 100],
    ] {
        assert!(matches!(
            Proof::decode(text),
            Err(ProofError::Syntax { .. })
        ));
    }
    let mut proof = build(&Archive::clean(6), true, None).expect("a proof");
    proof.version = 2;
    assert_eq!(Proof::decode(&proof.encode()), Err(ProofError::Version(2)));
}
