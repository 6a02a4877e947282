//! Checks a proof, step by step.

use trail::digest::Hash;
use trail::gzip::Member;
use trail::log_file::Entry;
use trail::{LogFile, Record};

use super::verdict::{TRUSTED, Verdict};
use super::{DigestProof, KeyProof, Proof};
use crate::audit::LOG_LIMIT;
use crate::digest::{ALGORITHM, DIGEST_LIMIT, Digest, signature_bytes};
use crate::key::{Found, KeyRing, PublicKey};
use crate::location::StreamId;

impl Proof {
    /// Checks every step of the proof.
    ///
    /// `log_file` is the log file as it is stored, where the document does not
    /// hold it or whoever checks has fetched it. `trusted` are CloudTrail's
    /// keys as whoever checks got them; without them the document's own key is
    /// used, and that it is CloudTrail's remains to be seen.
    pub fn verify(&self, log_file: Option<&[u8]>, trusted: Option<&KeyRing>) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.add("record has the event id", self.check_record());
        let stored = log_file.or(self
            .log_file
            .content
            .as_ref()
            .map(|bytes| bytes.0.as_slice()));
        match stored {
            None => {
                let missing = "the document does not hold the log file: fetch it";
                verdict.skip("log file has the hash", missing, true);
                verdict.skip("record is at its position", missing, true);
            }
            Some(stored) => match LogFile::inflate(stored, LOG_LIMIT) {
                Err(error) => verdict.add("log file has the hash", Err(error.to_string())),
                Ok(log) => {
                    verdict.add("log file has the hash", self.check_hash(&log));
                    verdict.add("record is at its position", self.check_position(&log));
                }
            },
        }
        let Ok((content, digest)) =
            open(&self.digest).map_err(|error| verdict.add("digest can be read", Err(error)))
        else {
            return verdict;
        };
        verdict.add("digest lists the log file", self.check_listed(&digest));
        let key = check_key(&mut verdict, &self.public_key, &digest, trusted);
        verdict.add(
            "digest's signature fits",
            key.as_ref()
                .map_err(Clone::clone)
                .and_then(|key| check_signature(&self.digest, &digest, &content, key)),
        );
        self.check_next(&mut verdict, &content, trusted);
        verdict
    }

    fn check_record(&self) -> Result<String, String> {
        let record = Record::parse(&self.record).map_err(|error| error.to_string())?;
        if record.id() == Some(self.event_id.as_str()) {
            Ok("the record's eventID is the one that is proven".to_owned())
        } else {
            Err("the record has another eventID".to_owned())
        }
    }

    fn check_hash(&self, log: &LogFile) -> Result<String, String> {
        let hash = hex::encode(log.sha256());
        if *log.sha256() == self.log_file.sha256 {
            Ok(format!("sha-256 {hash}"))
        } else {
            Err(format!("the log file's sha-256 is {hash}"))
        }
    }

    fn check_position(&self, log: &LogFile) -> Result<String, String> {
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let (offset, length) = (number(self.position.offset), number(self.position.length));
        let bytes = offset
            .checked_add(length)
            .and_then(|end| log.content().get(offset..end));
        if bytes != Some(self.record.as_bytes()) {
            return Err("the log file has other bytes there".to_owned());
        }
        // Bytes in a string of another record could read like one.
        let entries = log.entries().map_err(|error| error.to_string())?;
        match entries.get(number(self.position.index)) {
            Some(Entry::Record(record))
                if log.offset_of(record) == offset && record.text().len() == length =>
            {
                Ok(format!(
                    "record {} of {}, at byte {offset}",
                    self.position.index,
                    entries.len()
                ))
            }
            _ => Err("the log file has no such record there".to_owned()),
        }
    }

    fn check_listed(&self, digest: &Digest) -> Result<String, String> {
        let location = &self.log_file.location;
        if !self
            .digest
            .location
            .is_object(&digest.bucket, &digest.object)
        {
            return Err("the digest says that it is another".to_owned());
        }
        let is_listed = digest.log_files.iter().any(|file| {
            location.is_object(&file.bucket, &file.object) && file.sha256 == self.log_file.sha256
        });
        if is_listed {
            Ok(format!("listed among {}", digest.log_files.len()))
        } else {
            Err("the digest does not list the log file with this hash".to_owned())
        }
    }

    fn check_next(&self, verdict: &mut Verdict, content: &Hash, trusted: Option<&KeyRing>) {
        let Some(next) = &self.next_digest else {
            verdict.skip(
                "next digest vouches for the digest",
                "the next digest was not there yet",
                false,
            );
            return;
        };
        let Ok((next_content, digest)) =
            open(&next.digest).map_err(|error| verdict.add("next digest can be read", Err(error)))
        else {
            return;
        };
        verdict.add(
            "next digest vouches for the digest",
            self.check_link(content, &digest),
        );
        let stated = next.public_key.as_ref().unwrap_or(&self.public_key);
        let key = match &next.public_key {
            Some(_) => check_key(verdict, stated, &digest, trusted),
            None => read_key(stated, &digest),
        };
        verdict.add(
            "next digest's signature fits",
            key.and_then(|key| check_signature(&next.digest, &digest, &next_content, &key)),
        );
    }

    fn check_link(&self, content: &Hash, next: &Digest) -> Result<String, String> {
        let previous = next
            .previous
            .as_ref()
            .ok_or("the next digest names none before it")?;
        let location = &self.digest.location;
        if !location.is_object(&previous.bucket, &previous.object) {
            return Err("the next digest names another before it".to_owned());
        }
        if previous.sha256 != *content {
            return Err("previousDigestHashValue is another".to_owned());
        }
        let stated = signature_bytes(&previous.signature);
        if stated.is_none() || stated != signature_bytes(&self.digest.signature) {
            return Err("previousDigestSignature is another".to_owned());
        }
        Ok("previousDigestHashValue and previousDigestSignature are the digest's".to_owned())
    }
}

