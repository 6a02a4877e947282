//! Digests: how they are read.

use integrity::digest::{Digest, DigestError};
use integrity::stored::Metadata;
use integrity::{FindingKind, KeyRing};
use serde_json::{Value, json};

use crate::archive::{ACCOUNT, Archive, BUCKET, Draft, HOUR, START, inflate, ring};

fn value() -> Value {
    let archive = Archive::clean(2);
    archive.value(&archive.digests[1])
}

fn parse(value: &Value) -> Result<Digest, DigestError> {
    Digest::parse(value.to_string().as_bytes())
}

#[test]
fn a_digest_is_read_whole() {
    let archive = Archive::clean(2);
    let mut value = archive.value(&archive.digests[1]);
    value["somethingNew"] = json!({"a": [1]});
    let digest = parse(&value).expect("a digest");
    assert_eq!(digest.account, ACCOUNT);
    assert_eq!((digest.start, digest.end), (START + HOUR, START + 2 * HOUR));
    assert_eq!(digest.end_text, "2026-10-13T10:00:00Z");
    assert_eq!(
        (digest.bucket.as_str(), &digest.object),
        (BUCKET, &archive.digests[1])
    );
    assert_eq!(digest.newest_event, Some(START + 2 * HOUR - 60));
    assert_eq!(digest.log_files.len(), 2);
    assert_eq!(digest.log_files[0].object, archive.logs[2]);
    let previous = digest.previous.expect("one before it");
    assert_eq!(previous.object, archive.digests[0]);
    let first = parse(&archive.value(&archive.digests[0])).expect("a digest");
    assert_eq!(first.previous, None);
    assert_eq!(
        first.string_to_sign(&[0; 32]),
        format!(
            "2026-10-13T09:00:00Z\n{BUCKET}/{}\n{}\nnull",
            archive.digests[0],
            "00".repeat(32)
        )
    );
}

