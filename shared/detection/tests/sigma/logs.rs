//! Log files, walked while their records are matched.

use super::{loaded, selecting};
use detection::{Log, RecordError};

/// The records that are read, how many rules each matches, and the places of the others.
fn walk(content: &str) -> (Vec<(&str, usize)>, Vec<RecordError>) {
    let rules = loaded(&selecting("a: 1"));
    let engine = rules.engine();
    let mut scratch = engine.scratch();
    let mut log = Log::open(content.as_bytes()).expect("it has records");
    let (mut records, mut errors) = (Vec::new(), Vec::new());
    while let Some(matched) = engine.matches_next(&mut scratch, &mut log) {
        match matched {
            Ok(matched) => {
                let record = std::str::from_utf8(matched.record).expect("it is a piece of text");
                records.push((record, matched.rules.len()));
            }
            Err(error) => errors.push(error),
        }
    }
    (records, errors)
}

#[test]
fn every_record_is_matched() {
    let text = "\n{ \"v\": {\"Records\": 1}, \"Records\" : [ {\"a\":1} ,\n{\"a\":2},{}] }\n";
    let (records, errors) = walk(text);
    assert_eq!(records, [("{\"a\":1}", 1), ("{\"a\":2}", 0), ("{}", 0)]);
    assert!(errors.is_empty());
    assert_eq!(walk("{\"Records\":[ ]}"), (Vec::new(), Vec::new()));
}

#[test]
fn an_element_that_is_no_record_does_not_hide_the_next() {
    let (records, errors) = walk(r#"{"Records":[1,"x",{"a":1},null,[{"a":1}],{"a":?},{"a":1}]}"#);
    assert_eq!(records, [("{\"a\":1}", 1), ("{\"a\":1}", 1)]);
    assert_eq!(errors, [12, 14, 26, 31, 46].map(RecordError::Malformed));
}

#[test]
fn a_file_that_is_cut_short_ends_with_an_error() {
    for end in 12..40 {
        let whole = r#"{"Records":[{"a":1},{"a":1},{"a":1}]}"#;
        let Some(content) = whole.get(..end.min(whole.len() - 2)) else {
            continue;
        };
        let (records, errors) = walk(content);
        assert_eq!(errors.len(), 1, "{content}");
        assert!(records.len() < 4, "{content}");
    }
}

#[test]
fn what_has_no_records_is_refused() {
    for content in [
        "",
        "[]",
        "{}",
        "{\"Records\":{}}",
        "{\"Records\"",
        "{\"records\":[]}",
        "null",
    ] {
        assert!(Log::open(content.as_bytes()).is_err(), "{content}");
    }
}
