//! Lists the rule files of this folder, and their case files, for `src/lib.rs` to include.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    // The whole folder: a file added, removed or renamed changes the lists just as an edit does.
    println!("cargo::rerun-if-changed=.");
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let mut files = Vec::new();
    for topic in fs::read_dir(&root)? {
        let topic = topic?.path();
        if topic.is_dir() {
            for file in fs::read_dir(&topic)? {
                files.push(file?.path());
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yml"));
    let (cases, rules): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_cases(file));
    fs::write(out.join("shipped.rs"), list(&root, rules)?)?;
    fs::write(out.join("cases.rs"), list(&root, cases)?)
}

fn variable(name: &str) -> io::Result<std::ffi::OsString> {
    env::var_os(name).ok_or_else(|| io::Error::other(format!("{name} is not set")))
}

fn is_cases(file: &Path) -> bool {
    file.to_string_lossy().ends_with(".cases.yml")
}

/// Writes an expression of type `&[(&str, &str)]`: path within the folder, with `/` on every
/// system, and text; sorted, so that the same files make the same binary.
fn list(root: &Path, files: Vec<PathBuf>) -> io::Result<String> {
    let mut named = Vec::with_capacity(files.len());
    for file in files {
        let within = file.strip_prefix(root).map_err(io::Error::other)?;
        let parts: Option<Vec<_>> = within.iter().map(|part| part.to_str()).collect();
        let parts = parts.ok_or_else(|| io::Error::other("a rule's file name is not UTF-8"))?;
        named.push((parts.join("/"), file));
    }
    named.sort();
    let mut text = String::from("&[\n");
    for (name, file) in named {
        let file = file.to_string_lossy();
        writeln!(text, "    ({name:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    }
    text.push(']');
    Ok(text)
}
