//! The bucket that a trail delivers to, and the folder that mirrors it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::deliver::{Delivery, LogFile, deliver};
use crate::dice::derive_text;
use crate::ids::{drawn_hex, push_hex};
use crate::rhythm::push_offset_time;
use crate::signer::{PublicKey, Signer, list_public_keys};
use crate::signing::Signing;
use crate::trail::Trail;

/// How long CloudTrail uses a key.
const VALIDITY: i64 = 30 * 86_400;

/// The objects of a bucket, by their keys.
pub type Objects = BTreeMap<String, Object>;

/// An object of the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its metadata, by names without `x-amz-meta-`; a digest's signature is there.
    pub metadata: BTreeMap<String, String>,
    /// When it was written, in seconds of the epoch.
    pub written: i64,
}

/// Log files and digests in a bucket, with the public keys that prove them.
///
/// ```
/// use sample::{Archive, Delivery, Trail};
///
/// let trail = Trail { events: 50, ..Trail::hours(3) };
/// let archive = Archive::new(&trail, Delivery::default());
/// assert!(archive.digests().all(|(_, digest)| digest.metadata.contains_key("signature")));
/// assert!(archive.folder().contains_key("public-keys.json"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The bucket's name, which digests hold.
    pub bucket: String,
    /// The objects, by their keys.
    pub objects: Objects,
    /// What `ListPublicKeys` answers, in every Region.
    pub public_keys: Vec<PublicKey>,
}

impl Archive {
    /// Delivers a trail's records, and digests for every hour of it.
    pub fn new(trail: &Trail, delivery: Delivery) -> Self {
        let signing = Signing::new(trail, &delivery);
        Self::of(deliver(trail.records(), delivery), &signing)
    }

    /// Takes log files, and signs digests for them.
    pub fn of(files: impl IntoIterator<Item = LogFile>, signing: &Signing) -> Self {
        let files: Vec<LogFile> = files.into_iter().collect();
        let digests = signing.digests(&files);
        let last = digests.iter().map(|(_, digest)| digest.written).max();
        let mut objects: Objects = digests.into_iter().collect();
        for file in files {
            let object = Object {
                bytes: file.body,
                metadata: BTreeMap::new(),
                written: file.delivered,
            };
            objects.insert(file.key, object);
        }
        // CloudTrail has keys for thirty days; the sample has one for any trail.
        let start = signing.start - signing.start.rem_euclid(86_400) - 86_400;
        let end = last.unwrap_or(signing.end).max(start + VALIDITY);
        Self {
            bucket: signing.bucket.clone(),
            objects,
            public_keys: vec![Signer::cloudtrail().valid(start, end)],
        }
    }

    /// The digests, by their keys.
    pub fn digests(&self) -> impl Iterator<Item = (&String, &Object)> {
        self.objects.iter().filter(|(key, _)| is_digest(key))
    }

    /// The log files, by their keys.
    pub fn logs(&self) -> impl Iterator<Item = (&String, &Object)> {
        self.objects.iter().filter(|(key, _)| !is_digest(key))
    }

    /// The files of a folder that mirrors the bucket, by their paths in it.
    ///
    /// Beside an object with metadata is `KEY.metadata.json`, the answer of
    /// `aws s3api head-object`; `public-keys.json` is that of
    /// `aws cloudtrail list-public-keys`.
    pub fn folder(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for (key, object) in &self.objects {
            if !object.metadata.is_empty() {
                files.insert(
                    format!("{key}.metadata.json"),
                    object.head(key).into_bytes(),
                );
            }
            files.insert(key.clone(), object.bytes.clone());
        }
        let keys = list_public_keys(&self.public_keys);
        files.insert("public-keys.json".to_owned(), keys.into_bytes());
        files
    }
}

impl Object {
    /// Writes the answer of `aws s3api head-object` (version 2 of the AWS CLI) for this object.
    ///
    /// The `ETag` is drawn and no hash, as it is where the bucket is encrypted with a KMS key.
    pub fn head(&self, key: &str) -> String {
        let mut modified = String::new();
        push_offset_time(&mut modified, self.written);
        let metadata: Vec<String> = self
            .metadata
            .iter()
            .map(|(name, value)| {
                let (name, value) = (Value::from(name.as_str()), Value::from(value.as_str()));
                format!("        {name}: {value}")
            })
            .collect();
        format!(
            r#"{{
    "AcceptRanges": "bytes",
    "LastModified": "{modified}",
    "ContentLength": {},
    "ETag": "\"{}\"",
    "VersionId": "{}",
    "ContentEncoding": "gzip",
    "ContentType": "application/json",
    "ServerSideEncryption": "aws:kms",
    "Metadata": {{
{}
    }}
}}
"#,
            self.bytes.len(),
            etag(key),
            version(key, self.written),
            metadata.join(",\n"),
        )
    }
}

/// The tag of the object under a key.
pub(crate) fn etag(key: &str) -> String {
    drawn_hex(key)
}

/// The id of the version that was written under a key.
pub(crate) fn version(key: &str, written: i64) -> String {
    format!("EXAMPLE{}", &drawn_hex(&sequencer(key, written))[..25])
}

/// What orders the notifications of a key.
pub(crate) fn sequencer(key: &str, written: i64) -> String {
    let mut text = String::from("00");
    push_hex(&mut text, written.unsigned_abs(), 8);
    push_hex(&mut text, derive_text(5, key), 8);
    text
}

/// Tells whether a key is a digest's.
pub(crate) fn is_digest(key: &str) -> bool {
    key.rsplit('/').nth(5) == Some("CloudTrail-Digest")
}
