//! Public keys out of files.

use std::fs;
use std::path::{Path, PathBuf};

use integrity::KeyRing;

use crate::failure::Failure;

/// The largest file of keys that is read: some thousand times what CloudTrail lists.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Reads answers of `aws cloudtrail list-public-keys`; the keys serve for every Region, because
/// an answer does not say which it is of.
pub(super) fn read(files: &[PathBuf]) -> Result<KeyRing, Failure> {
    let mut keys = KeyRing::new();
    for file in files {
        add(&mut keys, file)?;
    }
    Ok(keys)
}

/// Adds the keys of one file.
pub(super) fn add(keys: &mut KeyRing, file: &Path) -> Result<(), Failure> {
    let tell =
        |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", file.display()));
    let size = fs::metadata(file).map_err(|error| tell(&error))?.len();
    if size > LARGEST {
        return Err(tell(&"it is too large to be a list of public keys"));
    }
    let text = fs::read(file).map_err(|error| tell(&error))?;
    let imported = keys.import(None, &text).map_err(|error| {
        tell(&format!(
            "it is no answer of `aws cloudtrail list-public-keys`: {error}"
        ))
    })?;
    if imported == 0 {
        anstream::eprintln!("warning: {} lists no public keys", file.display());
    }
    Ok(())
}
