//! What the digests promise.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use aws_lc_rs::digest::{SHA256, digest as hash};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use flate2::bufread::GzDecoder;
use sample::digest::{Digest, SIGNATURE, SIGNATURE_ALGORITHM};
use sample::{Archive, Delivery, Object, Signer, Trail, story};
use serde_json::Value;

/// A bucket of two accounts and three Regions over nine hours, with all kinds of logs.
fn archive() -> Archive {
    let trail = Trail {
        accounts: ["111122223333", "444455556666"].map(str::to_owned).to_vec(),
        regions: ["us-east-1", "eu-west-1", "ap-southeast-2"]
            .map(str::to_owned)
            .to_vec(),
        events: 1500,
        network: 60,
        insights: 20,
        ..Trail::hours(9)
    };
    let delivery = Delivery {
        prefix: "logs".to_owned(),
        organization: Some("o-exampleorgid".to_owned()),
        late: 20,
        duplicates: 5,
        ..Delivery::default()
    };
    Archive::new(&trail, delivery)
}

fn inflate(body: &[u8]) -> Vec<u8> {
    let mut decoder = GzDecoder::new(body);
    let mut content = Vec::new();
    decoder.read_to_end(&mut content).expect("one member");
    assert!(decoder.into_inner().is_empty(), "bytes behind the member");
    content
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(hash(&SHA256, bytes))
}

/// A digest as the JSON says, its content and its object.
type Read<'a> = (Value, Vec<u8>, &'a Object);

/// The digests of each account and Region, oldest first.
fn streams(archive: &Archive) -> BTreeMap<(String, String), Vec<Read<'_>>> {
    let mut streams: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (key, object) in archive.digests() {
        let parts: Vec<&str> = key.rsplit('/').collect();
        let content = inflate(&object.bytes);
        let value: Value = serde_json::from_slice(&content).expect("json");
        assert_eq!(value["awsAccountId"], parts[6]);
        assert_eq!(value["digestS3Object"], **key);
        assert_eq!(value["digestS3Bucket"], *archive.bucket);
        streams
            .entry((parts[6].to_owned(), parts[4].to_owned()))
            .or_default()
            .push((value, content, object));
    }
    streams
}

/// The text that a digest's signature signs, of the fields as they stand in it.
fn signed_text(digest: &Value, content: &[u8]) -> String {
    format!(
        "{}\n{}/{}\n{}\n{}",
        digest["digestEndTime"].as_str().expect("text"),
        digest["digestS3Bucket"].as_str().expect("text"),
        digest["digestS3Object"].as_str().expect("text"),
        sha256(content),
        digest["previousDigestSignature"].as_str().unwrap_or("null"),
    )
}

#[test]
fn every_stream_has_a_digest_of_every_hour_and_each_names_the_one_before() {
    let archive = archive();
    let streams = streams(&archive);
    assert_eq!(streams.len(), 6);
    let count = streams.values().map(Vec::len).next().expect("a stream");
    assert!((9..20).contains(&count), "{count}");
    for ((account, region), digests) in streams {
        assert_eq!(digests.len(), count, "{account} {region}");
        let (first, ..) = &digests[0];
        for name in [
            "S3Bucket",
            "S3Object",
            "HashValue",
            "HashAlgorithm",
            "Signature",
        ] {
            let field = format!("previousDigest{name}");
            assert!(first.get(&field).is_some_and(Value::is_null), "{field}");
        }
        for pair in digests.windows(2) {
            let [(before, content, object), (digest, ..)] = pair else {
                panic!("windows of two");
            };
            assert_eq!(digest["digestStartTime"], before["digestEndTime"]);
            assert_eq!(digest["previousDigestS3Object"], before["digestS3Object"]);
            assert_eq!(digest["previousDigestS3Bucket"], before["digestS3Bucket"]);
            assert_eq!(digest["previousDigestHashValue"], sha256(content));
            assert_eq!(digest["previousDigestHashAlgorithm"], "SHA-256");
            assert_eq!(
                digest["previousDigestSignature"],
                object.metadata[SIGNATURE]
            );
        }
    }
}

#[test]
fn every_log_file_is_listed_once_by_the_hour_in_which_it_was_delivered() {
    let archive = archive();
    let mut listed = BTreeSet::new();
    let mut folders = BTreeSet::new();
    let mut empty = 0;
    for ((account, region), digests) in streams(&archive) {
        for (digest, ..) in digests {
            let time = |value: &Value| -> i64 {
                let time: jiff::Timestamp = value.as_str().expect("text").parse().expect("a time");
                time.as_second()
            };
            let files = digest["logFiles"].as_array().expect("files");
            empty += usize::from(files.is_empty());
            assert_eq!(digest["newestEventTime"].is_null(), files.is_empty());
            for file in files {
                let key = file["s3Object"].as_str().expect("a key");
                let object = &archive.objects[key];
                let content = inflate(&object.bytes);
                assert_eq!(file["hashValue"], sha256(&content), "{key}");
                assert_eq!(file["s3Bucket"], *archive.bucket);
                let span = time(&digest["digestStartTime"])..time(&digest["digestEndTime"]);
                assert!(span.contains(&object.written), "{key}");
                let mut parts = key.rsplit('/').skip(4);
                assert_eq!(parts.next(), Some(region.as_str()));
                folders.insert(parts.next().expect("a folder").to_owned());
                assert_eq!(parts.next(), Some(account.as_str()));
                let value: Value = serde_json::from_slice(&content).expect("json");
                let times: Vec<i64> = value["Records"]
                    .as_array()
                    .expect("records")
                    .iter()
                    .map(|record| time(&record["eventTime"]))
                    .collect();
                let oldest = times.iter().copied().min();
                let newest = times.iter().copied().max();
                assert_eq!(Some(time(&file["oldestEventTime"])), oldest, "{key}");
                assert_eq!(Some(time(&file["newestEventTime"])), newest, "{key}");
                assert!(listed.insert(key.to_owned()), "{key} is listed twice");
            }
        }
    }
    let delivered: BTreeSet<String> = archive.logs().map(|(key, _)| key.clone()).collect();
    assert!(
        listed == delivered && delivered.len() > 100,
        "{}",
        delivered.len()
    );
    assert_eq!(folders.len(), 3, "{folders:?}");
    assert!(empty > 0, "there is no empty hour");
}

