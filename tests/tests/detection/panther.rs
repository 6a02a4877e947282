//! The 226 labelled cases of panther-labs/panther-analysis.

use std::collections::{BTreeMap, BTreeSet};

use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::Value;

use crate::published::{inflated, published, shipped};

/// What stands for one of their rules.
#[derive(Debug, Default)]
struct Counterpart {
    /// The ids of ours.
    rules: BTreeSet<String>,
    /// The cases in which ours decide otherwise on purpose.
    differs: BTreeSet<String>,
}

/// Reads which of our rules stands for which of theirs.
fn counterparts() -> BTreeMap<String, Counterpart> {
    let documents = Yaml::load_from_str(include_str!("panther.yml")).expect("well-formed YAML");
    let text = |node: &Yaml<'_>| node.as_str().expect("a text").to_owned();
    let entries = documents[0]["detections"].as_mapping().expect("a mapping");
    let counterpart = |node: &Yaml<'_>| {
        let list = |name: &str| {
            let list = node.as_mapping_get(name).and_then(Yaml::as_sequence);
            list.map_or(&[][..], Vec::as_slice)
        };
        let differs = list("differs").iter().map(|difference| {
            assert!(difference["reason"].as_str().is_some(), "{difference:?}");
            text(&difference["case"])
        });
        Counterpart {
            rules: list("rules").iter().map(text).collect(),
            differs: differs.collect(),
        }
    };
    let entries = entries.iter();
    entries
        .map(|(id, node)| (text(id), counterpart(node)))
        .collect()
}

#[test]
fn the_labelled_cases_agree_but_for_the_declared_differences() {
    let Some(path) = published("labelled/panther_cases.jsonl.gz") else {
        return;
    };
    let cases: Vec<Value> = inflated(&path)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect();
    let rules = shipped();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let counterparts = counterparts();
    let engine = rules.engine();
    let mut scratch = engine.scratch();
    let mut undeclared = Vec::new();
    let mut agreed = 0;
    let mut differing: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for case in &cases {
        let field = |name: &str| case[name].as_str().expect("a text");
        let (theirs, test) = (field("rule_id"), field("test"));
        let ours = counterparts
            .get(theirs)
            .unwrap_or_else(|| panic!("nothing stands for {theirs}"));
        for id in &ours.rules {
            assert!(ids.contains(id.as_str()), "{theirs}: no rule {id}");
        }
        let event = case["event"].to_string();
        let matched = engine.matches(&mut scratch, event.as_bytes());
        let is_matched = matched
            .expect("the event is a record")
            .iter()
            .any(|index| ours.rules.contains(&rules.get(*index).id));
        if case["expected"] == is_matched {
            agreed += 1;
            continue;
        }
        let of_rule = differing.entry(theirs).or_default();
        of_rule.insert(test.to_owned());
        if !ours.differs.contains(test) {
            undeclared.push(format!("{theirs}: {test}"));
        }
    }
    println!("{agreed} of {} labelled cases agree", cases.len());
    assert!(undeclared.is_empty(), "undeclared: {undeclared:#?}");
    for (id, ours) in &counterparts {
        let differing = differing.remove(id.as_str()).unwrap_or_default();
        assert_eq!(ours.differs, differing, "{id}: declared and not so");
    }
    assert_eq!(cases.len(), 226);
}
