//! The public keys that digests are signed with: fetched once, and kept.
//!
//! CloudTrail lists a key for as long as it cares to; a digest may have to be verified
//! years later. So each key that a digest names is kept in the table, under the Region
//! that it belongs to. What cannot be asked from here (a Region that is not enabled, or
//! of another part of AWS) can be imported by an operator, into the same place.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws::keys::ListedKey;
use aws::{Keys, Table};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use index::table::integrity::{self as places, ArchivedKey};
use integrity::{KeyRing, PublicKey};
use jiff::Timestamp;
use lambda::error::Failure;

/// The most keys that are remembered between invocations.
const REMEMBERED: usize = 10_000;

/// How long a Region that could not be asked is not asked again, in seconds.
const PATIENCE: i64 = 300;

/// The codes of failures that pass, and say nothing of a Region.
const PASSING: [&str; 5] = [
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "InternalFailure",
];

/// How far around a digest's time keys are asked for, in seconds.
const AROUND: i64 = 7_200;

/// Keys, by Region and fingerprint.
#[derive(Debug)]
pub(crate) struct Keyring {
    keys: Keys,
    /// The keys that were met.
    known: Mutex<HashMap<(String, String), PublicKey>>,
    /// The Regions that could not be asked, and when.
    failed: Mutex<HashMap<String, i64>>,
}

impl Keyring {
    pub(crate) fn new(keys: Keys) -> Self {
        Self {
            keys,
            known: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// Gathers what is known of the key that a Region's digest of some time names: the key
    /// itself, or that CloudTrail has none of this name, or nothing where that cannot be
    /// had from here.
    ///
    /// Fails where the table does not answer, or CloudTrail is asked too much. A Region that cannot be asked is an answer.
    pub(crate) async fn ring(
        &self,
        table: &Table,
        region: &str,
        fingerprint: &str,
        time: i64,
        now: i64,
    ) -> Result<KeyRing, Failure> {
        let mut ring = KeyRing::new();
        let name = (region.to_owned(), fingerprint.to_owned());
        let known = lock(&self.known).get(&name).cloned();
        if let Some(key) = known {
            ring.insert(Some(region), key);
            return Ok(ring);
        }
        // A fingerprint is what somebody wrote into a file: it may be no key of the table.
        if is_fingerprint(fingerprint) {
            let kept = table.get(&places::keys(region), fingerprint).await;
            let kept = kept.map_err(Failure::retry)?;
            if let Some(key) = kept.as_ref().and_then(|item| read(&item.body, fingerprint)) {
                self.remember(name, key.clone());
                ring.insert(Some(region), key);
                return Ok(ring);
            }
        }
        let failed = lock(&self.failed).get(region).copied();
        if failed.is_some_and(|since| (since..since.saturating_add(PATIENCE)).contains(&now)) {
            return Ok(ring);
        }
        let (from, until) = (time.saturating_sub(AROUND), time.saturating_add(AROUND));
        let listed = match self.keys.list(region, from, until).await {
            Ok(listed) => listed,
            Err(error) if error.has_code(&PASSING) => return Err(Failure::retry(error)),
            Err(error) => {
                tracing::warn!(region, %error, "the public keys of a region cannot be had");
                lock(&self.failed).insert(region.to_owned(), now);
                return Ok(ring);
            }
        };
        for listed in listed {
            let Some((key, archived)) = archive(&listed) else {
                let fingerprint = listed.fingerprint;
                tracing::error!(
                    region,
                    fingerprint,
                    "a public key is not what it is listed as"
                );
                continue;
            };
            // One that is there already is the same: its name is a hash of it.
            let put = table.put(&archived.item(region)).await;
            put.map_err(Failure::retry)?;
            self.remember((region.to_owned(), listed.fingerprint), key.clone());
            ring.insert(Some(region), key);
        }
        ring.note_complete(region, from, until);
        Ok(ring)
    }

    fn remember(&self, name: (String, String), key: PublicKey) {
        let mut known = lock(&self.known);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(name, key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads a kept key; nothing where it is not the one of its name.
fn read(body: &[u8], fingerprint: &str) -> Option<PublicKey> {
    let archived = ArchivedKey::from_body(body)?;
    let key = PublicKey::from_der(&STANDARD.decode(&archived.value).ok()?).ok()?;
    let time = |text: &Option<String>| Some(text.as_ref()?.parse::<Timestamp>().ok()?.as_second());
    let (from, until) = (
        time(&archived.validity_start_time),
        time(&archived.validity_end_time),
    );
    (key.fingerprint() == fingerprint).then(|| key.valid(from, until))
}

/// Makes a listed key one to keep; nothing where its fingerprint is not its own.
fn archive(listed: &ListedKey) -> Option<(PublicKey, ArchivedKey)> {
    let key = PublicKey::from_der(&listed.value).ok()?;
    if key.fingerprint() != listed.fingerprint {
        return None;
    }
    let time = |time: Option<i64>| Some(Timestamp::from_second(time?).ok()?.to_string());
    let archived = ArchivedKey {
        value: STANDARD.encode(&listed.value),
        fingerprint: listed.fingerprint.clone(),
        validity_start_time: time(listed.start),
        validity_end_time: time(listed.end),
    };
    Some((key.valid(listed.start, listed.end), archived))
}
