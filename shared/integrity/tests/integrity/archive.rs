//! A small archive: log files, and digests signed with a key that is only for tests.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use integrity::audit::{Audit, Report, Scope, examine};
use integrity::stored::{Checked, Metadata, StoredDigest, check};
use integrity::{KeyRing, Location, PublicKey};
use serde_json::{Value, json};
use trail::digest::sha256;

pub(crate) const BUCKET: &str = "example-trail-logs";
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";
/// 2026-10-13T08:00:00Z.
pub(crate) const START: i64 = 1_791_878_400;
pub(crate) const HOUR: i64 = 3600;

/// The public key that verifies the archive's digests.
pub(crate) const PKCS1: &[u8] = include_bytes!("keys/test-public-key.pkcs1.der");
/// The same key as openssl writes it.
pub(crate) const SPKI: &[u8] = include_bytes!("keys/test-public-key.spki.der");

/// A private key that signs the archive's digests: for tests only.
pub(crate) fn signing_key() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| {
        RsaKeyPair::from_pkcs8(include_bytes!("keys/test-signing-key.pkcs8.der"))
            .expect("the test key")
    })
}

/// Another private key: that of a forger.
pub(crate) fn other_key() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| {
        RsaKeyPair::from_pkcs8(include_bytes!("keys/test-other-key.pkcs8.der"))
            .expect("the other test key")
    })
}

pub(crate) fn public_key(pair: &RsaKeyPair) -> PublicKey {
    use aws_lc_rs::signature::KeyPair as _;
    PublicKey::from_der(pair.public_key().as_ref())
        .expect("a public key")
        .valid(Some(START - 86_400), Some(START + 29 * 86_400))
}

pub(crate) fn ring() -> KeyRing {
    let mut ring = KeyRing::new();
    ring.insert(Some(REGION), public_key(signing_key()));
    ring
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).expect("compresses");
    encoder.finish().expect("compresses")
}

pub(crate) fn inflate(object: &[u8]) -> Vec<u8> {
    trail::gzip::Member::read(object, 1 << 20)
        .expect("one member")
        .content
}

pub(crate) fn sign(pair: &RsaKeyPair, text: &str) -> String {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .expect("signs");
    hex(&signature)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

pub(crate) fn iso(time: i64) -> String {
    jiff::Timestamp::from_second(time)
        .expect("a time")
        .to_string()
}

fn stamp(time: i64, format: &str) -> String {
    jiff::Timestamp::from_second(time)
        .expect("a time")
        .to_zoned(jiff::tz::TimeZone::UTC)
        .strftime(format)
        .to_string()
}

pub(crate) fn log_key(account: &str, time: i64, unique: &str) -> String {
    format!(
        "AWSLogs/{account}/CloudTrail/{REGION}/{}/{account}_CloudTrail_{REGION}_{}_{unique}.json.gz",
        stamp(time, "%Y/%m/%d"),
        stamp(time, "%Y%m%dT%H%MZ")
    )
}

pub(crate) fn digest_key(end: i64, suffix: &str) -> String {
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{}/{ACCOUNT}_CloudTrail-Digest_{REGION}_\
         management-events_{REGION}_{}{suffix}.json.gz",
        stamp(end, "%Y/%m/%d"),
        stamp(end, "%Y%m%dT%H%M%SZ")
    )
}

/// A stored object.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    pub(crate) metadata: Metadata,
}

/// What a digest is to say beside its times and log files.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) logs: Vec<String>,
    pub(crate) previous: Option<String>,
    pub(crate) suffix: &'static str,
}

/// Objects by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    pub(crate) objects: BTreeMap<String, Object>,
    /// The digests' keys, in order.
    pub(crate) digests: Vec<String>,
    /// The log files' keys, in order.
    pub(crate) logs: Vec<String>,
}

impl Archive {
    /// An archive of so many hours, two log files in each but the third.
    pub(crate) fn clean(hours: i64) -> Self {
        let mut archive = Self::default();
        for hour in 0..hours {
            let start = START + hour * HOUR;
            let count = if hour == 2 { 0 } else { 2 };
            let logs = (0..count)
                .map(|at| archive.deliver_log(start + 600 + at * 900, &format!("{hour}{at}")))
                .collect();
            let previous = archive.digests.last().cloned();
            archive.deliver_digest(
                &Draft {
                    start,
                    end: start + HOUR,
                    logs,
                    previous,
                    suffix: "",
                },
                |_| {},
            );
        }
        archive
    }

    /// The scope of the whole archive.
    pub(crate) fn scope(hours: i64) -> Scope {
        Scope {
            start: Some(START),
            end: Some(START + hours * HOUR),
            ..Scope::default()
        }
    }

    pub(crate) fn deliver_log(&mut self, time: i64, unique: &str) -> String {
        let key = log_key(ACCOUNT, time, &format!("{unique:A>16}"));
        let content = log_content(time, unique);
        self.put(&key, gzip(content.as_bytes()), Metadata::default());
        self.logs.push(key.clone());
        key
    }

