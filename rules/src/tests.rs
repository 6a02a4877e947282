//! What can be said of the files without reading Sigma. The rest is tested where they are run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{CASES, SHIPPED};

/// The values of a top-level key, one of each YAML document that has it.
fn values<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    text.lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
        .collect()
}

/// The rule that alerts is the last document of its file; what it counts stands before it.
fn last<'a>(text: &'a str, key: &str) -> &'a str {
    values(text, key).last().copied().unwrap_or_default()
}

#[test]
fn every_rule_has_cases_of_both_verdicts_and_every_cases_file_a_rule() {
    let rules: Vec<_> = SHIPPED
        .iter()
        .map(|(path, _)| path.replace(".yml", ".cases.yml"))
        .collect();
    let cases: Vec<_> = CASES.iter().map(|(path, _)| *path).collect();
    assert_eq!(rules, cases);
    for (path, text) in CASES {
        for verdict in ["matches: true", "matches: false"] {
            assert!(text.contains(verdict), "{path} has no case with {verdict}");
        }
    }
}

#[test]
fn the_lists_hold_every_file_of_the_folder_sorted() {
    assert!(SHIPPED.is_sorted() && CASES.is_sorted());
    let mut files = 0;
    for topic in fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the folder is there") {
        let topic = topic.expect("an entry").path();
        if topic.is_dir() {
            files += fs::read_dir(topic)
                .expect("a topic")
                .filter_map(Result::ok)
                .filter(|file| Path::new(&file.file_name()).extension() == Some("yml".as_ref()))
                .count();
        }
    }
    assert_eq!(SHIPPED.len() + CASES.len(), files);
}

#[test]
fn ids_and_titles_are_of_one_rule_only() {
    for key in ["id", "title"] {
        let mut seen = BTreeMap::new();
        for (path, text) in SHIPPED {
            let documents = values(text, "title").len();
            let found = values(text, key);
            assert_eq!(found.len(), documents, "{path}: a document without {key}");
            for value in found {
                if let Some(other) = seen.insert(value, path) {
                    panic!("{key} {value} is in {other} and in {path}");
                }
            }
        }
    }
}

#[test]
fn every_rule_says_what_a_person_needs() {
    for (path, text) in SHIPPED {
        for part in [
            "\ndescription: ",
            "\ntags:\n    - attack.",
            "\nfalsepositives:\n",
            "\ntrailkeep:\n",
            "    respond: ",
        ] {
            assert!(text.contains(part), "{path} has no {}", part.trim());
        }
        let level = last(text, "level");
        let known = ["informational", "low", "medium", "high", "critical"];
        assert!(known.contains(&level), "{path}: level {level}");
    }
}

/// An alert of one of these levels is one that a person is paged for: to try such a rule quietly
/// means that nobody is.
#[test]
fn rules_that_page_are_not_staged() {
    for (path, text) in SHIPPED {
        let pages = ["high", "critical"].contains(&last(text, "level"));
        assert!(
            !(pages && text.contains("\n    stage: stage\n")),
            "{path} is staged"
        );
    }
}

#[test]
fn the_fifteen_alarms_of_the_benchmark_are_there() {
    for number in 1..=15 {
        let quoted = format!("\n    cis: \"4.{number}\"\n");
        assert!(
            SHIPPED.iter().any(|(_, text)| text.contains(&quoted)),
            "no rule has the number 4.{number}"
        );
    }
}

#[test]
fn the_table_of_the_readme_lists_the_rules() {
    let readme = include_str!("../README.md");
    let rows: Vec<_> = readme
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with(".yml` |"))
        .collect();
    let expected: Vec<_> = SHIPPED
        .iter()
        .map(|(path, text)| {
            let title = last(text, "title").trim_matches('"');
            let staged = text.contains("\n    stage: stage\n");
            let stage = if staged { ", staged" } else { "" };
            format!("| {title} | {}{stage} | `{path}` |", last(text, "level"))
        })
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn cases_hold_documentation_accounts_and_addresses_only() {
    let accounts = ["111122223333", "123456789012", "444455556666"];
    for (path, text) in CASES {
        // With its hyphens a UUID is one word, so that its last part is not taken for an account.
        let words = text.split(|character: char| !character.is_alphanumeric() && character != '-');
        for number in words.filter(|word| word.len() == 12) {
            let is_account = number.bytes().all(|byte| byte.is_ascii_digit());
            assert!(
                !is_account || accounts.contains(&number),
                "{path}: {number}"
            );
        }
        for key in text.split(|character: char| !character.is_ascii_alphanumeric()) {
            let is_key = key.len() == 20 && (key.starts_with("AKIA") || key.starts_with("ASIA"));
            assert!(!is_key || key.ends_with("EXAMPLE"), "{path}: {key}");
        }
    }
}