#[test]
fn keys_are_those_of_cloudtrail_and_name_the_end() {
    let archive = Archive::of(Vec::new(), &story::signing());
    assert_eq!(archive.logs().count(), 0);
    let keys: Vec<&String> = archive.digests().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), 6 * 37);
    assert_eq!(
        keys[0],
        "AWSLogs/111122223333/CloudTrail-Digest/ap-southeast-2/2026/10/13/\
         111122223333_CloudTrail-Digest_ap-southeast-2_security-audit_us-east-1_20261013T004531Z.json.gz"
    );
    let (_, first) = archive.digests().next().expect("a digest");
    let digest = Digest::read(&first.bytes).expect("a digest");
    assert_eq!(
        jiff::Timestamp::from_second(digest.end)
            .expect("a time")
            .to_string(),
        "2026-10-13T00:45:31Z"
    );
    // Written anew it has the same bytes.
    assert_eq!(digest.json().as_bytes(), inflate(&first.bytes));
}

#[test]
fn every_signature_is_that_of_the_public_key() {
    let archive = archive();
    let key = &archive.public_keys[0];
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key.value);
    let mut checked = 0;
    for (digest, content, object) in streams(&archive).into_values().flatten() {
        assert_eq!(digest["digestPublicKeyFingerprint"], key.fingerprint);
        assert_eq!(
            digest["digestSignatureAlgorithm"],
            object.metadata[SIGNATURE_ALGORITHM]
        );
        let signature = hex::decode(&object.metadata[SIGNATURE]).expect("hexadecimal");
        let text = signed_text(&digest, &content);
        public
            .verify(text.as_bytes(), &signature)
            .expect("the signature is good");
        checked += 1;
    }
    assert!(checked > 50, "{checked}");
}

/// Runs openssl in a folder and answers its output; nothing where there is no openssl.
fn openssl(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {told} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(told)
}

#[test]
fn openssl_verifies_digests_with_the_key_that_is_listed() {
    let archive = archive();
    let files = archive.folder();
    let listed: Value = serde_json::from_slice(&files["public-keys.json"]).expect("json");
    let key = &listed["PublicKeyList"][0];
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("it is written");
    };
    write(
        "key.b64",
        format!("{}\n", key["Value"].as_str().expect("text")).as_bytes(),
    );
    let Some(_) = openssl(
        folder.path(),
        &["base64", "-d", "-A", "-in", "key.b64", "-out", "key.der"],
    ) else {
        #[expect(clippy::print_stderr, reason = "a skipped test says that it is")]
        {
            eprintln!("skipped: there is no openssl here");
        }
        return;
    };
    let fingerprint = openssl(folder.path(), &["dgst", "-md5", "-r", "key.der"]);
    let fingerprint = fingerprint.expect("openssl is there");
    assert_eq!(fingerprint.split(' ').next(), key["Fingerprint"].as_str());
    openssl(
        folder.path(),
        &[
            "rsa",
            "-RSAPublicKey_in",
            "-inform",
            "DER",
            "-in",
            "key.der",
            "-out",
            "key.pem",
        ],
    );
    let heads = files
        .iter()
        .filter_map(|(name, content)| Some((name.strip_suffix(".metadata.json")?, content)));
    let mut checked = 0;
    for (name, content) in heads.step_by(9) {
        let head: Value = serde_json::from_slice(content).expect("json");
        assert_eq!(head["ContentLength"], files[name].len());
        let signature = head["Metadata"]["signature"].as_str().expect("a signature");
        let content = inflate(&files[name]);
        let digest: Value = serde_json::from_slice(&content).expect("json");
        write("text", signed_text(&digest, &content).as_bytes());
        write("signature", &hex::decode(signature).expect("hexadecimal"));
        let told = openssl(
            folder.path(),
            &[
                "dgst",
                "-sha256",
                "-verify",
                "key.pem",
                "-signature",
                "signature",
                "text",
            ],
        );
        assert_eq!(told.as_deref(), Some("Verified OK"), "{name}");
        checked += 1;
    }
    assert!(checked > 5, "{checked}");
}

#[test]
fn the_archive_is_the_same_every_time() {
    assert!(archive() == archive());
    assert_ne!(
        Signer::cloudtrail().public_key(),
        Signer::forger().public_key()
    );
}
