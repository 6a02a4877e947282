//! What the digests among log files say: the bucket that they were delivered to, and the
//! keys that verify them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use integrity::digest::DIGEST_LIMIT;
use integrity::{Digest, KeyRing, PublicKey};
use serde::Deserialize;
use trail::ObjectKey;
use trail::gzip::Member;
use trail::key::ObjectKind;

use crate::logs::Logs;

/// The file of public keys, at or above the folder of log files.
const KEYS: &str = "public-keys.json";

/// What the name of an object's metadata ends in.
const METADATA: &str = ".metadata.json";

/// The largest file of keys or metadata that is read.
const LARGEST: u64 = 16 * 1024 * 1024;

/// How many digests are asked for the bucket.
const ASKED: usize = 64;

/// Digests with their signatures, among log files.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    /// The bucket that they were delivered to.
    pub(super) bucket: String,
    /// What stands before `AWSLogs/` in the keys, with its slash.
    pub(super) prefix: String,
    /// The public keys beside them; nothing where there is no file of any.
    pub(super) keys: Option<Vec<PublicKey>>,
    /// Files of keys that cannot be read, with the reason.
    unreadable: Vec<String>,
}

impl Signed {
    /// Looks for digests with their signatures beside them; nothing where there are none.
    ///
    /// A folder does not know the name of its bucket, and digests are signed for it: so
    /// the objects are put into one of the name that most digests say.
    pub(crate) fn find(logs: &Logs) -> Option<Self> {
        let found = logs.find().files;
        let digests: Vec<&Path> = found
            .iter()
            .map(|file| file.path.as_path())
            .filter(|path| is_digest(path) && beside(path).is_file())
            .collect();
        let mut named = BTreeMap::<(String, String), usize>::new();
        for path in digests.iter().step_by(digests.len().div_ceil(ASKED).max(1)) {
            if let Some(place) = read(path).and_then(|digest| place_of(&digest)) {
                *named.entry(place).or_default() += 1;
            }
        }
        let ((bucket, prefix), _) = named.into_iter().max_by_key(|(_, count)| *count)?;
        let mut signed = Self {
            bucket,
            prefix,
            keys: None,
            unreadable: Vec::new(),
        };
        signed.find_keys(&digests);
        Some(signed)
    }

    /// Why digests are not verified, where keys are missing.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = self.unreadable.clone();
        if self.keys.is_none() {
            complaints.push(format!(
                "there are digests, and no {KEYS} at or above them to verify them with: \
                 aws cloudtrail list-public-keys --start-time ... --end-time ... > {KEYS}"
            ));
        }
        complaints
    }

    fn find_keys(&mut self, digests: &[&Path]) {
        let mut ring = KeyRing::new();
        let mut folders: Vec<&Path> = digests.iter().filter_map(|path| path.parent()).collect();
        folders.dedup();
        let mut files: Vec<PathBuf> = folders
            .iter()
            .filter_map(|folder| {
                let mut above = folder.ancestors().map(|folder| folder.join(KEYS));
                above.find(|file| file.is_file())
            })
            .collect();
        files.sort();
        files.dedup();
        for file in files {
            let imported = small(&file).map_err(|error| error.to_string());
            let imported = imported.and_then(|text| {
                ring.import(None, &text).map_err(|error| {
                    format!("it is no answer of `aws cloudtrail list-public-keys`: {error}")
                })
            });
            match imported {
                Ok(_) => {
                    let keys = ring.keys().map(|(_, key)| key.clone());
                    self.keys = Some(keys.collect());
                }
                Err(reason) => {
                    let file = file.display();
                    self.unreadable.push(format!("rejected {file}: {reason}"));
                }
            }
        }
    }
}

/// The metadata of a file's object, by the answer of `aws s3api head-object` beside it; none
/// where there is none, which shows as a missing signature.
pub(super) fn metadata_of(path: &Path) -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "Metadata", default)]
        metadata: BTreeMap<String, String>,
    }
    let text = small(&beside(path)).ok();
    let head = text.and_then(|text| serde_json::from_slice::<Head>(&text).ok());
    head.map(|head| head.metadata).unwrap_or_default()
}

/// Tells whether a file is a digest by its path, inflated or not.
fn is_digest(path: &Path) -> bool {
    path.to_str().is_some_and(|path| {
        [path, &format!("{path}.gz")]
            .into_iter()
            .any(|path| ObjectKey::parse(path).is_ok_and(|key| key.kind == ObjectKind::Digest))
    })
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(METADATA);
    PathBuf::from(name)
}

fn read(path: &Path) -> Option<Digest> {
    let bytes = small(path).ok()?;
    let inflated = Member::read(&bytes, DIGEST_LIMIT);
    Digest::parse(inflated.as_ref().map_or(&bytes, |member| &member.content)).ok()
}

/// Bucket and prefix of a digest, where they are such as S3 takes.
fn place_of(digest: &Digest) -> Option<(String, String)> {
    let key = ObjectKey::parse(&digest.object).ok()?;
    let bucket = &digest.bucket;
    let is_name = (3..=63).contains(&bucket.len())
        && !super::OWN.contains(&bucket.as_str())
        && bucket.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        });
    is_name.then(|| (bucket.clone(), key.prefix.to_owned()))
}

fn small(path: &Path) -> std::io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(std::io::Error::other("it is too large"));
    }
    fs::read(path)
}

#[cfg(test)]
mod tests {
    use sample::{Archive, Delivery, Trail};

    use super::*;

    #[test]
    fn digests_say_the_bucket_and_keys_are_found_above_them() {
        let trail = Trail {
            events: 20,
            ..Trail::hours(3)
        };
        let archive = Archive::new(&trail, Delivery::default());
        let folder = tempfile::tempdir().expect("a folder");
        for (path, bytes) in archive.folder() {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, bytes).expect("a file");
        }
        let find = || {
            let logs = Logs::named(&[folder.path().join("AWSLogs")]).expect("logs");
            Signed::find(&logs)
        };
        let signed = find().expect("digests");
        let place = (signed.bucket.as_str(), signed.prefix.as_str());
        assert_eq!(place, (archive.bucket.as_str(), ""));
        assert_eq!(signed.keys.as_ref().map(Vec::len), Some(1));
        assert_eq!(signed.complaints(), Vec::<String>::new());

        let keys = folder.path().join(KEYS);
        fs::write(&keys, "[]").expect("a file");
        let complaints = find().expect("digests").complaints();
        assert!(complaints[0].contains("list-public-keys"), "{complaints:?}");
        fs::remove_file(keys).expect("it was there");
        let complaints = find().expect("digests").complaints();
        assert!(complaints[0].contains(KEYS), "{complaints:?}");

        for (key, _) in archive.digests() {
            let path = folder.path().join(key);
            assert!(!metadata_of(&path).is_empty());
            fs::remove_file(beside(&path)).expect("its metadata");
            assert!(metadata_of(&path).is_empty());
        }
        assert!(
            find().is_none(),
            "nothing can be said of digests without signatures"
        );
    }
}
