//! The table of what published sample payloads of AWS's own and of others'
//! libraries are understood as.
//!
//! The payloads are not part of the repository; where they are not beside it
//! the test says so and passes.

use std::fmt::Write as _;
use std::path::PathBuf;

use lambda::notice::{Notice, Object, messages};

/// Where the payloads lie: beside the workspace.
fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/envelopes"
    ))
}

fn describe(objects: &[Object]) -> String {
    let mut text = String::new();
    for object in objects {
        write!(text, " {}/{}", object.bucket, object.key).expect("a string");
        for (name, value) in [("version", &object.version), ("etag", &object.etag)] {
            if let Some(value) = value {
                write!(text, " {name}={value}").expect("a string");
            }
        }
        if let Some(size) = object.size {
            write!(text, " size={size}").expect("a string");
        }
    }
    text
}

#[test]
fn every_published_payload_is_understood_or_refused_with_a_reason() {
    let Ok(folder) = std::fs::read_dir(folder()) else {
        #[expect(clippy::print_stderr, reason = "a skipped test says that it is")]
        {
            eprintln!("skipped: the folder shared/data/envelopes is not beside the workspace");
        }
        return;
    };
    let mut paths: Vec<_> = folder
        .map(|entry| entry.expect("can be listed").path())
        .collect();
    paths.sort();
    assert_eq!(paths.len(), 95);

    let mut table = String::new();
    for path in paths {
        let name = path.file_stem().expect("has a name").to_string_lossy();
        let text = std::fs::read_to_string(&path).expect("can be read");
        let event = serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("is json");
        writeln!(table, "{name}").expect("a string");
        for message in messages(&event).expect("has messages") {
            let told = match message.notice {
                Ok(Notice::Delivered(objects)) => format!("delivered{}", describe(&objects)),
                Ok(Notice::Removed(objects)) => format!("removed{}", describe(&objects)),
                Ok(Notice::Test) => "test".to_owned(),
                Ok(mixed @ Notice::Mixed { .. }) => panic!("no payload is mixed: {mixed:?}"),
                Err(refusal) => format!("refused: {refusal}"),
            };
            writeln!(table, "  {:?} {told}", message.source).expect("a string");
        }
    }
    insta::assert_snapshot!(table);
}
