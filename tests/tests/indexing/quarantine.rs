//! Records that cannot be indexed, among others of their file that can.

use index::finding::{FindingKind, MOST_PLACES};
use sample::compress;

use crate::delivery::{File, key, record};
use crate::stack::{NOW, Stack};
use crate::walk::check_all;

#[tokio::test]
async fn a_bad_record_is_quarantined_with_its_place_and_the_rest_is_indexed() {
    let stack = Stack::start().await;
    let time = "\"eventTime\":\"2026-10-13T08:00:00Z\"";
    let elements: Vec<(Vec<u8>, Option<&str>)> = vec![
        (record("first", NOW, "PutObject").into(), None),
        (b"17".to_vec(), Some("not a JSON object")),
        (
            br#"["eventTime",{"a":"]"}]"#.to_vec(),
            Some("not a JSON object"),
        ),
        (
            br#"{"eventName":"Timeless"}"#.to_vec(),
            Some("no eventTime"),
        ),
        (
            br#"{"eventTime":"yesterday"}"#.to_vec(),
            Some("not an ISO 8601 time"),
        ),
        (record("second", NOW - 5, "PutObject").into(), None),
        (format!("{{{time},{time}}}").into(), Some("repeats a field")),
        (format!("{{{time},\"a\":}}").into(), Some("not valid JSON")),
        (
            [format!("{{{time},\"a\":\"").as_bytes(), b"\xc3\x28\"}"].concat(),
            Some("not valid UTF-8"),
        ),
        (record("third", NOW - 9, "PutObject").into(), None),
    ];
    let content: Vec<Vec<u8>> = elements
        .iter()
        .map(|(element, _)| element.clone())
        .collect();
    let content = [
        b"{ \"Records\" : [\n".as_slice(),
        &content.join(&b" ,\n"[..]),
        b"] }",
    ]
    .concat();
    let file = File::new(key("quarantined", NOW), compress(&content, 6));
    assert_eq!(file.records.len(), 3, "the good ones");
    let counts = stack.index(&[stack.put(&file)], 1).await;
    assert_eq!(
        (counts.records, counts.indexed, counts.quarantined),
        (10, 3, 7)
    );
    check_all(&stack, std::slice::from_ref(&file)).await;

    let findings = stack.findings().await;
    let [finding] = findings.as_slice() else {
        panic!("{} findings", findings.len())
    };
    assert_eq!((finding.kind, finding.count), (FindingKind::Quarantined, 7));
    assert_eq!(finding.file.key, file.key);
    let bad = elements
        .iter()
        .filter_map(|(element, part)| Some((element, (*part)?)));
    assert_eq!(finding.places.len(), 7);
    for (place, (element, part)) in finding.places.iter().zip(bad) {
        let start = usize::try_from(place.offset).expect("an offset");
        let end = start + usize::try_from(place.length).expect("a length");
        assert_eq!(&content[start..end], element.as_slice(), "{part}");
        assert!(
            place.reason.contains(part),
            "{} is not {part}",
            place.reason
        );
    }
}

#[tokio::test]
async fn a_file_of_nothing_but_bad_records_is_indexed_and_counted() {
    let stack = Stack::start().await;
    let body = format!("{{\"Records\":[{}]}}", vec!["{}"; 150].join(","));
    let file = File::raw("all-bad", NOW, compress(body.as_bytes(), 6));
    let object = stack.put(&file);
    let counts = stack.index(std::slice::from_ref(&object), 1).await;
    assert_eq!(
        (counts.files, counts.records, counts.quarantined),
        (1, 150, 150)
    );
    let findings = stack.findings().await;
    assert_eq!(
        (findings[0].count, findings[0].places.len()),
        (150, MOST_PLACES)
    );
    let again = stack.index(&[object], 1).await;
    assert_eq!(
        (again.duplicates, again.quarantined),
        (150, 0),
        "it is known"
    );
}
