//! The 35 attacks of `DataDog`'s stratus-red-team.

use std::collections::{BTreeMap, BTreeSet};

use detection::{Correlations, Correlator, Event};
use serde_json::Value;
use trail::LogFile;
use trail::log_file::Entry;

use crate::published::{published, shipped};

/// Finds the tool by how it names itself, which no attacker has to do: it would find everything.
const ATTACK_TOOL: &str = "27f25645-e42f-4612-a732-00d113505c3a";

/// Reads which events are the attacker's, by technique.
fn labels() -> Option<BTreeMap<String, BTreeSet<String>>> {
    let path = published("labelled/stratus_event_labels.jsonl")?;
    let text = std::fs::read_to_string(path).expect("it is text");
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        let label: Value = serde_json::from_str(line).expect("a label");
        if label["set"] == "stratus" {
            let field = |name: &str| label[name].as_str().expect("a text").to_owned();
            let technique = labels.entry(field("technique")).or_default();
            technique.insert(field("eventID"));
        }
    }
    Some(labels)
}

#[test]
fn every_published_attack_is_found_by_what_it_does() {
    let (Some(labels), Some(folder)) = (labels(), published("stratus")) else {
        return;
    };
    let rules = shipped();
    let engine = rules.engine();
    let correlations = Correlations::of(&rules);
    let mut scratch = engine.scratch();
    let mut missed = Vec::new();
    for (technique, events) in &labels {
        let path = folder.join(format!("{technique}.json.gz"));
        let file = std::fs::read(&path).expect("the technique's file");
        let log = LogFile::inflate(&file, 1 << 26).expect("a log file");
        let mut correlator = Correlator::new(&correlations);
        let mut found = BTreeSet::new();
        for entry in log.entries().expect("records") {
            let Entry::Record(record) = entry else {
                panic!("{technique}: an element that is no record");
            };
            if !record.id().is_some_and(|id| events.contains(id)) {
                continue;
            }
            let text = record.text().as_bytes();
            let matched = engine.matches(&mut scratch, text).expect("a record");
            found.extend(matched.iter().copied());
            correlator.see(matched, &Event::parse(text).expect("a record"));
        }
        let firings = correlator.finish();
        found.extend(firings.iter().map(|firing| firing.correlation));
        let titles: Vec<_> = found
            .into_iter()
            .map(|index| rules.get(index))
            .filter(|rule| rule.is_alerting && rule.id != ATTACK_TOOL)
            .map(|rule| rule.title.as_str())
            .collect();
        println!("{technique}: {}", titles.join("; "));
        if titles.is_empty() {
            missed.push(technique);
        }
    }
    assert!(missed.is_empty(), "no rule finds {missed:#?}");
    assert_eq!(labels.len(), 35);
}
