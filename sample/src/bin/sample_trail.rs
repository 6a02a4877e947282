//! Writes the sample trail that the repository ships: `sample_trail events`.
//!
//! Log files and digests go to `AWSLogs/`, the key that proves them to
//! `public-keys.json`, trigger payloads to `triggers/`; all are written anew,
//! always with the same bytes.

use std::io::{Error, Write};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sample::{Archive, story, trigger};

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        return Err(Error::other("usage: sample_trail FOLDER"));
    };
    let folder = PathBuf::from(folder);
    for part in ["AWSLogs", "triggers"] {
        let part = folder.join(part);
        if part.exists() {
            fs::remove_dir_all(part)?;
        }
    }
    let files = story::files();
    let records: usize = files.iter().map(|file| file.records).sum();
    let archive = Archive::of(files, &story::signing());
    let triggers = trigger::triggers(&archive);
    let mut bytes = 0;
    for (name, content) in archive.folder() {
        put(&folder.join(name), &content)?;
        bytes += content.len();
    }
    for trigger in &triggers {
        let path = folder
            .join("triggers")
            .join(format!("{}.json", trigger.name));
        put(&path, trigger.json.as_bytes())?;
        bytes += trigger.json.len();
    }
    writeln!(
        io::stdout(),
        "{records} records in {} log files, {} digests, {} triggers, {bytes} bytes",
        archive.logs().count(),
        archive.digests().count(),
        triggers.len(),
    )
}

fn put(path: &Path, body: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, body)
}
