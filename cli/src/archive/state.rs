//! How far a command is that can be gone on with, in a file.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::Failure;

/// How far a job is.
#[derive(Debug)]
pub(crate) struct State<P> {
    file: PathBuf,
    content: Content<P>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Content<P> {
    /// What is done: a state is of use to the same job only.
    job: String,
    #[serde(flatten)]
    progress: P,
}

impl<P: Serialize + DeserializeOwned + Default> State<P> {
    /// Opens the state of a command's job, and tells whether it was begun before.
    pub(crate) fn open(
        command: &str,
        file: Option<&Path>,
        job: String,
    ) -> Result<(Self, bool), Failure> {
        let file = file.map_or_else(|| default_file(command, &job), Path::to_path_buf);
        let tell = |error: &dyn std::error::Error| {
            Failure::new(format!("cannot read the state {}: {error}", file.display()))
        };
        let (content, was_begun) = match fs::read(&file) {
            Ok(bytes) => {
                let content: Content<P> =
                    serde_json::from_slice(&bytes).map_err(|error| tell(&error))?;
                if content.job != job {
                    return Err(Failure::usage(format!(
                        "the state {} is that of another {command}: {}",
                        file.display(),
                        content.job
                    )));
                }
                (content, true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let progress = P::default();
                (Content { job, progress }, false)
            }
            Err(error) => return Err(tell(&error)),
        };
        Ok((Self { file, content }, was_begun))
    }

    /// How far it is.
    pub(crate) const fn progress(&self) -> &P {
        &self.content.progress
    }

    /// The file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Remembers how far it has come.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut P)) -> Result<(), Failure> {
        change(&mut self.content.progress);
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

    /// Forgets a job that is done.
    pub(crate) fn remove(self) -> Result<(), Failure> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The file of a job's own in the user's state directory, or below the working directory
/// where there is none.
fn default_file(command: &str, job: &str) -> PathBuf {
    let name = format!("{command}-{:016x}.json", xxh3_64(job.as_bytes()));
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
    use serde::{Deserialize, Serialize};

    use super::State;

    #[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    struct Steps {
        last: Option<String>,
    }

    #[test]
    fn a_state_is_remembered_for_its_own_job_and_forgotten_when_done() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/state.json");
        let open = |job: &str| State::<Steps>::open("walk", Some(&file), job.to_owned());
        let (mut state, was_begun) = open("a").expect("a new state");
        assert!(!was_begun && *state.progress() == Steps::default());
        for last in ["k1", "k2"] {
            let reach = |steps: &mut Steps| steps.last = Some(last.to_owned());
            state.change(reach).expect("written");
        }
        let (state, was_begun) = open("a").expect("the state");
        assert!(was_begun);
        assert_eq!(state.progress().last.as_deref(), Some("k2"));
        assert!(open("b").is_err());
        state.remove().expect("removed");
        assert!(!open("a").expect("a new state").1);
        std::fs::write(&file, "{").expect("written");
        assert!(open("a").is_err());
    }
}
