//! Real log files that others published, where they are at hand.

use std::path::{Path, PathBuf};

use index::Attribute;

use crate::delivery::{Dice, File, key};
use crate::oracle::Oracle;
use crate::question::{having, random};
use crate::stack::{NOW, Stack};
use crate::walk::{check, check_all, page_of};

/// The most values of an attribute that are looked up, half of them common and half rare.
const VALUES: usize = 40;

/// The published files, under CloudTrail's keys; nothing where there are none.
fn published() -> Vec<File> {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    let logs = data.join("logs");
    let mut files: Vec<File> = paths(&logs)
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&logs).expect("below the folder");
            File::new(
                name.to_str().expect("a key"),
                std::fs::read(path).expect("a file"),
            )
        })
        .collect();
    files.extend(
        paths(&data.join("stratus"))
            .iter()
            .enumerate()
            .map(|(number, path)| {
                // They have no key of their own.
                let body = std::fs::read(path).expect("a file");
                File::new(key(&format!("stratus-{number}"), NOW), body)
            }),
    );
    files
}

/// The log files below a folder, in order.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                paths(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "gz"))
        .collect();
    paths.sort();
    paths
}

async fn indexed(files: &[File]) -> (Stack, Oracle) {
    let stack = Stack::start().await;
    let counts = stack.index(&stack.put_all(files), 10).await;
    assert_eq!(counts.files, files.len() as u64);
    assert_eq!((counts.quarantined, counts.expired), (0, 0));
    (stack, Oracle::of_files(files))
}

fn files() -> Option<Vec<File>> {
    let files = published();
    if files.is_empty() {
        let mut output = std::io::stderr();
        let _ = std::io::Write::write_all(&mut output, b"skipped: no published log files here\n");
        return None;
    }
    Some(files)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attribute_of_published_logs_is_found_by_its_values() {
    let Some(files) = files() else { return };
    let (stack, oracle) = indexed(&files).await;
    let history = stack.history();
    for attribute in Attribute::ALL {
        let values = oracle.values(attribute);
        let common = values.iter().take(VALUES / 2);
        let rare = values.iter().skip(VALUES / 2).rev().take(VALUES / 2);
        for value in common.chain(rare) {
            check(&history, &oracle, &having(attribute, value), 1_000, NOW).await;
        }
    }
    check_all(&stack, &files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_question_to_published_logs_is_answered_as_by_going_through_them() {
    let Some(files) = files() else { return };
    let (stack, oracle) = indexed(&files).await;
    let history = stack.history();
    let mut dice = Dice::new(12);
    for turn in 0..300 {
        let query = random(&oracle, &mut dice);
        check(
            &history,
            &oracle,
            &query,
            page_of(&oracle, &query, turn),
            NOW,
        )
        .await;
    }
}
