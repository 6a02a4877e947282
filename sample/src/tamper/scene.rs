//! Where a deed is done: the busiest stream of digests, and a busy hour in its middle.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::archive::{Object, Objects, is_digest};
use crate::deliver::{compress, inflate};
use crate::digest::{Digest, SIGNATURE};
use crate::signer::Signer;
use crate::signing::stream;

/// The fewest digests of a stream that has a middle, and two newest ones apart from it.
const FEWEST: usize = 6;

/// The objects, and what is to be changed of them.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) objects: &'a mut Objects,
    /// The stream's digests, oldest first.
    pub(super) digests: Vec<Digest>,
    /// The place of the digest that suffers, neither near the start nor the end.
    pub(super) victim: usize,
}

impl<'a> Scene<'a> {
    /// Finds the stream and the hour that list the most log files.
    pub(super) fn new(objects: &'a mut Objects) -> Option<Self> {
        let mut streams: BTreeMap<(&str, &str), Vec<Digest>> = BTreeMap::new();
        for (key, object) in objects.iter().filter(|(key, _)| is_digest(key)) {
            let digest = Digest::read(&object.bytes)?;
            streams.entry(stream(key)?).or_default().push(digest);
        }
        let listed = |digests: &[Digest]| digests.iter().map(|digest| digest.files.len()).sum();
        let mut digests = streams
            .into_values()
            .filter(|digests| digests.len() >= FEWEST)
            .max_by_key(|digests| -> usize { listed(digests) })?;
        digests.sort_by_key(|digest| digest.end);
        let middle = 2..digests.len() - 3;
        let victim = middle.max_by_key(|&at| digests[at].files.len())?;
        (digests[victim].files.len() >= 2).then_some(Self {
            objects,
            digests,
            victim,
        })
    }

    /// The digest that suffers.
    pub(super) fn digest(&self) -> &Digest {
        &self.digests[self.victim]
    }

    /// The key of a log file that the digest lists, by its place in the list.
    pub(super) fn log(&self, place: usize) -> Option<String> {
        Some(self.digest().files.get(place)?.key.clone())
    }

    /// Changes an object's bytes.
    pub(super) fn change(
        &mut self,
        key: &str,
        change: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Option<()> {
        let object = self.objects.get_mut(key)?;
        object.bytes = change(&object.bytes)?;
        Some(())
    }

    /// Changes the digest that suffers, without signing it anew.
    pub(super) fn change_digest(
        &mut self,
        change: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Option<()> {
        let key = self.digest().key.clone();
        self.change(&key, change)
    }

    /// Deletes a log file and takes it off the list.
    pub(super) fn hide_log(&mut self) -> Option<()> {
        let file = self.digests[self.victim].files.pop()?;
        self.objects.remove(&file.key).map(drop)
    }

    /// Writes a digest of the stream with a signature by some key.
    pub(super) fn write(&mut self, at: usize, signer: &Signer) -> Option<()> {
        let digest = self.digests.get(at)?;
        let object = self.objects.get_mut(&digest.key)?;
        *object = digest.object(signer, object.written);
        Some(())
    }

    /// Writes all digests behind one anew, chained and signed.
    pub(super) fn chain_on(&mut self, at: usize, signer: &Signer) -> Option<()> {
        for next in at + 1..self.digests.len() {
            let before = &self.digests[next - 1];
            let previous = before.as_previous(self.signature(&before.key)?);
            self.digests[next].previous = Some(previous);
            self.write(next, signer)?;
        }
        Some(())
    }

    /// The signature of a digest, as its metadata has it.
    pub(super) fn signature(&self, key: &str) -> Option<&str> {
        let signature = self.objects.get(key)?.metadata.get(SIGNATURE)?;
        Some(signature)
    }

    /// Moves or copies: puts an object as it is under another key.
    pub(super) fn put(&mut self, key: String, object: Object) {
        self.objects.insert(key, object);
    }
}

/// Rewrites the records of a log file.
pub(super) fn with_records(
    bytes: &[u8],
    change: impl FnOnce(&mut Vec<String>) -> Option<()>,
) -> Option<Vec<u8>> {
    let content = inflate(bytes)?;
    let mut file: BTreeMap<&str, Vec<&RawValue>> = serde_json::from_slice(&content).ok()?;
    let mut records = file
        .remove("Records")?
        .into_iter()
        .map(|record| record.get().to_owned())
        .collect();
    change(&mut records)?;
    Some(log_of(&records))
}

/// Packs records into a log file.
fn log_of(records: &[String]) -> Vec<u8> {
    let content = format!("{{\"Records\":[{}]}}", records.join(","));
    compress(content.as_bytes(), 6)
}
