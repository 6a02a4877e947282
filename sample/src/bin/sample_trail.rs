//! Writes the sample trail that the repository ships: `sample_trail events`.
//!
//! Log files go to `AWSLogs/`, trigger payloads to `triggers/`; both folders
//! are written anew, always with the same bytes.

use std::io::{Error, Write};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sample::{story, trigger};

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
    let mut bytes = 0;
    let mut records = 0;
    for file in &files {
        put(&folder.join(&file.key), &file.body)?;
        bytes += file.body.len();
        records += file.records;
    }
    let triggers = trigger::triggers(&files);
    for trigger in &triggers {
        let path = folder
            .join("triggers")
            .join(format!("{}.json", trigger.name));
        put(&path, trigger.json.as_bytes())?;
        bytes += trigger.json.len();
    }
    writeln!(
        io::stdout(),
        "{records} records in {} log files, {} triggers, {bytes} bytes",
        files.len(),
        triggers.len(),
    )
}

fn put(path: &Path, body: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, body)
}
