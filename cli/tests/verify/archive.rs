//! A small archive, where a command can read it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;

use jiff::Timestamp;
use sample::digest::Digest;
use sample::{Archive, Delivery, Trail};
use serde_json::Value;

/// Eight busy hours: enough for every tampering.
pub(crate) fn archive() -> Archive {
    Archive::new(&Trail::hours(8), Delivery::default())
}

/// The times that the archive's digests cover, as options.
pub(crate) fn range(archive: &Archive) -> [String; 4] {
    let digests = archive
        .digests()
        .map(|(_, object)| Digest::read(&object.bytes).expect("a digest"));
    let spans: Vec<(i64, i64)> = digests.map(|digest| (digest.start, digest.end)).collect();
    let start = spans.iter().map(|span| span.0).min().expect("a digest");
    let end = spans.iter().map(|span| span.1).max().expect("a digest");
    let iso = |time| Timestamp::from_second(time).expect("a time").to_string();
    ["--start".into(), iso(start), "--end".into(), iso(end)]
}

/// Writes the folder that mirrors an archive.
pub(crate) fn write(archive: &Archive, folder: &Path) {
    for (path, bytes) in archive.folder() {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, bytes).expect("a file");
    }
}

/// The kinds of findings of a JSON answer.
pub(crate) fn kinds(answer: &Value) -> BTreeSet<String> {
    let findings = answer["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| finding["kind"].as_str().expect("a kind").to_owned())
        .collect()
}

/// The JSON that was printed.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {said}")
    })
}

/// The sample trail of the repository.
pub(crate) fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}
