//! The published files, and the shipped rules.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use detection::{Placeholders, Rules, Source};

/// Finds a published file or folder; says so where it is missing.
pub(crate) fn published(path: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")).join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: the published data is not beside the repository");
    None
}

/// Inflates a published file.
pub(crate) fn inflated(path: &Path) -> String {
    let file = std::fs::File::open(path).expect("the file is there");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("it inflates to text");
    text
}

/// Reads the shipped rules, which all load.
pub(crate) fn shipped() -> Rules {
    let sources = rules::SHIPPED.iter().map(|(path, text)| Source {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    });
    let (rules, problems) = Rules::read(sources, &Placeholders::new());
    assert_eq!(problems, []);
    rules
}
