//! Public keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integrity::key::{Found, ListError};
use integrity::{KeyRing, PublicKey};
use serde_json::json;

use crate::archive::{PKCS1, SPKI, START, public_key, ring, sign, signing_key};

#[test]
fn both_encodings_of_a_key_verify() {
    let text = "what was signed";
    let signature = sign(signing_key(), text);
    let bytes: Vec<u8> = (0..signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&signature[at..at + 2], 16).expect("hexadecimal"))
        .collect();
    for (der, fingerprint) in [
        // As md5sum prints them.
        (PKCS1, "23c4b5986c321de070db9c31d1edf437"),
        (SPKI, "b0db5a7a1d83b5b4beb0bf769967c89f"),
    ] {
        let key = PublicKey::from_der(der).expect("a key");
        assert_eq!(key.fingerprint(), fingerprint);
        assert_eq!(key.der(), der);
        assert!(key.verify(text.as_bytes(), &bytes));
        assert!(!key.verify(b"something else", &bytes));
        assert!(!key.verify(text.as_bytes(), &bytes[1..]));
    }
    assert_eq!(public_key(signing_key()).der(), PKCS1);
}

#[test]
fn what_is_no_key_is_refused() {
    for der in [&b""[..], b"0", &PKCS1[..100], &[0x30; 5000]] {
        assert!(PublicKey::from_der(der).is_err());
    }
    let mut longer = PKCS1.to_vec();
    longer.push(0);
    assert!(PublicKey::from_der(&longer).is_err());
}

#[test]
fn an_answer_of_list_public_keys_is_read_and_written() {
    let answer = |from: serde_json::Value, until: serde_json::Value| {
        json!({"PublicKeyList": [{
            "Value": STANDARD.encode(PKCS1),
            "ValidityStartTime": from,
            "ValidityEndTime": until,
            "Fingerprint": "23c4b5986c321de070db9c31d1edf437",
        }], "NextToken": null})
        .to_string()
    };
    for (from, until) in [
        (
            json!("2026-10-13T08:00:00+00:00"),
            json!("2026-11-12T08:00:00Z"),
        ),
        (
            json!("2026-10-13T10:00:00+02:00"),
            json!("2026-11-12T03:00:00-05:00"),
        ),
        (json!(START), json!(START + 2_592_000)),
        (json!(1_791_878_400.0), json!(1_794_470_400.5)),
    ] {
        let mut ring = KeyRing::new();
        let text = answer(from, until);
        assert_eq!(ring.import(Some("eu-west-1"), text.as_bytes()), Ok(1));
        let (region, key) = ring.keys().next().expect("one");
        assert_eq!(region, Some("eu-west-1"));
        assert_eq!(key.valid_from, Some(START));
        assert_eq!(key.valid_until, Some(START + 2_592_000));
        let mut again = KeyRing::new();
        let written = ring.export(Some("eu-west-1")).to_string();
        assert_eq!(again.import(None, written.as_bytes()), Ok(1));
        assert_eq!(again.export(None), ring.export(None));
        assert_eq!(ring.export(Some("us-east-1")), json!({"PublicKeyList": []}));
    }
}

#[test]
fn an_answer_with_a_wrong_key_is_refused_whole() {
    let good = json!({"Value": STANDARD.encode(PKCS1)});
    for (bad, error) in [
        (
            json!({"Value": STANDARD.encode(SPKI), "Fingerprint": "23c4b5986c321de070db9c31d1edf437"}),
            ListError::Fingerprint(1),
        ),
        (json!({"Value": "AAAA"}), ListError::Key(1)),
        (json!({"Value": "no base64!"}), ListError::Key(1)),
        (json!({}), ListError::Key(1)),
        (
            json!({"Value": STANDARD.encode(PKCS1), "ValidityStartTime": "soon"}),
            ListError::Time(1),
        ),
        (
            json!({"Value": STANDARD.encode(PKCS1), "ValidityEndTime": 1e300}),
            ListError::Time(1),
        ),
    ] {
        let mut ring = KeyRing::new();
        let answer = json!({"PublicKeyList": [good.clone(), bad]}).to_string();
        assert_eq!(ring.import(None, answer.as_bytes()), Err(error));
        assert!(ring.is_empty());
    }
    for text in ["", "[]", "{}", "{\"PublicKeyList\": 1}"] {
        assert_eq!(
            KeyRing::new().import(None, text.as_bytes()),
            Err(ListError::Shape)
        );
    }
}

#[test]
fn a_key_is_found_in_its_region() {
    let fingerprint = public_key(signing_key()).fingerprint().to_owned();
    let ring = ring();
    assert!(matches!(
        ring.find("eu-west-1", &fingerprint, START),
        Found::Key(_)
    ));
    assert!(matches!(
        ring.find("us-east-1", &fingerprint, START),
        Found::Unavailable
    ));
    assert!(matches!(
        ring.find("eu-west-1", "00", START),
        Found::Unknown
    ));
    // No key of that time is at hand.
    assert!(matches!(
        ring.find("eu-west-1", "00", START + 60 * 86_400),
        Found::Unavailable
    ));
    let mut merged = KeyRing::new();
    merged.merge(ring);
    assert!(matches!(
        merged.find("eu-west-1", &fingerprint, START),
        Found::Key(_)
    ));
}
