//! Rule files in folders, and the cases beside them.

use std::collections::{BTreeSet, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// How much of a file is read; the engine refuses less than that.
const LARGEST: u64 = 8 << 20;

/// The endings of rule files.
const ENDINGS: [&str; 2] = ["yml", "yaml"];

/// A file by the name that messages give it, with its text or why that cannot be read.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) text: Result<String, String>,
}

/// What folders hold.
#[derive(Default)]
struct Found {
    rules: Vec<PathBuf>,
    cases: BTreeSet<String>,
    /// Folders that cannot be read.
    unreadable: Vec<File>,
}

/// Finds rule files below what was named, in the order of their paths.
///
/// A file that is named itself is taken whatever its ending. What begins with a dot is left out
/// of folders. Fails where nothing is there, and where there are no rule files.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<File>, Failure> {
    let mut found = Found::default();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| {
            Failure::usage(format!("there are no rules at {}: {error}", path.display()))
        })?;
        if metadata.is_dir() {
            found.walk(path);
        } else if is_cases(path) {
            return Err(Failure::usage(format!(
                "{} holds cases: name the rules beside it",
                path.display()
            )));
        } else {
            found.rules.push(path.clone());
        }
    }
    found.rules.sort();
    found.rules.dedup();
    if found.rules.is_empty() && found.unreadable.is_empty() {
        let names: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(Failure::new(format!(
            "there are no rule files (.yml, .yaml) in {}",
            names.join(", ")
        )));
    }
    let read = found.rules.into_iter().map(|path| File {
        text: read_text(&path),
        name: path.display().to_string(),
    });
    Ok(read.chain(found.unreadable).collect())
}

/// Finds the files of cases in folders that were named.
pub(crate) fn find_cases(paths: &[PathBuf]) -> BTreeSet<String> {
    let mut found = Found::default();
    for path in paths.iter().filter(|path| path.is_dir()) {
        found.walk(path);
    }
    found.cases
}

impl Found {
    fn walk(&mut self, folder: &Path) {
        let mut met = HashSet::new();
        let mut ahead = vec![folder.to_owned()];
        while let Some(folder) = ahead.pop() {
            // Links are followed, and one to a folder above must end.
            let real = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
            if !met.insert(real) {
                continue;
            }
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.unreadable.push(File {
                        name: folder.display().to_string(),
                        text: Err(error.to_string()),
                    });
                    continue;
                }
            };
            for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
                let is_hidden = path
                    .file_name()
                    .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
                if is_hidden {
                    continue;
                }
                if path.is_dir() {
                    ahead.push(path);
                } else if is_cases(&path) {
                    self.cases.insert(path.display().to_string());
                } else if is_yaml(&path) {
                    self.rules.push(path);
                }
            }
        }
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ENDINGS
            .iter()
            .any(|ending| extension.eq_ignore_ascii_case(ending))
    })
}

fn is_cases(path: &Path) -> bool {
    is_yaml(path)
        && path
            .file_stem()
            .is_some_and(|stem| Path::new(stem).extension() == Some("cases".as_ref()))
}

/// The name of the file with the cases of a rule file.
pub(crate) fn cases_of(rules: &str) -> Option<String> {
    let (stem, ending) = rules.rsplit_once('.')?;
    Some(format!("{stem}.cases.{ending}"))
}

/// Reads a text file, or says why it cannot be.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("the file is not UTF-8 at its byte {at}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found_in_folders_and_cases_are_not_rules() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("rules");
        std::fs::create_dir_all(root.join("b/.hidden")).expect("folders");
        for name in [
            "b/one.yml",
            "b/one.cases.yml",
            "a.YAML",
            "README.md",
            "b/.hidden/x.yml",
            "b/.x.yml",
        ] {
            std::fs::write(root.join(name), "title: x").expect("a file");
        }
        std::os::unix::fs::symlink(&root, root.join("b/loop")).expect("a link");
        let files = find(std::slice::from_ref(&root)).expect("there are some");
        let names: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
        let expected = ["a.YAML", "b/one.yml"].map(|name| root.join(name).display().to_string());
        assert_eq!(names, expected);
        assert!(find(&[root.join("b/one.cases.yml")]).is_err());
        assert!(find(&[root.join("b/.hidden")]).is_ok(), "it was named");
        assert!(find(&[root.join("none")]).is_err());
    }

    #[test]
    fn cases_are_named_after_their_rules() {
        assert_eq!(cases_of("a.b/x.yml").as_deref(), Some("a.b/x.cases.yml"));
        assert_eq!(cases_of("x.yaml").as_deref(), Some("x.cases.yaml"));
        assert_eq!(cases_of("x"), None);
    }
}
