//! The 57 community rules over published logs, against what pySigma finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::fixture::{detect, lines, said};

#[test]
fn the_community_rules_find_what_pysigma_finds() {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    if !data.is_dir() {
        println!("skipped: the published data is not beside the repository");
        return;
    }
    let mut command = detect(&data.join("logs"));
    let command = command
        .arg(data.join("stratus"))
        .arg("--rules")
        .arg(data.join("sigma/rules"))
        .args(["--output", "jsonl"]);
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lines(&output) {
        let field = |name: &str| line[name].as_str().expect("a text").to_owned();
        let is_new = found
            .entry(field("rule_id"))
            .or_default()
            .insert(field("event_id"));
        assert!(is_new, "an event twice: {line}");
    }
    let expected = std::fs::read(data.join("sigma/expected.json")).expect("the matches");
    let expected: Vec<Value> = serde_json::from_slice(&expected).expect("a list");
    assert_eq!(expected.len(), 57);
    for rule in &expected {
        let ids = rule["event_ids"].as_array().expect("ids").iter();
        let ids: BTreeSet<_> = ids.filter_map(Value::as_str).map(str::to_owned).collect();
        let id = rule["id"].as_str().expect("an id");
        let found = found.remove(id).unwrap_or_default();
        // Differences would stand in docs/sigma.md; there are none.
        assert_eq!(found, ids, "{}", rule["title"]);
    }
    assert!(
        found.is_empty(),
        "rules that are not expected to match: {found:?}"
    );
}