    /// Delivers a digest, with its JSON as `change` leaves it.
    pub(crate) fn deliver_digest(
        &mut self,
        draft: &Draft,
        change: impl FnOnce(&mut Value),
    ) -> String {
        let key = digest_key(draft.end, draft.suffix);
        let mut value = self.digest_value(draft, &key);
        change(&mut value);
        self.put_digest(&key, &value, signing_key());
        self.digests.push(key.clone());
        key
    }

    fn digest_value(&self, draft: &Draft, key: &str) -> Value {
        let previous = draft.previous.as_ref().map(|key| (key, &self.objects[key]));
        json!({
            "awsAccountId": ACCOUNT,
            "digestStartTime": iso(draft.start),
            "digestEndTime": iso(draft.end),
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": public_key(signing_key()).fingerprint(),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": (!draft.logs.is_empty()).then(|| iso(draft.end - 60)),
            "oldestEventTime": (!draft.logs.is_empty()).then(|| iso(draft.start)),
            "previousDigestS3Bucket": previous.map(|_| BUCKET),
            "previousDigestS3Object": previous.map(|(key, _)| key),
            "previousDigestHashValue": previous.map(|(_, object)| hex(&sha256(&inflate(&object.bytes)))),
            "previousDigestHashAlgorithm": previous.map(|_| "SHA-256"),
            "previousDigestSignature": previous.map(|(_, object)| object.metadata.signature.clone()),
            "logFiles": draft.logs.iter().map(|log| json!({
                "s3Bucket": BUCKET,
                "s3Object": log,
                "hashValue": hex(&sha256(&inflate(&self.objects[log].bytes))),
                "hashAlgorithm": "SHA-256",
                "newestEventTime": iso(draft.end - 60),
                "oldestEventTime": iso(draft.start),
            })).collect::<Vec<_>>(),
        })
    }

    /// Puts a digest's JSON where it belongs, signed.
    pub(crate) fn put_digest(&mut self, key: &str, value: &Value, pair: &RsaKeyPair) {
        let content = value.to_string();
        let text = |name: &str| value[name].as_str().unwrap_or("null").to_owned();
        let to_sign = format!(
            "{}\n{}/{}\n{}\n{}",
            text("digestEndTime"),
            text("digestS3Bucket"),
            text("digestS3Object"),
            hex(&sha256(content.as_bytes())),
            text("previousDigestSignature")
        );
        let metadata = Metadata {
            signature: Some(sign(pair, &to_sign)),
            signature_algorithm: Some("SHA256withRSA".to_owned()),
            backfill_generated: key
                .contains("_backfill")
                .then(|| "2026-10-20T00:00:00Z".to_owned()),
        };
        self.put(key, gzip(content.as_bytes()), metadata);
    }

    pub(crate) fn put(&mut self, key: &str, bytes: Vec<u8>, metadata: Metadata) {
        self.objects
            .insert(key.to_owned(), Object { bytes, metadata });
    }

    /// The JSON of a digest.
    pub(crate) fn value(&self, key: &str) -> Value {
        serde_json::from_slice(&inflate(&self.objects[key].bytes)).expect("a digest")
    }

    /// Writes an object anew with its content changed, and everything else as it was.
    pub(crate) fn rewrite(&mut self, key: &str, change: impl FnOnce(String) -> String) {
        let object = self.objects.get_mut(key).expect("the object");
        let content = String::from_utf8(inflate(&object.bytes)).expect("text");
        object.bytes = gzip(change(content).as_bytes());
    }

    pub(crate) fn object(&mut self, key: &str) -> &mut Object {
        self.objects.get_mut(key).expect("the object")
    }

    /// Moves an object to another key.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let object = self.objects.remove(from).expect("the object");
        self.objects.insert(to.to_owned(), object);
    }

    pub(crate) fn check(&self, key: &str, ring: &KeyRing) -> Checked {
        let object = &self.objects[key];
        check(
            &StoredDigest {
                location: &Location::new(BUCKET, key),
                object: &object.bytes,
                metadata: &object.metadata,
            },
            ring,
        )
    }

    pub(crate) fn audit(&self, scope: Scope, ring: &KeyRing) -> Report {
        let mut audit = Audit::new(scope);
        for (key, object) in &self.objects {
            let location = Location::new(BUCKET, key.as_str());
            audit.take(examine(location, &object.bytes, &object.metadata, ring));
        }
        audit.finish()
    }
}

/// The content of a log file with three records.
pub(crate) fn log_content(time: i64, unique: &str) -> String {
    let records: Vec<_> = (0..3)
        .map(|at| {
            json!({
                "eventVersion": "1.11",
                "eventTime": iso(time - 60 + at),
                "eventID": format!("{unique}-{at}"),
                "eventName": "ListBuckets",
                "eventSource": "s3.amazonaws.com",
                "sourceIPAddress": "192.0.2.1",
                "recipientAccountId": ACCOUNT,
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}

/// The names of a report's findings, in order.
pub(crate) fn kinds(report: &Report) -> Vec<&'static str> {
    report
        .findings
        .iter()
        .map(|finding| finding.kind.as_str())
        .collect()
}