/// Inflates and reads a digest: its content's hash and what it says.
fn open(proof: &DigestProof) -> Result<(Hash, Digest), String> {
    let member = Member::read(&proof.content.0, DIGEST_LIMIT).map_err(|error| error.to_string())?;
    if member.behind > 0 {
        return Err(format!(
            "{} bytes follow the digest's gzip member",
            member.behind
        ));
    }
    let digest = Digest::parse(&member.content).map_err(|error| error.to_string())?;
    Ok((trail::digest::sha256(&member.content), digest))
}

/// Reads a key and checks that it is the one that a digest names.
fn read_key(stated: &KeyProof, digest: &Digest) -> Result<PublicKey, String> {
    let key = PublicKey::from_der(&stated.value.0).map_err(|error| error.to_string())?;
    let is_named = key.fingerprint() == stated.fingerprint.to_ascii_lowercase()
        && key.fingerprint() == digest.fingerprint.to_ascii_lowercase();
    if is_named {
        Ok(key)
    } else {
        Err(format!(
            "the key's fingerprint is {}, the digest names another",
            key.fingerprint()
        ))
    }
}

/// Checks a key by its fingerprint, and against the trusted ones.
fn check_key(
    verdict: &mut Verdict,
    stated: &KeyProof,
    digest: &Digest,
    trusted: Option<&KeyRing>,
) -> Result<PublicKey, String> {
    let key = read_key(stated, digest);
    verdict.add(
        "public key has the fingerprint",
        key.as_ref()
            .map(|key| format!("md5 {}", key.fingerprint()))
            .map_err(Clone::clone),
    );
    let region = StreamId::of_digest(&digest.bucket, &digest.object)
        .map(|(stream, _)| stream.region)
        .unwrap_or_default();
    match (trusted, &key) {
        (None, _) => verdict.skip(
            TRUSTED,
            "no trusted keys were given: compare the key with list-public-keys",
            false,
        ),
        (Some(_), Err(error)) => verdict.add(TRUSTED, Err(error.clone())),
        (Some(ring), Ok(key)) => verdict.add(
            TRUSTED,
            match ring.find(&region, key.fingerprint(), digest.end) {
                Found::Key(known) if known.der() == key.der() => Ok(format!("known in {region}")),
                _ => Err(format!("not among the trusted keys of {region}")),
            },
        ),
    }
    key
}

fn check_signature(
    proof: &DigestProof,
    digest: &Digest,
    content: &Hash,
    key: &PublicKey,
) -> Result<String, String> {
    if proof.signature_algorithm != ALGORITHM || digest.algorithm != ALGORITHM {
        return Err(format!("the signature's algorithm is not {ALGORITHM}"));
    }
    let is_signed = signature_bytes(&proof.signature)
        .is_some_and(|signature| key.verify(digest.string_to_sign(content).as_bytes(), &signature));
    if is_signed {
        Ok(format!("{ALGORITHM} over the string to sign"))
    } else {
        Err("the signature does not fit".to_owned())
    }
}