#[test]
fn what_is_missing_is_named() {
    for name in [
        "awsAccountId",
        "digestStartTime",
        "digestEndTime",
        "digestS3Bucket",
        "digestS3Object",
        "digestPublicKeyFingerprint",
        "digestSignatureAlgorithm",
        "previousDigestHashValue",
        "previousDigestS3Bucket",
        "previousDigestS3Object",
        "previousDigestSignature",
        "logFiles",
    ] {
        for nothing in [None, Some(Value::Null)] {
            let mut value = value();
            let fields = value.as_object_mut().expect("an object");
            match nothing {
                None => fields.remove(name),
                Some(null) => fields.insert(name.to_owned(), null),
            };
            assert_eq!(parse(&value), Err(DigestError::Missing(name)));
        }
    }
    for (name, full) in [
        ("s3Bucket", "logFiles.s3Bucket"),
        ("s3Object", "logFiles.s3Object"),
        ("hashValue", "logFiles.hashValue"),
    ] {
        let mut value = value();
        value["logFiles"][0]
            .as_object_mut()
            .expect("an object")
            .remove(name);
        assert_eq!(parse(&value), Err(DigestError::Missing(full)));
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    for (name, with) in [
        ("digestStartTime", json!("yesterday")),
        ("digestEndTime", json!("2001-01-01T00:00:00Z")),
        ("previousDigestHashValue", json!("00")),
        ("previousDigestHashAlgorithm", json!("MD5")),
        ("digestS3Object", json!("k".repeat(1025))),
        ("newestEventTime", json!("")),
    ] {
        let mut value = value();
        value[name] = with;
        assert_eq!(parse(&value), Err(DigestError::Invalid(name)));
    }
    let mut wrong = value();
    wrong["awsAccountId"] = json!(5);
    assert!(matches!(parse(&wrong), Err(DigestError::Shape { .. })));
    let text = value()
        .to_string()
        .replacen('{', "{\"awsAccountId\":\"1\",", 1);
    assert!(matches!(
        Digest::parse(text.as_bytes()),
        Err(DigestError::Shape { .. })
    ));
    for text in ["", "[]", "null", "{", "\"digest\""] {
        assert!(
            matches!(
                Digest::parse(text.as_bytes()),
                Err(DigestError::Syntax { .. })
            ),
            "{text}"
        );
    }
}

#[test]
fn a_checked_digest_keeps_what_its_chain_needs() {
    let archive = Archive::clean(2);
    let checked = archive.check(&archive.digests[1], &ring());
    assert_eq!(checked.findings, []);
    let (record, digest) = (checked.record, checked.digest.expect("read"));
    assert_eq!(record.verdict, None);
    assert_eq!((record.start, record.end), (digest.start, digest.end));
    assert_eq!(record.previous, digest.previous);
    assert_eq!(record.files.0.len(), 2);
    let content = inflate(&archive.objects[&archive.digests[1]].bytes);
    assert_eq!(record.sha256, Some(trail::digest::sha256(&content)));
    assert_eq!(checked.stream.trail, "management-events_eu-west-1");
}

#[test]
fn a_backfill_digest_needs_the_time_it_was_made() {
    let mut archive = Archive::default();
    let draft = Draft {
        start: START,
        end: START + HOUR,
        logs: Vec::new(),
        previous: None,
        suffix: "_backfill",
    };
    let key = archive.deliver_digest(&draft, |_| {});
    let checked = archive.check(&key, &ring());
    assert_eq!(checked.findings, []);
    assert!(checked.stream.backfill);
    archive.object(&key).metadata.backfill_generated = None;
    let verdict = archive.check(&key, &ring()).record.verdict;
    assert_eq!(verdict, Some(FindingKind::DigestInvalid));
}

#[test]
fn an_unknown_key_differs_from_one_that_is_not_at_hand() {
    let archive = Archive::clean(1);
    let verdict = |ring: &KeyRing| archive.check(&archive.digests[0], ring).record.verdict;
    assert_eq!(verdict(&ring()), None);
    let mut none = KeyRing::new();
    assert_eq!(verdict(&none), Some(FindingKind::KeyUnavailable));
    none.note_complete("us-east-1", 0, i64::MAX);
    assert_eq!(verdict(&none), Some(FindingKind::KeyUnavailable));
    none.note_complete("eu-west-1", START, START + HOUR);
    assert_eq!(verdict(&none), Some(FindingKind::DigestKeyUnknown));
    let mut other = KeyRing::new();
    other.insert(
        Some("eu-west-1"),
        crate::archive::public_key(crate::archive::other_key()),
    );
    assert_eq!(verdict(&other), Some(FindingKind::DigestKeyUnknown));
    let mut anywhere = KeyRing::new();
    anywhere.insert(
        None,
        crate::archive::public_key(crate::archive::signing_key()),
    );
    assert_eq!(verdict(&anywhere), None);
}

#[test]
fn metadata_is_read_in_any_case_of_letters() {
    let metadata = Metadata::from_pairs([
        ("Signature", "ab"),
        ("SIGNATURE-algorithm", "x"),
        ("other", "y"),
    ]);
    assert_eq!(metadata.signature.as_deref(), Some("ab"));
    assert_eq!(metadata.signature_algorithm.as_deref(), Some("x"));
    assert_eq!(metadata.backfill_generated, None);
}

#[test]
fn a_digest_that_lies_about_its_place_is_not_moved() {
    let mut archive = Archive::clean(2);
    let key = archive.digests[1].clone();
    archive.rewrite(&key, |text| text.replacen("AWSLogs", "BWSLogs", 1));
    let checked = archive.check(&key, &ring());
    assert_eq!(
        checked.record.verdict,
        Some(FindingKind::DigestSignatureInvalid)
    );
    assert_eq!(checked.record.place(), &checked.record.location);
    // What is signed for another place was moved, and stands where it says.
    let elsewhere = key.replace("100000Z", "100001Z");
    let mut archive = Archive::clean(2);
    archive.rename(&key, &elsewhere);
    let checked = archive.check(&elsewhere, &ring());
    assert_eq!(checked.record.verdict, Some(FindingKind::DigestMoved));
    assert_eq!(checked.record.place().key, key);
    assert_eq!(checked.record.end, START + 2 * HOUR);
}

#[test]
fn an_altered_digest_with_something_appended_is_altered() {
    let mut archive = Archive::clean(2);
    let key = archive.digests[1].clone();
    archive.object(&key).bytes.push(0);
    let verdict = archive.check(&key, &ring()).record.verdict;
    assert_eq!(verdict, Some(FindingKind::DigestAppended));
    let mut archive = Archive::clean(2);
    archive.rewrite(&key, |text| text.replace("10:00:00Z", "10:00:01Z"));
    archive.object(&key).bytes.push(0);
    let verdict = archive.check(&key, &ring()).record.verdict;
    assert_eq!(verdict, Some(FindingKind::DigestSignatureInvalid));
}
