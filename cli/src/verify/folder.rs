//! Folders that mirror a bucket's keys.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use integrity::audit::Report;
use integrity::stored::Metadata;
use integrity::{Digest, Finding, FindingKind, KeyRing, Location};
use serde::Deserialize;
use trail::gzip::Member;

use super::range::Range;
use super::work::Work;
use super::{audit, keys, note_keys, report, work};
use crate::failure::Failure;

/// The file of public keys at the top.
const KEYS: &str = "public-keys.json";

/// What the name of an object's metadata ends in.
const METADATA: &str = ".metadata.json";

/// The bucket's name where no digest tells it.
const NAMELESS: &str = "folder";

/// The most of an object's metadata that is read: S3 takes 2 KB of a user's own.
const LARGEST_METADATA: u64 = 1024 * 1024;

/// An object's file.
#[derive(Debug)]
struct Stored {
    path: PathBuf,
    key: String,
}

/// What the folders hold.
#[derive(Debug, Default)]
struct Mirror {
    objects: Vec<Stored>,
    unreadable: Vec<String>,
    tops: BTreeSet<PathBuf>,
}

/// Verifies folders, together as one bucket.
pub(super) fn verify(
    folders: &[&Path],
    range: &Range,
    mut trusted: KeyRing,
) -> Result<Report, Failure> {
    let mirror = Mirror::find(folders)?;
    if mirror.objects.is_empty() && mirror.unreadable.is_empty() {
        let names: Vec<_> = folders
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let names = names.join(", ");
        return Err(Failure::new(format!("there is nothing in {names}")));
    }
    for top in &mirror.tops {
        let file = top.join(KEYS);
        if file.is_file() {
            keys::add(&mut trusted, &file)?;
        }
    }
    let bucket = bucket_of(&mirror.objects);
    let within = |object: &&Stored| range.reads(&object.key);
    let run = |objects: &mut dyn Iterator<Item = &Stored>| -> Result<Report, Failure> {
        let works: Vec<Work<'_>> = objects
            .map(|object| Work {
                location: Location::new(&bucket, &object.key),
                path: &object.path,
            })
            .collect();
        let mut audit = audit(range, None);
        note_keys(&mut audit, &trusted);
        let mut unread = mirror.unreadable.clone();
        unread.extend(work::run(&works, &trusted, metadata_of, |examined| {
            audit.take(examined);
        })?);
        Ok(report(audit, unread))
    };
    let first = run(&mut mirror.objects.iter().filter(within))?;
    let is_missed = |finding: &Finding| finding.kind == FindingKind::LogMissing;
    let is_partial = mirror.objects.iter().any(|object| !within(&object));
    if is_partial && first.findings.iter().any(is_missed) {
        // What is missing may lie elsewhere, under a key of another time.
        return run(&mut mirror.objects.iter());
    }
    Ok(first)
}

impl Mirror {
    fn find(folders: &[&Path]) -> Result<Self, Failure> {
        let mut mirror = Self::default();
        for folder in folders {
            let is_folder = fs::metadata(folder)
                .map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))?
                .is_dir();
            if !is_folder {
                return Err(Failure::usage(format!(
                    "{} is neither a folder nor the proof of an event",
                    folder.display()
                )));
            }
            let real = fs::canonicalize(folder)?;
            let top = top_of(&real);
            mirror.walk(&real, &top);
            mirror.tops.insert(top);
        }
        mirror
            .objects
            .sort_by(|one, other| one.path.cmp(&other.path));
        mirror.objects.dedup_by(|one, other| one.path == other.path);
        Ok(mirror)
    }

    fn walk(&mut self, root: &Path, top: &Path) {
        let mut met = HashSet::new();
        let mut ahead = vec![root.to_owned()];
        while let Some(folder) = ahead.pop() {
            // A link to a parent ends here.
            if !met.insert(fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone())) {
                continue;
            }
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.unreadable
                        .push(format!("{}: {error}", folder.display()));
                    continue;
                }
            };
            for entry in entries {
                let path = match entry {
                    Ok(entry) => entry.path(),
                    Err(error) => {
                        self.unreadable
                            .push(format!("{}: {error}", folder.display()));
                        continue;
                    }
                };
                match fs::metadata(&path) {
                    Ok(found) if found.is_dir() => ahead.push(path),
                    Ok(_) => self.add(path, top),
                    Err(error) => self.unreadable.push(format!("{}: {error}", path.display())),
                }
            }
        }
    }

    fn add(&mut self, path: PathBuf, top: &Path) {
        let Some(key) = key_of(&path, top) else {
            let reason = format!("{}: its name is not UTF-8", path.display());
            return self.unreadable.push(reason);
        };
        if key != KEYS && !key.ends_with(METADATA) {
            self.objects.push(Stored { path, key });
        }
    }
}

/// The folder that stands for the bucket: where the keys lie, at or above the one that was named,
/// or what is above `AWSLogs`.
fn top_of(folder: &Path) -> PathBuf {
    if let Some(top) = folder.ancestors().find(|path| path.join(KEYS).is_file()) {
        return top.to_owned();
    }
    let layout = folder
        .ancestors()
        .find(|path| path.file_name().is_some_and(|name| name == "AWSLogs"));
    let top = layout.and_then(Path::parent).unwrap_or(folder);
    top.to_owned()
}

fn key_of(path: &Path, top: &Path) -> Option<String> {
    let parts = path
        .strip_prefix(top)
        .ok()?
        .components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// The bucket that most digests say they were delivered to: a folder does not know its name.
fn bucket_of(objects: &[Stored]) -> String {
    let mut named = BTreeMap::<String, usize>::new();
    let digests = objects
        .iter()
        .filter(|object| object.key.contains("/CloudTrail-Digest/"));
    for object in digests {
        let digest = fs::read(&object.path)
            .ok()
            .and_then(|bytes| Member::read(&bytes, integrity::digest::DIGEST_LIMIT).ok())
            .and_then(|member| Digest::parse(&member.content).ok());
        if let Some(digest) = digest {
            *named.entry(digest.bucket).or_default() += 1;
        }
    }
    let most = named.into_iter().max_by_key(|(_, count)| *count);
    most.map_or_else(|| NAMELESS.to_owned(), |(bucket, _)| bucket)
}

/// Reads the metadata beside an object's file; none where there is none, or it is no answer of
/// `head-object`, which shows as a missing signature.
fn metadata_of(path: &Path) -> Metadata {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "Metadata", default)]
        metadata: BTreeMap<String, String>,
    }
    let mut name = path.as_os_str().to_owned();
    name.push(METADATA);
    let beside = PathBuf::from(name);
    let is_small = fs::metadata(&beside).is_ok_and(|found| found.len() <= LARGEST_METADATA);
    let head = is_small
        .then(|| fs::read(&beside).ok())
        .flatten()
        .and_then(|text| serde_json::from_slice::<Head>(&text).ok());
    let pairs = head.map(|head| head.metadata).unwrap_or_default();
    Metadata::from_pairs(
        pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_from_the_top_of_the_mirror() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("a path");
        let deep = root.join("logs/AWSLogs/111122223333/CloudTrail");
        fs::create_dir_all(&deep).expect("folders");
        assert_eq!(top_of(&deep), root.join("logs"));
        assert_eq!(top_of(&root), root);
        fs::write(root.join(KEYS), "{}").expect("a file");
        assert_eq!(top_of(&deep), root);
        let file = deep.join("a.json.gz");
        let key = key_of(&file, &root).expect("a key");
        assert_eq!(key, "logs/AWSLogs/111122223333/CloudTrail/a.json.gz");
    }
}
