//! Proofs of single events: checked by the command, and by the steps that the documents give.

use std::path::Path;
use std::process::Command;

use integrity::proof::{Evidence, Proof, SignedDigest};
use integrity::stored::{Metadata, StoredDigest};
use integrity::{Location, PublicKey};
use sample::digest::Digest;
use sample::{Archive, Object};
use tempfile::TempDir;

use crate::archive::archive;
use crate::command;

const REGION: &str = "us-east-1";

/// A digest of the archive, as the proof wants it.
struct Signed<'a> {
    location: Location,
    object: &'a Object,
    metadata: Metadata,
}

impl<'a> Signed<'a> {
    fn new(archive: &Archive, key: &str, object: &'a Object) -> Self {
        let pairs = object.metadata.iter();
        Self {
            location: Location::new(&archive.bucket, key),
            object,
            metadata: Metadata::from_pairs(
                pairs.map(|(name, value)| (name.as_str(), value.as_str())),
            ),
        }
    }

    fn digest<'s>(&'s self, key: &'s PublicKey) -> SignedDigest<'s> {
        SignedDigest {
            stored: StoredDigest {
                location: &self.location,
                object: &self.object.bytes,
                metadata: &self.metadata,
            },
            region: REGION,
            key,
        }
    }
}

/// Proves the first event of a log file in the middle of the archive.
fn proof(with_log: bool) -> (Proof, Vec<u8>) {
    let archive = archive();
    let digests: Vec<(&String, &Object, Digest)> = archive
        .digests()
        .filter(|(key, _)| key.contains(&format!("/{REGION}/")))
        .map(|(key, object)| (key, object, Digest::read(&object.bytes).expect("a digest")))
        .collect();
    let at = digests
        .iter()
        .position(|(_, _, digest)| digest.previous.is_some() && !digest.files.is_empty())
        .expect("a digest with files");
    let log_key = &digests[at].2.files[0].key;
    let log = &archive.objects[log_key];
    let content = trail::LogFile::inflate(&log.bytes, 1 << 24).expect("a log file");
    let text = std::str::from_utf8(content.content()).expect("UTF-8");
    let start = text.find("\"eventID\":\"").expect("an id") + 11;
    let event_id = &text[start..start + 36];
    let key = PublicKey::from_der(&archive.public_keys[0].value).expect("a key");
    let listing = Signed::new(&archive, digests[at].0, digests[at].1);
    let next = Signed::new(&archive, digests[at + 1].0, digests[at + 1].1);
    let evidence = Evidence {
        event_id,
        record: None,
        log_location: &Location::new(&archive.bucket, log_key),
        log_object: &log.bytes,
        with_log,
        digest: listing.digest(&key),
        next: Some(next.digest(&key)),
    };
    (Proof::build(&evidence).expect("a proof"), log.bytes.clone())
}

async fn verify(path: &Path, options: &[&str]) -> (Option<i32>, String) {
    let home = TempDir::new().expect("a folder");
    let mut command = command::trailkeep(home.path());
    let output = command.arg("verify").arg(path).args(options).output().await;
    let output = output.expect("the command ran");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), format!("{text}{said}"))
}

#[tokio::test]
async fn a_proof_holds_until_it_is_changed() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("proof.json");
    let (mut proof, _) = proof(true);
    std::fs::write(&path, proof.encode()).expect("written");
    let (code, said) = verify(&path, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("as CloudTrail signed it"), "{said}");
    let (code, said) = verify(&path, &["--output", "json"]).await;
    assert_eq!(code, Some(0), "{said}");

    proof.record = proof
        .record
        .replacen("\"eventName\":\"", "\"eventName\":\"X", 1);
    std::fs::write(&path, proof.encode()).expect("written");
    let (code, said) = verify(&path, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("failed") && said.contains("not proven"),
        "{said}"
    );
}

#[tokio::test]
async fn a_proof_without_its_log_file_is_checked_with_the_file() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("proof.json");
    let (proof, log) = proof(false);
    std::fs::write(&path, proof.encode()).expect("written");
    let (code, said) = verify(&path, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    let file = folder.path().join("log.json.gz");
    std::fs::write(&file, log).expect("written");
    let (code, said) = verify(&path, &["--log-file", file.to_str().expect("UTF-8")]).await;
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(&file, b"another").expect("written");
    let (code, said) = verify(&path, &["--log-file", file.to_str().expect("UTF-8")]).await;
    assert_eq!(code, Some(1), "{said}");
}

/// Runs the steps of `docs/integrity.md`; nothing where a program that they need is missing.
fn steps(proof: &Path) -> Option<(bool, String)> {
    let document = include_str!("../../../docs/integrity.md");
    let start = document.find("```sh\n# check a proof").expect("the steps") + "```sh\n".len();
    let script = &document[start..];
    let script = &script[..script.find("```").expect("their end")];
    for program in ["bash", "jq", "openssl", "sha256sum", "basenc"] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("skipped: {program} is not installed");
            return None;
        }
    }
    let work = TempDir::new().expect("a folder");
    std::fs::copy(proof, work.path().join("proof.json")).expect("copied");
    let run = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(work.path())
        .output()
        .expect("bash runs");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
    Some((run.status.success(), said))
}

#[test]
fn anybody_can_check_a_proof_with_openssl() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("proof.json");
    let (mut proof, _) = proof(true);
    std::fs::write(&path, proof.encode()).expect("written");
    let Some((is_proven, said)) = steps(&path) else {
        return;
    };
    assert!(is_proven, "{said}");
    assert!(said.contains("Verified OK"), "{said}");

    proof.digest.signature = proof.digest.signature.replacen(['0', '1', '2'], "3", 1);
    std::fs::write(&path, proof.encode()).expect("written");
    let (is_proven, said) = steps(&path).expect("it ran before");
    assert!(!is_proven, "{said}");
}
