//! How far a backfill is, in a file.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::Failure;

/// How far a backfill is.
#[derive(Debug)]
pub(super) struct State {
    file: PathBuf,
    content: Content,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    /// What is sent where: a state is of use to the same backfill only.
    backfill: String,
    /// Everything up to this key was sent.
    last_key: Option<String>,
}

impl State {
    /// Opens the state of a backfill, and tells whether it was begun before.
    pub(super) fn open(file: Option<&Path>, backfill: String) -> Result<(Self, bool), Failure> {
        let file = file.map_or_else(|| default_file(&backfill), Path::to_path_buf);
        let tell = |error: &dyn std::error::Error| {
            Failure::new(format!("cannot read the state {}: {error}", file.display()))
        };
        let content = match fs::read(&file) {
            Ok(bytes) => {
                let content: Content =
                    serde_json::from_slice(&bytes).map_err(|error| tell(&error))?;
                if content.backfill != backfill {
                    return Err(Failure::usage(format!(
                        "the state {} is that of another backfill: {}",
                        file.display(),
                        content.backfill
                    )));
                }
                content
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Content {
                backfill,
                last_key: None,
            },
            Err(error) => return Err(tell(&error)),
        };
        let was_begun = content.last_key.is_some();
        Ok((Self { file, content }, was_begun))
    }

    /// The key up to which everything was sent.
    pub(super) fn last_key(&self) -> Option<&str> {
        self.content.last_key.as_deref()
    }

    /// The file.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Remembers that everything up to a key was sent.
    pub(super) fn reach(&mut self, key: String) -> Result<(), Failure> {
        self.content.last_key = Some(key);
        let write = || {
            if let Some(folder) = self.file.parent() {
                fs::create_dir_all(folder)?;
            }
            // Renamed into place: whenever the process ends, one of both is whole.
            let next = self.file.with_added_extension("next");
            fs::write(&next, serde_json::to_vec(&self.content)?)?;
            fs::rename(&next, &self.file)
        };
        write().map_err(|error: io::Error| {
            Failure::new(format!(
                "cannot write the state {}: {error}",
                self.file.display()
            ))
        })
    }

    /// Forgets a backfill that is done.
    pub(super) fn remove(self) -> Result<(), Failure> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The file of a backfill's own in the user's state directory, or below the working
/// directory where there is none.
fn default_file(backfill: &str) -> PathBuf {
    let name = format!("backfill-{:016x}.json", xxh3_64(backfill.as_bytes()));
    state_directory()
        .map_or_else(
            || PathBuf::from(".trailkeep"),
            |path| path.join("trailkeep"),
        )
        .join(name)
}

fn state_directory() -> Option<PathBuf> {
    let folder = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")))
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn a_state_is_remembered_for_its_own_backfill_and_forgotten_when_done() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/state.json");
        let open = |backfill: &str| State::open(Some(&file), backfill.to_owned());
        let (mut state, was_begun) = open("a").expect("a new state");
        assert!(!was_begun && state.last_key().is_none());
        state.reach("k1".to_owned()).expect("written");
        state.reach("k2".to_owned()).expect("written");
        let (state, was_begun) = open("a").expect("the state");
        assert!(was_begun);
        assert_eq!(state.last_key(), Some("k2"));
        assert!(open("b").is_err());
        state.remove().expect("removed");
        assert!(!open("a").expect("a new state").1);
        std::fs::write(&file, "{").expect("written");
        assert!(open("a").is_err());
    }
}
